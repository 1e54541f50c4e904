// SPDX-License-Identifier: GPL-2.0
/* What IPCSHOW_IOC_COMPARE says of pages, against pagemap and against what was made. */
#include <sched.h>
#include <sys/mman.h>
#include <time.h>

#include "compare.h"
#include "memory.h"
#include "test.h"

#define RW		(PROT_READ | PROT_WRITE)

#define PAGES		300
#define CHILDREN	3

/* Some pages, others in each call, one in @among. */
static void touch_some(char *start, size_t pages, unsigned int seed, unsigned int among)
{
	uint64_t random = seed * 7919 + 1;
	size_t i;

	for (i = 0; i < pages; i++) {
		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		if (!(random >> 40) || (random >> 40) % among == 0)
			*(volatile uint64_t *)(start + i * PAGE) = random;
	}
}

/* ---- regions of many kinds in one parent and its children ---- */

enum kind { COW, SHARED, TWICE, SHIFTED, HUGE_COW, PRIVATE_FILE, NR_KINDS };

static struct region {
	char *start;
	size_t size;
} regions[NR_KINDS];
static char *again;
/* No child touches it, and no page is missing. */
static char *full;

static void make_regions(void)
{
	int fd = memory_file("compare", 0, 2 * PAGES * PAGE);
	char *huge = map_at(HUGE, HUGE, RW, MAP_PRIVATE, -1);
	char *shifted = map(PAGES * PAGE, PROT_NONE, MAP_PRIVATE, -1);

	regions[COW] = (struct region){ map(PAGES * PAGE, RW, MAP_PRIVATE, -1), PAGES * PAGE };
	regions[SHARED] = (struct region){ map(PAGES * PAGE, RW, MAP_SHARED, -1), PAGES * PAGE };
	/* Two places in each task, and half of it once more. */
	regions[TWICE] = (struct region){ map(PAGES * PAGE, RW, MAP_SHARED, fd), PAGES * PAGE };
	again = map(PAGES * PAGE, RW, MAP_SHARED, fd);
	if (mmap(shifted, PAGES * PAGE, RW, MAP_SHARED | MAP_FIXED, fd, PAGES / 2 * PAGE) != shifted)
		abort();
	regions[SHIFTED] = (struct region){ shifted, PAGES * PAGE };
	madvise(huge, HUGE, MADV_HUGEPAGE);
	regions[HUGE_COW] = (struct region){ huge, HUGE };
	regions[PRIVATE_FILE] = (struct region){ map(PAGES * PAGE, RW, MAP_PRIVATE, fd),
						 PAGES * PAGE };
	touch_some(regions[COW].start, PAGES, 1, 2);
	memset(huge, 1, HUGE);
	full = map(PAGES * PAGE, RW, MAP_PRIVATE, -1);
	madvise(full, PAGES * PAGE, MADV_NOHUGEPAGE);
	memset(full, 1, PAGES * PAGE);
	touch_some(regions[PRIVATE_FILE].start, PAGES, 3, 8);
}

static int changes_some(struct child *self, void *argument)
{
	const unsigned int number = (uintptr_t)argument;
	int kind;

	for (kind = 0; kind < NR_KINDS; kind++)
		touch_some(regions[kind].start, regions[kind].size / PAGE, 10 * number + kind,
			   3 + number);
	touch_some(again, PAGES, 10 * number + 9, 5);
	return child_stay(self, argument);
}

FIXTURE(pages) {
	struct child children[CHILDREN];
	pid_t pids[CHILDREN];
	struct reader reader;
	struct snapshot snapshot;
	struct comparison comparison;
	struct ipcshow_site sites[64];
	uint32_t nr;
};

FIXTURE_SETUP(pages)
{
	uintptr_t i;

	make_regions();
	ASSERT_READER(&self->reader, RING_USUAL);
	for (i = 0; i < CHILDREN; i++) {
		child_start(&self->children[i], changes_some, (void *)i);
		child_stop(self->children[i].pid);
		self->pids[i] = self->children[i].pid;
		ASSERT_EQ((int)i, compare_add_target(&self->reader, self->pids[i]));
	}
}

