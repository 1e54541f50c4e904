/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_BLOCK_H
#define IPCSHOW_BLOCK_H

#include <linux/mm_types.h>
#include <linux/types.h>

#include "row.h"
#include "set.h"

struct ipcshow_slots;

/* Columns that are treated as one as long as most rows are the same there. */
#define IPCSHOW_BLOCK		64
#define IPCSHOW_BLOCKS		(IPCSHOW_ROW_MAX / IPCSHOW_BLOCK)
#define IPCSHOW_CLASSES_MAX	6

/**
 * struct ipcshow_class - columns of a block that have the same sets
 * @set: as &ipcshow_slots.sets
 * @held: as &ipcshow_slots.held
 * @flags: IPCSHOW_SHARE_F_* of all pages, or IPCSHOW_SLOTS_MIXED, or that they have not been
 *	looked at
 */
struct ipcshow_class {
	struct ipcshow_growing_set set;
	struct ipcshow_growing_set held;
	u32 flags;
};

/**
 * struct ipcshow_block - some columns, by class
 * @classified: @classes and &ipcshow_blocks.class_of tell the sets of the pages of the first
 *	row, not the slots
 * @nr: classes
 * @classes: the classes
 */
struct ipcshow_block {
	bool classified;
	u32 nr;
	struct ipcshow_class classes[IPCSHOW_CLASSES_MAX];
};

/**
 * struct ipcshow_blocks - the columns of a chunk, IPCSHOW_BLOCK at a time
 * @slots: their first row is in the slots' entries
 * @sets: of the slots
 * @nr: pages of the first row; 0: there is none yet
 * @plain: it is plain: @ptes is what the page tables have
 * @holes: some of these may be none
 * @ptes: see @plain
 * @block: the blocks
 * @class_of: the class of each column in its block
 */
struct ipcshow_blocks {
	struct ipcshow_slots *slots;
	struct ipcshow_sets *sets;
	u32 nr;
	bool plain;
	bool holes;
	pte_t ptes[IPCSHOW_ROW_MAX];
	struct ipcshow_block block[IPCSHOW_BLOCKS];
	u8 class_of[IPCSHOW_ROW_MAX];
};

/* Are the sets of its columns in its classes? */
static inline bool ipcshow_block_is_classified(const struct ipcshow_blocks *blocks, u32 b)
{
	return blocks->nr && blocks->block[b].classified;
}

void ipcshow_blocks_begin(struct ipcshow_blocks *blocks, u32 nr, const struct ipcshow_row *row);
u32 ipcshow_blocks_run(const struct ipcshow_blocks *blocks, u32 first, u32 end);
void ipcshow_blocks_add(struct ipcshow_blocks *blocks, u32 site, u32 first, u32 nr);
void ipcshow_blocks_verify(struct ipcshow_blocks *blocks, u32 site, u32 first, u32 nr,
			   bool last_try);
bool ipcshow_blocks_are_uniform(const struct ipcshow_blocks *blocks);

bool ipcshow_block_divide(struct ipcshow_blocks *blocks, const u64 *row, u32 b, u32 nr,
			  u32 *same);
void ipcshow_block_add(struct ipcshow_blocks *blocks, u32 site, u32 b, u32 same);
void ipcshow_block_verify(struct ipcshow_blocks *blocks, u32 site, u32 b, u32 same,
			  bool last_try);
bool ipcshow_block_look(struct ipcshow_blocks *blocks, u32 b);
void ipcshow_block_hold(struct ipcshow_blocks *blocks, u32 b);
void ipcshow_block_end(struct ipcshow_blocks *blocks, u32 b);

#endif
