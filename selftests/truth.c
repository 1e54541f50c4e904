// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <stdlib.h>

#include "sizes.h"
#include "truth.h"

/* ---- what is compared ---- */

static void add(struct truth *truth, enum victim_kind kind, uint32_t target, uint64_t start,
		uint64_t bytes, bool stays)
{
	truth->stays[truth->nr] = stays;
	truth->sites[truth->nr++] = (struct ipcshow_site){
		.start = start, .bytes = bytes, .target = target, .group = kind,
	};
}

/* What stays is private as well, or what the file has at the same place. */
static void add_what_stays(struct truth *truth, enum victim_kind kind, uint64_t first,
			   uint64_t bytes)
{
	const uint64_t start = kind == VICTIM_FILE ? VICTIM_SHARED : VICTIM_OWN;
	uint32_t target;

	if (bytes > VICTIM_BYTES - first)
		bytes = VICTIM_BYTES - first;
	for (target = TRUTH_ONE; target <= TRUTH_OTHER; target++)
		add(truth, kind, target, start + first, bytes, true);
}

/* @areas: a bit each. */
static void add_areas(struct truth *truth, enum victim_kind kind, uint32_t target,
		      unsigned int areas, uint64_t first, uint64_t bytes)
{
	unsigned int i;

	for (i = 0; i < VICTIM_AREAS; i++) {
		if (areas >> i & 1)
			add(truth, kind, target, victim_area(kind, i) + first, bytes, false);
	}
}

static void choose_what_stays(struct truth *truth)
{
	add_what_stays(truth, VICTIM_ANON, 0, VICTIM_BYTES);
	add_what_stays(truth, VICTIM_FILE, 0, VICTIM_BYTES);
}

static void choose_all(struct truth *truth, uint32_t targets)
{
	const uint64_t bytes = random() % 4 ? VICTIM_AREA_USUAL : VICTIM_AREA_BYTES;
	enum victim_kind kind;
	uint32_t target;

	for (kind = 0; kind < VICTIM_KINDS; kind++) {
		if (kind == VICTIM_ANON || kind == VICTIM_FILE)
			add_what_stays(truth, kind, 0, bytes);
		for (target = 0; target < targets; target++)
			add_areas(truth, kind, target, -1, 0, bytes);
	}
}

/* Little is read fast, and may have no hole: it is looked at in another way than all is. */
static void choose_some(struct truth *truth, uint32_t targets)
{
	const uint64_t first = random() % (random() % 4 ? 8 : VICTIM_BYTES / PAGE) * PAGE;
	const uint64_t bytes = (1 + random() % 8) * PAGE;
	const enum victim_kind kind = random() % VICTIM_KINDS;
	const bool all = random() % 2;
	uint32_t target;

	if (kind == VICTIM_FILE && random() % 2)
		add_what_stays(truth, kind, first, bytes);
	for (target = 0; target < targets; target++)
		add_areas(truth, kind, target, all ? -1 : 1 << random() % VICTIM_AREAS, first,
			  bytes);
}

void truth_choose(struct truth *truth, bool child)
{
	const uint32_t targets = child ? TRUTH_TARGETS : TRUTH_CHILD;

	truth->nr = 0;
	switch (random() % 4) {
	case 0:
		choose_what_stays(truth);
		break;
	case 1:
		choose_all(truth, targets);
		break;
	default:
		choose_some(truth, targets);
	}
}

/* ---- what may be said of it ---- */

/* One number: one page, which did hold still. 0: none, or it did not. */
static uint32_t settled(const struct compare_page *page)
{
	return page->flags & IPCSHOW_SHARE_F_UNSETTLED ? 0 : page->share;
}

static bool may_be(enum victim_kind kind, uint32_t flags)
{
	switch (flags) {
	case IPCSHOW_SHARE_F_ANON:
	case IPCSHOW_SHARE_F_ANON | IPCSHOW_SHARE_F_SWAP:
		return kind != VICTIM_SHMEM;
	case IPCSHOW_SHARE_F_FILE:
		return kind == VICTIM_SHMEM || kind == VICTIM_FILE;
	case IPCSHOW_SHARE_F_ANON | IPCSHOW_SHARE_F_KSM:
		return kind == VICTIM_TWIN;
	}
	return false;
}

