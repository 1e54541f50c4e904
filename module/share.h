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
 * @step: how far it is with that (PAGE records: the next site, as a node)
 * @told: sets that were written
 * @base: &ipcshow_set.id of set 0
 */
struct ipcshow_share_cursor {
	u32 group;
	u32 part;
	u64 offset;
	u32 place;
	u32 step;
	u32 told;
	u64 base;
};

void ipcshow_shares_forget_sets(struct ipcshow_share_cursor *c, struct ipcshow_join *join);
void ipcshow_shares_begin(struct ipcshow_share_cursor *c, u32 group, u64 offset);
int ipcshow_shares_emit(struct ipcshow_share_cursor *c, struct ipcshow_join *join,
			struct ipcshow_ringbuf *ring);

#endif
