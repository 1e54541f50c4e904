/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MERGE_H
#define MERGE_H

#include "matrix.h"

/*
 * Which page frames do processes have in common? Processes come one after the other, and
 * of each all entries of its pagemap, in any order.
 */
struct merge;

/* @nothing: the frame of the zero page, which is nobody's. */
struct merge *merge_create(size_t nr_processes, u64 nothing);
void merge_add(struct merge *merge, size_t process, const u64 *entries, size_t nr);
/* Fills in the matrix, which was made for as many processes. */
void merge_finish(struct merge *merge, struct matrix *matrix);
void merge_free(struct merge *merge);

/* An entry of /proc/PID/pagemap. */
#define PAGEMAP_PRESENT		(1ULL << 63)
#define PAGEMAP_FRAME		((1ULL << 55) - 1)

#endif
