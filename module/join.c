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
 * Sets of sites form a tree that grows by what is found: a site is added to the set of a
 * page in one step, whatever the size of the set, so the cost goes with the pages.
 */
#include <linux/hash.h>
#include <linux/ipcshow.h>
#include <linux/jhash.h>
#include <linux/log2.h>
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
static u32 max_nodes(u32 sites)
{
	return 2 * SLOTS_MIN + 3 * sites;
}

/* Bytes of a slot in all its arrays, and of a run. */
#define SLOT_BYTES	(2 * sizeof(u64) + 5 * sizeof(u32) + sizeof(struct ipcshow_run))

/**
 * ipcshow_join_bytes() - memory that ipcshow_join_create() takes
 * @sites: most sites of a group
 */
u64 ipcshow_join_bytes(u32 sites)
{
	const u64 slots = max_slots(sites), nodes = max_nodes(sites);

	return sizeof(struct ipcshow_join) + slots * SLOT_BYTES +
	       nodes * sizeof(struct ipcshow_set_node) +
	       (roundup_pow_of_two(2 * slots) + roundup_pow_of_two(2 * nodes)) * sizeof(u32);
}

static bool create_slots(struct ipcshow_join *join, u32 nr)
{
	u32 i;

	join->max_slots = nr;
	join->entries = kvcalloc(nr, sizeof(*join->entries), IPCSHOW_GFP);
	join->sets = kvcalloc(nr, sizeof(*join->sets), IPCSHOW_GFP);
	join->held = kvcalloc(nr, sizeof(*join->held), IPCSHOW_GFP);
	join->flags = kvcalloc(nr, sizeof(*join->flags), IPCSHOW_GFP);
	join->columns = kvcalloc(nr, sizeof(*join->columns), IPCSHOW_GFP);
	join->ids = kvcalloc(nr, sizeof(*join->ids), IPCSHOW_GFP);
	join->places = kvcalloc(nr, sizeof(*join->places), IPCSHOW_GFP);
	join->runs = kvcalloc(nr, sizeof(*join->runs), IPCSHOW_GFP);
	if (!join->entries || !join->sets || !join->held || !join->flags ||
	    !join->columns || !join->ids || !join->places || !join->runs)
		return false;
	for (i = 0; i < IPCSHOW_ROW_MAX; i++)
		join->columns[i] = i;
	join->nr_slots = IPCSHOW_ROW_MAX;
	return true;
}

static u32 *create_index(u32 entries, u32 *mask)
{
	*mask = roundup_pow_of_two(2 * entries) - 1;
	return kvcalloc(*mask + 1, sizeof(u32), IPCSHOW_GFP);
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
	join->max_nodes = max_nodes(sites);
	join->nodes = kvcalloc(join->max_nodes, sizeof(*join->nodes), IPCSHOW_GFP);
	join->index = create_index(max_slots(sites), &join->index_mask);
	join->node_index = create_index(join->max_nodes, &join->node_mask);
	if (!create_slots(join, max_slots(sites)) || !join->nodes || !join->index ||
	    !join->node_index) {
		ipcshow_join_destroy(join);
		return NULL;
	}
	join->nr_nodes = 1;
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
	kvfree(join->entries);
	kvfree(join->sets);
	kvfree(join->held);
	kvfree(join->flags);
	kvfree(join->columns);
	kvfree(join->ids);
	kvfree(join->places);
	kvfree(join->runs);
	kvfree(join->nodes);
	kvfree(join->index);
	kvfree(join->node_index);
	kvfree(join);
}

/**
 * ipcshow_join_begin() - begin a chunk
 * @join: the join; what it knew of the last chunk is dropped, but for the sets
 * @last_try: it did not settle before
 */
void ipcshow_join_begin(struct ipcshow_join *join, bool last_try)
{
	u32 i;

	for (i = IPCSHOW_ROW_MAX; i < join->nr_slots; i++)
		join->index[join->places[i]] = 0;
	for (i = join->low; i < join->high; i++)
		join->entries[i] = 0;
	join->bulk = true;
	join->nr_bulk = 0;
	join->bulk_flags = 0;
	join->bulk_set = 0;
	join->bulk_held = 0;
	join->low = IPCSHOW_ROW_MAX;
	join->high = 0;
	join->nr_slots = IPCSHOW_ROW_MAX;
	join->nr_runs = 0;
	join->last_try = last_try;
	join->has_ids = false;
	join->full = false;
	join->unsettled = 0;
}

