// SPDX-License-Identifier: GPL-2.0
/* What targets, and a comparison of them, take of what a user may hold, and of what all may. */
#include <stdlib.h>
#include <sys/mman.h>

#include "compare.h"
#include "limits.h"

/* As the header has it. */
#define TARGET_KIB	64
#define RING_KIB	((RING_SMALL + POSITIONS) / KIB)
/* A file with the smallest ring, and one target. */
#define HELD_KIB	(RING_KIB + TARGET_KIB)

/* Enough for all that is tried here. */
#define AMPLE_KIB	(64 << 10)

FIXTURE(limits) {
	struct limits before;
	struct reader reader;
	/* Shared with a child. */
	struct greed *greed;
};

FIXTURE_SETUP(limits)
{
	if (geteuid())
		SKIP_FIXTURE("only root may set the limits");
	ASSERT_TRUE(save_limits(&self->before));
	self->greed = greed_shared();
	ASSERT_NE(NULL, self->greed);
	self->greed->uid = OTHER;
	ASSERT_READER(&self->reader, RING_SMALL);
}

FIXTURE_TEARDOWN(limits)
{
	reader_close(&self->reader);
	restore_limits(&self->before);
}

/* This user holds so much, no more and no less, as far as KiB can tell. */
static void holds(struct __test_metadata *_metadata, long long kib)
{
	ASSERT_TRUE(set_limits(kib + RING_KIB, 0));
	EXPECT_EQ(0, try_ring(RING_SMALL)) TH_LOG("more than %lld KiB are held", kib);
	ASSERT_TRUE(set_limits(kib + RING_KIB - 1, 0));
	EXPECT_EQ(-EDQUOT, try_ring(RING_SMALL)) TH_LOG("less than %lld KiB are held", kib);
}

/* How many targets can be added, up to one that cannot, of which *@error tells. */
static int add_targets(struct reader *reader, int *error)
{
	int nr = 0;

	while ((*error = compare_add_target(reader, getpid())) >= 0)
		nr++;
	return nr;
}

#define TARGETS		5

TEST_F(limits, targets)
{
	int i, error;

	for (i = 0; i < 3; i++) {
		ASSERT_TRUE(set_limits(RING_KIB + TARGETS * TARGET_KIB, 0));
		EXPECT_EQ(TARGETS, add_targets(&self->reader, &error));
		EXPECT_EQ(-EDQUOT, error);
		holds(_metadata, RING_KIB + TARGETS * TARGET_KIB);
		/* The file gives them back with itself. */
		reader_close(&self->reader);
		holds(_metadata, 0);
		ASSERT_TRUE(set_limits(RING_KIB + TARGETS * TARGET_KIB - 1, 0));
		ASSERT_READER(&self->reader, RING_SMALL);
		EXPECT_EQ(TARGETS - 1, add_targets(&self->reader, &error));
		EXPECT_EQ(-EDQUOT, error);
		reader_close(&self->reader);
		ASSERT_READER(&self->reader, RING_SMALL);
	}
}

/* Those that are replaced count until the new one is there, and are given back then. */
TEST_F(limits, targets_replaced)
{
	int error;

	ASSERT_TRUE(set_limits(RING_KIB + TARGETS * TARGET_KIB, 0));
	ASSERT_EQ(TARGETS, add_targets(&self->reader, &error));
	EXPECT_EQ(-EDQUOT, reader_target(&self->reader, getpid()));
	holds(_metadata, RING_KIB + TARGETS * TARGET_KIB);
	ASSERT_TRUE(set_limits(RING_KIB + (TARGETS + 1) * TARGET_KIB, 0));
	EXPECT_EQ(0, reader_target(&self->reader, getpid()));
	holds(_metadata, HELD_KIB);
	ASSERT_TRUE(set_limits(RING_KIB + TARGETS * TARGET_KIB, 0));
	EXPECT_EQ(TARGETS - 1, add_targets(&self->reader, &error));
	EXPECT_EQ(-EDQUOT, error);
}

static int ends_at_once(struct child *self, void *unused)
{
	child_ready(self);
	return 0;
}

