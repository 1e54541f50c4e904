// SPDX-License-Identifier: GPL-2.0
/*
 * Some consecutive entries of a page table, read without locks as pages.c does, and
 * for the reasons given there; but for what is none.
 */
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "arch.h"
#include "compat.h"
#include "hugetlb.h"
#include "pages.h"
#include "pagetable.h"
#include "row.h"

/* Tables of PMDs, or holes in their place, that are looked at to get over a hole. */
#define SKIP_MAX	16

/* PTEs that are compared at a time. */
#define MATCH_STRIDE	16

/**
 * struct reader - the range of one VMA that goes to a row
 * @vma: the VMA
 * @mixed: entries of it that are not special may lead to what has no struct page
 * @plain: as &ipcshow_row.plain
 * @reachable: as &ipcshow_row.reachable
 * @to: where the next entry goes
 * @ptes: where the next PTE goes, if it is one
 */
struct reader {
	struct vm_area_struct *vma;
	bool mixed;
	bool plain;
	bool reachable;
	u64 *to;
	pte_t *ptes;
};

/* Entries that are not from a table of PTEs. */
static void fill(struct reader *reader, u64 entry, u64 step, u64 nr)
{
	reader->plain = false;
	reader->reachable = false;
	reader->ptes += nr;
	for (; nr; nr--, entry += step)
		*reader->to++ = entry;
}

static bool has_page(const struct reader *reader, unsigned long pfn)
{
	return !reader->mixed || pfn_valid(pfn);
}

static u64 leaf_entry(struct compat_leaf leaf)
{
	if (leaf.swap)
		return ipcshow_entry(leaf.slot, IPCSHOW_ENTRY_SWAP);
	if (leaf.moving)
		return IPCSHOW_ENTRY_MOVING;
	/* A poisoned page, or one that a device has to itself, is not to be looked at. */
	return leaf.page ? ipcshow_entry(page_to_pfn(leaf.page), leaf.present ?
					 IPCSHOW_ENTRY_PAGE : IPCSHOW_ENTRY_DEVICE) : 0;
}

/* An entry that may be anything but none. */
static noinline u64 odd_entry(struct reader *reader, pte_t pte)
{
	unsigned long pfn;

	if (pte_present(pte) && !pte_special(pte) && !reader->mixed) {
		reader->reachable &= arch_pte_is_reachable(pte);
		return ipcshow_entry(pte_pfn(pte), IPCSHOW_ENTRY_PAGE);
	}
	reader->plain = false;
	reader->reachable = false;
	if (!pte_present(pte))
		return leaf_entry(compat_pte_leaf(pte));
	pfn = pte_pfn(pte);
	if (pte_special(pte))
		return is_zero_pfn(pfn) ? 0 : ipcshow_entry(pfn, IPCSHOW_ENTRY_DEVICE);
	return ipcshow_entry(pfn, has_page(reader, pfn) && !compat_pte_devmap(pte) ?
			     IPCSHOW_ENTRY_PAGE : IPCSHOW_ENTRY_DEVICE);
}

static __always_inline u64 pte_entry(struct reader *reader, pte_t pte, bool usual)
{
	if (likely(usual && arch_pte_is_usual(pte)))
		return ipcshow_entry(arch_pte_usual_pfn(pte), IPCSHOW_ENTRY_PAGE);
	if (!pte_none(pte))
		return odd_entry(reader, pte);
	reader->reachable = false;
	return 0;
}

static __always_inline void each_pte(struct reader *reader, pte_t *ptep, u64 nr, bool usual)
{
	pte_t *const ptes = reader->ptes;
	u64 *const to = reader->to;
	u64 i;

	for (i = 0; i < nr; i++) {
		ptes[i] = ptep_get_lockless(ptep + i);
		to[i] = pte_entry(reader, ptes[i], usual);
	}
}

static bool has_holes(const pte_t *ptes, u64 nr)
{
	u64 i;

	for (i = 0; i < nr; i++)
		if (pte_none(ptes[i]))
			return true;
	return false;
}

/*
 * Who replaces an entry clears it, and waits for all TLBs, before the new one is there, which may
 * be the same; all that with the lock of the table held. So what is none then is none, if
 * the table is still in its place.
 */
