/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_FILE_H
#define IPCSHOW_FILE_H

#include "internal.h"

/* The module writes a FILE again once another took its place in a table of these. */
#define FILES_KEPT	64

/**
 * struct files - FILE records that REGIONs may still refer to
 * @slots: by identity modulo FILES_KEPT, as the module keeps them
 * @spare: what @pinned moves to when its slot is needed
 * @pinned: stays valid until another is pinned, or NULL
 */
struct files {
	struct file_slot {
		struct ipcshow_file *rec;
		size_t room;
	} slots[FILES_KEPT], spare;
	const struct ipcshow_file *pinned;
};

int files_put(struct files *files, const struct ipcshow_file *rec);
const struct ipcshow_file *files_pin(struct files *files, u64 id);
void files_clear(struct files *files);

/**
 * struct file_place - where to find a file that a target maps
 * @pid: a PID of the target
 * @start: @end: a VMA that maps it
 * @is_exe: it is the program of the target
 */
struct file_place {
	pid_t pid;
	u64 start;
	u64 end;
	bool is_exe;
};

int file_open(const struct ipcshow_file *file, const struct file_place *place);

#endif
