// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "compare.h"
#include "proc.h"
#include "sizes.h"

bool compare_without_runs;

int compare_add_target(struct reader *reader, pid_t pid)
{
	struct ipcshow_target arg = {
		.size = sizeof(arg), .flags = IPCSHOW_TARGET_F_ADD, .pid = pid,
	};

	return ioctl(reader->fd, IPCSHOW_IOC_TARGET, &arg) ? -errno : (int)arg.index;
}

static int call(struct reader *reader, struct ipcshow_compare *arg)
{
	if (ioctl(reader->fd, IPCSHOW_IOC_COMPARE, arg))
		return -errno;
	if (arg->status != IPCSHOW_SNAPSHOT_MORE && arg->status != IPCSHOW_SNAPSHOT_DONE)
		errx(1, "a comparison's status is %u", arg->status);
	return arg->status;
}

int compare_call(struct reader *reader, const struct ipcshow_site *sites, uint32_t nr)
{
	struct ipcshow_compare arg = {
		.size = sizeof(arg), .sites = (uintptr_t)sites, .nr_sites = nr,
		.flags = compare_without_runs ? 0 : IPCSHOW_COMPARE_F_RUNS,
	};

	return call(reader, &arg);
}

int compare_continue(struct reader *reader)
{
	struct ipcshow_compare arg = {
		.size = sizeof(arg), .flags = IPCSHOW_COMPARE_F_CONTINUE,
	};

	return call(reader, &arg);
}

int compare_finish(struct reader *reader, int status, struct snapshot *snapshot)
{
	return reader_finish(reader, status, compare_continue, snapshot);
}

int compare_run(struct reader *reader, const struct ipcshow_site *sites, uint32_t nr,
		struct snapshot *snapshot)
{
	int status;

	do
		status = compare_call(reader, sites, nr);
	while (status == -EINTR);
	return compare_finish(reader, status, snapshot);
}

struct ipcshow_site compare_site(uint32_t group, uint32_t target, const void *start, size_t bytes)
{
	return (struct ipcshow_site){
		.start = (uintptr_t)start, .bytes = bytes, .target = target, .group = group,
	};
}

/* ---- what the records say ---- */

struct decoder {
	const struct ipcshow_site *sites;
	struct comparison *to;
	/* Those that a SHARE may refer to. */
	struct ipcshow_set *sets;
	size_t nr_sets;
	uint64_t last_id;
	uint32_t nr_shares;
};