static noinline void read_holes(struct reader *reader, pmd_t *pmdp, pmd_t pmd, pte_t *ptep, u64 nr)
{
	spinlock_t *lock = pte_lockptr(reader->vma->vm_mm, &pmd);
	bool gone;
	u64 i;

	spin_lock(lock);
	gone = !pmd_same(pmdp_get_lockless(pmdp), pmd);
	for (i = 0; i < nr; i++) {
		if (!pte_none(reader->ptes[i]))
			continue;
		reader->ptes[i] = ptep_get_lockless(ptep + i);
		reader->to[i] = gone ? IPCSHOW_ENTRY_MOVING :
				       pte_entry(reader, reader->ptes[i], false);
	}
	spin_unlock(lock);
	if (gone)
		reader->plain = false;
}

static void read_ptes(struct reader *reader, pmd_t *pmdp, pmd_t pmd, u64 addr, u64 nr)
{
	pte_t *ptep = pte_offset_kernel(&pmd, addr);

	if (likely(!reader->mixed && arch_ptes_are_raw()))
		each_pte(reader, ptep, nr, true);
	else
		each_pte(reader, ptep, nr, false);
	if (!reader->reachable && has_holes(reader->ptes, nr))
		read_holes(reader, pmdp, pmd, ptep, nr);
	reader->to += nr;
	reader->ptes += nr;
}

/* The huge zero page has no exported symbol: see count_huge_pmd() in pages.c. */
static u64 huge_entry(const struct reader *reader, pmd_t pmd)
{
	const unsigned long pfn = pmd_pfn(pmd);
	const struct page *page;

	if (!vma_is_anonymous(reader->vma))
		return ipcshow_entry(pfn, compat_pmd_special(pmd) || !has_page(reader, pfn) ?
				     IPCSHOW_ENTRY_DEVICE : IPCSHOW_ENTRY_PAGE);
	page = pfn_to_page(pfn);
	if (compat_pmd_special(pmd) ||
	    !((unsigned long)READ_ONCE(page->mapping) & FOLIO_MAPPING_ANON))
		return 0;
	return ipcshow_entry(pfn, IPCSHOW_ENTRY_PAGE);
}

static void read_huge(struct reader *reader, pmd_t pmd, u64 addr, u64 nr)
{
	const u64 skipped = (addr & ~PMD_MASK) >> PAGE_SHIFT;
	u64 entry, step = 0;

	/* Anonymous huge pages are split before they are swapped out. */
	entry = pmd_present(pmd) ? huge_entry(reader, pmd) : leaf_entry(compat_pmd_leaf(pmd));
	if (entry && entry != IPCSHOW_ENTRY_MOVING)
		step = BIT(IPCSHOW_ENTRY_BITS);
	fill(reader, entry + skipped * step, step, nr);
}

static void read_pmd(struct reader *reader, pmd_t *pmdp, u64 addr, u64 end)
{
	const u64 nr = (end - addr) >> PAGE_SHIFT;
	pmd_t pmd = pmdp_get_lockless(pmdp);

	if (pmd_none(pmd))
		fill(reader, 0, 0, nr);
	else if (!pmd_present(pmd) || pmd_leaf(pmd))
		read_huge(reader, pmd, addr, nr);
	else if (pmd_bad(pmd))
		fill(reader, 0, 0, nr);
	else
		read_ptes(reader, pmdp, pmd, addr, nr);
}

static void read_tables(struct reader *reader, u64 addr, u64 end)
{
	struct mm_struct *mm = reader->vma->vm_mm;
	bool device;
	pmd_t *pmds;
	u64 next;

	while (addr < end) {
		pmds = ipcshow_pmds_find(mm, addr, end, &next, &device);
		if (!pmds) {
			/* Device memory in larger leaves: which, is not told. */
			fill(reader, 0, 0, (next - addr) >> PAGE_SHIFT);
		} else {
			next = pmd_addr_end(addr, end);
			read_pmd(reader, pmds + pmd_index(addr), addr, next);
		}
		addr = next;
	}
}

static u64 hugetlb_entry(pte_t pte, u64 skipped)
{
	if (pte_present(pte))
		return ipcshow_entry(pte_pfn(pte) + skipped, IPCSHOW_ENTRY_HUGETLB);
	return compat_pte_leaf(pte).moving ? IPCSHOW_ENTRY_MOVING : 0;
}

