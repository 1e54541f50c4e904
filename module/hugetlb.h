/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_HUGETLB_H
#define IPCSHOW_HUGETLB_H

#include <linux/mm_types.h>
#include <linux/types.h>

bool ipcshow_hugetlb_read(struct mm_struct *mm, u64 addr, pte_t *entry, bool *shared);

#endif