/* Who has died is held as before; of who cannot be looked at, nothing is. */
TEST_F(limits, targets_that_are_gone)
{
	struct child dead, zombie;
	int i;

	child_start(&dead, child_stay, NULL);
	child_start(&zombie, ends_at_once, NULL);
	ASSERT_TRUE(proc_wait_state(zombie.pid, "Z"));
	ASSERT_TRUE(set_limits(RING_KIB + 2 * TARGET_KIB, 0));
	ASSERT_EQ(0, compare_add_target(&self->reader, dead.pid));
	for (i = 0; i < 20; i++)
		EXPECT_EQ(-ENODATA, compare_add_target(&self->reader, zombie.pid));
	holds(_metadata, HELD_KIB);
	child_kill(&dead);
	holds(_metadata, HELD_KIB);
	child_join(&zombie);
}

/* All that others may have is taken, but for @kib. */
static void take_all_but(struct __test_metadata *_metadata, FIXTURE_DATA(limits) *self,
			 struct child *other, long long kib)
{
	ASSERT_TRUE(set_limits(1024, 0));
	child_start(other, be_greedy, self->greed);
	EXPECT_EQ(-EDQUOT, self->greed->error);
	ASSERT_TRUE(set_limits(1024, self->greed->taken / KIB + kib));
}

TEST_F(limits, targets_of_all)
{
	struct child other;
	int error;

	take_all_but(_metadata, self, &other, RING_KIB + 2 * TARGET_KIB);
	EXPECT_EQ(2, add_targets(&self->reader, &error));
	EXPECT_EQ(-ENOSPC, error);
	EXPECT_EQ(-ENOSPC, try_ring(RING_SMALL));
	child_kill(&other);
	EXPECT_LE(0, compare_add_target(&self->reader, getpid()));
}

/* ---- a comparison ---- */

/* Sites of one page each, where nothing is mapped; @nr groups or one. */
static struct ipcshow_site *empty_sites(uint32_t nr, bool groups)
{
	const char *start = mmap(NULL, nr * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct ipcshow_site *sites = calloc(nr, sizeof(*sites));
	uint32_t i;

	if (start == MAP_FAILED || !sites)
		abort();
	for (i = 0; i < nr; i++)
		sites[i] = compare_site(groups ? i : 0, 0, start + i * PAGE, PAGE);
	return sites;
}

/*
 * The smallest share of the user with which that can be compared, less what is held without it,
 * in KiB. A negative errno: not at all.
 */
static long long comparison_kib(struct reader *reader, uint32_t nr, bool groups)
{
	struct ipcshow_site *sites = empty_sites(nr, groups);
	long long too_few = 0, enough = AMPLE_KIB, kib = enough;
	struct snapshot snapshot = {};
	int error;

	while (enough - too_few > 1) {
		if (!set_limits(HELD_KIB + kib, 0))
			return -EINVAL;
		error = compare_run(reader, sites, nr, &snapshot);
		snapshot_free(&snapshot);
		if (error && (error != -EDQUOT || kib == AMPLE_KIB))
			return error;
		if (error)
			too_few = kib;
		else
			enough = kib;
		kib = (too_few + enough) / 2;
	}
	free(sites);
	return enough;
}

#define MANY	2048

TEST_F(limits, comparison)
{
	long long one, group, groups;

	ASSERT_EQ(0, reader_target(&self->reader, getpid()));
	one = comparison_kib(&self->reader, 1, false);
	ASSERT_LT(0, one);
	/* A word for each page of the 1,024 that are read at once, at the least. */
	EXPECT_LE(1024 * sizeof(uint64_t) / KIB, one);
	/* The sites themselves count, and, of many in one group, what these may have. */
	groups = comparison_kib(&self->reader, MANY, true);
	ASSERT_LT(0, groups);
	EXPECT_LE(one + (MANY - 1) * sizeof(struct ipcshow_site) / KIB, groups);
	group = comparison_kib(&self->reader, MANY, false);
	ASSERT_LT(0, group);
	EXPECT_LE(groups + one, group);
	holds(_metadata, HELD_KIB);
}

/* Pages with gaps between, so many that what is told of them does not fit in the smallest ring. */
static struct ipcshow_site scattered_site(void)
{
	const size_t nr = 4 * RING_SMALL / sizeof(struct ipcshow_share);
	char *start = mmap(NULL, 2 * nr * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	if (start == MAP_FAILED)
		abort();
	madvise(start, 2 * nr * PAGE, MADV_NOHUGEPAGE);
	for (i = 0; i < nr; i++)
		start[2 * i * PAGE] = 1;
	return compare_site(0, 0, start, 2 * nr * PAGE);
}

/* From the first call to the end of what it began, whatever that is. */
TEST_F(limits, comparison_held)
{
	const struct ipcshow_site site = scattered_site();
	struct snapshot snapshot = {};
	long long kib;

	ASSERT_EQ(0, reader_target(&self->reader, getpid()));
	kib = comparison_kib(&self->reader, 1, false);
	ASSERT_LT(0, kib);

	ASSERT_TRUE(set_limits(HELD_KIB + kib, 0));
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, compare_call(&self->reader, &site, 1));
	EXPECT_EQ(-EDQUOT, try_ring(RING_SMALL));
	ASSERT_EQ(0, compare_finish(&self->reader, IPCSHOW_SNAPSHOT_MORE, &snapshot));
	EXPECT_LT(1, snapshot.calls);
	holds(_metadata, HELD_KIB);

