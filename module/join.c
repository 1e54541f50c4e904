// SPDX-License-Identifier: GPL-2.0
/*
 * Which sites of a group have the same page, column by column.
 *
 * The row of each site is added, one after the other. Then what X and Y are said to have in
 * common must be no page that X freed, and Y got, in between. Mostly the kernel tells: it
 * counts the times that an address space gave up what the hardware could reach, and if none has
 * done so since its row was read, each page was still where it was found (ipcshow_join_look()
 * and ipcshow_join_hold()). Of what is missing in a row, that does not tell, nor of a row that
 * was not read since it was empty before.
 *
 * Otherwise, each row is read again and verified: of sites X and Y, X before Y, the entries of the
 * page tables were read in the order X, Y, X, Y and led to that page each time. A page
 * that X frees and Y gets in between is not found at X again; one that goes to and fro would
 * have to do so between each two of these reads, and be mapped twice for another reason in
 * the end: in both cases, the page must have been mapped at least as often as is said.
 *
 * A site is added to the set of a page in one step, whatever the size of the set, so the
 * cost goes with the pages.
 */
#include <linux/ipcshow.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "join.h"
#include "quota.h"

/* Beyond this, a chunk may have to be smaller. */
#define SLOTS_USUAL	4096U
#define SETS_USUAL	8192

/* Each site may have a page of its own in each column, but not many do that others have, too. */
static u32 max_slots(u32 sites)
{
	return IPCSHOW_ROW_MAX + min(IPCSHOW_ROW_MAX / 2 * sites, max(SLOTS_USUAL, sites));
}

/*
 * A column alone adds at most one node for each site as it is added, one as it is verified,
 * and one for a page that only that site has. Of few sites there are few sets at all.
 */
static u32 max_sets(u32 sites)
{
	return sites < ilog2(SETS_USUAL) ? 1U << sites : SETS_USUAL + 3 * sites;
}

/**
 * ipcshow_join_bytes() - memory that ipcshow_join_create() takes
 * @sites: most sites of a group
 */
u64 ipcshow_join_bytes(u32 sites)
{
	return sizeof(struct ipcshow_join) + ipcshow_slots_bytes(max_slots(sites)) +
	       ipcshow_sets_bytes(max_sets(sites)) +
	       max_slots(sites) * sizeof(struct ipcshow_run);
}

/**
 * ipcshow_join_create() - memory for joins
 * @sites: most sites of a group
 * @salt: of the identities; outlives the join
 *
 * Return: the join, or NULL: out of memory.
 */
struct ipcshow_join *ipcshow_join_create(u32 sites, const struct ipcshow_salt *salt)
{
	struct ipcshow_join *join = kvzalloc(sizeof(*join), IPCSHOW_GFP);

	if (!join)
		return NULL;
	join->blocks.slots = &join->slots;
	join->blocks.sets = &join->sets;
	join->runs = kvmalloc_array(max_slots(sites), sizeof(*join->runs), IPCSHOW_GFP);
	if (!join->runs || !ipcshow_slots_create(&join->slots, max_slots(sites), salt) ||
	    !ipcshow_sets_create(&join->sets, max_sets(sites))) {
		ipcshow_join_destroy(join);
		return NULL;
	}
	return join;
}

/**
 * ipcshow_join_destroy() - the end of ipcshow_join_create()
 * @join: the join, or NULL
 */
void ipcshow_join_destroy(struct ipcshow_join *join)
{
	if (!join)
		return;
	ipcshow_slots_destroy(&join->slots);
	ipcshow_sets_destroy(&join->sets);
	kvfree(join->runs);
	kvfree(join);
}

/**
 * ipcshow_join_begin() - begin a chunk
 * @join: the join; what it knew of the last chunk is dropped, but for the sets
 * @last_try: it did not settle before
 */
void ipcshow_join_begin(struct ipcshow_join *join, bool last_try)
{
	ipcshow_slots_clear(&join->slots);
	join->sets.full = false;
	join->nr_runs = 0;
	join->blocks.nr = 0;
	join->last_try = last_try;
	join->plain = true;
	bitmap_zero(join->alone, IPCSHOW_ROW_MAX);
	join->unsettled = 0;
}

