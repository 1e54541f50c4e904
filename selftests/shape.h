/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHAPE_H
#define SHAPE_H

#include "proc.h"
#include "reader.h"

/* A whole snapshot by a ring of any size, and whether it is right. */

#define RING_LARGE	(4UL << 20)

extern const size_t shape_rings[2];

#define for_each_ring(size)							\
	for ((size) = shape_rings; (size) < shape_rings + 2; (size)++)

/* All of @what, by a ring of @size; in how long, in seconds. */
int shape_snapshot(pid_t pid, size_t size, uint64_t what, struct snapshot *snapshot,
		   double *seconds);

/* The regions as maps has them, and nothing else: which one is not, or -1. */
ssize_t shape_unlike_maps(const struct snapshot *snapshot, const struct maps *maps);
/* Each VMA has its PAGES, from its beginning to its end: how often not. */
size_t shape_without_pages(const struct snapshot *snapshot);

/* The sum of a counter of the PAGES that lie in a range. */
uint64_t shape_sum(const struct snapshot *snapshot, uint64_t start, uint64_t end, size_t counter);
#define SUM_IN(snapshot, start, end, counter) \
	shape_sum(snapshot, start, end, offsetof(struct ipcshow_pages, counter))

/* Memory that a child shares. */
void *shape_shared_memory(void);
unsigned long long shape_memory_available(void);

#endif