/**
 * ipcshow_join_forget_sets() - make room for other sets
 * @join: the join
 */
void ipcshow_join_forget_sets(struct ipcshow_join *join)
{
	u32 i;

	for (i = 1; i < join->nr_nodes; i++)
		join->node_index[join->nodes[i].place] = 0;
	join->nr_nodes = 1;
}

/**
 * ipcshow_join_set_add() - the set of those of another set and one more
 * @join: the join
 * @set: node of the set
 * @site: a site, higher than those in @set
 *
 * Return: its node; 0: there is no room, and @join->full is set.
 */
u32 ipcshow_join_set_add(struct ipcshow_join *join, u32 set, u32 site)
{
	u32 place = jhash_2words(set, site, 0) & join->node_mask;
	struct ipcshow_set_node *node;
	u32 i;

	while ((i = join->node_index[place]) != 0) {
		node = &join->nodes[i];
		if (node->parent == set && node->site == site)
			return i;
		place = (place + 1) & join->node_mask;
	}
	if (join->nr_nodes == join->max_nodes) {
		join->full = true;
		return 0;
	}
	i = join->nr_nodes++;
	join->node_index[place] = i;
	join->nodes[i] = (struct ipcshow_set_node){
		.parent = set,
		.site = site,
		.size = join->nodes[set].size + 1,
		.place = place,
	};
	return i;
}

static u32 slot_hash(const struct ipcshow_join *join, u64 entry, u32 column)
{
	return hash_64(entry + column, 32) & join->index_mask;
}

/* Return: the slot, or 0 and where it would stand in the index. */
static u32 find_other(const struct ipcshow_join *join, u64 entry, u32 column, u32 *place)
{
	u32 slot;

	*place = slot_hash(join, entry, column);
	while ((slot = join->index[*place]) != 0) {
		if (join->entries[slot] == entry && join->columns[slot] == column)
			return slot;
		*place = (*place + 1) & join->index_mask;
	}
	return 0;
}

static void fill_slot(struct ipcshow_join *join, u32 slot, u64 entry)
{
	join->entries[slot] = entry;
	join->sets[slot] = 0;
	join->held[slot] = 0;
	join->flags[slot] = 0;
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

	*slot = find_other(join, entry, column, &place);
	if (*slot)
		return true;
	if (is_exclusive(entry))
		return false;
	if (join->nr_slots == join->max_slots) {
		join->full = true;
		return false;
	}
	*slot = join->nr_slots++;
	join->index[place] = *slot;
	join->places[*slot] = place;
	join->columns[*slot] = column;
	fill_slot(join, *slot, entry);
	return true;
}

static void first_slot(struct ipcshow_join *join, u64 entry, u32 column)
{
	fill_slot(join, column, entry);
	join->low = min(join->low, column);
	join->high = max(join->high, column + 1);
}

/* What is not the page that an earlier site has there, the first one included. */
static noinline bool new_slot(struct ipcshow_join *join, u64 entry, u32 column, u32 *slot)
{
	/* It may have come to rest when it is looked at again. */
	if (ipcshow_entry_type(entry) == IPCSHOW_ENTRY_MOVING)
		return false;
	if (join->entries[column])
		return other_slot(join, entry, column, slot);
	first_slot(join, entry, column);
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
		step->to = ipcshow_join_set_add(join, from, site);
	}
	return step->to;
}

/*
 * Mostly the rows of a chunk are the same, or there is only one. As long as they are, one
 * set stands for all of their pages.
 */

/* Pages under migration have no slot. */
static void drop_moving(struct ipcshow_join *join, unsigned int nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (ipcshow_entry_type(join->entries[i]) == IPCSHOW_ENTRY_MOVING)
			join->entries[i] = 0;
}