/**
 * ipcshow_join_add_run() - a page that only one site has, and that has no slot
 * @join: the join
 * @site: the site
 * @column: where
 * @flags: IPCSHOW_SHARE_F_*
 *
 * Makes sure that the set of that site alone exists.
 */
void ipcshow_join_add_run(struct ipcshow_join *join, u32 site, u32 column, u32 flags)
{
	struct ipcshow_run *run = join->nr_runs ? &join->runs[join->nr_runs - 1] : NULL;

	if (run && run->site == site && run->flags == flags && run->column + run->nr == column) {
		run->nr++;
	} else if (join->nr_runs == join->slots.max) {
		join->slots.full = true;
	} else if (ipcshow_sets_add(&join->sets, 0, site)) {
		join->runs[join->nr_runs++] = (struct ipcshow_run){
			.site = site, .column = column, .nr = 1, .flags = flags,
		};
	}
}

/*
 * The slot of a page that is not what the first site has there. Return: false: it needs none, or
 * there is no room.
 */
static bool other_slot(struct ipcshow_join *join, u32 site, u64 entry, u32 column, u32 *slot)
{
	u32 place, flags;

	*slot = ipcshow_slots_find(&join->slots, entry, column, &place);
	if (*slot)
		return true;
	if (ipcshow_entry_is_exclusive(entry, &flags)) {
		ipcshow_join_add_run(join, site, column, flags);
		__set_bit(column, join->alone);
		return false;
	}
	*slot = ipcshow_slots_add(&join->slots, entry, column, place);
	/* It may be a page that only another site had, until just now. */
	if (test_bit(column, join->alone))
		join->plain = false;
	return *slot;
}

/* What is not the page that an earlier site has there, the first one included. */
static noinline bool new_slot(struct ipcshow_join *join, u32 site, u64 entry, u32 column,
			      u32 *slot)
{
	/* It may have come to rest when it is looked at again. */
	if (ipcshow_entry_type(entry) == IPCSHOW_ENTRY_MOVING)
		return false;
	if (join->slots.entries[column])
		return other_slot(join, site, entry, column, slot);
	ipcshow_slots_set_first(&join->slots, entry, column);
	*slot = column;
	return true;
}

/* Pages under migration have no slot. */
static void drop_moving(struct ipcshow_slots *slots, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (ipcshow_entry_type(slots->entries[i]) == IPCSHOW_ENTRY_MOVING)
			slots->entries[i] = 0;
}

/* The row, which is in the slots already, is needed besides if pages under migration are in it. */
static void add_first(struct ipcshow_join *join, u32 site, u32 nr)
{
	if (!join->row.plain) {
		memcpy(join->entries, join->slots.entries, nr * sizeof(u64));
		join->row.entries = join->entries;
		drop_moving(&join->slots, nr);
	}
	ipcshow_slots_begin(&join->slots, nr);
	ipcshow_blocks_begin(&join->blocks, nr, &join->row);
	ipcshow_blocks_add(&join->blocks, site, 0, nr);
}

/**
 * ipcshow_join_add_same() - as ipcshow_join_add(), for a row that is the same as the first
 *	one in some blocks
 * @join: the join
 * @site: the site
 * @first: the first column, see ipcshow_blocks_run()
 * @nr: columns
 */
void ipcshow_join_add_same(struct ipcshow_join *join, u32 site, u32 first, u32 nr)
{
	ipcshow_blocks_add(&join->blocks, site, first, nr);
}

static void add_to_slot(struct ipcshow_join *join, u32 site, u32 slot)
{
	join->slots.sets[slot] = ipcshow_sets_add(&join->sets, join->slots.sets[slot], site);
}

static void add_page(struct ipcshow_join *join, u32 site, u64 entry, u32 column)
{
	u32 slot;

	if (new_slot(join, site, entry, column, &slot))
		add_to_slot(join, site, slot);
}

/* Return: false: it cannot be told by classes. */
static bool add_divided(struct ipcshow_join *join, u32 site, const u64 *row, u32 b, u32 nr)
{
	const u64 *entries = join->slots.entries + b * IPCSHOW_BLOCK;
	u32 i, same;

	if (!ipcshow_block_divide(&join->blocks, row, b, nr, &same))
		return false;
	ipcshow_block_add(&join->blocks, site, b, same);
	for (i = 0; i < nr; i++)
		if (row[i] && row[i] != entries[i])
			add_page(join, site, row[i], b * IPCSHOW_BLOCK + i);
	return true;
}

