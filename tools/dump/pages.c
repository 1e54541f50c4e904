// SPDX-License-Identifier: GPL-2.0
/* Columns of counters. */
#include "pages.h"

/* The module counts PSS in 1/4096 bytes. */
#define PSS_SHIFT	12

#define GETTER(name, expression)					\
void get_##name(struct row *row, struct value *value)			\
{									\
	const struct ipcshow_pages *p = row->pages;			\
									\
	if (p)								\
		set_number(value, VALUE_SIZE, (expression));		\
}

GETTER(rss, p->rss)
GETTER(pss, p->pss >> PSS_SHIFT)
GETTER(shared, p->shared_clean + p->shared_dirty)
GETTER(private, p->private_clean + p->private_dirty)
GETTER(shared_clean, p->shared_clean)
GETTER(shared_dirty, p->shared_dirty)
GETTER(private_clean, p->private_clean)
GETTER(private_dirty, p->private_dirty)
GETTER(dirty, p->shared_dirty + p->private_dirty)
GETTER(pss_dirty, p->pss_dirty >> PSS_SHIFT)
GETTER(referenced, p->referenced)
GETTER(anonymous, p->anonymous)
GETTER(ksm, p->ksm)
GETTER(lazyfree, p->lazyfree)
GETTER(locked, p->locked >> PSS_SHIFT)
GETTER(swap, p->swap)
GETTER(huge, p->anon_huge + p->shmem_huge + p->file_huge)
GETTER(zero, p->zero)
GETTER(hugetlb, p->shared_hugetlb + p->private_hugetlb)
GETTER(device, p->device)
GETTER(guard, p->guard)
