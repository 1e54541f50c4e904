/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_SITE_H
#define IPCSHOW_SITE_H

#include <linux/types.h>

#include "quota.h"

struct ipcshow_compare;

/* 64-bit kernels of all architectures have less in one address space. */
#define IPCSHOW_SITES_MAX	65536

/**
 * struct ipcshow_compare_site - a site, as &struct ipcshow_site
 * @start: its address
 * @bytes: its size
 * @empty: nothing is mapped before this offset, as was found last in this call
 * @flushes: arch_mm_flushes() before it was read last
 * @target: its target
 * @group: its group
 */
struct ipcshow_compare_site {
	u64 start;
	u64 bytes;
	u64 empty;
	u64 flushes;
	u32 target;
	u32 group;
};

/**
 * struct ipcshow_sites - the sites of a comparison
 * @nr: how many
 * @site: the sites
 * @used: a bit for each target that a site names
 * @charge: for all that
 */
struct ipcshow_sites {
	u32 nr;
	struct ipcshow_compare_site *site;
	unsigned long *used;
	struct ipcshow_charge charge;
};

int ipcshow_sites_read(struct ipcshow_sites *sites, const struct ipcshow_compare *arg,
		       u32 nr_targets);
void ipcshow_sites_end(struct ipcshow_sites *sites);
u32 ipcshow_sites_group(const struct ipcshow_sites *sites, u32 first);
u32 ipcshow_sites_largest_group(const struct ipcshow_sites *sites);

#endif
