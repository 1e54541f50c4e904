// SPDX-License-Identifier: GPL-2.0
/* What IPCSHOW_IOC_COMPARE says of much memory, and of many tasks: as much as there is in them. */
#include <sys/mman.h>

#include "compare.h"
#include "memory.h"
#include "test.h"

#define RW	(PROT_READ | PROT_WRITE)

/* ---- much that is empty ---- */

#define TIB	(1ULL << 40)

static char *sparse;

static int touches_sparse(struct child *self, void *unused)
{
	int i;

	for (i = 0; i < 100; i += 2)
		sparse[TIB / 100 / PAGE * PAGE * i] = 1;
	return child_stay(self, unused);
}

/* It costs what is in it. */
TEST(sparse_memory)
{
	struct ipcshow_compare_end end = {};
	const struct ipcshow_share *share;
	struct snapshot snapshot = {};
	struct ipcshow_site sites[2];
	struct reader reader;
	struct child child;
	uint64_t bytes = 0;
	int i;

	sparse = map(TIB, RW, MAP_SHARED | MAP_NORESERVE, memory_file("sparse", 0, TIB));
	for (i = 0; i < 100; i += 4)
		sparse[TIB / 100 / PAGE * PAGE * i] = 1;
	child_start(&child, touches_sparse, NULL);
	ASSERT_READER(&reader, RING_SMALL);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(i, compare_add_target(&reader, i ? child.pid : getpid()));
		sites[i] = compare_site(0, i, sparse, TIB);
	}
	ASSERT_EQ(0, compare_run(&reader, sites, 2, &snapshot));
	for_each_of(share, &snapshot, IPCSHOW_REC_SHARE)
		bytes += share->bytes;
	EXPECT_EQ(50 * PAGE, bytes);
	EXPECT_EQ(50, snapshot_count(&snapshot, IPCSHOW_REC_SHARE));
	end = *(const struct ipcshow_compare_end *)snapshot_next_of(&snapshot, NULL,
								    IPCSHOW_REC_COMPARE_END);
	/* A few reads for each page that there is; 2^19 tables would fit. */
	EXPECT_GT(2000, end.lock_holds);
	snapshot_free(&snapshot);
	reader_close(&reader);
	child_kill(&child);
}

/* ---- many tasks ---- */

#define MANY	200
#define PAGES	300

TEST(many_targets)
{
	static struct child children[MANY];
	static struct ipcshow_site sites[MANY];
	struct comparison comparison;
	struct snapshot snapshot = {};
	struct reader reader;
	size_t i, page, wrong = 0;
	char *start = map(PAGES * PAGE, RW, MAP_PRIVATE, -1);

	madvise(start, PAGES * PAGE, MADV_NOHUGEPAGE);
	for (page = 0; page < PAGES; page += 2)
		start[page * PAGE] = 1;
	ASSERT_READER(&reader, RING_USUAL);
	for (i = 0; i < MANY; i++) {
		child_start(&children[i], child_stay, NULL);
		ASSERT_EQ((int)i, compare_add_target(&reader, children[i].pid));
		sites[i] = compare_site(0, i, start, PAGES * PAGE);
	}
	ASSERT_EQ(0, compare_run(&reader, sites, MANY, &snapshot));
	compare_decode(&snapshot, sites, MANY, &comparison);
	EXPECT_EQ(PAGES / 2 * MANY * PAGE, comparison.bytes);
	for (i = 1; i < MANY; i++) {
		for (page = 0; page < PAGES; page++)
			wrong += comparison.pages[i][page].share !=
				 comparison.pages[0][page].share;
	}
	EXPECT_EQ(0, wrong);
	/* As many sets as sites, and a record for each run: not for each pair. */
	EXPECT_GE(MANY, snapshot_count(&snapshot, IPCSHOW_REC_SET));
	EXPECT_GE(PAGES, snapshot_count(&snapshot, IPCSHOW_REC_SHARE));
	compare_free(&comparison);
	snapshot_free(&snapshot);
	reader_close(&reader);
	for (i = 0; i < MANY; i++)
		child_kill(&children[i]);
}

/* ---- pages that all have but one ---- */

#define LONERS	60

static char *common;

static int writes_one(struct child *self, void *number)
{
	common[(uintptr_t)number * PAGE] = 2;
	return child_stay(self, number);
}

/* Page p of child p is its own, and what the others have there is one. */
static size_t count_wrong(const struct comparison *comparison)
{
	size_t wrong = 0;
	uint32_t a, p;

	for (p = 0; p < LONERS; p++) {
		const uint32_t other = comparison->pages[!p][p].share;

		for (a = 0; a < LONERS; a++)
			wrong += !comparison->pages[a][p].share ||
				 (comparison->pages[a][p].share == other) != (a != p);
	}
	return wrong;
}

/* Each set is two runs: all those before, and all those behind. */
TEST(runs)
{
	static struct child children[LONERS];
	static struct ipcshow_site sites[LONERS];
	struct comparison comparison;
	struct reader reader;
	size_t nr[2];
	int without;
	uintptr_t i;

	common = map(LONERS * PAGE, RW, MAP_PRIVATE, -1);
	madvise(common, LONERS * PAGE, MADV_NOHUGEPAGE);
	memset(common, 1, LONERS * PAGE);
	ASSERT_READER(&reader, RING_SMALL);
	for (i = 0; i < LONERS; i++) {
		child_start(&children[i], writes_one, (void *)i);
		ASSERT_EQ((int)i, compare_add_target(&reader, children[i].pid));
		sites[i] = compare_site(0, i, common, LONERS * PAGE);
	}
	for (without = 0; without < 2; without++) {
		struct snapshot snapshot = {};

		compare_without_runs = without;
		ASSERT_EQ(0, compare_run(&reader, sites, LONERS, &snapshot));
		compare_decode(&snapshot, sites, LONERS, &comparison);
		EXPECT_EQ(0, count_wrong(&comparison));
		EXPECT_EQ(LONERS * LONERS * PAGE, comparison.bytes);
		nr[without] = snapshot_count(&snapshot, IPCSHOW_REC_SET);
		compare_free(&comparison);
		snapshot_free(&snapshot);
	}
	/* The lone ones; all before, which is as many; both. */
	EXPECT_GE(3 * LONERS, nr[0]);
	/* One for each site behind, of each: with them, it grows with the square. */
	EXPECT_LE(LONERS * LONERS / 2, nr[1]);
	reader_close(&reader);
	for (i = 0; i < LONERS; i++)
		child_kill(&children[i]);
}

TEST_MAIN
