// SPDX-License-Identifier: GPL-2.0
/*
 * What a range of a VMA has in memory, counted as fs/proc/task_mmu.c counts it
 * for smaps, but from a lockless read of the page tables, as GUP-fast reads them.
 *
 * Why this is safe: the caller holds the mmap lock for reading, so the VMA and
 * the upper levels of its page tables stay. A table of PTEs may be taken away
 * all the same (khugepaged, MADV_DONTNEED on newer kernels), but it is freed
 * only after an RCU grace period, and we read the entry that leads to it, and
 * the table, within one RCU section. Each entry is read once. hugetlb may give
 * up a shared table with no more than an interrupt sent to each CPU, so its
 * entries are read with interrupts off.
 *
 * A struct page is read without a reference: it may be freed, split or reused
 * at any time. It stays readable, so we only load words of it, never call what
 * asserts that the page is stable; and we look at the entry again afterwards:
 * when it has changed, the page is counted anew. For a stopped target, and for
 * pages that nobody moves, the counts are exact.
 */
#include <linux/hugetlb.h>
#include <linux/ipcshow.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/pagemap.h>
#include <linux/rcupdate.h>
#include <linux/shmem_fs.h>
#include <linux/xarray.h>

#include "compat.h"
#include "pages.h"

/* PSS is kept in 1/4096 bytes, as in smaps. */
#define PSS_SHIFT	12

/* An entry that changes under us is read again, but not for ever. */
#define ENTRY_RETRIES	3

/**
 * struct walk - a range that is counted
 * @acc: where to
 * @vma: the VMA
 * @budget: work that may still be done under the locks: about one for each
 *	entry looked at
 * @locked: the VMA is locked in memory
 * @swapped: the shared memory object of the VMA when it has pages in swap:
 *	those are found in the object, not in the page tables
 */
struct walk {
	struct ipcshow_pages *acc;
	struct vm_area_struct *vma;
	long budget;
	bool locked;
	struct address_space *swapped;
};

/**
 * struct mapping - what one page table entry says, and what of the page it
 *	leads to must be read before the entry is looked at again
 * @page: first page
 * @nr: pages that the entry maps, or that are counted of them
 * @huge: the entry maps a huge page
 * @young: accessed
 * @dirty: written
 * @present: false: under migration
 * @head: head of the compound page that @page is of, or @page
 * @flags: page flags of @head
 * @object: ->mapping of @head
 * @refs: references to @head
 * @mapcount: how often @page is mapped
 */
struct mapping {
	struct page *page;
	unsigned int nr;
	bool huge;
	bool young;
	bool dirty;
	bool present;
	struct page *head;
	unsigned long flags;
	unsigned long object;
	int refs;
	int mapcount;
};

static int mapcount_of(const struct mapping *m, const struct page *page)
{
	if (m->flags & BIT(PG_head))
		return compat_large_mapcount(m->head, page);
	return atomic_read(&page->_mapcount) + 1;
}

static void read_page(struct mapping *m, struct page *page)
{
	m->page = page;
	m->head = compound_head(page);
	m->flags = READ_ONCE(*compat_page_flags(m->head));
	m->object = (unsigned long)READ_ONCE(m->head->mapping);
	m->refs = page_ref_count(m->head);
	m->mapcount = mapcount_of(m, page);
}

static bool is_anon(const struct mapping *m)
{
	return m->object & PAGE_MAPPING_ANON;
}

static bool is_young(const struct mapping *m)
{
#ifdef CONFIG_PAGE_IDLE_FLAG
	if (m->flags & BIT(PG_young))
		return true;
#endif
	return m->young || m->flags & BIT(PG_referenced);
}

static void add_share(struct walk *walk, u64 size, u64 pss, bool dirty, bool shared)
{
	struct ipcshow_pages *acc = walk->acc;

	acc->pss += pss;
	if (walk->locked)
		acc->locked += pss;
	if (dirty) {
		acc->pss_dirty += pss;
		if (shared)
			acc->shared_dirty += size;
		else
			acc->private_dirty += size;
	} else {
		if (shared)
			acc->shared_clean += size;
		else
			acc->private_clean += size;
	}
}