static void begin_bulk(struct ipcshow_join *join, unsigned int nr)
{
	const u64 *entries = join->entries;
	u32 low = 0, high = nr;

	memcpy(join->entries, join->row.entries, nr * sizeof(u64));
	memset(join->flags, 0, nr * sizeof(u32));
	if (join->row.plain)
		memcpy(join->bulk_ptes, join->row.ptes, nr * sizeof(pte_t));
	else
		drop_moving(join, nr);
	join->bulk_plain = join->row.plain;
	join->nr_bulk = nr;

	while (low < high && !entries[low])
		low++;
	while (low < high && !entries[high - 1])
		high--;
	if (low < high) {
		join->low = low;
		join->high = high;
	}
}

static bool is_bulk(const struct ipcshow_join *join, unsigned int nr)
{
	return join->bulk && nr == join->nr_bulk &&
	       !memcmp(join->row.entries, join->entries, nr * sizeof(u64));
}

static void end_bulk(struct ipcshow_join *join)
{
	u32 i;

	if (!join->bulk)
		return;
	join->bulk = false;
	for (i = join->low; i < join->high; i++) {
		join->sets[i] = join->bulk_set;
		join->held[i] = join->bulk_held;
	}
}

/**
 * ipcshow_join_add_same() - as ipcshow_join_add(), for a row that is the same as all before
 * @join: the join
 * @site: the site
 */
void ipcshow_join_add_same(struct ipcshow_join *join, u32 site)
{
	join->bulk_set = ipcshow_join_set_add(join, join->bulk_set, site);
}

/**
 * ipcshow_join_add() - add what a site has
 * @join: the join; its row has been read for this site, in this RCU section
 * @site: the site, higher than those before
 * @nr: pages of the row
 */
