// SPDX-License-Identifier: GPL-2.0
/* The pages that were found in the columns of a chunk. */
#include <linux/hash.h>
#include <linux/ipcshow.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "identity.h"
#include "quota.h"
#include "row.h"
#include "slot.h"
#include "tally.h"

/* Pages that are looked at together. */
#define LOOK_STRIDE	16

/* Bytes of a slot in all its arrays. */
#define SLOT_BYTES	(2 * sizeof(u64) + 5 * sizeof(u32))

/**
 * ipcshow_slots_bytes() - memory that ipcshow_slots_create() takes
 * @max: slots
 */
u64 ipcshow_slots_bytes(u32 max)
{
	return max * SLOT_BYTES + roundup_pow_of_two(2 * (u64)max) * sizeof(u32);
}

/**
 * ipcshow_slots_create() - room for slots
 * @slots: filled in; to be given to ipcshow_slots_destroy() in any case
 * @max: how many, more than IPCSHOW_ROW_MAX
 * @salt: of the identities; outlives the slots
 *
 * Return: false: out of memory.
 */
bool ipcshow_slots_create(struct ipcshow_slots *slots, u32 max, const struct ipcshow_salt *salt)
{
	const u32 entries = roundup_pow_of_two(2 * max);
	u32 i;

	slots->salt = salt;
	slots->max = max;
	slots->mask = entries - 1;
	slots->nr = IPCSHOW_ROW_MAX;
	/*
	 * What is said of a slot is not looked at before there is an entry. These two are
	 * places in the array of sets: should that ever be wrong, there is one at 0.
	 */
	slots->entries = kvcalloc(max, sizeof(*slots->entries), IPCSHOW_GFP);
	slots->sets = kvcalloc(max, sizeof(*slots->sets), IPCSHOW_GFP);
	slots->held = kvcalloc(max, sizeof(*slots->held), IPCSHOW_GFP);
	slots->flags = kvmalloc_array(max, sizeof(*slots->flags), IPCSHOW_GFP);
	slots->columns = kvmalloc_array(max, sizeof(*slots->columns), IPCSHOW_GFP);
	slots->ids = kvmalloc_array(max, sizeof(*slots->ids), IPCSHOW_GFP);
	slots->places = kvmalloc_array(max, sizeof(*slots->places), IPCSHOW_GFP);
	slots->index = kvcalloc(entries, sizeof(*slots->index), IPCSHOW_GFP);
	if (!slots->entries || !slots->sets || !slots->held || !slots->flags ||
	    !slots->columns || !slots->ids || !slots->places || !slots->index)
		return false;
	for (i = 0; i < IPCSHOW_ROW_MAX; i++)
		slots->columns[i] = i;
	return true;
}

/**
 * ipcshow_slots_destroy() - the end of ipcshow_slots_create()
 * @slots: the slots
 */
void ipcshow_slots_destroy(struct ipcshow_slots *slots)
{
	kvfree(slots->entries);
	kvfree(slots->sets);
	kvfree(slots->held);
	kvfree(slots->flags);
	kvfree(slots->columns);
	kvfree(slots->ids);
	kvfree(slots->places);
	kvfree(slots->index);
}

/**
 * ipcshow_slots_clear() - nothing was found yet
 * @slots: the slots; those below IPCSHOW_ROW_MAX are left to ipcshow_slots_begin()
 */
void ipcshow_slots_clear(struct ipcshow_slots *slots)
{
	u32 i;

	for (i = IPCSHOW_ROW_MAX; i < slots->nr; i++)
		slots->index[slots->places[i]] = 0;
	slots->low = IPCSHOW_ROW_MAX;
	slots->high = 0;
	slots->nr = IPCSHOW_ROW_MAX;
	slots->has_ids = false;
	slots->full = false;
}

/**
 * ipcshow_slots_begin() - the first row has been read into @slots->entries
 * @slots: the slots
 * @nr: pages of the row
 */
void ipcshow_slots_begin(struct ipcshow_slots *slots, u32 nr)
{
	const u64 *entries = slots->entries;
	u32 low = 0, high = nr;

	if (slots->dirty > nr)
		memset(slots->entries + nr, 0, (slots->dirty - nr) * sizeof(u64));
	slots->dirty = nr;
	while (low < high && !entries[low])
		low++;
	while (low < high && !entries[high - 1])
		high--;
	if (low < high) {
		slots->low = low;
		slots->high = high;
	}
}

static void fill(struct ipcshow_slots *slots, u32 slot, u64 entry)
{
	slots->entries[slot] = entry;
	slots->sets[slot] = 0;
	slots->held[slot] = 0;
	slots->flags[slot] = 0;
}

