/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_SHARE_H
#define IPCSHOW_SHARE_H

#include <linux/types.h>

struct ipcshow_join;
struct ipcshow_ringbuf;

/**
 * struct ipcshow_share_cursor - how far what was found in a chunk has been written
 * @group: number of the group
 * @offset: where the chunk begins
 * @part: what comes next
 * @place: how far that is
 * @end: SET records: behind the last set that is wanted
 * @step: how far it is with that (PAGE records: a node of the sets; 0: the slot's. SET records
 *	of one site each: 1: amid those of a node)
 * @site: SET and PAGE records: the next site of the run of that node
 * @runs: a SET record may be a run of sites
 * @told: the last set that was written, less @base; 0: none since sets were forgotten
 * @base: &ipcshow_set.id of what is before the first set
 */
struct ipcshow_share_cursor {
	u32 group;
	u32 part;
	u64 offset;
	u32 place;
	u32 end;
	u32 step;
	u32 site;
	bool runs;
	u64 told;
	u64 base;
};

void ipcshow_shares_forget_sets(struct ipcshow_share_cursor *c, struct ipcshow_join *join);
void ipcshow_shares_begin(struct ipcshow_share_cursor *c, struct ipcshow_join *join, u32 group,
			  u64 offset);
int ipcshow_shares_emit(struct ipcshow_share_cursor *c, struct ipcshow_join *join,
			struct ipcshow_ringbuf *ring);

#endif
