// SPDX-License-Identifier: LGPL-2.1-or-later
/* Sums of counters. */
#include "internal.h"

void ipcshow_pages_add(struct ipcshow_pages *to, const struct ipcshow_pages *from)
{
	to->rss += from->rss;
	to->pss += from->pss;
	to->shared_clean += from->shared_clean;
	to->shared_dirty += from->shared_dirty;
	to->private_clean += from->private_clean;
	to->private_dirty += from->private_dirty;
	to->pss_dirty += from->pss_dirty;
	to->referenced += from->referenced;
	to->anonymous += from->anonymous;
	to->ksm += from->ksm;
	to->lazyfree += from->lazyfree;
	to->locked += from->locked;
	to->swap += from->swap;
	to->anon_huge += from->anon_huge;
	to->shmem_huge += from->shmem_huge;
	to->file_huge += from->file_huge;
	to->zero += from->zero;
	to->shared_hugetlb += from->shared_hugetlb;
	to->private_hugetlb += from->private_hugetlb;
	to->device += from->device;
	to->guard += from->guard;
}