/* How often each page is mapped; smaps_account() has the reasons. */
static void add_shares(struct walk *walk, const struct mapping *m, bool dirty)
{
	u64 size = (u64)m->nr * PAGE_SIZE;
	int mapcount = m->mapcount;
	unsigned int i;

	if (m->refs == 1 || !m->present) {
		add_share(walk, size, size << PSS_SHIFT, dirty, !m->present);
		return;
	}
	for (i = 0; i < m->nr; i++) {
		if (i)
			mapcount = mapcount_of(m, m->page + i);
		add_share(walk, PAGE_SIZE, mapcount < 2 ? PAGE_SIZE << PSS_SHIFT :
			  (PAGE_SIZE << PSS_SHIFT) / mapcount, dirty, mapcount >= 2);
	}
	walk->budget -= m->nr - 1;
}

static void add_page(struct walk *walk, const struct mapping *m)
{
	struct ipcshow_pages *acc = walk->acc;
	bool dirty = m->dirty || m->flags & BIT(PG_dirty);
	bool swapbacked = m->flags & BIT(PG_swapbacked);
	u64 size = (u64)m->nr * PAGE_SIZE;

	acc->rss += size;
	if (is_anon(m)) {
		acc->anonymous += size;
		if (!swapbacked && !dirty)
			acc->lazyfree += size;
		if ((m->object & PAGE_MAPPING_FLAGS) == PAGE_MAPPING_KSM)
			acc->ksm += size;
	}
	if (m->huge) {
		if (is_anon(m))
			acc->anon_huge += size;
		else if (swapbacked)
			acc->shmem_huge += size;
		else
			acc->file_huge += size;
	}
	if (is_young(m))
		acc->referenced += size;
	add_shares(walk, m, dirty);
}

static bool is_shmem(const struct inode *inode)
{
	return inode->i_sb->s_magic == TMPFS_MAGIC && S_ISREG(inode->i_mode);
}

/* The object, when it is shared memory with pages in swap. */
static struct address_space *swapped_object(struct vm_area_struct *vma)
{
	struct address_space *mapping;

	if (!IS_ENABLED(CONFIG_SHMEM) || !vma->vm_file || vma_is_anonymous(vma))
		return NULL;
	mapping = vma->vm_file->f_mapping;
	if (!is_shmem(mapping->host) || !READ_ONCE(SHMEM_I(mapping->host)->swapped))
		return NULL;
	return mapping;
}

/*
 * Nothing is mapped from @addr to @end. In shared memory there may still be
 * pages in swap: count them in the object.
 *
 * Return: how far it came within the budget.
 */
static u64 add_hole(struct walk *walk, u64 addr, u64 end)
{
	XA_STATE(xas, NULL, 0);
	pgoff_t first, last, from, to;
	void *entry;

	if (!walk->swapped)
		return end;

	first = linear_page_index(walk->vma, addr);
	last = first + ((end - addr) >> PAGE_SHIFT) - 1;
	xas.xa = &walk->swapped->i_pages;
	xas_set(&xas, first);
	xas_for_each(&xas, entry, last) {
		if (xas_retry(&xas, entry))
			continue;
		if (xa_is_value(entry)) {
			from = max(first, round_down(xas.xa_index, 1UL << compat_xas_order(&xas)));
			to = min(last, from + (1UL << compat_xas_order(&xas)) - 1);
			walk->acc->swap += (u64)(to - from + 1) << PAGE_SHIFT;
			if (to >= last)
				return end;
			xas_set(&xas, to + 1);
		}
		if (--walk->budget <= 0 && xas.xa_index < last)
			return addr + ((u64)(max(xas.xa_index, first) + 1 - first) << PAGE_SHIFT);
	}
	return end;
}

/* Entries that are not present. */
static void add_leaf(struct walk *walk, struct compat_leaf leaf, u64 size)
{
	struct mapping m = {
		.nr = size >> PAGE_SHIFT,
		.huge = size > PAGE_SIZE,
		.present = leaf.present,
	};

	if (leaf.page) {
		read_page(&m, leaf.page);
		add_page(walk, &m);
	} else if (leaf.swap) {
		walk->acc->swap += size;
	} else if (leaf.guard) {
		walk->acc->guard += size;
	}
}

