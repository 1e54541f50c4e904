// SPDX-License-Identifier: GPL-2.0
/* The rows of a chunk, read again: what of all that was joined (join.c) did hold? */
#include <linux/ipcshow.h>
#include <linux/mm.h>

#include "join.h"

/* There is a page, but which, or whose, cannot be told. */
static void verify_unsettled(struct ipcshow_join *join, u32 site, u32 column)
{
	join->unsettled += PAGE_SIZE;
	if (join->last_try)
		ipcshow_join_add_run(join, site, column, IPCSHOW_SHARE_F_UNSETTLED);
}

/* A page without a slot: only this site has it, or it came just now. */
static void verify_alone(struct ipcshow_join *join, u32 site, u64 entry, u32 column)
{
	u32 flags;

	if (ipcshow_entry_is_exclusive(entry, &flags))
		ipcshow_join_add_run(join, site, column, flags);
	else
		verify_unsettled(join, site, column);
}

/**
 * ipcshow_join_verify_same() - as ipcshow_join_verify(), for a row that is the same as the
 *	first one in some blocks
 * @join: the join
 * @site: the site
 * @first: the first column, see ipcshow_blocks_run()
 * @nr: columns
 */
void ipcshow_join_verify_same(struct ipcshow_join *join, u32 site, u32 first, u32 nr)
{
	ipcshow_blocks_verify(&join->blocks, site, first, nr, join->last_try);
}

/*
 * The pages are looked at when the last of those who had them has been verified. Who did not
 * have one before is not asked for: then the set that holds is not the set that was, and
 * the chunk does not settle.
 */
static void verify_slot(struct ipcshow_join *join, u32 site, u32 slot)
{
	struct ipcshow_slots *slots = &join->slots;
	const struct ipcshow_set_node *node = &join->sets.nodes[slots->sets[slot]];

	slots->held[slot] = ipcshow_sets_add(&join->sets, slots->held[slot], site);
	if (node->site == site || join->last_try)
		ipcshow_slots_look(slots, slot, slot + 1, node->size);
}

/* A page that is not what the first row has there. */
static void verify_page(struct ipcshow_join *join, u32 site, u64 entry, u32 column)
{
	u32 slot, place;

	if (ipcshow_entry_type(entry) == IPCSHOW_ENTRY_MOVING) {
		verify_unsettled(join, site, column);
		return;
	}
	slot = ipcshow_slots_find(&join->slots, entry, column, &place);
	if (slot)
		verify_slot(join, site, slot);
	else
		verify_alone(join, site, entry, column);
}

static void verify_columns(struct ipcshow_join *join, u32 site, const u64 *row, u32 first,
			   u32 nr)
{
	const u64 *entries = join->slots.entries + first;
	u32 i;

	for (i = 0; i < nr; i++) {
		if (row[i] && row[i] == entries[i])
			verify_slot(join, site, first + i);
		else if (row[i])
			verify_page(join, site, row[i], first + i);
	}
}

/* Return: false: it cannot be told by classes. */
static bool verify_divided(struct ipcshow_join *join, u32 site, const u64 *row, u32 b, u32 nr)
{
	const u64 *entries = join->slots.entries + b * IPCSHOW_BLOCK;
	u32 i, same;

	if (!ipcshow_block_divide(&join->blocks, row, b, nr, &same))
		return false;
	ipcshow_block_verify(&join->blocks, site, b, same, join->last_try);
	for (i = 0; i < nr; i++)
		if (row[i] && row[i] != entries[i])
			verify_page(join, site, row[i], b * IPCSHOW_BLOCK + i);
	return true;
}

/**
 * ipcshow_join_verify() - what does a site have still?
 * @join: the join; its row has been read again for this site, in this RCU section
 * @site: a site, higher than those that were verified before
 * @first: column that the row begins with, where a block does
 * @nr: pages of the row
 */
void ipcshow_join_verify(struct ipcshow_join *join, u32 site, u32 first, u32 nr)
{
	const u64 *row = join->row.entries;
	u32 b, i, n;

	if (join->row.empty_until)
		return;
	for (i = 0; i < nr; i += n) {
		b = (first + i) / IPCSHOW_BLOCK;
		n = min_t(u32, nr - i, IPCSHOW_BLOCK);
		if (verify_divided(join, site, row + i, b, n))
			continue;
		ipcshow_block_end(&join->blocks, b);
		verify_columns(join, site, row + i, first + i, n);
	}
}

static __always_inline void settle(struct ipcshow_join *join, u32 slot)
{
	if (likely(join->slots.held[slot] == join->slots.sets[slot] &&
		   !(join->slots.flags[slot] & IPCSHOW_SHARE_F_UNSETTLED)))
		return;
	join->slots.flags[slot] |= IPCSHOW_SHARE_F_UNSETTLED;
	join->slots.sets[slot] = join->slots.held[slot];
	join->unsettled += PAGE_SIZE;
}

/* Is all that was found one run of pages of one set, which did hold still? */
static bool is_uniform(const struct ipcshow_join *join)
{
	const struct ipcshow_slots *slots = &join->slots;

	return slots->low < slots->high && slots->high <= join->blocks.nr &&
	       slots->nr == IPCSHOW_ROW_MAX && !slots->has_ids && !join->nr_runs &&
	       !join->unsettled && ipcshow_blocks_are_uniform(&join->blocks);
}

/**
 * ipcshow_join_settle() - all sites have been verified
 * @join: the join: if @join->unsettled is not 0 now, some pages did not hold still. The
 *	slots tell what held, or @join->uniform; if it is full now, nothing does
 */
void ipcshow_join_settle(struct ipcshow_join *join)
{
	u32 slot, b;

	join->uniform = is_uniform(join);
	if (join->uniform) {
		ipcshow_growing_set_node(&join->sets, &ipcshow_join_uniform_class(join)->set);
		return;
	}
	for (b = 0; b < IPCSHOW_BLOCKS; b++)
		ipcshow_block_end(&join->blocks, b);
	for (slot = join->slots.low; slot < join->slots.high; slot++)
		if (join->slots.entries[slot])
			settle(join, slot);
	for (slot = IPCSHOW_ROW_MAX; slot < join->slots.nr; slot++)
		settle(join, slot);
}
