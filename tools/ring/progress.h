/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "ipcshow-ring.h"

/* How often it is worth being called. */
#define PROGRESS_MS	250

/**
 * struct progress - a line on the terminal that tells how far a long transfer is
 * @active: there is a terminal to tell
 * @began_ns: when the transfer began
 * @told_ns: when that was last told
 * @told: what was
 */
struct progress {
	bool active;
	__s64 began_ns;
	__s64 told_ns;
	struct ipcshow_ring_stats told;
};

void progress_begin(struct progress *progress, bool quiet);
void progress_tell(struct progress *progress, const struct ipcshow_ring_stats *stats);
void progress_clear(void);
void progress_sum(struct progress *progress, const struct ipcshow_ring_stats *stats);

#endif
