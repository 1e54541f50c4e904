// SPDX-License-Identifier: GPL-2.0
/*
 * Mostly the rows of a chunk are the same, but for a few columns: children share with each
 * other what none of them wrote to since fork(). So the columns of a block are classified
 * by the sets that they have; a row that is the same adds its site to each class at once,
 * and one that is not divides classes.
 */
#include <linux/ipcshow.h>
#include <linux/string.h>

#include "block.h"
#include "slot.h"

#define NOT_LOOKED_AT	(IPCSHOW_SLOTS_MIXED - 1)

/* Of the classes of a block: all. */
#define ALL		U32_MAX

/**
 * ipcshow_blocks_begin() - the first row has been read: all columns of a block are of one class
 * @blocks: the blocks; the row is in their slots' entries
 * @nr: pages of the row
 * @row: the row; if it is plain, it is in @blocks->ptes, too
 */
void ipcshow_blocks_begin(struct ipcshow_blocks *blocks, u32 nr, const struct ipcshow_row *row)
{
	struct ipcshow_block *block;
	u32 b;

	blocks->nr = nr;
	blocks->plain = row->plain;
	blocks->holes = !row->reachable;
	for (b = 0; b < IPCSHOW_BLOCKS; b++) {
		block = &blocks->block[b];
		if (block->nr != 1)
			memset(blocks->class_of + b * IPCSHOW_BLOCK, 0, IPCSHOW_BLOCK);
		block->classified = true;
		block->nr = 1;
		block->classes[0] = (struct ipcshow_class){ .flags = NOT_LOOKED_AT };
	}
}

/* @nr: pages that a row has in it. */
static bool is_classified(const struct ipcshow_blocks *blocks, u32 b, u32 nr)
{
	const u32 first = b * IPCSHOW_BLOCK;

	return blocks->nr > first && blocks->block[b].classified &&
	       nr == min_t(u32, blocks->nr - first, IPCSHOW_BLOCK);
}

/**
 * ipcshow_blocks_run() - how many columns may be treated as one where a row is the same?
 * @blocks: the blocks
 * @first: the first column, where a block begins
 * @end: the row is the same as the first one up to this column
 *
 * Return: how many, up to the end of a block or of the first row.
 */
u32 ipcshow_blocks_run(const struct ipcshow_blocks *blocks, u32 first, u32 end)
{
	u32 at, n;

	for (at = first; at < end; at += n) {
		n = min_t(u32, end - at, IPCSHOW_BLOCK);
		if (!is_classified(blocks, at / IPCSHOW_BLOCK, n))
			break;
	}
	return at - first;
}

/* Are all of a block's columns what they are in the first row? */
static bool is_same(const u64 *row, const u64 *entries, u32 nr)
{
	u64 differs = 0;
	u32 i;

	if (row == entries)
		return true;
	for (i = 0; i < nr; i++)
		differs |= row[i] ^ entries[i];
	return !differs;
}

/*
 * Which classes have columns where the row is the same, and which where it differs? Return:
 * false: the row has a page where the first row has none.
 */
static bool ask_classes(const u64 *row, const u64 *entries, const u8 *class_of, u32 nr,
			u32 *same, u32 *differs)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		if (row[i] != entries[i]) {
			if (!entries[i])
				return false;
			*differs |= BIT(class_of[i]);
		} else if (entries[i]) {
			*same |= BIT(class_of[i]);
		}
	}
	return true;
}

/**
 * ipcshow_block_divide() - divide the classes of a block such that in each of them a row is the
 *	same as the first row in all columns, or in none
 * @blocks: the blocks
 * @row: what the row has in the block
 * @b: the block
 * @nr: pages that the row has in the block
 * @same: out: the classes where it is the same
 *
 * Return: false: it cannot be told by classes, or there are too many.
 */
