// SPDX-License-Identifier: GPL-2.0
/* Comparisons of more than there is room for: chunks get smaller, and all is found. */
#include <sys/mman.h>

#include "compare.h"
#include "memory.h"
#include "test.h"

#define RW		(PROT_READ | PROT_WRITE)

/* As many as a chunk has at first. */
#define COLUMNS		1024
#define SITES		64

/* All sites are ours: mappings of one process share pages as those of several do. */
FIXTURE(full) {
	struct reader reader;
	struct snapshot snapshot;
	struct comparison comparison;
	struct ipcshow_site sites[SITES];
	uint32_t nr;
};

FIXTURE_SETUP(full)
{
	ASSERT_READER(&self->reader, RING_USUAL);
	ASSERT_EQ(0, reader_target(&self->reader, getpid()));
}

FIXTURE_TEARDOWN(full)
{
	reader_close(&self->reader);
}

static void add_site(FIXTURE_DATA(full) *self, const void *start)
{
	self->sites[self->nr++] = compare_site(0, 0, start, COLUMNS * PAGE);
}

static void compare(struct __test_metadata *_metadata, FIXTURE_DATA(full) *self)
{
	ASSERT_EQ(0, compare_run(&self->reader, self->sites, self->nr, &self->snapshot));
	compare_decode(&self->snapshot, self->sites, self->nr, &self->comparison);
	EXPECT_EQ(0, self->comparison.end.flags);
	EXPECT_EQ(0, self->comparison.end.unsettled);
}

static void forget(FIXTURE_DATA(full) *self)
{
	compare_free(&self->comparison);
	snapshot_free(&self->snapshot);
}

static void is_right_and_in_parts(struct __test_metadata *_metadata, FIXTURE_DATA(full) *self)
{
	const pid_t pid = getpid();

	compare(_metadata, self);
	/* Each row was read more often than once, and once more for what was missing. */
	EXPECT_LT(2 * self->nr, self->comparison.end.lock_holds);
	EXPECT_EQ(0, compare_with_pagemap(&self->comparison, self->sites, &pid));
	forget(self);
}

/* In each column a page for each two sites. */
TEST_F(full, pages)
{
	int fd = -1;

	while (self->nr < 24) {
		if (self->nr % 2 == 0)
			fd = memory_file("full", 0, COLUMNS * PAGE);
		add_site(self, map(COLUMNS * PAGE, RW, MAP_SHARED | MAP_POPULATE, fd));
	}
	is_right_and_in_parts(_metadata, self);
}

/* In every second column each site has a page of its own: there are as many runs. */
TEST_F(full, runs)
{
	char *start;
	int i;

	while (self->nr < 24) {
		start = map(COLUMNS * PAGE, RW, MAP_PRIVATE, -1);
		madvise(start, COLUMNS * PAGE, MADV_NOHUGEPAGE);
		for (i = 0; i < COLUMNS; i += 2)
			start[i * PAGE] = 1;
		add_site(self, start);
	}
	is_right_and_in_parts(_metadata, self);
}

/*
 * Two pages for each column, and which of them a site has. In the columns below @own the second one
 * is another in each site, its own: that takes no mapping.
 */
struct choice {
	int file[2];
	int own;
	bool second[SITES][COLUMNS];
};

static void take_second(FIXTURE_DATA(full) *self, struct choice *choice, uint32_t site, int column,
			int nr)
{
	char *at = (char *)(uintptr_t)self->sites[site].start + column * PAGE;

	memset(&choice->second[site][column], true, nr);
	if (mmap(at, nr * PAGE, RW, MAP_SHARED | MAP_FIXED | MAP_POPULATE,
		 choice->file[1], column * PAGE) != at)
		abort();
}

static void take_own(FIXTURE_DATA(full) *self, struct choice *choice, uint32_t site, int column)
{
	((volatile char *)(uintptr_t)self->sites[site].start)[column * PAGE] = 1;
	choice->second[site][column] = true;
}

