/* SPDX-License-Identifier: GPL-2.0 */
#ifndef AREA_ACTORS_H
#define AREA_ACTORS_H

#include "areas.h"
#include "stage.h"

/**
 * struct owner - a task, and where it has an area of each kind
 * @tid: it
 * @addresses: by row; of registers, the value that it has in one of them
 */
struct owner {
	pid_t tid;
	__u64 addresses[NR_AREA_ROWS];
};

/* Each gives its &struct owner, and then does as the comment says. */
extern const char *areas_segment;

/* A parent and its child: two owners; after a cue both write, and are ready again. */
void areas_play_family(struct actor *me, void *arg);
/* Two threads: two owners, and whether each found in its own variables what the other wrote. */
void areas_play_threads(struct actor *me, void *arg);

#endif