FIXTURE_TEARDOWN(pages)
{
	int i;

	compare_free(&self->comparison);
	snapshot_free(&self->snapshot);
	reader_close(&self->reader);
	for (i = 0; i < CHILDREN; i++)
		child_kill(&self->children[i]);
}

static void add_site(FIXTURE_DATA(pages) *self, uint32_t group, uint32_t target, const char *start,
		     size_t bytes)
{
	self->sites[self->nr++] = compare_site(group, target, start, bytes);
}

/* A group of each region; in the third a site of each of two places. */
static void add_all_sites(FIXTURE_DATA(pages) *self)
{
	uint32_t kind, i;

	for (kind = 0; kind < NR_KINDS; kind++) {
		for (i = 0; i < CHILDREN; i++) {
			const struct region *region = &regions[kind];

			add_site(self, kind, i, region->start, region->size);
			if (kind == TWICE || kind == PRIVATE_FILE)
				add_site(self, kind, i, again, PAGES * PAGE);
			if (kind == SHIFTED)
				add_site(self, kind, i, again + PAGES / 2 * PAGE,
					 PAGES / 2 * PAGE);
		}
	}
}

static void compare(struct __test_metadata *_metadata, FIXTURE_DATA(pages) *self)
{
	ASSERT_EQ(0, compare_run(&self->reader, self->sites, self->nr, &self->snapshot));
	compare_decode(&self->snapshot, self->sites, self->nr, &self->comparison);
	EXPECT_EQ(0, self->comparison.end.flags);
	EXPECT_EQ(0, self->comparison.end.unsettled);
}

TEST_F(pages, as_pagemap)
{
	add_all_sites(self);
	compare(_metadata, self);
	EXPECT_LT(10 * PAGES * PAGE, self->comparison.bytes);
	EXPECT_EQ(0, compare_with_pagemap(&self->comparison, self->sites, self->pids));
	/* It would notice. */
	self->comparison.pages[0][0].share ^= 1 << 30;
	self->comparison.pages[1][1].flags ^= IPCSHOW_SHARE_F_SWAP;
	EXPECT_LT(0, compare_with_pagemap(&self->comparison, self->sites, self->pids));
}

TEST_F(pages, as_pagemap_in_pieces)
{
	int i;

	reader_close(&self->reader);
	ASSERT_READER(&self->reader, RING_SMALL);
	for (i = 0; i < CHILDREN; i++)
		ASSERT_EQ(i, compare_add_target(&self->reader, self->pids[i]));
	add_all_sites(self);
	compare(_metadata, self);
	EXPECT_LT(3, self->snapshot.calls);
	EXPECT_EQ(0, compare_with_pagemap(&self->comparison, self->sites, self->pids));
}

/* Pages of one table and of the next; sites of unequal length; holes in all of it. */
TEST_F(pages, odd_places)
{
	const char *huge = regions[HUGE_COW].start;
	uint32_t i;

	for (i = 0; i < CHILDREN; i++)
		add_site(self, 0, i, huge - (i + 1) * PAGE, HUGE + 3 * PAGE);
	for (i = 0; i < CHILDREN; i++)
		add_site(self, 5, i, regions[COW].start + PAGE, (PAGES - 2 - 100 * i) * PAGE);
	ASSERT_EQ(0, compare_run(&self->reader, self->sites, self->nr, &self->snapshot));
	compare_decode(&self->snapshot, self->sites, self->nr, &self->comparison);
	EXPECT_EQ(0, compare_with_pagemap(&self->comparison, self->sites, self->pids));
}

/* Sites that overlap; and one site twice, which is mapped once: not claimed, but unsettled. */
TEST_F(pages, the_same_twice)
{
	add_site(self, 0, 0, regions[COW].start, PAGES * PAGE);
	add_site(self, 0, 1, regions[COW].start, PAGES / 2 * PAGE);
	add_site(self, 0, 1, regions[COW].start + PAGE, PAGES / 2 * PAGE);
	compare(_metadata, self);
	EXPECT_EQ(0, compare_with_pagemap(&self->comparison, self->sites, self->pids));

	snapshot_free(&self->snapshot);
	self->snapshot = (struct snapshot){};
	self->nr = 0;
	add_site(self, 0, 0, regions[COW].start, PAGES * PAGE);
	add_site(self, 0, 0, regions[COW].start, PAGES * PAGE);
	ASSERT_EQ(0, compare_run(&self->reader, self->sites, self->nr, &self->snapshot));
	compare_decode(&self->snapshot, self->sites, self->nr, &self->comparison);
	EXPECT_LT(0, self->comparison.end.unsettled);
}

