/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_PAGES_H
#define IPCSHOW_PAGES_H

#include <linux/hugetlb_inline.h>
#include <linux/ipcshow.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/types.h>

#include "tally.h"

/**
 * struct ipcshow_page_walk - a walk over the page tables of one address space,
 *	during one hold of its mmap lock and one RCU section
 * @budget: work that may still be done: about one for each entry looked at
 * @pmds_at: address that the first entry of @pmds is for
 * @pmds: the table of PMDs that was used last, or NULL: VMAs lie close together
 * @pmdp: the PMD whose table of PTEs was used last, or NULL
 * @pmd: what it said then
 * @ptes: that table
 * @ptes_at: address that its first entry is for
 * @vma: the VMA that is being counted
 * @acc: where to
 * @swapped: the shared memory object of @vma when it has pages in swap: those are
 *	found in the object, not in the page tables
 * @tally: the present run of pages; none between two VMAs
 */
struct ipcshow_page_walk {
	long budget;
	u64 pmds_at;
	pmd_t *pmds;
	pmd_t *pmdp;
	pmd_t pmd;
	pte_t *ptes;
	u64 ptes_at;
	struct vm_area_struct *vma;
	struct ipcshow_pages *acc;
	struct address_space *swapped;
	struct ipcshow_tally tally;
};

u64 ipcshow_pages_count(struct ipcshow_page_walk *walk, struct ipcshow_pages *acc,
			struct vm_area_struct *vma, u64 addr, u64 end);
u64 ipcshow_hugetlb_count(struct ipcshow_page_walk *walk, struct ipcshow_pages *acc,
			  struct vm_area_struct *vma, u64 addr, u64 end);

/* log2 of the size of the pages of a VMA, whose mmap lock is held. */
static inline unsigned int ipcshow_vma_page_shift(struct vm_area_struct *vma)
{
	if (is_vm_hugetlb_page(vma) && vma->vm_ops && vma->vm_ops->pagesize)
		return ilog2(vma->vm_ops->pagesize(vma));
	return PAGE_SHIFT;
}

#endif