/**
 * ipcshow_slots_find() - a page that is not what the first site has there
 * @slots: the slots
 * @entry: the page
 * @column: where
 * @place: out: where it stands in the index, or would
 *
 * Return: the slot, or 0.
 */
u32 ipcshow_slots_find(const struct ipcshow_slots *slots, u64 entry, u32 column, u32 *place)
{
	u32 slot;

	*place = hash_64(entry + column, 32) & slots->mask;
	while ((slot = slots->index[*place]) != 0) {
		if (slots->entries[slot] == entry && slots->columns[slot] == column)
			return slot;
		*place = (*place + 1) & slots->mask;
	}
	return 0;
}

/**
 * ipcshow_slots_add() - a slot for a page that ipcshow_slots_find() did not find
 * @slots: the slots
 * @entry: the page
 * @column: where
 * @place: as ipcshow_slots_find() said
 *
 * Return: the slot; 0: there is no room, and @slots->full is set.
 */
u32 ipcshow_slots_add(struct ipcshow_slots *slots, u64 entry, u32 column, u32 place)
{
	u32 slot;

	if (slots->nr == slots->max) {
		slots->full = true;
		return 0;
	}
	slot = slots->nr++;
	slots->index[place] = slot;
	slots->places[slot] = place;
	slots->columns[slot] = column;
	fill(slots, slot, entry);
	return slot;
}

/**
 * ipcshow_slots_set_first() - what the first site with a page in a column has there
 * @slots: the slots
 * @entry: the page
 * @column: the column, whose slot is unused
 */
void ipcshow_slots_set_first(struct ipcshow_slots *slots, u64 entry, u32 column)
{
	fill(slots, column, entry);
	slots->low = min(slots->low, column);
	slots->high = max(slots->high, column + 1);
	slots->dirty = max(slots->dirty, column + 1);
}

static u32 page_flags(struct ipcshow_page_facts facts)
{
	if (!(facts.object & FOLIO_MAPPING_ANON))
		return facts.object ? IPCSHOW_SHARE_F_FILE : IPCSHOW_SHARE_F_OWNED;
	if ((facts.object & FOLIO_MAPPING_FLAGS) == FOLIO_MAPPING_KSM)
		return IPCSHOW_SHARE_F_ANON | IPCSHOW_SHARE_F_KSM;
	return IPCSHOW_SHARE_F_ANON;
}

/*
 * May it be on its way to another place? From before the first entry that leads to a page is
 * taken away until the last one leads to where it has gone, it is locked: who else has it may
 * be under migration. Without a reference, it has gone since its entry was read.
 */
static bool may_move(struct ipcshow_page_facts facts)
{
	return facts.flags & BIT(PG_locked) || !facts.refs;
}

/**
 * ipcshow_entry_is_exclusive() - is a page mapped here only? Then no other site has it
 * @entry: has just been read, within the same RCU section
 * @flags: out, if so: what it is, IPCSHOW_SHARE_F_*
 */
bool ipcshow_entry_is_exclusive(u64 entry, u32 *flags)
{
	struct ipcshow_page_facts facts;
	const struct page *page;

	if (ipcshow_entry_type(entry) != IPCSHOW_ENTRY_PAGE)
		return false;
	page = pfn_to_page(ipcshow_entry_value(entry));
	facts = ipcshow_page_read(page);
	if (ipcshow_page_mapcount(facts, page) != 1 || may_move(facts))
		return false;
	*flags = page_flags(facts);
	return true;
}

/*
 * A small page that several are said to have was found with the locks of tables held where it
 * was not: that it is locked means nothing then.
 */
static bool is_doubtful(struct ipcshow_page_facts facts, u32 said, bool hugetlb)
{
	return said > 1 && !hugetlb ? !facts.refs : may_move(facts);
}

/*
 * What a page is, and whether it rests and is mapped as often as is said. Tables of hugetlb
 * pages of a file may serve several address spaces, and what they map counts once.
 */
