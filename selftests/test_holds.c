// SPDX-License-Identifier: GPL-2.0
/*
 * A target's mmap lock is let go of after so much work, however much there is to do: what that
 * takes on a machine is for the bench to measure.
 */

#include "compare.h"
#include "lock_trace.h"
#include "pieces.h"

/* What one hold may look at, as README.md and the uapi header promise. */
#define ENTRIES_A_HOLD	8192
#define ROW		1024

#define DENSE		(4 * ENTRIES_A_HOLD)
/* Slower kernels check all of the tree of VMAs each time that it changes. */
#define MANY_VMAS	(4096 / (int)scale())

static int has_dense_memory(struct child *self, void *argument)
{
	char **start = argument;

	*start = mmap(NULL, DENSE * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		      -1, 0);
	madvise(*start, DENSE * PAGE, MADV_NOHUGEPAGE);
	memset(*start, 1, DENSE * PAGE);
	return child_stay(self, NULL);
}

static int has_many_vmas(struct child *self, void *argument)
{
	char *start = mmap(NULL, MANY_VMAS * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i;

	for (i = 0; i < MANY_VMAS; i += 2) {
		if (mprotect(start + i * PAGE, PAGE, PROT_READ | PROT_WRITE))
			return 1;
	}
	return child_stay(self, argument);
}

FIXTURE(holds) {
	struct child child;
	char **start;
	struct snapshot snapshot;
};

FIXTURE_SETUP(holds)
{
	self->start = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->start);
}

FIXTURE_TEARDOWN(holds)
{
	snapshot_free(&self->snapshot);
	child_kill(&self->child);
}

static int look_at(struct snapshot *snapshot, pid_t pid, uint64_t what)
{
	struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = what };

	/* A ring that all fits in: the lock is not let go of for its sake. */
	return snapshot_with(pid, 4 << 20, &arg, snapshot);
}

TEST_F(holds, pages)
{
	const struct ipcshow_end *end;

	child_start(&self->child, has_dense_memory, self->start);
	ASSERT_EQ(0, look_at(&self->snapshot, self->child.pid,
			     IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_PAGES));
	EXPECT_EQ(1, self->snapshot.calls);
	end = snapshot_end(&self->snapshot);
	EXPECT_LE(DENSE / ENTRIES_A_HOLD, end->lock_holds);
	/* Nor is it let go of for nothing. */
	EXPECT_GE(2 * DENSE / ENTRIES_A_HOLD, end->lock_holds);
	EXPECT_EQ(IPCSHOW_END_F_CHANGED, end->flags & IPCSHOW_END_F_CHANGED);
	TH_LOG("%llu holds, the longest of %llu us", (unsigned long long)end->lock_holds,
	       (unsigned long long)end->lock_max_ns / 1000);
}

TEST_F(holds, regions)
{
	const struct ipcshow_end *end;

	child_start(&self->child, has_many_vmas, NULL);
	ASSERT_EQ(0, look_at(&self->snapshot, self->child.pid, IPCSHOW_WHAT_REGIONS));
	end = snapshot_end(&self->snapshot);
	EXPECT_LT(MANY_VMAS, end->regions);
	/* A region is as much work as eight entries. */
	EXPECT_LE(8 * MANY_VMAS / ENTRIES_A_HOLD + 1, end->lock_holds);
	TH_LOG("%llu holds, the longest of %llu us", (unsigned long long)end->lock_holds,
	       (unsigned long long)end->lock_max_ns / 1000);
}

TEST_F(holds, comparison)
{
	const struct ipcshow_compare_end *end;
	struct ipcshow_site sites[2];
	struct child other;
	struct reader reader;

	child_start(&self->child, has_dense_memory, self->start);
	child_start(&other, has_dense_memory, self->start + 1);
	sites[0] = compare_site(0, 0, self->start[0], DENSE * PAGE);
	sites[1] = compare_site(0, 1, self->start[1], DENSE * PAGE);
	ASSERT_READER(&reader, 4 << 20);
	ASSERT_EQ(0, reader_target(&reader, self->child.pid));
	ASSERT_EQ(1, compare_add_target(&reader, other.pid));
	ASSERT_EQ(0, compare_run(&reader, sites, 2, &self->snapshot));
	end = snapshot_next_of(&self->snapshot, NULL, IPCSHOW_REC_COMPARE_END);
	ASSERT_NE(NULL, end);
	/* For each row of each, once where nothing was given up meanwhile, or else twice. */
	EXPECT_LE(2 * DENSE / ROW, end->lock_holds);
	TH_LOG("%llu holds, the longest of %llu us", (unsigned long long)end->lock_holds,
	       (unsigned long long)end->lock_max_ns / 1000);
	reader_close(&reader);
	child_kill(&other);
}

/* What END says, and what the kernel's own trace points see: each hold has an end of its own. */

#define TRACE	"ipcshow-test-holds"
#define NO_TRACE(error)	((error) == -ENOENT || (error) == -EACCES)

static void expect_seen(struct __test_metadata *_metadata, uint64_t said)
{
	struct lock_trace seen;
	const int error = lock_trace_end(&seen);

	lock_trace_close();
	ASSERT_EQ(0, error);
	EXPECT_EQ(said, seen.holds);
	TH_LOG("%llu holds said, %zu seen, the longest of %.0f us", (unsigned long long)said,
	       seen.holds, seen.longest_ns / 1000);
}

TEST_F(holds, seen_of_snapshot)
{
	const int error = lock_trace_open(TRACE);

	if (NO_TRACE(error))
		SKIP(return, "this kernel has no trace points of mmap locks, or not for us");
	ASSERT_EQ(0, error);
	child_start(&self->child, has_dense_memory, self->start);
	lock_trace_begin();
	EXPECT_EQ(0, look_at(&self->snapshot, self->child.pid, WHAT_ALL));
	expect_seen(_metadata, snapshot_end(&self->snapshot)->lock_holds);
}

TEST_F(holds, seen_of_comparison)
{
	const int error = lock_trace_open(TRACE);
	const struct ipcshow_compare_end *end;
	struct ipcshow_site sites[2];
	struct child other;
	struct reader reader;

	if (NO_TRACE(error))
		SKIP(return, "this kernel has no trace points of mmap locks, or not for us");
	ASSERT_EQ(0, error);
	child_start(&self->child, has_dense_memory, self->start);
	child_start(&other, has_dense_memory, self->start + 1);
	sites[0] = compare_site(0, 0, self->start[0], DENSE * PAGE);
	sites[1] = compare_site(0, 1, self->start[1], DENSE * PAGE);
	ASSERT_READER(&reader, 4 << 20);
	ASSERT_EQ(0, reader_target(&reader, self->child.pid));
	ASSERT_EQ(1, compare_add_target(&reader, other.pid));
	lock_trace_begin();
	EXPECT_EQ(0, compare_run(&reader, sites, 2, &self->snapshot));
	end = snapshot_next_of(&self->snapshot, NULL, IPCSHOW_REC_COMPARE_END);
	expect_seen(_metadata, end ? end->lock_holds : 0);
	reader_close(&reader);
	child_kill(&other);
}

TEST_MAIN
