// SPDX-License-Identifier: GPL-2.0
/*
 * What a range of a VMA has in memory: a lockless read of the page tables, as
 * GUP-fast reads them.
 *
 * Why this is safe: the caller holds the mmap lock for reading, so the VMA and
 * the upper levels of its page tables stay. A table of PTEs may be taken away
 * all the same (khugepaged, MADV_DONTNEED on newer kernels), but it is freed
 * only after an RCU grace period, and the entry that leads to it and the table are
 * read within one RCU section, each entry once.
 *
 * What a page says of itself may have changed when it is read (tally.h). So the
 * entry is looked at again afterwards: if it is still the same, the page was
 * its page; if not, once more. For a stopped target, and for pages that nobody
 * moves, the counts are exact.
 */
#include <linux/magic.h>
#include <linux/pagemap.h>
#include <linux/rcupdate.h>
#include <linux/shmem_fs.h>
#include <linux/xarray.h>

#include "compat.h"
#include "pages.h"
#include "pagetable.h"
#include "tally.h"

#define ENTRY_RETRIES	3

/* PTEs that are looked at together to see if they are none. */
#define NONE_STRIDE	16

/* May an entry of this VMA that is not special lead to what has no struct page? */
static bool is_mixed(const struct vm_area_struct *vma)
{
	return vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP | VM_IO);
}