static void choose_at_random(FIXTURE_DATA(full) *self, struct choice *choice, int column)
{
	static uint64_t random = 1;
	uint32_t site;

	for (site = 0; site < SITES; site++) {
		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		if (random >> 63)
			take_own(self, choice, site, column);
	}
}

/* All sites have the first page in all columns, until they write to it. */
static void all_have_the_first(FIXTURE_DATA(full) *self, struct choice *choice)
{
	const volatile char *start;
	int column;

	choice->file[0] = memory_file("full", 0, COLUMNS * PAGE);
	choice->file[1] = memory_file("full", 0, COLUMNS * PAGE);
	while (self->nr < SITES) {
		start = map(COLUMNS * PAGE, RW, MAP_PRIVATE, choice->file[0]);
		for (column = 0; column < COLUMNS; column++)
			(void)start[column * PAGE];
		add_site(self, (const void *)start);
	}
}

static size_t count_wrong(const struct comparison *comparison, const struct choice *choice)
{
	size_t wrong = 0;
	uint32_t share[2], site;
	int column;

	for (column = 0; column < COLUMNS; column++) {
		share[0] = share[1] = 0;
		for (site = 0; site < SITES; site++) {
			const struct compare_page *page = &comparison->pages[site][column];
			const bool second = choice->second[site][column];

			if (!share[second] || (second && column < choice->own))
				share[second] = page->share;
			wrong += second && page->share == share[0];
			wrong += !page->share || page->share != share[second];
		}
		wrong += share[0] && share[0] == share[1];
	}
	return wrong;
}

static size_t count_first_sets(const struct snapshot *snapshot)
{
	const struct ipcshow_set *set;
	size_t nr = 0;

	for_each_of(set, snapshot, IPCSHOW_REC_SET)
		nr += !!(set->flags & IPCSHOW_SET_F_FIRST);
	return nr;
}

/* In each column a set that is in no other: more than there is room for. */
TEST_F(full, sets)
{
	static struct choice choice = { .own = COLUMNS };
	int column;

	all_have_the_first(self, &choice);
	for (column = 0; column < COLUMNS; column++)
		choose_at_random(self, &choice, column);
	compare(_metadata, self);
	EXPECT_EQ(0, count_wrong(&self->comparison, &choice));
	EXPECT_LT(2, count_first_sets(&self->snapshot));
	forget(self);
}

/* Where the columns of a group of 64 are of a few kinds, their sets are made in the end. */
#define GROUP		64
#define KINDS		6
#define ALIKE		(GROUP / KINDS)
#define FIRST_KINDS	(6 * GROUP)

/* All sites from some number on, another for each kind, and the first one have the first page. */
static void make_kinds(FIXTURE_DATA(full) *self, struct choice *choice)
{
	uint32_t site;
	int kind, column, nr;

	for (kind = 0; kind < 10 * KINDS; kind++) {
		column = FIRST_KINDS + kind / KINDS * GROUP + kind % KINDS * ALIKE;
		nr = kind % KINDS == KINDS - 1 ? GROUP - (KINDS - 1) * ALIKE : ALIKE;
		for (site = 1; site < 2 + (uint32_t)kind; site++)
			take_second(self, choice, site, column, nr);
	}
}

/*
 * Column after column takes room of what there is before. When that is filled, it was first
 * filled in the end: the sets of all kinds are more than those of a column.
 */
TEST_F(full, sets_in_the_end)
{
	static struct choice choice = { .own = FIRST_KINDS };
	unsigned int rows, filled = 0;
	int column;

	all_have_the_first(self, &choice);
	make_kinds(self, &choice);
	for (column = 0; column < 4 * GROUP; column++)
		choose_at_random(self, &choice, column);
	for (; column < FIRST_KINDS && filled < 4; column++) {
		choose_at_random(self, &choice, column);
		compare(_metadata, self);
		EXPECT_EQ(0, count_wrong(&self->comparison, &choice));
		rows = self->comparison.end.lock_holds;
		filled += rows > 2 * SITES;
		forget(self);
	}
	EXPECT_EQ(4, filled);
}

TEST_MAIN