/* KSM's pages are shared in swap, too. */
static bool may_be_shared(enum victim_kind kind, uint32_t flags, const struct ipcshow_site *a,
			  const struct ipcshow_site *b)
{
	/* A child has what its parent has, and each of them at one address. */
	if (a->target != b->target && a->target != TRUTH_OTHER && b->target != TRUTH_OTHER)
		return true;
	if (kind == VICTIM_FILE)
		return flags & IPCSHOW_SHARE_F_FILE;
	return kind == VICTIM_TWIN && flags & (IPCSHOW_SHARE_F_KSM | IPCSHOW_SHARE_F_SWAP);
}

static void wrong(const struct truth *truth, uint32_t a, uint32_t b, size_t i, uint32_t flags,
		  const char *what)
{
	const struct ipcshow_site *one = &truth->sites[a], *other = &truth->sites[b];

	errx(1, "%s: pages of kind %u, target %u at %#llx and target %u at %#llx, flags %#x",
	     what, one->group, one->target, (unsigned long long)(one->start + i * PAGE),
	     other->target, (unsigned long long)(other->start + i * PAGE), flags);
}

/* Two pages of one column. Return: they are one. */
static bool check_two(const struct truth *truth, const struct comparison *comparison, uint32_t a,
		      uint32_t b, size_t i)
{
	const struct compare_page *one = &comparison->pages[a][i];
	const struct compare_page *other = &comparison->pages[b][i];
	const enum victim_kind kind = truth->sites[a].group;

	if (!settled(one) || !settled(other))
		return false;
	if (one->share == other->share) {
		if (!may_be_shared(kind, one->flags, &truth->sites[a], &truth->sites[b]))
			wrong(truth, a, b, i, one->flags, "said to be shared");
		if (one->id != other->id)
			wrong(truth, a, b, i, one->flags, "one page has two identities");
		return true;
	}
	if (kind == VICTIM_FILE && one->flags & other->flags & IPCSHOW_SHARE_F_FILE)
		wrong(truth, a, b, i, one->flags, "said to be two, and is one");
	if (one->id && one->id == other->id)
		wrong(truth, a, b, i, one->flags, "two pages have one identity");
	return false;
}

static size_t size_of(const struct truth *truth, uint32_t site)
{
	return truth->sites[site].bytes / PAGE;
}

static void check_page(const struct truth *truth, const struct comparison *comparison, uint32_t a,
		       size_t i, struct truth_tally *tally)
{
	const struct compare_page *page = &comparison->pages[a][i];
	const uint32_t kind = truth->sites[a].group;
	bool shared = false;
	uint32_t b;

	if (page->share && !truth->stays[a])
		tally->pages++;
	if (!settled(page))
		return;
	for (b = 0; b < truth->nr; b++) {
		if (a != b && truth->sites[b].group == kind && i < size_of(truth, b))
			shared |= check_two(truth, comparison, a, b, i);
	}
	if (!may_be(kind, page->flags))
		wrong(truth, a, a, i, page->flags, "said to be what is not there");
	if (truth->stays[a])
		return;
	tally->settled++;
	tally->shared += shared;
	tally->ksm += shared && page->flags & IPCSHOW_SHARE_F_KSM;
}

/* All of it is there; but what did not hold still may be said to be gone. */
static void check_what_stays(const struct truth *truth, const struct comparison *comparison,
			     uint32_t site)
{
	size_t i;

	for (i = 0; !comparison->end.unsettled && i < size_of(truth, site); i++) {
		if (!comparison->pages[site][i].share)
			wrong(truth, site, site, i, 0, "said not to be there");
	}
}

static void count(unsigned long *what, unsigned long nr)
{
	__atomic_fetch_add(what, nr, __ATOMIC_RELAXED);
}

void truth_check(const struct truth *truth, const struct comparison *comparison,
		 struct truth_tally *tally)
{
	struct truth_tally seen[VICTIM_KINDS] = {};
	uint32_t site;
	size_t i;

	for (site = 0; site < truth->nr; site++) {
		for (i = 0; i < size_of(truth, site); i++)
			check_page(truth, comparison, site, i, &seen[truth->sites[site].group]);
		if (truth->stays[site])
			check_what_stays(truth, comparison, site);
	}
	for (i = 0; i < VICTIM_KINDS; i++) {
		count(&tally[i].pages, seen[i].pages);
		count(&tally[i].settled, seen[i].settled);
		count(&tally[i].shared, seen[i].shared);
		count(&tally[i].ksm, seen[i].ksm);
	}
}