bool ipcshow_block_divide(struct ipcshow_blocks *blocks, const u64 *row, u32 b, u32 nr,
			  u32 *same)
{
	const u64 *entries = blocks->slots->entries + b * IPCSHOW_BLOCK;
	u8 *class_of = blocks->class_of + b * IPCSHOW_BLOCK;
	struct ipcshow_block *block = &blocks->block[b];
	u8 other[IPCSHOW_CLASSES_MAX];
	u32 i, k, differs = 0;

	*same = 0;
	if (!is_classified(blocks, b, nr))
		return false;
	if (is_same(row, entries, nr)) {
		*same = ALL;
		return true;
	}
	if (!ask_classes(row, entries, class_of, nr, same, &differs))
		return false;
	differs &= *same;
	if (!differs)
		return true;
	for (k = 0; k < IPCSHOW_CLASSES_MAX; k++) {
		if (!(differs & BIT(k)))
			continue;
		if (block->nr == IPCSHOW_CLASSES_MAX)
			return false;
		other[k] = block->nr++;
		block->classes[other[k]] = block->classes[k];
	}
	for (i = 0; i < nr; i++)
		if (row[i] != entries[i] && differs & BIT(class_of[i]))
			class_of[i] = other[class_of[i]];
	return true;
}

/**
 * ipcshow_block_add() - add a site to the sets of some classes
 * @blocks: the blocks
 * @site: the site
 * @b: the block, which is classified
 * @same: bits of the classes
 */
void ipcshow_block_add(struct ipcshow_blocks *blocks, u32 site, u32 b, u32 same)
{
	struct ipcshow_block *block = &blocks->block[b];
	struct ipcshow_class *class;

	for (class = block->classes; class < block->classes + block->nr; class++, same >>= 1)
		if (same & 1)
			ipcshow_growing_set_add(blocks->sets, &class->set, site);
}

/**
 * ipcshow_blocks_add() - add a site to all sets of some blocks
 * @blocks: the blocks
 * @site: the site
 * @first: the first column, see ipcshow_blocks_run()
 * @nr: columns
 */
void ipcshow_blocks_add(struct ipcshow_blocks *blocks, u32 site, u32 first, u32 nr)
{
	u32 b;

	for (b = first / IPCSHOW_BLOCK; b * IPCSHOW_BLOCK < first + nr; b++)
		ipcshow_block_add(blocks, site, b, ALL);
}

/* Where a run of columns of one class ends. */
static u32 end_of_class(const struct ipcshow_blocks *blocks, u32 column, u32 end)
{
	const u8 k = blocks->class_of[column];

	while (column < end && blocks->class_of[column] == k)
		column++;
	return column;
}

/* The pages of one class, when all sites of its set have been verified. */
static void look_at_class(struct ipcshow_blocks *blocks, u32 b, u32 k)
{
	struct ipcshow_block *block = &blocks->block[b];
	struct ipcshow_class *class = &block->classes[k];
	const u32 said = ipcshow_growing_set_size(blocks->sets, &class->set);
	const u32 end = min(blocks->slots->high, (b + 1) * IPCSHOW_BLOCK);
	u32 i, next, flags;

	class->flags = NOT_LOOKED_AT;
	for (i = max(blocks->slots->low, b * IPCSHOW_BLOCK); i < end; i = next) {
		next = block->nr == 1 ? end : end_of_class(blocks, i, end);
		if (blocks->class_of[i] != k)
			continue;
		flags = ipcshow_slots_look(blocks->slots, i, next, said);
		if (class->flags == NOT_LOOKED_AT)
			class->flags = flags;
		else if (class->flags != flags)
			class->flags = IPCSHOW_SLOTS_MIXED;
	}
}

/**
 * ipcshow_block_verify() - a site has the pages of some classes still
 * @blocks: the blocks
 * @site: the site
 * @b: the block, which is classified
 * @same: bits of the classes
 * @last_try: look at the pages, whoever has them
 */
void ipcshow_block_verify(struct ipcshow_blocks *blocks, u32 site, u32 b, u32 same,
			  bool last_try)
{
	struct ipcshow_block *block = &blocks->block[b];
	struct ipcshow_class *class;
	u32 k;

	for (k = 0; k < block->nr; k++, same >>= 1) {
		if (!(same & 1))
			continue;
		class = &block->classes[k];
		ipcshow_growing_set_add(blocks->sets, &class->held, site);
		if (ipcshow_growing_set_ends_with(blocks->sets, &class->set, site) || last_try)
			look_at_class(blocks, b, k);
	}
}

/**
 * ipcshow_blocks_verify() - a site has the pages of some blocks still
 * @blocks: the blocks
 * @site: the site
 * @first: the first column, see ipcshow_blocks_run()
 * @nr: columns
 * @last_try: as for ipcshow_block_verify()
 */