static void add_columns(struct ipcshow_join *join, u32 site, const u64 *row, u32 first, u32 nr)
{
	const u64 *entries = join->slots.entries + first;
	u32 i;

	for (i = 0; i < nr; i++) {
		if (row[i] && row[i] == entries[i])
			add_to_slot(join, site, first + i);
		else if (row[i])
			add_page(join, site, row[i], first + i);
	}
}

static void add_others(struct ipcshow_join *join, u32 site, u32 first, u32 nr)
{
	const u64 *row = join->row.entries;
	u32 b, i, n;

	for (i = 0; i < nr; i += n) {
		b = (first + i) / IPCSHOW_BLOCK;
		n = min_t(u32, nr - i, IPCSHOW_BLOCK);
		if (add_divided(join, site, row + i, b, n))
			continue;
		ipcshow_block_end(&join->blocks, b);
		add_columns(join, site, row + i, first + i, n);
	}
}

/**
 * ipcshow_join_add() - add what a site has
 * @join: the join; its row has been read for this site, in this RCU section
 * @site: the site, higher than those before
 * @first: column that the row begins with, where a block does; 0 for the first row of all
 * @nr: pages of the row
 */
void ipcshow_join_add(struct ipcshow_join *join, u32 site, u32 first, u32 nr)
{
	join->plain &= join->row.reachable;
	if (!join->blocks.nr)
		add_first(join, site, nr);
	else if (!join->row.empty_until)
		add_others(join, site, first, nr);
}

/* Return: false: what they are told of by slots is mapped less often than is said. */
static bool look_at_slots(struct ipcshow_slots *slots, const struct ipcshow_set_node *nodes,
			  u32 from, u32 to)
{
	u32 slot, flags = 0;

	for (slot = from; slot < to; slot++) {
		if (!slots->entries[slot])
			continue;
		ipcshow_slots_look(slots, slot, slot + 1, nodes[slots->sets[slot]].size);
		flags |= slots->flags[slot];
	}
	return !(flags & IPCSHOW_SHARE_F_UNSETTLED);
}

/**
 * ipcshow_join_look() - find out what all pages are, as verifying the sites one by one would
 * @join: the join, all sites added, and @join->plain; each page is still where it was found,
 *	and this in the present RCU section
 *
 * Return: false: some are not mapped by as many as have them.
 */
bool ipcshow_join_look(struct ipcshow_join *join)
{
	struct ipcshow_slots *slots = &join->slots;
	u32 b, from, to;

	for (b = 0; b < IPCSHOW_BLOCKS; b++) {
		if (ipcshow_block_is_classified(&join->blocks, b)) {
			if (!ipcshow_block_look(&join->blocks, b))
				return false;
			continue;
		}
		from = max(slots->low, b * IPCSHOW_BLOCK);
		to = min(slots->high, (b + 1) * IPCSHOW_BLOCK);
		if (!look_at_slots(slots, join->sets.nodes, from, to))
			return false;
	}
	return look_at_slots(slots, join->sets.nodes, IPCSHOW_ROW_MAX, slots->nr);
}

/**
 * ipcshow_join_hold() - all that was found did hold
 * @join: the join, after ipcshow_join_look()
 */
void ipcshow_join_hold(struct ipcshow_join *join)
{
	struct ipcshow_slots *slots = &join->slots;
	u32 b;

	for (b = 0; b < IPCSHOW_BLOCKS; b++)
		ipcshow_block_hold(&join->blocks, b);
	if (slots->low < slots->high)
		memcpy(slots->held + slots->low, slots->sets + slots->low,
		       (slots->high - slots->low) * sizeof(u32));
	memcpy(slots->held + IPCSHOW_ROW_MAX, slots->sets + IPCSHOW_ROW_MAX,
	       (slots->nr - IPCSHOW_ROW_MAX) * sizeof(u32));
}

/**
 * ipcshow_join_again() - all sites have been added, and are to be verified
 * @join: the join
 */
void ipcshow_join_again(struct ipcshow_join *join)
{
	join->nr_runs = 0;
}
