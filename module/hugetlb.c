// SPDX-License-Identifier: GPL-2.0
/*
 * hugetlb memory: its entries are found at the level that its page size says, and
 * a table of them may serve several address spaces. One of these may give up
 * such a table with no more than an interrupt sent to each CPU before it may be
 * freed, so an entry is read with interrupts off.
 */
#include <linux/irqflags.h>

#include "compat.h"
#include "hugetlb.h"
#include "pages.h"
#include "tally.h"

/*
 * Interrupts are off. Where several entries make up one page (arm64), the first is
 * read. Return: false: there is none.
 */
static bool read_entry(struct mm_struct *mm, u64 addr, pte_t *entry, bool *shared)
{
	pgd_t *pgdp = pgd_offset(mm, addr);
	pgd_t pgd = READ_ONCE(*pgdp);
	p4d_t *p4dp, p4d;
	pud_t *pudp, pud;
	pmd_t *pmdp, pmd;

	*shared = false;
	if (pgd_none(pgd) || pgd_bad(pgd))
		return false;
	p4dp = p4d_offset_lockless(pgdp, pgd, addr);
	p4d = READ_ONCE(*p4dp);
	if (p4d_none(p4d) || p4d_bad(p4d))
		return false;
	pudp = pud_offset_lockless(p4dp, p4d, addr);
	pud = READ_ONCE(*pudp);
	if (pud_none(pud))
		return false;
	if (!pud_present(pud) || pud_leaf(pud)) {
		*entry = __pte(pud_val(pud));
		return true;
	}
	pmdp = pmd_offset_lockless(pudp, pud, addr);
	pmd = pmdp_get_lockless(pmdp);
	if (pmd_none(pmd))
		return false;
	if (!pmd_present(pmd) || pmd_leaf(pmd)) {
		*shared = compat_pmd_table_shared(pmdp);
		*entry = __pte(pmd_val(pmd));
		return true;
	}
	*entry = ptep_get_lockless(pte_offset_kernel(&pmd, addr));
	return !pte_none(*entry);
}

/**
 * ipcshow_hugetlb_read() - the entry for a huge page
 * @mm: the address space, its mmap lock is held
 * @addr: of the first byte of the page, in a hugetlb VMA
 * @entry: out: the entry
 * @shared: out: the table that it is in serves several address spaces
 *
 * Return: false: there is none.
 */
bool ipcshow_hugetlb_read(struct mm_struct *mm, u64 addr, pte_t *entry, bool *shared)
{
	bool there;

	local_irq_disable();
	there = read_entry(mm, addr, entry, shared);
	local_irq_enable();
	return there;
}

static void add_entry(struct ipcshow_pages *acc, pte_t pte, bool shared, u64 size)
{
	struct ipcshow_page_facts facts;
	struct page *page;

	page = pte_present(pte) ? pfn_to_page(pte_pfn(pte)) : compat_pte_leaf(pte).page;
	if (!page)
		return;
	facts = ipcshow_page_read(page);
	if (shared || ipcshow_page_mapcount(facts, page) >= 2)
		acc->shared_hugetlb += size;
	else
		acc->private_hugetlb += size;
}

/**
 * ipcshow_hugetlb_count() - as ipcshow_pages_count(), for a hugetlb VMA
 * @walk: the walk
 * @acc: the counts are added to it
 * @vma: the VMA
 * @addr: where to begin
 * @end: where to end; of a huge page that this divides, the part is counted
 *
 * Return: how far it came; @end unless the budget ran out.
 */
u64 ipcshow_hugetlb_count(struct ipcshow_page_walk *walk, struct ipcshow_pages *acc,
			  struct vm_area_struct *vma, u64 addr, u64 end)
{
	u64 size = 1ULL << ipcshow_vma_page_shift(vma);
	bool shared;
	u64 next;
	pte_t pte;

	for (; addr < end && walk->budget > 0; addr = next) {
		walk->budget--;
		next = min(end, round_down(addr, size) + size);
		if (ipcshow_hugetlb_read(vma->vm_mm, round_down(addr, size), &pte, &shared))
			add_entry(acc, pte, shared, next - addr);
	}
	return addr;
}