void ipcshow_blocks_verify(struct ipcshow_blocks *blocks, u32 site, u32 first, u32 nr,
			   bool last_try)
{
	u32 b;

	for (b = first / IPCSHOW_BLOCK; b * IPCSHOW_BLOCK < first + nr; b++)
		ipcshow_block_verify(blocks, site, b, ALL, last_try);
}

/* The flags of pages that are not all alike are in the slots. */
static bool any_unsettled(const struct ipcshow_slots *slots, u32 b)
{
	const u32 end = min(slots->high, (b + 1) * IPCSHOW_BLOCK);
	u32 i;

	for (i = max(slots->low, b * IPCSHOW_BLOCK); i < end; i++)
		if (slots->entries[i] && slots->flags[i] & IPCSHOW_SHARE_F_UNSETTLED)
			return true;
	return false;
}

/**
 * ipcshow_block_look() - find out what the pages of a block are
 * @blocks: the blocks
 * @b: the block, which is classified
 *
 * Return: false: some are not mapped as often as their sets say.
 */
bool ipcshow_block_look(struct ipcshow_blocks *blocks, u32 b)
{
	const struct ipcshow_block *block = &blocks->block[b];
	bool mixed = false;
	u32 k, flags;

	for (k = 0; k < block->nr; k++) {
		look_at_class(blocks, b, k);
		flags = block->classes[k].flags;
		mixed |= flags == IPCSHOW_SLOTS_MIXED;
		if (flags < NOT_LOOKED_AT && flags & IPCSHOW_SHARE_F_UNSETTLED)
			return false;
	}
	return !mixed || !any_unsettled(blocks->slots, b);
}

/**
 * ipcshow_block_hold() - all sites of the sets of a block have been found to have its pages still
 * @blocks: the blocks
 * @b: which
 */
void ipcshow_block_hold(struct ipcshow_blocks *blocks, u32 b)
{
	struct ipcshow_block *block = &blocks->block[b];
	struct ipcshow_class *class;

	for (class = block->classes; class < block->classes + block->nr; class++)
		class->held = class->set;
}

/**
 * ipcshow_block_end() - from now on, the sets of a block are in the slots
 * @blocks: the blocks
 * @b: which
 */
void ipcshow_block_end(struct ipcshow_blocks *blocks, u32 b)
{
	struct ipcshow_slots *slots = blocks->slots;
	struct ipcshow_block *block = &blocks->block[b];
	u32 set[IPCSHOW_CLASSES_MAX], held[IPCSHOW_CLASSES_MAX];
	struct ipcshow_class *class;
	u32 i, k;

	if (!blocks->nr || !block->classified)
		return;
	block->classified = false;
	for (k = 0; k < block->nr; k++) {
		class = &block->classes[k];
		set[k] = ipcshow_growing_set_node(blocks->sets, &class->set);
		held[k] = ipcshow_growing_set_node(blocks->sets, &class->held);
	}
	for (i = b * IPCSHOW_BLOCK; i < (b + 1) * IPCSHOW_BLOCK; i++) {
		k = blocks->class_of[i];
		slots->sets[i] = set[k];
		slots->held[i] = held[k];
		if (block->classes[k].flags == NOT_LOOKED_AT)
			slots->flags[i] = 0;
	}
}

/**
 * ipcshow_blocks_are_uniform() - are all pages of the first row of one class?
 * @blocks: the blocks, whose slots have pages of the first row: if so, they are of the class of
 *	the block of the first of them, did hold still, and there is no hole
 */
bool ipcshow_blocks_are_uniform(const struct ipcshow_blocks *blocks)
{
	const struct ipcshow_slots *slots = blocks->slots;
	const struct ipcshow_class *class;
	const struct ipcshow_block *block;
	u32 b = slots->low / IPCSHOW_BLOCK;

	class = blocks->block[b].classes;
	if (!ipcshow_growing_sets_are_alike(&class->held, &class->set) ||
	    class->flags == NOT_LOOKED_AT || class->flags & IPCSHOW_SHARE_F_UNSETTLED)
		return false;
	for (; b * IPCSHOW_BLOCK < slots->high; b++) {
		block = &blocks->block[b];
		if (!block->classified || block->nr != 1 ||
		    block->classes[0].flags != class->flags ||
		    !ipcshow_growing_sets_are_alike(&block->classes[0].set, &class->set) ||
		    !ipcshow_growing_sets_are_alike(&block->classes[0].held, &class->held))
			return false;
	}
	return true;
}