static void read_hugetlb(struct reader *reader, u64 addr, u64 end)
{
	const u64 size = 1ULL << ipcshow_vma_page_shift(reader->vma);
	u64 next, entry;
	bool shared;
	pte_t pte;

	for (; addr < end; addr = next) {
		next = min(end, round_down(addr, size) + size);
		entry = 0;
		switch (ipcshow_hugetlb_read(reader->vma, round_down(addr, size), &pte, &shared)) {
		case IPCSHOW_HUGETLB_NONE:
			break;
		case IPCSHOW_HUGETLB_THERE:
			entry = hugetlb_entry(pte, (addr & (size - 1)) >> PAGE_SHIFT);
			break;
		case IPCSHOW_HUGETLB_BUSY:
			entry = IPCSHOW_ENTRY_MOVING;
		}
		fill(reader, entry, ipcshow_entry_type(entry) == IPCSHOW_ENTRY_HUGETLB ?
		     BIT(IPCSHOW_ENTRY_BITS) : 0, (next - addr) >> PAGE_SHIFT);
	}
}

static void read_vma(struct reader *reader, u64 addr, u64 end)
{
	reader->mixed = reader->vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP | VM_IO) ||
			vma_is_dax(reader->vma);
	if (is_vm_hugetlb_page(reader->vma))
		read_hugetlb(reader, addr, end);
	else
		read_tables(reader, addr, end);
}

/* Return: true: there is an entry, at @addr. */
static bool skip_pmds(pmd_t *pmds, u64 *addr, u64 end)
{
	for (; *addr < end; *addr = (*addr & PMD_MASK) + PMD_SIZE)
		if (!pmd_none(pmdp_get_lockless(pmds + pmd_index(*addr))))
			return true;
	return false;
}

/*
 * From @addr on, where nothing is mapped up to @limit or the first entry that is. What
 * is in no VMA on the way is noted in @row.
 */
static u64 skip_empty(struct ipcshow_row *row, struct mm_struct *mm, u64 addr, u64 limit)
{
	struct vm_area_struct *vma;
	unsigned int budget = SKIP_MAX;
	bool device;
	pmd_t *pmds;
	u64 next, end;

	while (addr < limit && budget) {
		vma = find_vma(mm, addr);
		row->unmapped |= !vma || vma->vm_start > addr;
		if (!vma || vma->vm_start >= limit)
			return limit;
		addr = max_t(u64, addr, vma->vm_start);
		if (is_vm_hugetlb_page(vma))
			return addr;
		end = min_t(u64, limit, vma->vm_end);
		for (; addr < end && budget; budget--) {
			pmds = ipcshow_pmds_find(mm, addr, end, &next, &device);
			if (device)
				return addr;
			if (pmds && skip_pmds(pmds, &addr, next))
				return addr;
			addr = next;
		}
	}
	return min(addr, limit);
}

static bool is_empty(const struct ipcshow_row *row, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (row->entries[i])
			return false;
	return true;
}

/**
 * ipcshow_row_read() - read the entries of some pages
 * @row: filled in, where it points to, too
 * @mm: the address space: alive, its mmap lock held for reading, within an RCU section
 * @addr: of the first page
 * @nr: pages, at most IPCSHOW_ROW_MAX
 * @limit: where to stop looking for the end of a hole
 *
 * Does not sleep.
 */
void ipcshow_row_read(struct ipcshow_row *row, struct mm_struct *mm, u64 addr,
		      unsigned int nr, u64 limit)
{
	const u64 end = addr + ((u64)nr << PAGE_SHIFT);
	struct reader reader = {
		.plain = true, .reachable = true, .to = row->entries, .ptes = row->ptes,
	};
	u64 at = addr, next;

	row->unmapped = false;
	while (at < end) {
		reader.vma = find_vma(mm, at);
		next = reader.vma ? min_t(u64, end, reader.vma->vm_start) : end;
		if (next > at) {
			row->unmapped = true;
			fill(&reader, 0, 0, (next - at) >> PAGE_SHIFT);
			at = next;
			continue;
		}
		next = min_t(u64, end, reader.vma->vm_end);
		read_vma(&reader, at, next);
		at = next;
	}
	row->plain = reader.plain;
	row->reachable = reader.reachable;
	row->empty_until = is_empty(row, nr) ? skip_empty(row, mm, end, max(end, limit)) : 0;
}

