/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_PAGES_H
#define IPCSHOW_PAGES_H

#include <linux/types.h>

struct ipcshow_pages;
struct vm_area_struct;

u64 ipcshow_pages_count(struct ipcshow_pages *acc, struct vm_area_struct *vma,
			u64 addr, u64 end, long *budget);
unsigned int ipcshow_vma_page_shift(struct vm_area_struct *vma);

#endif
