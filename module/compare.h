/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_COMPARE_H
#define IPCSHOW_COMPARE_H

#include <linux/ipcshow.h>
#include <linux/types.h>

#include "quota.h"
#include "share.h"
#include "site.h"

struct ipcshow_join;
struct ipcshow_ringbuf;
struct ipcshow_salt;
struct ipcshow_targets;

/**
 * struct ipcshow_compare_state - a comparison in progress, between calls
 * @stage: what comes next; 0: none in progress
 * @sites: the sites
 * @first: the first site of the present group
 * @nr: its sites
 * @bytes: the longest of them
 * @offset: where the present chunk begins
 * @columns: pages of the present chunk
 * @width: most pages of a chunk at present
 * @tries: how often the present chunk did not settle
 * @pass: what is being done with the rows of the present chunk; NULL: nothing yet
 * @next: the site whose row is next
 * @shares: how far that is written
 * @join: the present chunk
 * @end: the last record as far as it is known
 * @locks: holds of mmap locks
 * @charge: for @join
 */
struct ipcshow_compare_state {
	unsigned int stage;
	struct ipcshow_sites sites;
	u32 first;
	u32 nr;
	u64 bytes;
	u64 offset;
	unsigned int columns;
	unsigned int width;
	unsigned int tries;
	const struct pass *pass;
	u32 next;
	struct ipcshow_share_cursor shares;
	struct ipcshow_join *join;
	struct ipcshow_compare_end end;
	struct ipcshow_end locks;
	struct ipcshow_charge charge;
};

int ipcshow_compare_begin(struct ipcshow_compare_state *c, const struct ipcshow_compare *arg,
			  u32 nr_targets, const struct ipcshow_salt *salt);
int ipcshow_compare_resume(struct ipcshow_compare_state *c,
			   const struct ipcshow_compare *arg);
int ipcshow_compare_fill(struct ipcshow_compare_state *c,
			 const struct ipcshow_targets *targets,
			 struct ipcshow_ringbuf *ring, u32 *status);
int ipcshow_compare_gone(struct ipcshow_compare_state *c, u32 target);
void ipcshow_compare_end(struct ipcshow_compare_state *c);

#endif