static u32 look_at_page(struct ipcshow_slots *slots, u32 slot, u32 said, bool hugetlb)
{
	const struct page *page = pfn_to_page(ipcshow_entry_value(slots->entries[slot]));
	struct ipcshow_page_facts facts = ipcshow_page_read(page);
	u32 flags = page_flags(facts);

	if (flags & (IPCSHOW_SHARE_F_KSM | IPCSHOW_SHARE_F_OWNED)) {
		slots->ids[slot] = ipcshow_identity_pair(slots->salt, page,
							 (void *)facts.object);
		slots->has_ids = true;
	}
	if (is_doubtful(facts, said, hugetlb) ||
	    ((!hugetlb || flags & IPCSHOW_SHARE_F_ANON) && said > 1 &&
	     ipcshow_page_mapcount(facts, page) < (int)said))
		flags |= IPCSHOW_SHARE_F_UNSETTLED;
	return hugetlb ? flags | IPCSHOW_SHARE_F_HUGETLB : flags;
}

static u32 look_at(struct ipcshow_slots *slots, u32 slot, u32 said)
{
	switch (ipcshow_entry_type(slots->entries[slot])) {
	case IPCSHOW_ENTRY_PAGE:
		return look_at_page(slots, slot, said, false);
	case IPCSHOW_ENTRY_HUGETLB:
		return look_at_page(slots, slot, said, true);
	case IPCSHOW_ENTRY_SWAP:
		return IPCSHOW_SHARE_F_ANON | IPCSHOW_SHARE_F_SWAP;
	default:
		return 0;
	}
}

/*
 * The flags of some pages as most are: small, all of them anonymous or all of files, not locked,
 * and mapped as often as is said; or 0: look closer. No branch depends on a single page, but
 * for those of large ones. (What ->mapping points to is in the upper half of the addresses.)
 */
static __always_inline u32 usual_flags(const u64 *entries, u32 said)
{
	unsigned long object, any = 0, all = ~0UL, head_flags = 0;
	const struct page *page;
	u64 types = 0;
	int lacks = 0;
	u32 i;

#pragma GCC unroll 16
	for (i = 0; i < LOOK_STRIDE; i++)
		types |= entries[i] ^ IPCSHOW_ENTRY_PAGE;
	if (ipcshow_entry_type(types))
		return 0;
	for (i = 0; i < LOOK_STRIDE; i++) {
		page = pfn_to_page(ipcshow_entry_value(entries[i]));
		if (unlikely(compound_head(page) != page))
			return 0;
		head_flags |= READ_ONCE(*compat_page_flags(page));
		object = (unsigned long)READ_ONCE(page->mapping);
		any |= object;
		all &= object;
		lacks |= atomic_read(&page->_mapcount) + 1 - (int)said;
	}
	if (head_flags & (BIT(PG_head) | BIT(PG_locked)) || (long)all >= 0 || lacks < 0 ||
	    (any ^ all) & FOLIO_MAPPING_FLAGS || any & (FOLIO_MAPPING_FLAGS & ~FOLIO_MAPPING_ANON))
		return 0;
	return any & FOLIO_MAPPING_ANON ? IPCSHOW_SHARE_F_ANON : IPCSHOW_SHARE_F_FILE;
}

static __always_inline void fill_flags(u32 *to, u32 flags)
{
	u32 i;

#pragma GCC unroll 16
	for (i = 0; i < LOOK_STRIDE; i++)
		to[i] = flags;
}

/* As ipcshow_slots_look(), one by one. */
static noinline u32 look_at_each(struct ipcshow_slots *slots, u32 from, u32 to, u32 said)
{
	u32 i, differs = 0;

	for (i = from; i < to; i++) {
		slots->flags[i] = slots->entries[i] ? look_at(slots, i, said) : IPCSHOW_SLOTS_MIXED;
		differs |= slots->flags[i] ^ slots->flags[from];
	}
	return differs ? IPCSHOW_SLOTS_MIXED : slots->flags[from];
}

/**
 * ipcshow_slots_look() - find out what pages are, and if they are mapped as often as is said
 * @slots: the slots: @slots->flags and @slots->ids are filled in
 * @from: the first one
 * @to: behind the last one, and not the first one
 * @said: how often each of the pages was found, within the same RCU section for the last time
 *
 * Return: the flags of all, or IPCSHOW_SLOTS_MIXED.
 */
u32 ipcshow_slots_look(struct ipcshow_slots *slots, u32 from, u32 to, u32 said)
{
	u32 i, n, flags, all = IPCSHOW_SLOTS_MIXED;

	for (i = from; i < to; i += n) {
		n = min_t(u32, to - i, LOOK_STRIDE);
		flags = n == LOOK_STRIDE ? usual_flags(slots->entries + i, said) : 0;
		if (flags)
			fill_flags(slots->flags + i, flags);
		else
			flags = look_at_each(slots, i, i + n, said);
		if (i == from)
			all = flags;
		else if (flags != all)
			all = IPCSHOW_SLOTS_MIXED;
	}
	return all;
}