static const struct ipcshow_set *find_set(const struct decoder *decoder, uint64_t id)
{
	size_t low = 0, high = decoder->nr_sets;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (decoder->sets[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == decoder->nr_sets || decoder->sets[low].id != id)
		errx(1, "set %llu is not there", (unsigned long long)id);
	return &decoder->sets[low];
}

static void take_set(struct decoder *decoder, const struct ipcshow_set *rec)
{
	struct ipcshow_set copy = { .first = rec->site }, *const set = &copy;

	if (rec->rec.size != (compare_without_runs ? offsetof(struct ipcshow_set, first) :
						     sizeof(*rec)))
		errx(1, "a SET has %u bytes", rec->rec.size);
	memcpy(set, rec, rec->rec.size);
	if (set->first > set->site || set->reserved)
		errx(1, "a SET of sites %u to %u, reserved %u", set->first, set->site,
		     set->reserved);
	if (set->flags & ~IPCSHOW_SET_F_FIRST)
		errx(1, "a SET has flags %#x", set->flags);
	if (set->id <= decoder->last_id)
		errx(1, "set %llu comes behind %llu", (unsigned long long)set->id,
		     (unsigned long long)decoder->last_id);
	decoder->last_id = set->id;
	if (set->flags & IPCSHOW_SET_F_FIRST)
		decoder->nr_sets = 0;
	if (set->site >= decoder->to->nr_sites)
		errx(1, "a SET has site %u", set->site);
	if (set->parent && find_set(decoder, set->parent)->site >= set->first)
		errx(1, "the sites of a SET do not ascend");
	decoder->sets = realloc(decoder->sets, (decoder->nr_sets + 1) * sizeof(*set));
	if (!decoder->sets)
		err(1, "memory for sets");
	decoder->sets[decoder->nr_sets++] = *set;
}

static void take_share_of(struct decoder *decoder, const struct ipcshow_share *share,
			  uint32_t site, bool alone)
{
	const struct ipcshow_site *of = &decoder->sites[site];
	struct compare_page *page = decoder->to->pages[site] + share->offset / PAGE;
	uint32_t first = decoder->nr_shares;
	size_t i;

	if (of->group != share->group)
		errx(1, "site %u is of group %u, not %u", site, of->group, share->group);
	if (share->offset >= of->bytes || share->bytes > of->bytes - share->offset)
		errx(1, "a SHARE ends behind site %u", site);
	for (i = 0; i < share->bytes / PAGE; i++) {
		if (page[i].share)
			errx(1, "page %llu of site %u is in two SHARE records",
			     share->offset / PAGE + i, site);
		page[i] = (struct compare_page){
			.share = first + i, .flags = share->flags, .alone = alone,
		};
	}
	decoder->to->bytes += share->bytes;
}

static void take_share(struct decoder *decoder, const struct ipcshow_share *share)
{
	const struct ipcshow_set *set = find_set(decoder, share->set);
	const bool alone = !set->parent && set->first == set->site;
	uint32_t site;

	if (!share->bytes || share->offset % PAGE || share->bytes % PAGE)
		errx(1, "a SHARE of %#llx bytes at %#llx", (unsigned long long)share->bytes,
		     (unsigned long long)share->offset);
	for (;;) {
		for (site = set->first; site <= set->site; site++)
			take_share_of(decoder, share, site, alone);
		if (!set->parent)
			break;
		set = find_set(decoder, set->parent);
	}
	/* A number for each of its pages. */
	decoder->nr_shares += share->bytes / PAGE;
}

static void take_page(struct decoder *decoder, const struct ipcshow_page *rec)
{
	struct compare_page *page;

	if (rec->site >= decoder->to->nr_sites || rec->offset % PAGE ||
	    rec->offset >= decoder->sites[rec->site].bytes)
		errx(1, "a PAGE at %#llx of site %u", (unsigned long long)rec->offset, rec->site);
	page = &decoder->to->pages[rec->site][rec->offset / PAGE];
	if (!page->share || (page->flags & rec->flags) != rec->flags)
		errx(1, "a PAGE is in no SHARE of its kind");
	if (rec->flags != IPCSHOW_SHARE_F_KSM && rec->flags != IPCSHOW_SHARE_F_OWNED)
		errx(1, "a PAGE has flags %#x", rec->flags);
	if (!rec->id || rec->id >> 63)
		errx(1, "a PAGE has identity %#llx", (unsigned long long)rec->id);
	if (page->id)
		errx(1, "two PAGE records of one page");
	page->id = rec->id;
}

/* Each page that may be anywhere has its PAGE, unless it is mapped only once. */
static void check_pages(const struct decoder *decoder)
{
	const uint32_t with_id = IPCSHOW_SHARE_F_KSM | IPCSHOW_SHARE_F_OWNED;
	uint32_t site;
	size_t i;

	for (site = 0; site < decoder->to->nr_sites; site++) {
		for (i = 0; i < decoder->sites[site].bytes / PAGE; i++) {
			const struct compare_page *page = &decoder->to->pages[site][i];

			if (page->flags & with_id ? !page->id && !page->alone : page->id)
				errx(1, "page %zu of site %u has flags %#x and identity %#llx", i,
				     site, page->flags, (unsigned long long)page->id);
		}
	}
}

void compare_decode(const struct snapshot *snapshot, const struct ipcshow_site *sites,
		    uint32_t nr, struct comparison *comparison)
{
	struct decoder decoder = { .sites = sites, .to = comparison, .nr_shares = 1 };
	const struct ipcshow_record *rec, *last = NULL;
	uint32_t site;

	*comparison = (struct comparison){ .nr_sites = nr };
	comparison->pages = calloc(nr, sizeof(*comparison->pages));
	for (site = 0; comparison->pages && site < nr; site++) {
		comparison->pages[site] = calloc(sites[site].bytes / PAGE,
						 sizeof(**comparison->pages));
		if (!comparison->pages[site])
			err(1, "memory for a comparison");
	}
	for (rec = snapshot_next(snapshot, NULL); rec; rec = snapshot_next(snapshot, rec)) {
		last = rec;
		if (rec->type == IPCSHOW_REC_SET)
			take_set(&decoder, (const void *)rec);
		else if (rec->type == IPCSHOW_REC_SHARE)
			take_share(&decoder, (const void *)rec);
		else if (rec->type == IPCSHOW_REC_PAGE)
			take_page(&decoder, (const void *)rec);
		else if (rec->type != IPCSHOW_REC_COMPARE_END || snapshot_next(snapshot, rec))
			errx(1, "a record of type %u in a comparison", rec->type);
	}
	if (!last || last->type != IPCSHOW_REC_COMPARE_END)
		errx(1, "there is no COMPARE_END");
	comparison->end = *(const struct ipcshow_compare_end *)last;
	if (!(comparison->end.flags & IPCSHOW_COMPARE_END_F_GONE))
		check_pages(&decoder);
	free(decoder.sets);
}

void compare_free(struct comparison *comparison)
{
	while (comparison->nr_sites)
		free(comparison->pages[--comparison->nr_sites]);
	free(comparison->pages);
	comparison->pages = NULL;
}

/* ---- what pagemap says ---- */

/* Equal: one page, or one place in swap. 0: neither. */
static uint64_t thing(uint64_t entry)
{
	uint64_t value = entry & PAGEMAP_FRAME;

	if (entry & PAGEMAP_PRESENT)
		return proc_kpageflags(value) & KPAGE_ZERO ? 0 : value | PAGEMAP_PRESENT;
	return entry & PAGEMAP_SWAP ? value | PAGEMAP_SWAP : 0;
}

/* Two pages of one column. */
static bool is_right(const struct compare_page *a, uint64_t thing_a,
		     const struct compare_page *b, uint64_t thing_b)
{
	if ((a->share && a->share == b->share) != (thing_a && thing_a == thing_b))
		return false;
	return !a->share == !thing_a &&
	       (!a->share || !(a->flags & IPCSHOW_SHARE_F_SWAP) == !(thing_a & PAGEMAP_SWAP));
}

size_t compare_with_pagemap(const struct comparison *comparison, const struct ipcshow_site *sites,
			    const pid_t *pids)
{
	uint64_t **things = calloc(comparison->nr_sites, sizeof(*things));
	size_t wrong = 0, i;
	uint32_t a, b;

	if (!things)
		err(1, "memory for pagemap");
	for (a = 0; a < comparison->nr_sites; a++) {
		things[a] = proc_pagemap(pids[sites[a].target], sites[a].start,
					 sites[a].start + sites[a].bytes);
		for (i = 0; i < sites[a].bytes / PAGE; i++)
			things[a][i] = thing(things[a][i]);
	}
	for (a = 0; a < comparison->nr_sites; a++) {
		for (b = 0; b < comparison->nr_sites; b++) {
			if (sites[a].group != sites[b].group)
				continue;
			for (i = 0; i < sites[a].bytes / PAGE && i < sites[b].bytes / PAGE; i++)
				wrong += !is_right(&comparison->pages[a][i], things[a][i],
						   &comparison->pages[b][i], things[b][i]);
		}
	}
	for (a = 0; a < comparison->nr_sites; a++)
		free(things[a]);
	free(things);
	return wrong;
}

size_t compare_count_wrong(const struct compare_page *a, const struct compare_page *b, size_t nr,
			   size_t *same)
{
	size_t i, wrong = 0;

	for (i = 0; i < nr; i++, a++, b++) {
		if (a->share && a->share == b->share)
			(*same)++;
		else
			wrong += !((a->flags | b->flags) & IPCSHOW_SHARE_F_UNSETTLED);
	}
	return wrong;
}
