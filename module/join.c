// SPDX-License-Identifier: GPL-2.0
/*
 * Which sites of a group have the same page, column by column.
 *
 * The row of each site is added, one after the other, then each is read
 * again and verified. Of sites X and Y, X before Y, that are said to have one
 * page, the entries of the page tables were read in the order X, Y, X, Y and led to that
 * page each time, and after the last time the page was mapped at least as often as is
 * said. A page that X frees and Y gets in between is not found at X again; one that goes to and
 * fro would have to do so between each two of these reads, and be mapped twice for another
 * reason in the end.
 *
 * A site is added to the set of a page in one step, whatever the size of the set, so the
 * cost goes with the pages.
 */
#include <linux/ipcshow.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "identity.h"
#include "join.h"
#include "quota.h"
#include "tally.h"

#define SLOTS_MIN	4096

static u32 max_slots(u32 sites)
{
	return IPCSHOW_ROW_MAX + max_t(u32, SLOTS_MIN, sites);
}

/*
 * A column alone adds at most one node for each site as it is added, one as it is verified,
 * and one for a page that only that site has.
 */
static u32 max_sets(u32 sites)
{
	return 2 * SLOTS_MIN + 3 * sites;
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
	join->salt = salt;
	join->runs = kvcalloc(max_slots(sites), sizeof(*join->runs), IPCSHOW_GFP);
	if (!join->runs || !ipcshow_slots_create(&join->slots, max_slots(sites)) ||
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
	join->nr_bulk = 0;
	join->last_try = last_try;
	join->has_ids = false;
	join->unsettled = 0;
}

/*
 * Is the page mapped here only? Then no other site has it. The entry that leads to it has just
 * been read, within the same RCU section.
 */
static bool is_exclusive(u64 entry)
{
	const struct page *page;

	if (ipcshow_entry_type(entry) != IPCSHOW_ENTRY_PAGE)
		return false;
	page = pfn_to_page(ipcshow_entry_value(entry));
	return ipcshow_page_mapcount(ipcshow_page_read(page), page) == 1;
}

/*
 * The slot of a page that is not what the first site has there. Return: false: it needs none, or
 * there is no room.
 */
static bool other_slot(struct ipcshow_join *join, u64 entry, u32 column, u32 *slot)
{
	u32 place;

	*slot = ipcshow_slots_find(&join->slots, entry, column, &place);
	if (!*slot && !is_exclusive(entry))
		*slot = ipcshow_slots_add(&join->slots, entry, column, place);
	return *slot;
}

/* What is not the page that an earlier site has there, the first one included. */
static noinline bool new_slot(struct ipcshow_join *join, u64 entry, u32 column, u32 *slot)
{
	/* It may have come to rest when it is looked at again. */
	if (ipcshow_entry_type(entry) == IPCSHOW_ENTRY_MOVING)
		return false;
	if (join->slots.entries[column])
		return other_slot(join, entry, column, slot);
	ipcshow_slots_set_first(&join->slots, entry, column);
	*slot = column;
	return true;
}

/**
 * struct step - adding one site to the sets of many pages, mostly the same set
 * @from: the last set
 * @to: the same and the site
 */
struct step {
	u32 from;
	u32 to;
};

static __always_inline u32 take_step(struct ipcshow_join *join, struct step *step, u32 from,
				     u32 site)
{
	if (unlikely(step->from != from || !step->to)) {
		step->from = from;
		step->to = ipcshow_sets_add(&join->sets, from, site);
	}
	return step->to;
}

/*
 * Mostly the rows of a chunk are the same, but for a few columns: children share with each
 * other what none of them wrote to since fork(). So the columns of a block are classified
 * by the sets that they have; a row that is the same adds its site to each class at once,
 * and one that is not divides classes.
 */

/* Pages under migration have no slot. */
static void drop_moving(struct ipcshow_join *join, unsigned int nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (ipcshow_entry_type(join->slots.entries[i]) == IPCSHOW_ENTRY_MOVING)
			join->slots.entries[i] = 0;
}

/* The first row: all columns of a block are of one class. */
static void begin_bulk(struct ipcshow_join *join, u32 nr)
{
	const u64 *entries = join->slots.entries;
	u32 low = 0, high = nr, i;

	memcpy(join->slots.entries, join->row.entries, nr * sizeof(u64));
	memset(join->slots.flags, 0, nr * sizeof(u32));
	if (join->row.plain)
		memcpy(join->bulk_ptes, join->row.ptes, nr * sizeof(pte_t));
	else
		drop_moving(join, nr);
	join->bulk_plain = join->row.plain;
	join->nr_bulk = nr;
	memset(join->class_of, 0, sizeof(join->class_of));
	for (i = 0; i < ARRAY_SIZE(join->blocks); i++)
		join->blocks[i] = (struct ipcshow_block){ .classified = true, .nr = 1 };

	while (low < high && !entries[low])
		low++;
	while (low < high && !entries[high - 1])
		high--;
	if (low < high) {
		join->slots.low = low;
		join->slots.high = high;
	}
}

/**
 * ipcshow_join_is_classified() - may a row be the same as the first one in a block?
 * @join: the join
 * @block: the block
 * @nr: pages that the row has in it
 */
bool ipcshow_join_is_classified(const struct ipcshow_join *join, u32 block, u32 nr)
{
	const u32 first = block * IPCSHOW_BLOCK;

	return join->nr_bulk > first && join->blocks[block].classified &&
	       nr == min_t(u32, join->nr_bulk - first, IPCSHOW_BLOCK);
}

/* From now on, its sets are in the slots. */
static void end_block(struct ipcshow_join *join, u32 b)
{
	struct ipcshow_slots *slots = &join->slots;
	struct ipcshow_block *block = &join->blocks[b];
	u32 i, k;

	if (!join->nr_bulk || !block->classified)
		return;
	block->classified = false;
	for (i = b * IPCSHOW_BLOCK; i < (b + 1) * IPCSHOW_BLOCK; i++) {
		k = join->class_of[i];
		slots->sets[i] = block->classes[k].set;
		slots->held[i] = block->classes[k].held;
	}
}

/* Can the row be told by classes? Not if it has a page where the first row has none. */
static bool is_divisible(const struct ipcshow_join *join, const u64 *row, u32 b, u32 nr)
{
	const u64 *entries = join->slots.entries + b * IPCSHOW_BLOCK;
	u32 i;

	if (!ipcshow_join_is_classified(join, b, nr))
		return false;
	for (i = 0; i < nr; i++)
		if (row[i] && !entries[i])
			return false;
	return true;
}

/*
 * Divides the classes of a block such that in each of them the row is the same as the first
 * row in all columns, or in none.
 *
 * Return: false: there are too many. @same: out: the classes where it is the same.
 */
static bool divide(struct ipcshow_join *join, const u64 *row, u32 b, u32 nr, u32 *same)
{
	const u64 *entries = join->slots.entries + b * IPCSHOW_BLOCK;
	u8 *class_of = join->class_of + b * IPCSHOW_BLOCK;
	struct ipcshow_block *block = &join->blocks[b];
	u8 other[IPCSHOW_CLASSES_MAX];
	u32 i, k, differs = 0;

	*same = 0;
	for (i = 0; i < nr; i++) {
		if (row[i] != entries[i])
			differs |= BIT(class_of[i]);
		else if (entries[i])
			*same |= BIT(class_of[i]);
	}
	for (k = 0; k < IPCSHOW_CLASSES_MAX; k++) {
		if (!(*same & differs & BIT(k)))
			continue;
		if (block->nr == IPCSHOW_CLASSES_MAX)
			return false;
		other[k] = block->nr++;
		block->classes[other[k]] = block->classes[k];
	}
	for (i = 0; i < nr; i++)
		if (row[i] != entries[i] && *same & BIT(class_of[i]))
			class_of[i] = other[class_of[i]];
	return true;
}

static void add_to_classes(struct ipcshow_join *join, u32 site, u32 b, u32 same)
{
	struct ipcshow_block *block = &join->blocks[b];
	u32 k;

	for (k = 0; k < block->nr; k++)
		if (same & BIT(k))
			block->classes[k].set = ipcshow_sets_add(&join->sets,
								 block->classes[k].set, site);
}

/**
 * ipcshow_join_add_same() - as ipcshow_join_add(), for a row that is the same as the first
 *	one in a block
 * @join: the join
 * @site: the site
 * @block: the block, see ipcshow_join_is_classified()
 */
void ipcshow_join_add_same(struct ipcshow_join *join, u32 site, u32 block)
{
	add_to_classes(join, site, block, U32_MAX);
}

static void add_page(struct ipcshow_join *join, struct step *step, u32 site, u64 entry,
		     u32 column)
{
	u32 slot;

	if (new_slot(join, entry, column, &slot))
		join->slots.sets[slot] = take_step(join, step, join->slots.sets[slot], site);
}

/* Return: false: it cannot be told by classes. */
static bool add_divided(struct ipcshow_join *join, u32 site, const u64 *row, u32 b, u32 nr)
{
	const u64 *entries = join->slots.entries + b * IPCSHOW_BLOCK;
	struct step step = {};
	u32 i, same;

	if (!is_divisible(join, row, b, nr) || !divide(join, row, b, nr, &same))
		return false;
	add_to_classes(join, site, b, same);
	for (i = 0; i < nr; i++)
		if (row[i] && row[i] != entries[i])
			add_page(join, &step, site, row[i], b * IPCSHOW_BLOCK + i);
	return true;
}

static void add_columns(struct ipcshow_join *join, u32 site, const u64 *row, u32 first, u32 nr)
{
	const u64 *entries = join->slots.entries + first;
	u32 *sets = join->slots.sets + first;
	struct step step = {};
	u32 i;

	for (i = 0; i < nr; i++) {
		if (row[i] && row[i] == entries[i])
			sets[i] = take_step(join, &step, sets[i], site);
		else if (row[i])
			add_page(join, &step, site, row[i], first + i);
	}
}

/**
 * ipcshow_join_add() - add what a site has
 * @join: the join; its row has been read for this site, in this RCU section
 * @site: the site, higher than those before
 * @first: column that the row begins with, where a block does
 * @nr: pages of the row
 */
void ipcshow_join_add(struct ipcshow_join *join, u32 site, u32 first, u32 nr)
{
	const u64 *row = join->row.entries;
	u32 b, i, n;

	if (!join->nr_bulk)
		begin_bulk(join, nr);
	for (i = 0; i < nr; i += n) {
		b = (first + i) / IPCSHOW_BLOCK;
		n = min_t(u32, nr - i, IPCSHOW_BLOCK);
		if (add_divided(join, site, row + i, b, n))
			continue;
		end_block(join, b);
		add_columns(join, site, row + i, first + i, n);
	}
}

static __always_inline u32 page_flags(struct ipcshow_page_facts facts)
{
	if (!(facts.object & PAGE_MAPPING_ANON))
		return facts.object ? IPCSHOW_SHARE_F_FILE : IPCSHOW_SHARE_F_OWNED;
	if ((facts.object & PAGE_MAPPING_FLAGS) == PAGE_MAPPING_KSM)
		return IPCSHOW_SHARE_F_ANON | IPCSHOW_SHARE_F_KSM;
	return IPCSHOW_SHARE_F_ANON;
}

/*
 * What a page is, and whether it is mapped as often as is said. Tables of hugetlb
 * pages of a file may serve several address spaces, and what they map counts once.
 */
static __always_inline void look_at_page(struct ipcshow_join *join, u32 slot, u32 said,
					 bool hugetlb)
{
	const struct page *page = pfn_to_page(ipcshow_entry_value(join->slots.entries[slot]));
	struct ipcshow_page_facts facts = ipcshow_page_read(page);
	u32 flags = page_flags(facts);

	if (unlikely(flags & (IPCSHOW_SHARE_F_KSM | IPCSHOW_SHARE_F_OWNED))) {
		join->slots.ids[slot] = ipcshow_identity_pair(join->salt, page,
							      (void *)facts.object);
		join->has_ids = true;
	}
	if ((!hugetlb || flags & IPCSHOW_SHARE_F_ANON) && said > 1 &&
	    ipcshow_page_mapcount(facts, page) < (int)said)
		flags |= IPCSHOW_SHARE_F_UNSETTLED;
	if (hugetlb)
		flags |= IPCSHOW_SHARE_F_HUGETLB;
	join->slots.flags[slot] = flags;
}

static __always_inline void look_at(struct ipcshow_join *join, u32 slot, u32 said)
{
	switch (ipcshow_entry_type(join->slots.entries[slot])) {
	case IPCSHOW_ENTRY_PAGE:
		look_at_page(join, slot, said, false);
		break;
	case IPCSHOW_ENTRY_HUGETLB:
		look_at_page(join, slot, said, true);
		break;
	case IPCSHOW_ENTRY_SWAP:
		join->slots.flags[slot] = IPCSHOW_SHARE_F_ANON | IPCSHOW_SHARE_F_SWAP;
		break;
	default:
		join->slots.flags[slot] = 0;
	}
}

/* Makes sure that the set of that site alone exists. */
static void add_run(struct ipcshow_join *join, u32 site, u32 column, u32 flags)
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

/* There is a page, but which, or whose, cannot be told. */
static void verify_unsettled(struct ipcshow_join *join, u32 site, u32 column)
{
	join->unsettled += PAGE_SIZE;
	if (join->last_try)
		add_run(join, site, column, IPCSHOW_SHARE_F_UNSETTLED);
}

/* A page without a slot: only this site has it, or it came just now. */
static void verify_alone(struct ipcshow_join *join, u32 site, u64 entry, u32 column)
{
	const struct page *page;

	if (!is_exclusive(entry)) {
		verify_unsettled(join, site, column);
		return;
	}
	page = pfn_to_page(ipcshow_entry_value(entry));
	add_run(join, site, column, page_flags(ipcshow_page_read(page)));
}

/**
 * struct last_set - the set that was asked about last; mostly it is the same
 * @set: the set
 * @size: its members
 * @is_last: the site that is being verified is its last member: all others have been
 */
struct last_set {
	u32 set;
	u32 size;
	bool is_last;
};

static __always_inline void ask(const struct ipcshow_join *join, struct last_set *last, u32 set,
				u32 site)
{
	if (likely(last->set == set))
		return;
	last->set = set;
	last->size = join->sets.nodes[set].size;
	last->is_last = join->sets.nodes[set].site == site;
}

/* The pages of one class, when all sites of its set have been verified. */
static void look_at_class(struct ipcshow_join *join, u32 b, u32 k)
{
	struct ipcshow_slots *slots = &join->slots;
	struct ipcshow_block *block = &join->blocks[b];
	const u32 said = join->sets.nodes[block->classes[k].set].size;
	const u32 low = max(slots->low, b * IPCSHOW_BLOCK);
	const u32 high = min(slots->high, (b + 1) * IPCSHOW_BLOCK);
	bool alike = block->nr == 1;
	u32 i;

	for (i = low; i < high; i++) {
		alike = alike && slots->entries[i];
		if (!slots->entries[i] || join->class_of[i] != k)
			continue;
		if (likely(join->bulk_plain))
			look_at_page(join, i, said, false);
		else
			look_at(join, i, said);
		alike = alike && slots->flags[i] == slots->flags[low];
	}
	block->flags = alike && low < high ? slots->flags[low] : U32_MAX;
}

static void verify_classes(struct ipcshow_join *join, u32 site, u32 b, u32 same)
{
	struct ipcshow_block *block = &join->blocks[b];
	u32 k;

	for (k = 0; k < block->nr; k++) {
		if (!(same & BIT(k)))
			continue;
		block->classes[k].held = ipcshow_sets_add(&join->sets, block->classes[k].held,
							  site);
		if (join->sets.nodes[block->classes[k].set].site == site || join->last_try)
			look_at_class(join, b, k);
	}
}

/**
 * ipcshow_join_verify_same() - as ipcshow_join_verify(), for a row that is the same as the
 *	first one in a block
 * @join: the join
 * @site: the site
 * @block: the block, see ipcshow_join_is_classified()
 */
void ipcshow_join_verify_same(struct ipcshow_join *join, u32 site, u32 block)
{
	verify_classes(join, site, block, U32_MAX);
}

/*
 * Who did not have the page before is not asked for: then the set that holds is not the
 * set that was, and the chunk does not settle.
 */
static void verify_slot(struct ipcshow_join *join, struct step *step, struct last_set *last,
			u32 site, u32 slot)
{
	struct ipcshow_slots *slots = &join->slots;

	ask(join, last, slots->sets[slot], site);
	slots->held[slot] = take_step(join, step, slots->held[slot], site);
	if (last->is_last || join->last_try)
		look_at(join, slot, last->size);
}

/* A page that is not what the first row has there. */
static void verify_page(struct ipcshow_join *join, struct step *step, struct last_set *last,
			u32 site, u64 entry, u32 column)
{
	u32 slot, place;

	if (ipcshow_entry_type(entry) == IPCSHOW_ENTRY_MOVING) {
		verify_unsettled(join, site, column);
		return;
	}
	slot = ipcshow_slots_find(&join->slots, entry, column, &place);
	if (slot)
		verify_slot(join, step, last, site, slot);
	else
		verify_alone(join, site, entry, column);
}

static void verify_columns(struct ipcshow_join *join, u32 site, const u64 *row, u32 first,
			   u32 nr)
{
	const u64 *entries = join->slots.entries + first;
	struct last_set last = {};
	struct step step = {};
	u32 i;

	for (i = 0; i < nr; i++) {
		if (row[i] && row[i] == entries[i])
			verify_slot(join, &step, &last, site, first + i);
		else if (row[i])
			verify_page(join, &step, &last, site, row[i], first + i);
	}
}

/* Return: false: it cannot be told by classes. */
static bool verify_divided(struct ipcshow_join *join, u32 site, const u64 *row, u32 b, u32 nr)
{
	const u64 *entries = join->slots.entries + b * IPCSHOW_BLOCK;
	struct last_set last = {};
	struct step step = {};
	u32 i, same;

	if (!is_divisible(join, row, b, nr) || !divide(join, row, b, nr, &same))
		return false;
	verify_classes(join, site, b, same);
	for (i = 0; i < nr; i++)
		if (row[i] && row[i] != entries[i])
			verify_page(join, &step, &last, site, row[i], b * IPCSHOW_BLOCK + i);
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

	for (i = 0; i < nr; i += n) {
		b = (first + i) / IPCSHOW_BLOCK;
		n = min_t(u32, nr - i, IPCSHOW_BLOCK);
		if (verify_divided(join, site, row + i, b, n))
			continue;
		end_block(join, b);
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

/**
 * ipcshow_join_is_uniform() - is all that was found one run of pages of one set?
 * @join: the join, verified: if so, the pages from the slots' low to high are of the set
 *	and flags of the block of the first, they did hold still, and no slot was filled in
 */
bool ipcshow_join_is_uniform(const struct ipcshow_join *join)
{
	const struct ipcshow_slots *slots = &join->slots;
	const struct ipcshow_block *first, *block;
	u32 b;

	if (!join->nr_bulk || slots->low >= slots->high || slots->high > join->nr_bulk ||
	    join->unsettled || join->has_ids)
		return false;
	first = &join->blocks[slots->low / IPCSHOW_BLOCK];
	if (first->classes[0].held != first->classes[0].set ||
	    first->flags & IPCSHOW_SHARE_F_UNSETTLED)
		return false;
	for (b = slots->low / IPCSHOW_BLOCK; b * IPCSHOW_BLOCK < slots->high; b++) {
		block = &join->blocks[b];
		if (!block->classified || block->nr != 1 || block->flags != first->flags ||
		    block->classes[0].set != first->classes[0].set ||
		    block->classes[0].held != first->classes[0].held)
			return false;
	}
	return slots->nr == IPCSHOW_ROW_MAX && !join->nr_runs;
}

/**
 * ipcshow_join_settle() - all sites have been verified
 * @join: the join: if @join->unsettled is not 0 now, some pages did not hold still. The
 *	slots tell what held
 */
void ipcshow_join_settle(struct ipcshow_join *join)
{
	u32 slot, b;

	if (ipcshow_join_is_uniform(join))
		return;
	for (b = 0; b < ARRAY_SIZE(join->blocks); b++)
		end_block(join, b);
	for (slot = join->slots.low; slot < join->slots.high; slot++)
		if (join->slots.entries[slot])
			settle(join, slot);
	for (slot = IPCSHOW_ROW_MAX; slot < join->slots.nr; slot++)
		settle(join, slot);
}
