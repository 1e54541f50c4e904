/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_VMA_H
#define IPCSHOW_VMA_H

#include <linux/ipcshow.h>
#include <linux/types.h>

struct file;
struct ipcshow_ringbuf;
struct ipcshow_salt;
struct mm_struct;

/**
 * struct ipcshow_vma_key - by what a VMA is known again after the lock was dropped
 *
 * @start: vm_start
 * @end: vm_end
 * @flags: vm_flags
 * @pgoff: vm_pgoff
 * @file: vm_file; compared, never followed
 */
struct ipcshow_vma_key {
	unsigned long start;
	unsigned long end;
	unsigned long flags;
	unsigned long pgoff;
	const struct file *file;
};

/**
 * struct ipcshow_vma_cursor - how far the VMAs are listed
 * @addr: all below is done
 * @end: VMAs from here on are left out
 * @covered: end of what REGION records have told of
 * @pages: write PAGES records
 * @family: tell families
 * @shared: leave out what can only be private
 * @no_files: write no FILE records
 * @in_vma: the REGION of @key was written, its PAGES not all
 * @key: the VMA
 * @acc: PAGES in the making when the lock was dropped: counts from its @start to
 *	@addr, none where the two are the same
 * @cuts: where to begin new PAGES, ascending
 * @nr_cuts: entries in @cuts
 * @next_cut: first of @cuts that is above @addr
 */
struct ipcshow_vma_cursor {
	u64 addr;
	u64 end;
	u64 covered;
	bool pages;
	bool family;
	bool shared;
	bool no_files;
	bool in_vma;
	struct ipcshow_vma_key key;
	struct ipcshow_pages acc;
	u64 *cuts;
	u32 nr_cuts;
	u32 next_cut;
};

int ipcshow_vmas_emit(struct ipcshow_vma_cursor *cursor, struct mm_struct *mm,
		      const struct ipcshow_salt *salt, struct ipcshow_ringbuf *ring,
		      struct ipcshow_end *end);

#endif
