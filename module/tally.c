// SPDX-License-Identifier: GPL-2.0
/* The end of a run of pages: its class decides the counters. */
#include "tally.h"

static void add_resident(const struct ipcshow_tally *run, struct ipcshow_pages *acc,
			 u64 size)
{
	acc->rss += size;
	acc->pss += run->pss;
	if (run->class & TALLY_DIRTY) {
		acc->pss_dirty += run->pss;
		if (run->class & TALLY_SHARED)
			acc->shared_dirty += size;
		else
			acc->private_dirty += size;
	} else {
		if (run->class & TALLY_SHARED)
			acc->shared_clean += size;
		else
			acc->private_clean += size;
	}
}

static void add_huge(const struct ipcshow_tally *run, struct ipcshow_pages *acc,
		     u64 size)
{
	if (run->class & TALLY_ANON)
		acc->anon_huge += size;
	else if (run->class & TALLY_SWAPBACKED)
		acc->shmem_huge += size;
	else
		acc->file_huge += size;
}

/**
 * ipcshow_tally_end() - the run ends: add it to the counters
 * @tally: the run; a new one begins
 * @acc: the counters
 * @locked: the memory is locked
 */
void ipcshow_tally_end(struct ipcshow_tally *tally, struct ipcshow_pages *acc,
		       bool locked)
{
	u64 size = tally->pages << PAGE_SHIFT;
	unsigned int class = tally->class;

	add_resident(tally, acc, size);
	if (locked)
		acc->locked += tally->pss;
	if (class & TALLY_YOUNG)
		acc->referenced += size;
	if (class & TALLY_HUGE)
		add_huge(tally, acc, size);
	if (class & TALLY_ANON) {
		acc->anonymous += size;
		if (!(class & (TALLY_SWAPBACKED | TALLY_DIRTY)))
			acc->lazyfree += size;
		if (class & TALLY_KSM)
			acc->ksm += size;
	}
	tally->pages = 0;
	tally->pss = 0;
}
