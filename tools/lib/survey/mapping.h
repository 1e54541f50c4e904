/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_MAPPING_H
#define IPCSHOW_MAPPING_H

#include "file.h"
#include "internal.h"

/**
 * struct mapping - memory that is mapped MAP_SHARED
 * @start: @end: where
 * @offset: of @start in the object
 * @vma_flags: IPCSHOW_VMA_*
 * @object: identity of the memory object
 * @inode: identity of the inode: what descriptors of it have; 0: no file
 * @file: its file, or NULL. Equal ones of one address space are kept once
 */
struct mapping {
	u64 start;
	u64 end;
	u64 offset;
	u64 vma_flags;
	u64 object;
	u64 inode;
	const struct ipcshow_file *file;
};

/* struct mappings - by ascending address; @files holds what they refer to */
struct mappings {
	struct mapping *all;
	size_t nr;
	size_t room;
	struct ipcshow_file **files;
	size_t nr_files;
	size_t files_room;
};

int mappings_add(struct mappings *mappings, const struct ipcshow_region *region,
		 const struct ipcshow_file *file);
size_t mappings_settle(struct mappings *first, const struct mappings *second);
const struct mapping *mappings_find(const struct mappings *mappings, u64 address);
void mappings_free(struct mappings *mappings);

#endif
