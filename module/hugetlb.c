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

/* Reads of an entry that somebody holds the lock of. */
#define TRIES_MAX	4

/**
 * find_entry() - where the entry for a page is
 * @mm: the address space
 * @addr: of the first byte of the page
 * @size: of the page; where several entries make it up (arm64), it is the first
 * @entry: out: the entry
 * @shared: out: the table that it is in serves several address spaces
 *
 * Interrupts are off.
 *
 * Return: NULL: there is no table for it.
 */
static pte_t *find_entry(struct mm_struct *mm, u64 addr, u64 size, pte_t *entry, bool *shared)
{
	pgd_t *pgdp = pgd_offset(mm, addr);
	pgd_t pgd = READ_ONCE(*pgdp);
	p4d_t *p4dp, p4d;
	pud_t *pudp, pud;
	pmd_t *pmdp, pmd;
	pte_t *ptep;

	*shared = false;
	if (pgd_none(pgd) || pgd_bad(pgd))
		return NULL;
	p4dp = p4d_offset_lockless(pgdp, pgd, addr);
	p4d = READ_ONCE(*p4dp);
	if (p4d_none(p4d) || p4d_bad(p4d))
		return NULL;
	pudp = pud_offset_lockless(p4dp, p4d, addr);
	pud = READ_ONCE(*pudp);
	if (size >= PUD_SIZE) {
		*entry = __pte(pud_val(pud));
		return (pte_t *)pudp;
	}
	if (pud_none(pud) || !pud_present(pud) || pud_leaf(pud))
		return NULL;
	pmdp = pmd_offset_lockless(pudp, pud, addr);
	pmd = pmdp_get_lockless(pmdp);
	if (size >= PMD_SIZE) {
		*shared = compat_pmd_table_shared(pmdp);
		*entry = __pte(pmd_val(pmd));
		return (pte_t *)pmdp;
	}
	if (pmd_none(pmd) || !pmd_present(pmd) || pmd_leaf(pmd))
		return NULL;
	ptep = pte_offset_kernel(&pmd, addr);
	*entry = ptep_get_lockless(ptep);
	return ptep;
}

/*
 * What is none while its lock is held is none (see row.c). Whoever holds it may wait for this
 * CPU to take an interrupt, so nobody is waited for. With PREEMPT_RT, locks are not for those
 * who have interrupts off.
 */
static enum ipcshow_hugetlb read_entry(struct vm_area_struct *vma, u64 addr, pte_t *entry,
				       bool *shared)
{
	const u64 size = 1ULL << ipcshow_vma_page_shift(vma);
	pte_t *ptep = find_entry(vma->vm_mm, addr, size, entry, shared);
	spinlock_t *lock;	/* of the table that *@ptep is in */

	if (ptep && pte_none(*entry) && !IS_ENABLED(CONFIG_PREEMPT_RT)) {
		lock = huge_pte_lockptr(hstate_vma(vma), vma->vm_mm, ptep);
		if (!spin_trylock(lock))
			return IPCSHOW_HUGETLB_BUSY;
		ptep = find_entry(vma->vm_mm, addr, size, entry, shared);
		spin_unlock(lock);
	}
	return ptep && !pte_none(*entry) ? IPCSHOW_HUGETLB_THERE : IPCSHOW_HUGETLB_NONE;
}

/**
 * ipcshow_hugetlb_read() - the entry for a huge page
 * @vma: a hugetlb VMA; its mmap lock is held
 * @addr: of the first byte of the page, in that VMA
 * @entry: out: the entry
 * @shared: out: the table that it is in serves several address spaces
 *
 * Return: what it is.
 */
enum ipcshow_hugetlb ipcshow_hugetlb_read(struct vm_area_struct *vma, u64 addr, pte_t *entry,
					  bool *shared)
{
	enum ipcshow_hugetlb what = IPCSHOW_HUGETLB_BUSY;
	int tries;

	for (tries = 0; what == IPCSHOW_HUGETLB_BUSY && tries < TRIES_MAX; tries++) {
		local_irq_disable();
		what = read_entry(vma, addr, entry, shared);
		local_irq_enable();
	}
	return what;
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
		if (ipcshow_hugetlb_read(vma, round_down(addr, size), &pte, &shared) ==
		    IPCSHOW_HUGETLB_THERE)
			add_entry(acc, pte, shared, next - addr);
	}
	return addr;
}
