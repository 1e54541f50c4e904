// SPDX-License-Identifier: LGPL-2.1-or-later
/* Shared mappings of a task, and what they map. */
#include <errno.h>
#include <stddef.h>

#include "mapping.h"

/* VMAs of one file often follow one another. */
static struct ipcshow_file *keep_file(struct mappings *mappings, const struct ipcshow_file *file)
{
	size_t size = offsetof(struct ipcshow_file, path) + file->path_size;
	struct ipcshow_file **grown;
	struct ipcshow_file *last;

	last = mappings->nr_files ? mappings->files[mappings->nr_files - 1] : NULL;
	if (last && last->id == file->id && last->inode == file->inode)
		return last;
	grown = array_grow(mappings->files, mappings->nr_files, &mappings->files_room,
			   sizeof(*grown));
	if (!grown)
		return NULL;
	mappings->files = grown;
	last = malloc(max_u64(size, sizeof(*file)));
	if (!last)
		return NULL;
	memcpy(last, file, size);
	grown[mappings->nr_files++] = last;
	return last;
}

int mappings_add(struct mappings *mappings, const struct ipcshow_region *region,
		 const struct ipcshow_file *file)
{
	struct mapping *grown = array_grow(mappings->all, mappings->nr, &mappings->room,
					   sizeof(*grown));
	struct ipcshow_file *kept = NULL;

	if (!grown)
		return -ENOMEM;
	mappings->all = grown;
	if (file) {
		kept = keep_file(mappings, file);
		if (!kept)
			return -ENOMEM;
	}
	grown[mappings->nr++] = (struct mapping){
		.start = region->start,
		.end = region->end,
		.offset = region->offset,
		.vma_flags = region->vma_flags,
		.object = region->object,
		.inode = file ? file->inode : 0,
		.file = kept,
	};
	return 0;
}

static bool is_same(const struct mapping *a, const struct mapping *b)
{
	return a->start == b->start && a->end == b->end && a->offset == b->offset &&
	       a->object == b->object && a->inode == b->inode;
}

/* As descriptors_settle(). */
size_t mappings_settle(struct mappings *first, const struct mappings *second)
{
	size_t i, j = 0, kept = 0, changed = 0;

	for (i = 0; i < first->nr; i++) {
		for (; j < second->nr && second->all[j].start < first->all[i].start; j++)
			changed++;
		if (j < second->nr && is_same(&second->all[j], &first->all[i])) {
			first->all[kept++] = first->all[i];
			j++;
			continue;
		}
		if (j < second->nr && second->all[j].start == first->all[i].start)
			j++;
		changed++;
	}
	first->nr = kept;
	return changed + (second->nr - j);
}

const struct mapping *mappings_find(const struct mappings *mappings, u64 address)
{
	size_t low = 0, high = mappings->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (mappings->all[mid].end <= address)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == mappings->nr || mappings->all[low].start > address)
		return NULL;
	return &mappings->all[low];
}

void mappings_free(struct mappings *mappings)
{
	size_t i;

	for (i = 0; i < mappings->nr_files; i++)
		free(mappings->files[i]);
	free(mappings->files);
	free(mappings->all);
	*mappings = (struct mappings){ 0 };
}
