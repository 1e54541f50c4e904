/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_COMPARE_H
#define IPCSHOW_COMPARE_H

#include <linux/ipcshow.h>
#include <linux/types.h>

#include "quota.h"

struct ipcshow_join;
struct ipcshow_ringbuf;
struct ipcshow_salt;
struct ipcshow_targets;

/* 64-bit kernels of all architectures have less in one address space. */
#define IPCSHOW_SITES_MAX	65536

/**
 * struct ipcshow_compare_site - a site, as &struct ipcshow_site
 * @start: its address
 * @bytes: its size
 * @empty: nothing is mapped before this offset, as was found last in this call
 * @target: its target
 * @group: its group
 */
struct ipcshow_compare_site {
	u64 start;
	u64 bytes;
	u64 empty;
	u32 target;
	u32 group;
};

/**
 * struct ipcshow_compare_state - a comparison in progress, between calls
 * @stage: what comes next; 0: none in progress
 * @place: how far the stage is
 * @step: how far it is with that (PAGE records: the next site, as a node)
 * @nr_sites: entries in @sites
 * @sites: the sites
 * @used: a bit for each target that a site names
 * @first: the first site of the present group
 * @nr: its sites
 * @bytes: the longest of them
 * @offset: where the present chunk begins
 * @columns: pages of the present chunk
 * @width: most pages of a chunk at present
 * @tries: how often the present chunk did not settle
 * @told: nodes that were written as SETs
 * @set_base: &ipcshow_set.id of node 0
 * @join: the present chunk
 * @end: the last record as far as it is known
 * @locks: holds of mmap locks
 * @charge: for @sites
 * @join_charge: for @join
 */
struct ipcshow_compare_state {
	unsigned int stage;
	u32 place;
	u32 step;
	u32 nr_sites;
	struct ipcshow_compare_site *sites;
	unsigned long *used;
	u32 first;
	u32 nr;
	u64 bytes;
	u64 offset;
	unsigned int columns;
	unsigned int width;
	unsigned int tries;
	u32 told;
	u64 set_base;
	struct ipcshow_join *join;
	struct ipcshow_compare_end end;
	struct ipcshow_end locks;
	struct ipcshow_charge charge;
	struct ipcshow_charge join_charge;
};

int ipcshow_compare_begin(struct ipcshow_compare_state *c, const struct ipcshow_compare *arg,
			  u32 nr_targets, const struct ipcshow_salt *salt);
int ipcshow_compare_resume(struct ipcshow_compare_state *c,
			   const struct ipcshow_compare *arg);
int ipcshow_compare_fill(struct ipcshow_compare_state *c,
			 const struct ipcshow_targets *targets,
			 struct ipcshow_ringbuf *ring, u32 *status);
void ipcshow_compare_end(struct ipcshow_compare_state *c);

#endif
