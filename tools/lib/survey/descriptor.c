// SPDX-License-Identifier: LGPL-2.1-or-later
/* What tasks have open. */
#include <errno.h>
#include <stddef.h>

#include "descriptor.h"

int descriptors_add(struct descriptors *descriptors, const struct ipcshow_fd *rec)
{
	size_t size = offsetof(struct ipcshow_fd, path) + rec->path_size;
	struct ipcshow_fd **grown = array_grow(descriptors->all, descriptors->nr,
					       &descriptors->room, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	descriptors->all = grown;
	grown[descriptors->nr] = malloc(max_u64(size, sizeof(*rec)));
	if (!grown[descriptors->nr])
		return -ENOMEM;
	memcpy(grown[descriptors->nr++], rec, size);
	return 0;
}

static int compare(u64 a, u64 b)
{
	return a < b ? -1 : a > b;
}

static int compare_place(const struct ipcshow_fd *a, const struct ipcshow_fd *b)
{
	int order = compare(a->files, b->files);

	return order ? order : compare(a->fd, b->fd);
}

static int by_place(const void *a, const void *b)
{
	const struct ipcshow_fd *const *x = a, *const *y = b;

	return compare_place(*x, *y);
}

/* A table may be written behind more than one thread: the first of each counts. */
void descriptors_sort(struct descriptors *descriptors)
{
	size_t i, kept = 0;

	if (!descriptors->nr)
		return;
	qsort(descriptors->all, descriptors->nr, sizeof(*descriptors->all), by_place);
	for (i = 0; i < descriptors->nr; i++) {
		if (kept && !compare_place(descriptors->all[kept - 1], descriptors->all[i]))
			free(descriptors->all[i]);
		else
			descriptors->all[kept++] = descriptors->all[i];
	}
	descriptors->nr = kept;
}

/*
 * All but what running programs change as they go: position, O_NONBLOCK, and whether anybody has
 * a lock on the file.
 */
static bool is_same(const struct ipcshow_fd *a, const struct ipcshow_fd *b)
{
	return a->file == b->file && a->inode == b->inode &&
	       !((a->flags ^ b->flags) & ~(u64)IPCSHOW_FD_F_LOCKED) &&
	       a->peer == b->peer && a->self == b->self && a->ino == b->ino &&
	       a->dev_major == b->dev_major && a->dev_minor == b->dev_minor &&
	       a->mode == b->mode && a->netns == b->netns && a->family == b->family &&
	       a->type == b->type && a->protocol == b->protocol && a->state == b->state &&
	       a->local_port == b->local_port && a->remote_port == b->remote_port &&
	       !memcmp(a->local_addr, b->local_addr, sizeof(a->local_addr)) &&
	       !memcmp(a->remote_addr, b->remote_addr, sizeof(a->remote_addr));
}

/**
 * descriptors_settle() - keep what held
 * @first: sorted; loses what is not in @second. A lock counts that either of them saw
 * @second: sorted
 *
 * Return: how many it lost, or has not.
 */
size_t descriptors_settle(struct descriptors *first, const struct descriptors *second)
{
	size_t i, j = 0, kept = 0, changed = 0;

	for (i = 0; i < first->nr; i++) {
		for (; j < second->nr && compare_place(second->all[j], first->all[i]) < 0; j++)
			changed++;
		if (j < second->nr && !compare_place(second->all[j], first->all[i]) &&
		    is_same(second->all[j], first->all[i])) {
			first->all[i]->flags |= second->all[j]->flags & IPCSHOW_FD_F_LOCKED;
			first->all[kept++] = first->all[i];
			j++;
			continue;
		}
		if (j < second->nr && !compare_place(second->all[j], first->all[i]))
			j++;
		free(first->all[i]);
		changed++;
	}
	first->nr = kept;
	return changed + (second->nr - j);
}

size_t descriptors_of_table(const struct descriptors *descriptors, u64 files)
{
	size_t i, nr = 0;

	for (i = 0; i < descriptors->nr; i++)
		nr += descriptors->all[i]->files == files;
	return nr;
}

void descriptors_free(struct descriptors *descriptors)
{
	size_t i;

	for (i = 0; i < descriptors->nr; i++)
		free(descriptors->all[i]);
	free(descriptors->all);
	*descriptors = (struct descriptors){ 0 };
}