/* Does an entry that is not special lead to a struct page? */
static bool has_page(const struct vm_area_struct *vma, unsigned long pfn)
{
	return !(vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP | VM_IO)) || pfn_valid(pfn);
}

static void add_special(struct walk *walk, unsigned long pfn)
{
	if (is_zero_pfn(pfn))
		walk->acc->zero += PAGE_SIZE;
	else
		walk->acc->device += PAGE_SIZE;
}

static void count_pte(struct walk *walk, pte_t *ptep, pte_t pte)
{
	struct mapping m = { .nr = 1, .present = true };
	int tries;
	pte_t was;

	for (tries = 0; tries < ENTRY_RETRIES; tries++) {
		if (pte_none(pte))
			return;
		if (!pte_present(pte)) {
			add_leaf(walk, compat_pte_leaf(pte), PAGE_SIZE);
			return;
		}
		if (pte_special(pte) || !has_page(walk->vma, pte_pfn(pte))) {
			add_special(walk, pte_pfn(pte));
			return;
		}
		read_page(&m, pfn_to_page(pte_pfn(pte)));
		/* The page was the entry's if the entry is still the same. */
		smp_rmb();
		was = pte;
		pte = ptep_get_lockless(ptep);
		if (likely(pte_same(pte, was)))
			break;
	}
	m.young = pte_young(pte);
	m.dirty = pte_dirty(pte);
	add_page(walk, &m);
}

static u64 count_ptes(struct walk *walk, pmd_t pmd, u64 addr, u64 end)
{
	pte_t *ptep = pte_offset_kernel(&pmd, addr);
	pte_t pte;

	for (; addr < end && walk->budget > 0; addr += PAGE_SIZE, ptep++) {
		walk->budget--;
		pte = ptep_get_lockless(ptep);
		if (!pte_none(pte))
			count_pte(walk, ptep, pte);
		else if (walk->swapped)
			add_hole(walk, addr, addr + PAGE_SIZE);
	}
	return addr;
}

/*
 * In anonymous memory, a huge page that is special, or not anonymous, is the
 * huge zero page, whose symbols are not exported.
 */
static void count_huge_pmd(struct walk *walk, pmd_t pmd, u64 addr, u64 end)
{
	struct mapping m = {
		.nr = (end - addr) >> PAGE_SHIFT,
		.huge = true,
		.present = true,
		.young = pmd_young(pmd),
		.dirty = pmd_dirty(pmd),
	};
	unsigned long pfn = pmd_pfn(pmd) + ((addr & ~PMD_MASK) >> PAGE_SHIFT);
	bool anon = vma_is_anonymous(walk->vma);

	if (!anon && (compat_pmd_special(pmd) || !has_page(walk->vma, pfn))) {
		walk->acc->device += end - addr;
		return;
	}
	read_page(&m, pfn_to_page(pfn));
	if (anon && (compat_pmd_special(pmd) || !is_anon(&m)))
		walk->acc->zero += end - addr;
	else
		add_page(walk, &m);
}

static u64 count_pmd(struct walk *walk, pmd_t *pmdp, u64 addr, u64 end)
{
	pmd_t pmd = pmdp_get_lockless(pmdp);

	if (pmd_none(pmd))
		return add_hole(walk, addr, end);
	if (!pmd_present(pmd)) {
		add_leaf(walk, compat_pmd_leaf(pmd), end - addr);
		return end;
	}
	if (pmd_leaf(pmd)) {
		count_huge_pmd(walk, pmd, addr, end);
		return end;
	}
	if (pmd_bad(pmd))
		return end;
	return count_ptes(walk, pmd, addr, end);
}

static u64 count_pmds(struct walk *walk, pud_t *pudp, pud_t pud, u64 addr, u64 end)
{
	pmd_t *pmdp = pmd_offset_lockless(pudp, pud, addr);
	u64 next;

	for (; addr < end && walk->budget > 0; pmdp++) {
		walk->budget--;
		next = pmd_addr_end(addr, end);
		addr = count_pmd(walk, pmdp, addr, next);
		if (addr < next)
			break;
	}
	return addr;
}

