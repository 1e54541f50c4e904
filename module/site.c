// SPDX-License-Identifier: GPL-2.0
/* The sites of a comparison: copied in, and checked. */
#include <linux/bitmap.h>
#include <linux/ipcshow.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "site.h"

/* Sites copied in at a time. */
#define BATCH	32

static int check(const struct ipcshow_site *site, u32 nr_targets)
{
	if (site->start % PAGE_SIZE || site->bytes % PAGE_SIZE || !site->bytes ||
	    site->start >= BIT_ULL(63) || site->bytes > BIT_ULL(63) - site->start)
		return -EINVAL;
	return site->target < nr_targets ? 0 : -ENXIO;
}

static int add(struct ipcshow_sites *sites, const struct ipcshow_site *site, u32 nr_targets)
{
	int ret = check(site, nr_targets);

	if (ret)
		return ret;
	if (sites->nr && site->group < sites->site[sites->nr - 1].group)
		return -EINVAL;
	__set_bit(site->target, sites->used);
	sites->site[sites->nr++] = (struct ipcshow_compare_site){
		.start = site->start,
		.bytes = site->bytes,
		.target = site->target,
		.group = site->group,
	};
	return 0;
}

static int copy_in(struct ipcshow_sites *sites, const struct ipcshow_compare *arg,
		   u32 nr_targets)
{
	const struct ipcshow_site __user *from = u64_to_user_ptr(arg->sites);
	struct ipcshow_site batch[BATCH];
	u32 i, nr;
	int ret = 0;

	while (sites->nr < arg->nr_sites && !ret) {
		nr = min_t(u32, BATCH, arg->nr_sites - sites->nr);
		if (copy_from_user(batch, from + sites->nr, nr * sizeof(batch[0])))
			return -EFAULT;
		for (i = 0; i < nr && !ret; i++)
			ret = add(sites, &batch[i], nr_targets);
	}
	return ret;
}

/**
 * ipcshow_sites_read() - copy the sites of a call in
 * @sites: filled in; to be given to ipcshow_sites_end() in any case
 * @arg: what the caller asks for, its @nr_sites checked
 * @nr_targets: targets that there are
 *
 * Return: 0, or an error as the uapi header lists.
 */
int ipcshow_sites_read(struct ipcshow_sites *sites, const struct ipcshow_compare *arg,
		       u32 nr_targets)
{
	int ret;

	ret = ipcshow_quota_charge(&sites->charge, arg->nr_sites * sizeof(sites->site[0]));
	if (ret)
		return ret;
	sites->site = kvmalloc_array(arg->nr_sites, sizeof(sites->site[0]), IPCSHOW_GFP);
	sites->used = bitmap_zalloc(nr_targets, IPCSHOW_GFP);
	if (!sites->site || !sites->used)
		return -ENOMEM;
	return copy_in(sites, arg, nr_targets);
}

/**
 * ipcshow_sites_end() - let go of sites
 * @sites: the sites
 */
void ipcshow_sites_end(struct ipcshow_sites *sites)
{
	bitmap_free(sites->used);
	kvfree(sites->site);
	ipcshow_quota_uncharge(&sites->charge);
}

/**
 * ipcshow_sites_group() - how many sites are of one group
 * @sites: the sites
 * @first: the first of them
 */
u32 ipcshow_sites_group(const struct ipcshow_sites *sites, u32 first)
{
	u32 i = first;

	while (i < sites->nr && sites->site[i].group == sites->site[first].group)
		i++;
	return i - first;
}

/**
 * ipcshow_sites_largest_group() - how many sites the largest group has
 * @sites: the sites
 */
u32 ipcshow_sites_largest_group(const struct ipcshow_sites *sites)
{
	u32 first, nr, largest = 0;

	for (first = 0; first < sites->nr; first += nr) {
		nr = ipcshow_sites_group(sites, first);
		largest = max(largest, nr);
	}
	return largest;
}
