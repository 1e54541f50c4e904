// SPDX-License-Identifier: GPL-2.0
/* A process at one time, kept to see what changes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "watch.h"

struct looking {
	struct look *look;
	struct row *row;
	const struct column *name;
};

static const struct column *name_column(void)
{
	struct selection selection;

	selection_parse(&selection, &area_sheet, "NAME", NULL);
	return selection.columns[0];
}

static int keep_name(struct spot *spot, const struct looking *looking)
{
	struct value value;

	column_get(looking->name, looking->row, &value);
	if (value.type != VALUE_TEXT)
		return 0;
	spot->name = malloc(value.size ? value.size : 1);
	if (!spot->name)
		return -ENOMEM;
	memcpy(spot->name, value.text, value.size);
	spot->name_size = value.size;
	return 0;
}

static struct spot *new_spot(struct look *look)
{
	size_t room = look->room ? look->room * 2 : 256;
	struct spot *spots;

	if (look->nr == look->room) {
		spots = reallocarray(look->spots, room, sizeof(*spots));
		if (!spots)
			return NULL;
		look->spots = spots;
		look->room = room;
	}
	return memset(&look->spots[look->nr++], 0, sizeof(struct spot));
}

static int see(const struct ipcshow_area *area, void *arg)
{
	struct looking *looking = arg;
	struct look *look = looking->look;
	struct spot *spot = new_spot(look);

	if (!spot)
		return -ENOMEM;
	spot->start = area->start;
	spot->end = area->end;
	spot->kind = area->kind;
	spot->rss = area->pages ? area->pages->rss : 0;
	look->size += area->end - area->start;
	look->rss += spot->rss;
	look->swap += area->pages ? area->pages->swap : 0;
	looking->row->area = area;
	return keep_name(spot, looking);
}

/**
 * look_take() - look at a process
 * @look: out: what was seen; look_free() is due in any case
 * @row: for the columns
 * @device: the module
 * @pid: which
 *
 * Return: 0 or a negative errno.
 */
int look_take(struct look *look, struct row *row, struct ipcshow_device *device, pid_t pid)
{
	struct looking looking = { .look = look, .row = row, .name = name_column() };
	struct ipcshow_process *process;
	int err;

	*look = (struct look){ 0 };
	err = ipcshow_process_open(device, pid, 0, &process);
	if (err)
		return err;
	row->process = process;
	look->start_ns = ipcshow_process_task(process)->start_time;
	err = ipcshow_process_areas(process, true, see, &looking);
	look->complete = !ipcshow_process_gone(process);
	row->process = NULL;
	row->area = NULL;
	ipcshow_process_close(process);
	return err;
}

void look_free(struct look *look)
{
	size_t i;

	for (i = 0; i < look->nr; i++)
		free(look->spots[i].name);
	free(look->spots);
	*look = (struct look){ 0 };
}

/**
 * look_find() - the area that another look knew as @spot
 * @look: where to look for it
 * @spot: of another look
 *
 * A heap grows upwards and a stack downwards: the first of the same kind that
 * overlaps it is taken for the same.
 *
 * Return: the area, or NULL.
 */
const struct spot *look_find(const struct look *look, const struct spot *spot)
{
	size_t low = 0, high = look->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (look->spots[middle].end <= spot->start)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < look->nr && look->spots[low].start < spot->end; low++)
		if (look->spots[low].kind == spot->kind)
			return &look->spots[low];
	return NULL;
}