void ipcshow_join_add(struct ipcshow_join *join, u32 site, unsigned int nr)
{
	const u64 *row = join->row.entries;
	const u64 *entries = join->entries;
	u32 *sets = join->sets;
	struct step step = {};
	u32 i, slot;

	if (!join->nr_bulk)
		begin_bulk(join, nr);
	if (is_bulk(join, nr)) {
		ipcshow_join_add_same(join, site);
		return;
	}
	end_bulk(join);
	for (i = 0; i < nr; i++) {
		if (!row[i])
			continue;
		slot = i;
		if (row[i] != entries[i] && !new_slot(join, row[i], i, &slot))
			continue;
		sets[slot] = take_step(join, &step, sets[slot], site);
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
	const struct page *page = pfn_to_page(ipcshow_entry_value(join->entries[slot]));
	struct ipcshow_page_facts facts = ipcshow_page_read(page);
	u32 flags = page_flags(facts);

	if (unlikely(flags & (IPCSHOW_SHARE_F_KSM | IPCSHOW_SHARE_F_OWNED))) {
		join->ids[slot] = ipcshow_identity_pair(join->salt, page, (void *)facts.object);
		join->has_ids = true;
	}
	if ((!hugetlb || flags & IPCSHOW_SHARE_F_ANON) && said > 1 &&
	    ipcshow_page_mapcount(facts, page) < (int)said)
		flags |= IPCSHOW_SHARE_F_UNSETTLED;
	if (hugetlb)
		flags |= IPCSHOW_SHARE_F_HUGETLB;
	join->flags[slot] = flags;
}

static __always_inline void look_at(struct ipcshow_join *join, u32 slot, u32 said)
{
	switch (ipcshow_entry_type(join->entries[slot])) {
	case IPCSHOW_ENTRY_PAGE:
		look_at_page(join, slot, said, false);
		break;
	case IPCSHOW_ENTRY_HUGETLB:
		look_at_page(join, slot, said, true);
		break;
	case IPCSHOW_ENTRY_SWAP:
		join->flags[slot] = IPCSHOW_SHARE_F_ANON | IPCSHOW_SHARE_F_SWAP;
		break;
	default:
		join->flags[slot] = 0;
	}
}

/* Makes sure that the set of that site alone exists. */
static void add_run(struct ipcshow_join *join, u32 site, u32 column, u32 flags)
{
	struct ipcshow_run *run = join->nr_runs ? &join->runs[join->nr_runs - 1] : NULL;

	if (run && run->site == site && run->flags == flags && run->column + run->nr == column) {
		run->nr++;
	} else if (join->nr_runs == join->max_slots) {
		join->full = true;
	} else if (ipcshow_join_set_add(join, 0, site)) {
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
	last->size = join->nodes[set].size;
	last->is_last = join->nodes[set].site == site;
}

static void look_at_bulk(struct ipcshow_join *join)
{
	const u32 said = join->nodes[join->bulk_set].size;
	bool alike = true;
	u32 i;

	for (i = join->low; i < join->high; i++) {
		if (likely(join->bulk_plain && join->entries[i]))
			look_at_page(join, i, said, false);
		else if (join->entries[i])
			look_at(join, i, said);
		alike &= join->entries[i] && join->flags[i] == join->flags[join->low];
	}
	join->bulk_flags = alike && join->low < join->high ? join->flags[join->low] : U32_MAX;
}

/**
 * ipcshow_join_verify_same() - as ipcshow_join_verify(), for a row that is the same as all
 *	were and are
 * @join: the join
 * @site: the site
 */
void ipcshow_join_verify_same(struct ipcshow_join *join, u32 site)
{
	join->bulk_held = ipcshow_join_set_add(join, join->bulk_held, site);
	if (join->nodes[join->bulk_set].site == site || join->last_try)
		look_at_bulk(join);
}

/*
 * Who did not have the page before is not asked for: then the set that holds is not the
 * set that was, and the chunk does not settle.
 */

/**
 * ipcshow_join_verify() - what does a site have still?
 * @join: the join; its row has been read again for this site, in this RCU section
 * @site: a site, higher than those that were verified before
 * @nr: pages of the row
 */
void ipcshow_join_verify(struct ipcshow_join *join, u32 site, unsigned int nr)
{
	const u64 *row = join->row.entries;
	struct last_set last = {};
	struct step step = {};
	u32 i, slot, place;

	if (is_bulk(join, nr)) {
		ipcshow_join_verify_same(join, site);
		return;
	}
	end_bulk(join);
	for (i = 0; i < nr; i++) {
		if (!row[i])
			continue;
		slot = i;
		if (row[i] != join->entries[i]) {
			if (ipcshow_entry_type(row[i]) == IPCSHOW_ENTRY_MOVING) {
				verify_unsettled(join, site, i);
				continue;
			}
			slot = find_other(join, row[i], i, &place);
			if (!slot) {
				verify_alone(join, site, row[i], i);
				continue;
			}
		}
		ask(join, &last, join->sets[slot], site);
		join->held[slot] = take_step(join, &step, join->held[slot], site);
		if (last.is_last || join->last_try)
			look_at(join, slot, last.size);
	}
}

static __always_inline void settle(struct ipcshow_join *join, u32 slot)
{
	if (likely(join->held[slot] == join->sets[slot] &&
		   !(join->flags[slot] & IPCSHOW_SHARE_F_UNSETTLED)))
		return;
	join->flags[slot] |= IPCSHOW_SHARE_F_UNSETTLED;
	join->sets[slot] = join->held[slot];
	join->unsettled += PAGE_SIZE;
}

/**
 * ipcshow_join_is_uniform() - is all that was found one run of pages of one set?
 * @join: the join, verified: if so, the pages from @low to @high are of @bulk_set and
 *	@bulk_flags, they did hold still, and no slot was filled in
 */
bool ipcshow_join_is_uniform(const struct ipcshow_join *join)
{
	return join->bulk && join->bulk_held == join->bulk_set && !join->unsettled &&
	       join->low < join->high && !join->has_ids &&
	       !(join->bulk_flags & IPCSHOW_SHARE_F_UNSETTLED);
}

/**
 * ipcshow_join_settle() - all sites have been verified
 * @join: the join: if @join->unsettled is not 0 now, some pages did not hold still. The
 *	slots tell what held
 */
void ipcshow_join_settle(struct ipcshow_join *join)
{
	u32 slot;

	if (ipcshow_join_is_uniform(join))
		return;
	end_bulk(join);
	for (slot = join->low; slot < join->high; slot++)
		if (join->entries[slot])
			settle(join, slot);
	for (slot = IPCSHOW_ROW_MAX; slot < join->nr_slots; slot++)
		settle(join, slot);
}
