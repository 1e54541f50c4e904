// SPDX-License-Identifier: GPL-2.0
/* Comparisons where entries of page tables are not as most are. */
#include <sys/mman.h>

#include "compare.h"
#include "memory.h"
#include "test.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE	25
#endif

#define RW	(PROT_READ | PROT_WRITE)
#define PAGES	64

/* In each process at the same address. */
static char *start;

static char *aligned(size_t size, int flags, int fd)
{
	char *room = mmap(NULL, size + HUGE, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char *at = (char *)(((uintptr_t)room + HUGE - 1) & -HUGE);

	if (room == MAP_FAILED || mmap(at, size, RW, flags | MAP_FIXED, fd, 0) == MAP_FAILED)
		abort();
	return at;
}

FIXTURE(two) {
	struct child child;
	struct reader reader;
	struct ipcshow_site sites[2];
	struct snapshot snapshot;
	struct comparison comparison;
};

FIXTURE_SETUP(two)
{
	ASSERT_READER(&self->reader, RING_USUAL);
	ASSERT_EQ(0, reader_target(&self->reader, getpid()));
}

FIXTURE_TEARDOWN(two)
{
	compare_free(&self->comparison);
	snapshot_free(&self->snapshot);
	reader_close(&self->reader);
	child_kill(&self->child);
}

/* With a child that comes now. Pages that both have. */
static size_t same_in_child(struct __test_metadata *_metadata, FIXTURE_DATA(two) *self,
			    child_function *function, size_t bytes, uint32_t flags)
{
	struct compare_page **pages;
	size_t i, same = 0;
	pid_t pids[2];

	child_start(&self->child, function, NULL);
	ASSERT_EQ(1, compare_add_target(&self->reader, self->child.pid));
	self->sites[0] = compare_site(0, 0, start, bytes);
	self->sites[1] = compare_site(0, 1, start, bytes);
	ASSERT_EQ(0, compare_run(&self->reader, self->sites, 2, &self->snapshot));
	compare_decode(&self->snapshot, self->sites, 2, &self->comparison);
	EXPECT_EQ(0, self->comparison.end.unsettled);
	pids[0] = getpid();
	pids[1] = self->child.pid;
	EXPECT_EQ(0, compare_with_pagemap(&self->comparison, self->sites, pids));
	pages = self->comparison.pages;
	for (i = 0; i < bytes / PAGE; i++) {
		if (!pages[0][i].share)
			continue;
		EXPECT_EQ(flags, pages[0][i].flags);
		same += pages[0][i].share == pages[1][i].share;
	}
	return same;
}

/* What nobody may use is there all the same. */
TEST_F(two, no_access)
{
	start = map(PAGES * PAGE, RW, MAP_PRIVATE, -1);
	madvise(start, PAGES * PAGE, MADV_NOHUGEPAGE);
	touch(start, PAGES / 2 * PAGE);
	ASSERT_EQ(0, mprotect(start, PAGES * PAGE, PROT_NONE));
	EXPECT_EQ(PAGES / 2, same_in_child(_metadata, self, child_stay, PAGES * PAGE,
					   IPCSHOW_SHARE_F_ANON));
}

static int looks(struct child *self, void *unused)
{
	look(start, HUGE);
	return child_stay(self, unused);
}

/* Shared memory in one huge page, which each maps as such. */
TEST_F(two, huge_shared)
{
	int fd = memory_file("huge", 0, HUGE);

	ASSERT_LE(0, fd);
	start = aligned(HUGE, MAP_SHARED, fd);
	touch(start, HUGE);
	if (madvise(start, HUGE, MADV_COLLAPSE))
		SKIP(return, "MADV_COLLAPSE: %s", strerror(errno));
	look(start, HUGE);
	EXPECT_EQ(HUGE / PAGE, same_in_child(_metadata, self, looks, HUGE, IPCSHOW_SHARE_F_FILE));
}

/* Swapped out: a place in swap that both have. */
TEST_F(two, swapped)
{
	const char *reason = swap_on_zram();

	if (reason)
		SKIP(return, "%s", reason);
	start = map(PAGES * PAGE, RW, MAP_PRIVATE, -1);
	madvise(start, PAGES * PAGE, MADV_NOHUGEPAGE);
	touch(start, PAGES * PAGE);
	swap_out(start, PAGES * PAGE);
	EXPECT_EQ(PAGES, same_in_child(_metadata, self, child_stay, PAGES * PAGE,
				       IPCSHOW_SHARE_F_ANON | IPCSHOW_SHARE_F_SWAP));
}

#define POOL	"/proc/sys/vm/nr_hugepages"

static bool set_pool(long long nr)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", nr);
	return proc_write(POOL, text) && proc_number(POOL) == nr;
}

/* A hole that is longer than a chunk, and a page of a hugetlb pool behind it. */
TEST_F(two, hugetlb_behind_a_hole)
{
	const size_t hole = 4 * HUGE;
	const long long former = proc_number(POOL);
	const struct ipcshow_share *share;
	uint64_t bytes = 0;

	if (former < 0 || !set_pool(former + 1))
		SKIP(goto end, "no huge page is to be had");
	start = aligned(hole + HUGE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	ASSERT_EQ(start + hole, mmap(start + hole, HUGE, RW, MAP_PRIVATE | MAP_ANONYMOUS |
				     MAP_FIXED | MAP_HUGETLB | 21 << MAP_HUGE_SHIFT, -1, 0));
	start[hole] = 1;
	self->sites[0] = compare_site(0, 0, start, hole + HUGE);
	ASSERT_EQ(0, compare_run(&self->reader, self->sites, 1, &self->snapshot));
	for_each_of(share, &self->snapshot, IPCSHOW_REC_SHARE) {
		EXPECT_LE(hole, share->offset);
		EXPECT_EQ(IPCSHOW_SHARE_F_ANON | IPCSHOW_SHARE_F_HUGETLB, share->flags);
		bytes += share->bytes;
	}
	EXPECT_EQ(HUGE, bytes);
	munmap(start + hole, HUGE);
end:
	set_pool(former);
}

TEST_MAIN
