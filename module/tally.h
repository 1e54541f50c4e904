/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From pages to counters. Each page is of a class, which says what it counts
 * as; pages of one class mostly come in long runs, so a run is counted first, and
 * the counters are touched at its end.
 *
 * What smaps_account() of fs/proc/task_mmu.c decides is decided here, from the same
 * words of struct page, but read without a reference: the page may be
 * freed, split or reused at any time. It stays readable, so we only load, and
 * call nothing that asserts that a page is stable.
 */
#ifndef IPCSHOW_TALLY_H
#define IPCSHOW_TALLY_H

#include <linux/ipcshow.h>
#include <linux/mm.h>
#include <linux/page-flags.h>

#include "compat.h"

/* PSS is kept in 1/4096 bytes, as in smaps. */
#define TALLY_PSS_SHIFT		12
#define TALLY_PSS_PAGE		((u32)PAGE_SIZE << TALLY_PSS_SHIFT)

#define TALLY_DIRTY		BIT(0)
#define TALLY_YOUNG		BIT(1)
#define TALLY_SHARED		BIT(2)	/* mapped more than once */
#define TALLY_ANON		BIT(3)
#define TALLY_SWAPBACKED	BIT(4)
#define TALLY_KSM		BIT(5)
#define TALLY_HUGE		BIT(6)	/* by an entry for a huge page */

/**
 * struct ipcshow_tally - the run of pages that is being counted
 * @class: TALLY_* of its pages
 * @pages: how many so far
 * @pss: the sum of their PSS
 */
struct ipcshow_tally {
	unsigned int class;
	u64 pages;
	u64 pss;
};

void ipcshow_tally_end(struct ipcshow_tally *tally, struct ipcshow_pages *acc,
		       bool locked);

/**
 * struct ipcshow_page_facts - what is read of a page, before anything is made
 *	of it
 * @head: the head of the compound page that it is of, or the page
 * @flags: page flags of @head
 * @object: ->mapping of @head
 * @refs: references to @head
 */
struct ipcshow_page_facts {
	const struct page *head;
	unsigned long flags;
	unsigned long object;
	int refs;
};

static __always_inline struct ipcshow_page_facts
ipcshow_page_read(const struct page *page)
{
	const struct page *head = compound_head(page);

	return (struct ipcshow_page_facts){
		.head = head,
		.flags = READ_ONCE(*compat_page_flags(head)),
		.object = (unsigned long)READ_ONCE(head->mapping),
		.refs = page_ref_count(head),
	};
}

static __always_inline int ipcshow_page_mapcount(struct ipcshow_page_facts facts,
						 const struct page *page)
{
	if (unlikely(facts.flags & BIT(PG_head)))
		return compat_large_mapcount(facts.head, page);
	return atomic_read(&page->_mapcount) + 1;
}

#ifdef CONFIG_PAGE_IDLE_FLAG
#define TALLY_PG_YOUNG		(BIT(PG_referenced) | BIT(PG_young))
#else
#define TALLY_PG_YOUNG		BIT(PG_referenced)
#endif

/* The class of a page, as far as it does not follow from its mapcount. */
static __always_inline unsigned int
ipcshow_page_class(struct ipcshow_page_facts facts, bool young, bool dirty)
{
	unsigned int class = 0;

	if (dirty || facts.flags & BIT(PG_dirty))
		class |= TALLY_DIRTY;
	if (young || facts.flags & TALLY_PG_YOUNG)
		class |= TALLY_YOUNG;
	if (facts.flags & BIT(PG_swapbacked))
		class |= TALLY_SWAPBACKED;
	if (facts.object & FOLIO_MAPPING_ANON) {
		class |= TALLY_ANON;
		if ((facts.object & FOLIO_MAPPING_FLAGS) == FOLIO_MAPPING_KSM)
			class |= TALLY_KSM;
	}
	return class;
}

#endif