	/* A snapshot takes its place. */
	ASSERT_TRUE(set_limits(HELD_KIB + kib, 0));
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, compare_call(&self->reader, &site, 1));
	EXPECT_EQ(-EDQUOT, try_ring(RING_SMALL));
	reader_drain(&self->reader, NULL);
	ASSERT_EQ(0, reader_snapshot(&self->reader, IPCSHOW_WHAT_TASK, &snapshot));
	holds(_metadata, HELD_KIB);

	/* So does another target, for which there must be room beside it. */
	ASSERT_TRUE(set_limits(HELD_KIB + kib + TARGET_KIB, 0));
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, compare_call(&self->reader, &site, 1));
	reader_drain(&self->reader, NULL);
	EXPECT_EQ(-EDQUOT, try_ring(8 * RING_SMALL));
	ASSERT_EQ(0, reader_target(&self->reader, getpid()));
	holds(_metadata, HELD_KIB);

	/* And the end of the file. */
	ASSERT_TRUE(set_limits(HELD_KIB + kib, 0));
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, compare_call(&self->reader, &site, 1));
	reader_close(&self->reader);
	holds(_metadata, 0);
	snapshot_free(&snapshot);
}

/* What cannot be had is not begun, and leaves what was begun before. */
TEST_F(limits, comparison_refused)
{
	const struct ipcshow_site site = scattered_site();
	struct snapshot snapshot = {};
	struct child other;
	long long kib;
	int i;

	ASSERT_EQ(0, reader_target(&self->reader, getpid()));
	kib = comparison_kib(&self->reader, 1, false);
	ASSERT_LT(0, kib);
	reader_close(&self->reader);
	ASSERT_READER(&self->reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&self->reader, getpid()));

	ASSERT_TRUE(set_limits(HELD_KIB + kib - 1, 0));
	for (i = 0; i < 20; i++)
		EXPECT_EQ(-EDQUOT, compare_call(&self->reader, &site, 1));
	EXPECT_EQ(-EBADFD, compare_continue(&self->reader));
	EXPECT_EQ(0, self->reader.producer->pos);
	holds(_metadata, HELD_KIB);

	/* Another beside it is too much. */
	ASSERT_TRUE(set_limits(HELD_KIB + 2 * kib - 2, 0));
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, compare_call(&self->reader, &site, 1));
	EXPECT_EQ(-EDQUOT, compare_call(&self->reader, &site, 1));
	EXPECT_EQ(0, compare_finish(&self->reader, IPCSHOW_SNAPSHOT_MORE, &snapshot));
	snapshot_free(&snapshot);
	holds(_metadata, HELD_KIB);

	take_all_but(_metadata, self, &other, HELD_KIB + kib - 1);
	EXPECT_EQ(-ENOSPC, compare_call(&self->reader, &site, 1));
	EXPECT_EQ(-EBADFD, compare_continue(&self->reader));
	child_kill(&other);
	EXPECT_EQ(0, compare_run(&self->reader, &site, 1, &snapshot));
	snapshot_free(&snapshot);
	holds(_metadata, HELD_KIB);
}

TEST_MAIN