/* What was found of one group is not taken for what is found of the next. */
TEST_F(pages, alike_groups)
{
	static const enum kind kinds[] = { SHARED, TWICE, SHARED, PRIVATE_FILE, COW, COW };
	uint32_t group, i;

	for (group = 0; group < ARRAY_SIZE(kinds); group++) {
		for (i = group % 2; i < CHILDREN; i++)
			add_site(self, group, i, regions[kinds[group]].start,
				 regions[kinds[group]].size);
	}
	/* Nor where the first site is short. */
	for (i = 0; i < 2; i++)
		add_site(self, group, i, regions[TWICE].start, regions[TWICE].size);
	add_site(self, group + 1, 0, regions[SHARED].start, PAGE);
	add_site(self, group + 1, 1, regions[SHARED].start, regions[SHARED].size);
	compare(_metadata, self);
	EXPECT_EQ(0, compare_with_pagemap(&self->comparison, self->sites, self->pids));
}

#ifdef __x86_64__
/*
 * Where no page is missing or given up, each row is read once. The children are stopped, but the
 * kernel may move their pages: then it is another time that tells.
 */
TEST_F(pages, read_once)
{
	unsigned int i, tries = 0;

	for (i = 0; i < CHILDREN; i++)
		add_site(self, 0, i, full, PAGES * PAGE);
	compare(_metadata, self);
	while (self->comparison.end.lock_holds > CHILDREN && tries++ < 100) {
		compare_free(&self->comparison);
		snapshot_free(&self->snapshot);
		self->snapshot = (struct snapshot){};
		compare(_metadata, self);
	}
	EXPECT_EQ(CHILDREN, self->comparison.end.lock_holds);
	EXPECT_EQ(0, compare_with_pagemap(&self->comparison, self->sites, self->pids));
}
#endif

/* What is missing may be about to be there again. */
TEST_F(pages, holes_read_twice)
{
	unsigned int i;

	for (i = 0; i < CHILDREN; i++)
		add_site(self, 0, i, regions[SHARED].start, regions[SHARED].size);
	compare(_metadata, self);
	EXPECT_LE(2 * CHILDREN, self->comparison.end.lock_holds);
	EXPECT_EQ(0, compare_with_pagemap(&self->comparison, self->sites, self->pids));
}

TEST_F(pages, kinds)
{
	const struct {
		enum kind kind;
		uint32_t flags;
	} cases[] = {
		{ COW, IPCSHOW_SHARE_F_ANON }, { SHARED, IPCSHOW_SHARE_F_FILE },
		{ HUGE_COW, IPCSHOW_SHARE_F_ANON },
	};
	size_t i, page;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		add_site(self, i, 0, regions[cases[i].kind].start, regions[cases[i].kind].size);
	compare(_metadata, self);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (page = 0; page < self->sites[i].bytes / PAGE; page++) {
			const struct compare_page *said = &self->comparison.pages[i][page];

			if (said->share)
				ASSERT_EQ(cases[i].flags, said->flags);
		}
	}
}

/* ---- identities ---- */

static struct reader ring;

/* fork() does not copy a ring's mapping. */
static int maps_ring(struct child *self, void *unused)
{
	void *start = mmap((void *)ring.data, 2 * RING_SMALL, PROT_READ, MAP_SHARED | MAP_FIXED,
			   ring.fd, ring.ring.data_offset);

	if (start != ring.data)
		return 1;
	return child_stay(self, unused);
}