/* What is different in two PTEs, as to the page. */
static __always_inline u64 pte_difference(pte_t pte, pte_t *ptep)
{
	return (arch_pte_bits(ptep_get_lockless(ptep)) ^ arch_pte_bits(pte)) & ARCH_PTE_SAME;
}

/* How many there are is known to the compiler: no loop is left. */
static __always_inline bool all_match(const pte_t *ptes, pte_t *ptep)
{
	u64 differs = 0;
	unsigned int i;

#pragma GCC unroll 16
	for (i = 0; i < MATCH_STRIDE; i++)
		differs |= arch_pte_bits(ptep_get_lockless(ptep + i)) ^ arch_pte_bits(ptes[i]);
	return !(differs & ARCH_PTE_SAME);
}

static u64 ptes_match(const pte_t *ptes, pte_t *ptep, u64 nr)
{
	u64 i = 0;

	while (i + MATCH_STRIDE <= nr && all_match(ptes + i, ptep + i))
		i += MATCH_STRIDE;
	while (i < nr && !pte_difference(ptes[i], ptep + i))
		i++;
	return i;
}

/* As ptes_match(), where some of @ptes are none: see read_holes(). */
static noinline u64 holes_match(const pte_t *ptes, struct mm_struct *mm, pmd_t *pmdp, pmd_t pmd,
				pte_t *ptep, u64 nr)
{
	spinlock_t *lock = pte_lockptr(mm, &pmd);
	u64 matched = 0;

	spin_lock(lock);
	if (pmd_same(pmdp_get_lockless(pmdp), pmd))
		matched = ptes_match(ptes, ptep, nr);
	spin_unlock(lock);
	return matched;
}

/* How many pages, from @addr on, of one VMA. */
static u32 tables_match(const pte_t *ptes, bool holes, struct mm_struct *mm, u64 addr, u32 nr)
{
	const u64 end = addr + ((u64)nr << PAGE_SHIFT);
	u64 next, pages, matched;
	pmd_t *pmds, *pmdp, pmd;
	bool device;
	pte_t *ptep;
	u32 done = 0;

	for (; addr < end; addr = next) {
		pmds = ipcshow_pmds_find(mm, addr, end, &next, &device);
		if (!pmds)
			break;
		pmdp = pmds + pmd_index(addr);
		pmd = pmdp_get_lockless(pmdp);
		if (pmd_none(pmd) || !pmd_present(pmd) || pmd_leaf(pmd) || pmd_bad(pmd))
			break;
		next = pmd_addr_end(addr, end);
		pages = (next - addr) >> PAGE_SHIFT;
		ptep = pte_offset_kernel(&pmd, addr);
		matched = holes ? holes_match(ptes + done, mm, pmdp, pmd, ptep, pages) :
				  ptes_match(ptes + done, ptep, pages);
		done += matched;
		if (matched < pages)
			break;
	}
	return done;
}

/**
 * ipcshow_row_match() - are the same pages mapped as in a row that is plain?
 * @ptes: of the row
 * @holes: some of them may be none
 * @mm: as for ipcshow_row_read()
 * @addr: of the first page
 * @nr: pages
 *
 * Return: for how many of the pages, from the first on, ipcshow_row_read() would find the
 * same entries; perhaps for more.
 */
u32 ipcshow_row_match(const pte_t *ptes, bool holes, struct mm_struct *mm, u64 addr, u32 nr)
{
	struct vm_area_struct *vma;
	u32 done = 0, n, pages;

	while (done < nr) {
		vma = vma_lookup(mm, addr);
		if (!vma || is_vm_hugetlb_page(vma) ||
		    vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP | VM_IO))
			break;
		pages = min_t(u64, nr - done, (vma->vm_end - addr) >> PAGE_SHIFT);
		n = tables_match(ptes + done, holes, mm, addr, pages);
		done += n;
		if (n < pages)
			break;
		addr = vma->vm_end;
	}
	return done;
}
