/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBRARIES_H
#define LIBRARIES_H

#include "areas.h"

struct library_group;

/**
 * struct libraries - areas of libraries, of which a process has more than a person reads
 * @groups: those of which the same is said; @nr of them, room for @room
 */
struct libraries {
	struct library_group *groups;
	size_t nr;
	size_t room;
};

bool is_library(const struct ipcshow_match *match);
int libraries_add(struct libraries *libraries, const struct ipcshow_match *match,
		  unsigned int notes);
int libraries_show(struct libraries *libraries, struct diff *diff);
void libraries_free(struct libraries *libraries);

#endif
