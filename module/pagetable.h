/* SPDX-License-Identifier: GPL-2.0 */
/* The way down to the table of PMDs, for all who read page tables without locks. */
#ifndef IPCSHOW_PAGETABLE_H
#define IPCSHOW_PAGETABLE_H

#include <linux/mm.h>
#include <linux/pgtable.h>

/**
 * ipcshow_pmds_find() - the table of PMDs for an address
 * @mm: the address space: its mmap lock is held, within an RCU section
 * @addr: the address, in a VMA
 * @end: of interest (exclusive), as the VMA goes so far
 * @next: out: where there is none: the end of the range that has none, at most @end
 * @device: out: an entry in the way is no table: device memory in a larger leaf, or
 *	hugetlb
 *
 * Each level's entry is read once, and the next level found from that copy. A
 * table lives as long as a VMA in its range does, and the mmap lock keeps the VMAs.
 *
 * Return: the table, to be indexed with pmd_index(), or NULL.
 */
static __always_inline pmd_t *ipcshow_pmds_find(struct mm_struct *mm, u64 addr, u64 end,
						u64 *next, bool *device)
{
	pgd_t *pgdp = pgd_offset(mm, addr);
	pgd_t pgd = READ_ONCE(*pgdp);
	p4d_t *p4dp, p4d;
	pud_t *pudp, pud;

	*device = false;
	*next = pgd_addr_end(addr, end);
	if (pgd_none(pgd) || pgd_bad(pgd))
		return NULL;
	p4dp = p4d_offset_lockless(pgdp, pgd, addr);
	p4d = READ_ONCE(*p4dp);
	*next = p4d_addr_end(addr, end);
	if (p4d_none(p4d) || p4d_bad(p4d))
		return NULL;
	pudp = pud_offset_lockless(p4dp, p4d, addr);
	pud = READ_ONCE(*pudp);
	*next = pud_addr_end(addr, end);
	*device = !pud_none(pud) && (!pud_present(pud) || pud_leaf(pud));
	if (pud_none(pud) || *device || pud_bad(pud))
		return NULL;
	return pmd_offset_lockless(pudp, pud, addr & PUD_MASK);
}

#endif