/*
 * Goes down to the PMDs. Nothing but hugetlb and device memory has larger
 * leaves. Each level's entry is read once, and the next level found from that copy.
 */
static u64 count_puds(struct walk *walk, u64 addr, u64 end)
{
	pgd_t *pgdp = pgd_offset(walk->vma->vm_mm, addr);
	pgd_t pgd = READ_ONCE(*pgdp);
	p4d_t *p4dp, p4d;
	pud_t *pudp, pud;

	if (pgd_none(pgd) || pgd_bad(pgd))
		return add_hole(walk, addr, pgd_addr_end(addr, end));
	p4dp = p4d_offset_lockless(pgdp, pgd, addr);
	p4d = READ_ONCE(*p4dp);
	if (p4d_none(p4d) || p4d_bad(p4d))
		return add_hole(walk, addr, p4d_addr_end(addr, end));
	pudp = pud_offset_lockless(p4dp, p4d, addr);
	pud = READ_ONCE(*pudp);
	end = pud_addr_end(addr, end);
	if (pud_none(pud))
		return add_hole(walk, addr, end);
	if (!pud_present(pud) || pud_leaf(pud)) {
		walk->acc->device += end - addr;
		return end;
	}
	if (pud_bad(pud))
		return end;
	return count_pmds(walk, pudp, pud, addr, end);
}

/**
 * ipcshow_vma_page_shift() - log2 of the size of the pages of a VMA
 * @vma: the VMA, its mmap lock held
 */
unsigned int ipcshow_vma_page_shift(struct vm_area_struct *vma)
{
	if (is_vm_hugetlb_page(vma) && vma->vm_ops && vma->vm_ops->pagesize)
		return ilog2(vma->vm_ops->pagesize(vma));
	return PAGE_SHIFT;
}

/*
 * The entry of a huge page: of the level that its size says, or the first of
 * several that make up one (arm64). Interrupts are off.
 */
static bool read_hugetlb(struct mm_struct *mm, u64 addr, pte_t *entry, bool *shared)
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

/* Whole pages only: one that a cut divides is counted where it begins. */
static u64 count_hugetlb(struct walk *walk, u64 addr, u64 end)
{
	u64 size = 1ULL << ipcshow_vma_page_shift(walk->vma);
	struct mapping m = {};
	struct page *page;
	bool there, shared;
	pte_t pte;

	for (addr = ALIGN(addr, size); addr < end && walk->budget > 0; addr += size) {
		walk->budget--;
		local_irq_disable();
		there = read_hugetlb(walk->vma->vm_mm, addr, &pte, &shared);
		local_irq_enable();
		if (!there)
			continue;
		page = pte_present(pte) ? pfn_to_page(pte_pfn(pte)) :
					  compat_pte_leaf(pte).page;
		if (!page)
			continue;
		read_page(&m, page);
		if (m.mapcount >= 2 || shared)
			walk->acc->shared_hugetlb += size;
		else
			walk->acc->private_hugetlb += size;
	}
	return min(addr, end);
}

/**
 * ipcshow_pages_count() - count the pages of a range of a VMA
 * @acc: the counts are added to it
 * @vma: the VMA; its mmap lock is held for reading, the address space alive
 * @addr: where to begin, page aligned, within @vma
 * @end: where to end, page aligned, within @vma
 * @budget: work that may be done; what was done is taken off
 *
 * Does not sleep.
 *
 * Return: how far it came; @end unless the budget ran out.
 */
u64 ipcshow_pages_count(struct ipcshow_pages *acc, struct vm_area_struct *vma,
			u64 addr, u64 end, long *budget)
{
	struct walk walk = {
		.acc = acc,
		.vma = vma,
		.budget = *budget,
		.locked = vma->vm_flags & VM_LOCKED,
		.swapped = swapped_object(vma),
	};

	if (is_vm_hugetlb_page(vma)) {
		addr = count_hugetlb(&walk, addr, end);
	} else {
		rcu_read_lock();
		while (addr < end && walk.budget > 0) {
			walk.budget--;
			addr = count_puds(&walk, addr, end);
		}
		rcu_read_unlock();
	}
	*budget = walk.budget;
	return addr;
}
