// SPDX-License-Identifier: GPL-2.0
/* What the processes use, and the channels that follow from it. */
#include <errno.h>
#include <stdlib.h>

#include "look.h"
#include "progress.h"

static int see_end(const struct ipcshow_record *record, void *arg)
{
	struct node *node = arg;

	if (record->type == IPCSHOW_REC_END &&
	    ((const struct ipcshow_end *)record)->flags & IPCSHOW_END_F_GONE)
		node->gone = true;
	return 0;
}

/*
 * The surveyor knows processes by PID. They were open before it began, so what it found is of
 * those programs that still are now, and of whose memory the rest of the map is.
 */
static int drop_gone(struct look *look)
{
	struct map *map = look->map;
	size_t i;
	int err = 0;

	progress_phase(map->progress, "looking for channels", map->nr_nodes);
	for (i = 0; i < map->nr_nodes && !err; i++) {
		struct node *node = &map->nodes[i];
		const struct ipcshow_query query = {
			.what = IPCSHOW_WHAT_TASK,
			.target = ipcshow_process_target(node->process),
		};

		if (!node->gone)
			err = ipcshow_snapshot_take(look->device, &query, see_end, node);
	}
	return err;
}

static int find_channels(struct look *look)
{
	unsigned int flags = SURVEY_FLAGS;
	struct map *map = look->map;
	struct ipcshow_subject *subjects = calloc(map->nr_nodes + 1, sizeof(*subjects));
	size_t i, failed, nr = 0;
	int err;

	if (!subjects)
		return -ENOMEM;
	if (look->limit)
		flags |= IPCSHOW_SURVEY_F_PIDS;
	for (i = 0; i < map->nr_nodes; i++) {
		const struct node *node = &map->nodes[i];

		if (!node->gone)
			subjects[nr++].target = look->limit ? node->task.tgid :
						ipcshow_process_target(node->process);
	}
	progress_phase(map->progress, "looking for channels", nr * 2);
	err = nr ? ipcshow_survey_take(look->device, subjects, nr, flags, &map->survey, &failed) : 0;
	free(subjects);
	return err || !nr ? err : ipcshow_channels_find(map->survey, &map->channels);
}

/* Who is not in the survey any more has left. Nobody is in it who is no node. */
static int match_subjects(struct map *map)
{
	const size_t nr = ipcshow_survey_count(map->survey);
	struct ipcshow_subject_view view;
	size_t i, at = 0;

	map->node_of = calloc(nr + 1, sizeof(*map->node_of));
	if (!map->node_of)
		return -ENOMEM;
	for (i = 0; i < nr; i++, at++) {
		ipcshow_survey_subject(map->survey, i, &view);
		for (; at < map->nr_nodes && map->nodes[at].task.tgid != view.task->tgid; at++)
			map->nodes[at].gone = true;
		if (at == map->nr_nodes)
			return -EPROTO;
		if (map->nodes[at].task.start_time != view.task->start_time)
			map->nodes[at].gone = true;
		map->node_of[i] = (__u32)at;
	}
	for (; at < map->nr_nodes; at++)
		map->nodes[at].gone = true;
	return 0;
}

/**
 * look_find_channels() - tie who is joined by channels
 * @look: whose processes are open, unless there are too many
 *
 * Who left meanwhile is marked so.
 *
 * Return: 0 or a negative errno.
 */
int look_find_channels(struct look *look)
{
	struct map *map = look->map;
	int err;

	if (surveyor_await(&look->surveyor, map))
		err = drop_gone(look);
	else
		err = find_channels(look);
	if (err || !map->survey)
		return err;
	err = match_subjects(map);
	return err ? err : map_add_channels(map);
}
