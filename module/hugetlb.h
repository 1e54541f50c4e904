/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_HUGETLB_H
#define IPCSHOW_HUGETLB_H

#include <linux/mm_types.h>
#include <linux/types.h>

/**
 * enum ipcshow_hugetlb - what an entry is
 * @IPCSHOW_HUGETLB_NONE: none
 * @IPCSHOW_HUGETLB_THERE: not none
 * @IPCSHOW_HUGETLB_BUSY: it may be either: somebody is about to change it
 */
enum ipcshow_hugetlb {
	IPCSHOW_HUGETLB_NONE,
	IPCSHOW_HUGETLB_THERE,
	IPCSHOW_HUGETLB_BUSY,
};

enum ipcshow_hugetlb ipcshow_hugetlb_read(struct vm_area_struct *vma, u64 addr, pte_t *entry,
					  bool *shared);

#endif