/* A driver's pages, which may be anywhere: those of a ring. */
TEST(identities)
{
	struct reader readers[2];
	struct comparison comparisons[2];
	struct snapshot snapshots[2] = {};
	struct ipcshow_site sites[2];
	struct child child;
	size_t i, j;

	ASSERT_READER(&ring, RING_SMALL);
	child_start(&child, maps_ring, NULL);
	for (i = 0; i < 2; i++) {
		ASSERT_READER(&readers[i], RING_USUAL);
		ASSERT_EQ(0, compare_add_target(&readers[i], getpid()));
		ASSERT_EQ(1, compare_add_target(&readers[i], child.pid));
		sites[0] = compare_site(0, 0, ring.data, 2 * RING_SMALL);
		sites[1] = compare_site(1, 1, ring.data, 2 * RING_SMALL);
		ASSERT_EQ(0, compare_run(&readers[i], sites, 2, &snapshots[i]));
		compare_decode(&snapshots[i], sites, 2, &comparisons[i]);
	}
	for (i = 0; i < 2 * RING_SMALL / PAGE; i++) {
		const struct compare_page *page = &comparisons[0].pages[0][i];

		/* The same in both tasks, and where it is mapped the second time. */
		ASSERT_NE(0, page->id);
		EXPECT_EQ(IPCSHOW_SHARE_F_OWNED, page->flags & IPCSHOW_SHARE_F_OWNED);
		EXPECT_EQ(page->id, comparisons[0].pages[1][i].id);
		EXPECT_EQ(page->id, comparisons[0].pages[0][i ^ RING_SMALL / PAGE].id);
		for (j = 0; j < i && j < RING_SMALL / PAGE; j++)
			EXPECT_TRUE(page->id != comparisons[0].pages[0][j].id ||
				    i == j + RING_SMALL / PAGE);
		/* Through another file it is another one. */
		for (j = 0; j < 2 * RING_SMALL / PAGE; j++)
			EXPECT_NE(page->id, comparisons[1].pages[0][j].id);
	}
	for (i = 0; i < 2; i++) {
		compare_free(&comparisons[i]);
		snapshot_free(&snapshots[i]);
		reader_close(&readers[i]);
	}
	reader_close(&ring);
	child_kill(&child);
}

/* ---- pages that one lets go of, and the other is given ---- */

#define CHURNED	64

static void pin(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		abort();
}

static int churns(struct child *self, void *start)
{
	pin();
	touch_some(start, CHURNED, 1, 1);
	child_ready(self);
	for (;;) {
		madvise(start, CHURNED * PAGE, MADV_DONTNEED);
		sched_yield();
		touch_some(start, CHURNED, 1, 1);
		sched_yield();
	}
	return 0;
}

TEST(reused_pages)
{
	char *start = map(CHURNED * PAGE, RW, MAP_PRIVATE, -1);
	size_t same = 0, seen = 0, i;
	struct ipcshow_site sites[2];
	struct child children[2];
	struct reader reader;
	time_t until;

	touch_some(start, CHURNED, 1, 1);
	ASSERT_READER(&reader, RING_USUAL);
	for (i = 0; i < 2; i++) {
		child_start(&children[i], churns, start);
		ASSERT_EQ((int)i, compare_add_target(&reader, children[i].pid));
		sites[i] = compare_site(0, i, start, CHURNED * PAGE);
	}
	for (until = time(NULL) + 4; time(NULL) < until || seen < 10 * CHURNED;) {
		struct comparison comparison;
		struct snapshot snapshot = {};

		ASSERT_EQ(0, compare_run(&reader, sites, 2, &snapshot));
		compare_decode(&snapshot, sites, 2, &comparison);
		for (i = 0; i < CHURNED; i++) {
			const struct compare_page *a = &comparison.pages[0][i];

			seen += a->share || comparison.pages[1][i].share;
			same += a->share && a->share == comparison.pages[1][i].share;
		}
		compare_free(&comparison);
		snapshot_free(&snapshot);
	}
	EXPECT_EQ(0, same) TH_LOG("%zu pages, of %zu, are said to be shared", same, seen);
	reader_close(&reader);
	child_kill(&children[0]);
	child_kill(&children[1]);
}

TEST_MAIN
