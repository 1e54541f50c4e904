/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_ROW_H
#define IPCSHOW_ROW_H

#include <linux/mm.h>
#include <linux/types.h>

/*
 * Pages of a row: what two tables of PTEs hold on most machines. What comes before a row (a lock,
 * a look for the VMA) costs almost as much as one of them; each page of a row takes memory.
 */
#define IPCSHOW_ROW_MAX		1024

/*
 * What one entry of a page table leads to, in a word: equal words are the same
 * page. 0: to nothing, or to the zero page.
 */
#define IPCSHOW_ENTRY_PAGE	1	/* a struct page; the rest is its PFN */
#define IPCSHOW_ENTRY_HUGETLB	2	/* the same, of a hugetlb pool */
#define IPCSHOW_ENTRY_DEVICE	3	/* a PFN without struct page, or one not to be looked at */
#define IPCSHOW_ENTRY_SWAP	4	/* swapped out; the rest is the slot */
#define IPCSHOW_ENTRY_MOVING	5	/* under migration */
#define IPCSHOW_ENTRY_BITS	3

static inline u64 ipcshow_entry(u64 value, unsigned int type)
{
	return value << IPCSHOW_ENTRY_BITS | type;
}

static inline unsigned int ipcshow_entry_type(u64 entry)
{
	return entry & (BIT(IPCSHOW_ENTRY_BITS) - 1);
}

static inline u64 ipcshow_entry_value(u64 entry)
{
	return entry >> IPCSHOW_ENTRY_BITS;
}

/**
 * struct ipcshow_row - consecutive pages of one address space
 * @empty_until: no page is mapped from the first page of the row to this address;
 *	may lie behind the row. 0: one is mapped
 * @unmapped: some of the row, or of what @empty_until tells of, is in no VMA
 * @plain: each of @entries is nothing or a page, and from a table of PTEs
 * @reachable: each of @entries is a page that hardware can reach by a PTE, so that
 *	arch_mm_flushes() tells when it is given up. None is nothing: an entry that is empty may
 *	be about to be filled again, and that is not counted
 * @entries: room for IPCSHOW_ROW_MAX: what is mapped, page by page
 * @ptes: room for IPCSHOW_ROW_MAX: the same as the page tables have it, where @plain
 */
struct ipcshow_row {
	u64 empty_until;
	bool unmapped;
	bool plain;
	bool reachable;
	u64 *entries;
	pte_t *ptes;
};

void ipcshow_row_read(struct ipcshow_row *row, struct mm_struct *mm, u64 addr,
		      unsigned int nr, u64 limit);
u32 ipcshow_row_match(const pte_t *ptes, bool holes, struct mm_struct *mm, u64 addr, u32 nr);

#endif