static __always_inline void add(struct ipcshow_page_walk *walk, unsigned int class,
				u64 pages, u64 pss)
{
	if (unlikely(class != walk->tally.class)) {
		if (walk->tally.pages)
			ipcshow_tally_end(&walk->tally, walk->acc,
					  walk->vma->vm_flags & VM_LOCKED);
		walk->tally.class = class;
	}
	walk->tally.pages += pages;
	walk->tally.pss += pss;
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
 * Counts what the object has in swap from @addr to @end: all of it, or as far as the
 * budget allows.
 *
 * Return: how far it came.
 */
static u64 add_swapped(struct ipcshow_page_walk *walk, u64 addr, u64 end, bool all)
{
	pgoff_t first, last, from, next;
	XA_STATE(xas, NULL, 0);
	void *entry;

	/* To find out that there is nothing costs a way down, too. */
	walk->budget -= 4;
	first = linear_page_index(walk->vma, addr);
	last = first + ((end - addr) >> PAGE_SHIFT) - 1;
	xas.xa = &walk->swapped->i_pages;
	xas_set(&xas, first);
	xas_for_each(&xas, entry, last) {
		if (xas_retry(&xas, entry))
			continue;
		from = max(first, xas.xa_index);
		next = from + 1;
		if (xa_is_value(entry)) {
			/* One entry may stand for several pages. */
			next = round_down(xas.xa_index, 1UL << compat_xas_order(&xas)) +
			       (1UL << compat_xas_order(&xas));
			next = min(next, last + 1);
			walk->acc->swap += (u64)(next - from) << PAGE_SHIFT;
			xas_set(&xas, next);
		}
		if (next > last)
			break;
		if (--walk->budget <= 0 && !all)
			return addr + ((u64)(next - first) << PAGE_SHIFT);
	}
	return end;
}

/* Nothing is mapped from @addr to @end. Return: how far it came within the budget. */
static u64 add_hole(struct ipcshow_page_walk *walk, u64 addr, u64 end)
{
	return walk->swapped ? add_swapped(walk, addr, end, false) : end;
}

/*
 * Where no page of the object can be hidden by a copy, what it has in swap is counted
 * for the whole range that the page tables were looked at for, as smaps does; else
 * only where nothing is mapped.
 */
static bool by_object(const struct ipcshow_page_walk *walk)
{
	return walk->swapped && (walk->vma->vm_flags & (VM_SHARED | VM_WRITE)) != VM_WRITE;
}

/*
 * Adds @nr pages from @page on that one entry maps. A page with one reference
 * is mapped once: by this entry. Pages that are not present (under migration)
 * have no mapcount that could be read: as smaps has it, shared, but by whom is
 * not known.
 */
static void add_mapped(struct ipcshow_page_walk *walk, struct ipcshow_page_facts facts,
		       const struct page *page, unsigned int class, u64 nr, bool present)
{
	int mapcount;
	u64 i;

	if (!present || facts.refs == 1) {
		add(walk, class | (present ? 0 : TALLY_SHARED), nr, nr * TALLY_PSS_PAGE);
		return;
	}
	for (i = 0; i < nr; i++) {
		mapcount = ipcshow_page_mapcount(facts, page + i);
		add(walk, class | (mapcount < 2 ? 0 : TALLY_SHARED), 1,
		    TALLY_PSS_PAGE / (u32)max(mapcount, 1));
	}
	walk->budget -= nr - 1;
}

/* Entries that are neither none nor present. */
static void add_leaf(struct ipcshow_page_walk *walk, struct compat_leaf leaf, u64 size, bool huge)
{
	struct ipcshow_page_facts facts;
	unsigned int class;

	if (leaf.page) {
		facts = ipcshow_page_read(leaf.page);
		class = ipcshow_page_class(facts, false, false);
		add_mapped(walk, facts, leaf.page, class | (huge ? TALLY_HUGE : 0),
			   size >> PAGE_SHIFT, leaf.present);
	} else if (leaf.swap) {
		walk->acc->swap += size;
	} else if (leaf.guard) {
		walk->acc->guard += size;
	}
}

static void add_special(struct ipcshow_page_walk *walk, unsigned long pfn)
{
	if (is_zero_pfn(pfn))
		walk->acc->zero += PAGE_SIZE;
	else
		walk->acc->device += PAGE_SIZE;
}

/*
 * A page that one entry maps. What it says of itself is read, then the entry once
 * more, to see whether the page was still its page.
 *
 * Return: false: the entry has changed, and nothing was added.
 */
static __always_inline bool count_page(struct ipcshow_page_walk *walk, pte_t *ptep,
				       pte_t pte)
{
	const struct page *page = pfn_to_page(pte_pfn(pte));
	struct ipcshow_page_facts facts = ipcshow_page_read(page);
	unsigned int class;
	int mapcount;

	class = ipcshow_page_class(facts, pte_young(pte), pte_dirty(pte));
	mapcount = facts.refs == 1 ? 1 : ipcshow_page_mapcount(facts, page);
	/* Orders the look at the page before the second look at the entry. */
	smp_rmb();
	if (unlikely(!pte_same(ptep_get_lockless(ptep), pte)))
		return false;
	if (mapcount < 2)
		add(walk, class, 1, TALLY_PSS_PAGE);
	else
		add(walk, class | TALLY_SHARED, 1, TALLY_PSS_PAGE / (u32)mapcount);
	return true;
}

/* Return: false: the entry has changed, and nothing was added. */
static __always_inline bool count_pte(struct ipcshow_page_walk *walk, pte_t *ptep,
				      pte_t pte, bool mixed)
{
	if (unlikely(!pte_present(pte))) {
		add_leaf(walk, compat_pte_leaf(pte), PAGE_SIZE, false);
		return true;
	}
	if (unlikely(pte_special(pte) || (mixed && !pfn_valid(pte_pfn(pte))))) {
		add_special(walk, pte_pfn(pte));
		return true;
	}
	return count_page(walk, ptep, pte);
}

/* An entry that hardware changes under us is read again, but not for ever. */
static void recount_pte(struct ipcshow_page_walk *walk, pte_t *ptep)
{
	int tries;
	pte_t pte;

	for (tries = 0; tries < ENTRY_RETRIES; tries++) {
		pte = ptep_get_lockless(ptep);
		if (pte_none(pte) || count_pte(walk, ptep, pte, is_mixed(walk->vma)))
			return;
	}
}

/* How many entries from the first on are none? */
static u64 count_none(pte_t *ptep, u64 nr)
{
	u64 i, done = 0, any;

	for (; done + NONE_STRIDE <= nr; done += NONE_STRIDE) {
		any = 0;
#pragma GCC unroll 16
		for (i = 0; i < NONE_STRIDE; i++)
			any |= pte_val(ptep_get_lockless(ptep + done + i));
		if (!pte_none(__pte(any)))
			break;
	}
	while (done < nr && pte_none(ptep_get_lockless(ptep + done)))
		done++;
	return done;
}

/*
 * An entry that is none, or was not what it had been: who replaces one clears it for a moment,
 * with the lock of the table. With that held, either it and those behind it that are none, too, are
 * so, and may be in swap, where @holes says so; or it is counted. A table that was taken away
 * meanwhile is empty, but its pages are mapped by a huge one, or by the next table.
 *
 * Return: the first entry behind what was looked at; @ptep: the table is gone.
 */
static noinline pte_t *count_locked(struct ipcshow_page_walk *walk, pte_t *ptep, u64 addr,
				    u64 end, bool holes)
{
	spinlock_t *lock = pte_lockptr(walk->vma->vm_mm, &walk->pmd);
	u64 nr;

	spin_lock(lock);
	if (!pmd_same(pmdp_get_lockless(walk->pmdp), walk->pmd)) {
		spin_unlock(lock);
		return ptep;
	}
	nr = count_none(ptep, (end - addr) >> PAGE_SHIFT);
	if (nr && holes)
		add_swapped(walk, addr, addr + (nr << PAGE_SHIFT), true);
	if (!nr) {
		recount_pte(walk, ptep);
		nr = 1;
	}
	spin_unlock(lock);
	return ptep + nr;
}

/* @holes: what is none may be in swap. Return: how far it came before the table was taken away. */
static __always_inline u64 count_table(struct ipcshow_page_walk *walk, u64 addr,
				       u64 end, bool holes)
{
	pte_t *ptep = walk->ptes + pte_index(addr), *next;
	const bool mixed = is_mixed(walk->vma);
	pte_t pte;

	while (addr < end) {
		next = ptep + 1;
		pte = ptep_get_lockless(ptep);
		if (pte_none(pte) || !count_pte(walk, ptep, pte, mixed)) {
			next = count_locked(walk, ptep, addr, end, holes);
			if (unlikely(next == ptep))
				return addr;
		}
		addr += (next - ptep) * PAGE_SIZE;
		ptep = next;
	}
	return end;
}

static noinline u64 count_swapped(struct ipcshow_page_walk *walk, u64 addr, u64 end)
{
	u64 reached;

	if (!by_object(walk))
		return count_table(walk, addr, end, true);
	reached = count_table(walk, addr, end, false);
	if (reached > addr)
		add_swapped(walk, addr, reached, true);
	return reached;
}

/* The table of PTEs that was used last holds all of the range. Return: how far it came. */
static __always_inline u64 count_ptes(struct ipcshow_page_walk *walk, u64 addr, u64 end)
{
	long pages = min_t(long, (end - addr) >> PAGE_SHIFT, max(walk->budget, 1L));

	walk->budget -= pages;
	end = addr + ((u64)pages << PAGE_SHIFT);
	if (unlikely(walk->swapped))
		return count_swapped(walk, addr, end);
	return count_table(walk, addr, end, false);
}

/*
 * In anonymous memory, a huge page that is special, or not anonymous, is the
 * huge zero page, whose symbols are not exported.
 */
static void count_huge_pmd(struct ipcshow_page_walk *walk, pmd_t pmd, u64 addr, u64 end)
{
	unsigned long pfn = pmd_pfn(pmd) + ((addr & ~PMD_MASK) >> PAGE_SHIFT);
	bool anon = vma_is_anonymous(walk->vma);
	struct ipcshow_page_facts facts;
	unsigned int class;

	if (!anon && (compat_pmd_special(pmd) || (is_mixed(walk->vma) && !pfn_valid(pfn)))) {
		walk->acc->device += end - addr;
		return;
	}
	facts = ipcshow_page_read(pfn_to_page(pfn));
	if (anon && (compat_pmd_special(pmd) || !(facts.object & FOLIO_MAPPING_ANON))) {
		walk->acc->zero += end - addr;
		return;
	}
	class = ipcshow_page_class(facts, pmd_young(pmd), pmd_dirty(pmd));
	add_mapped(walk, facts, pfn_to_page(pfn), class | TALLY_HUGE,
		   (end - addr) >> PAGE_SHIFT, true);
}

static u64 count_pmd(struct ipcshow_page_walk *walk, pmd_t *pmdp, pmd_t pmd, u64 addr,
		     u64 end)
{
	if (!pmd_present(pmd)) {
		add_leaf(walk, compat_pmd_leaf(pmd), end - addr, true);
		return end;
	}
	if (pmd_leaf(pmd)) {
		/* Huge pages of shared memory are in memory. */
		count_huge_pmd(walk, pmd, addr, end);
		return end;
	}
	if (pmd_bad(pmd))
		return end;
	walk->pmdp = pmdp;
	walk->pmd = pmd;
	walk->ptes_at = addr & PMD_MASK;
	walk->ptes = pte_offset_kernel(&pmd, walk->ptes_at);
	return count_ptes(walk, addr, end);
}

/* Most of a sparse range is PMDs that are none: they get the short way. */
static u64 count_pmds(struct ipcshow_page_walk *walk, u64 addr, u64 end)
{
	pmd_t *pmdp = walk->pmds + pmd_index(addr);
	u64 next, reached;
	pmd_t pmd;

	for (; addr < end; addr = (addr & PMD_MASK) + PMD_SIZE, pmdp++) {
		pmd = pmdp_get_lockless(pmdp);
		if (pmd_none(pmd) && !walk->swapped)
			continue;
		if (walk->budget <= 0)
			return addr;
		next = pmd_addr_end(addr, end);
		reached = pmd_none(pmd) ? add_hole(walk, addr, next) :
					  count_pmd(walk, pmdp, pmd, addr, next);
		if (reached < next)
			return reached;
	}
	return end;
}

static u64 count_pud(struct ipcshow_page_walk *walk, u64 addr, u64 end)
{
	bool device;
	u64 next;

	if (!walk->pmds || (addr & PUD_MASK) != walk->pmds_at) {
		walk->pmds = ipcshow_pmds_find(walk->vma->vm_mm, addr, end, &next, &device);
		walk->pmds_at = addr & PUD_MASK;
		walk->budget--;
		if (device)
			walk->acc->device += next - addr;
		if (!walk->pmds)
			return device ? next : add_hole(walk, addr, next);
	}
	next = pud_addr_end(addr, end);
	/* About what a look at each of the PMDs costs. */
	walk->budget -= 1 + ((next - addr) >> (PMD_SHIFT + 3));
	return count_pmds(walk, addr, next);
}

/*
 * Does the table of PTEs that was used last hold all of this range? It does if its
 * PMD still says the same: the table cannot have been freed and made anew
 * within this RCU section.
 */
static bool in_last_table(const struct ipcshow_page_walk *walk, u64 addr, u64 end)
{
	return walk->pmdp && addr >= walk->ptes_at && end - walk->ptes_at <= PMD_SIZE &&
	       pmd_same(pmdp_get_lockless(walk->pmdp), walk->pmd);
}

static noinline u64 count_puds(struct ipcshow_page_walk *walk, u64 addr, u64 end)
{
	while (addr < end && walk->budget > 0)
		addr = count_pud(walk, addr, end);
	return addr;
}

/**
 * ipcshow_pages_count() - count the pages of a range of a VMA
 * @walk: the walk; its budget is used up
 * @acc: the counts are added to it
 * @vma: the VMA; its mmap lock is held for reading, the address space alive,
 *	within an RCU section as long as @walk is used
 * @addr: where to begin, page aligned, within @vma
 * @end: where to end, page aligned, within @vma
 *
 * Does not sleep.
 *
 * Return: how far it came; @end unless the budget ran out, or a table was taken away: go on there.
 */
u64 ipcshow_pages_count(struct ipcshow_page_walk *walk, struct ipcshow_pages *acc,
			struct vm_area_struct *vma, u64 addr, u64 end)
{
	walk->vma = vma;
	walk->acc = acc;
	walk->swapped = swapped_object(vma);

	if (in_last_table(walk, addr, end))
		addr = count_ptes(walk, addr, end);
	else
		addr = count_puds(walk, addr, end);
	if (walk->tally.pages)
		ipcshow_tally_end(&walk->tally, acc, vma->vm_flags & VM_LOCKED);
	return addr;
}
