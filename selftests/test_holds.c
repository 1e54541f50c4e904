// SPDX-License-Identifier: GPL-2.0
/*
 * A target's mmap lock is let go of after so much work, however much there is to do, and sooner
 * when a writer waits: what that takes on a machine is for the bench to measure.
 */

#include <pthread.h>
#include <time.h>

#include "compare.h"
#include "lock_trace.h"
#include "memory.h"
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

/* The fixture's child and another, each with dense memory: what is compared, and by whom. */
struct two {
	struct ipcshow_site sites[2];
	struct child other;
	struct reader reader;
};

static void begin_two(struct __test_metadata *_metadata, FIXTURE_DATA(holds) *self, struct two *two)
{
	child_start(&self->child, has_dense_memory, self->start);
	child_start(&two->other, has_dense_memory, self->start + 1);
	two->sites[0] = compare_site(0, 0, self->start[0], DENSE * PAGE);
	two->sites[1] = compare_site(0, 1, self->start[1], DENSE * PAGE);
	ASSERT_READER(&two->reader, 4 << 20);
	ASSERT_EQ(0, reader_target(&two->reader, self->child.pid));
	ASSERT_EQ(1, compare_add_target(&two->reader, two->other.pid));
}

static void end_two(struct two *two)
{
	reader_close(&two->reader);
	child_kill(&two->other);
}

TEST_F(holds, comparison)
{
	const struct ipcshow_compare_end *end;
	struct two two;

	begin_two(_metadata, self, &two);
	ASSERT_EQ(0, compare_run(&two.reader, two.sites, 2, &self->snapshot));
	end = snapshot_next_of(&self->snapshot, NULL, IPCSHOW_REC_COMPARE_END);
	ASSERT_NE(NULL, end);
	/* For each row of each, once where nothing was given up meanwhile, or else twice. */
	EXPECT_LE(2 * DENSE / ROW, end->lock_holds);
	TH_LOG("%llu holds, the longest of %llu us", (unsigned long long)end->lock_holds,
	       (unsigned long long)end->lock_max_ns / 1000);
	end_two(&two);
}

/* Reserved memory, in a part of the address space that has a table of such tables. */
#define GIB		(1UL << 30)
#define HOLE		256UL	/* GiB: as many tables of PMDs */
#define TABLES_A_HOLD	16

struct hole {
	char *start;
	/* What the tables take that are there and empty, kB. */
	long long tables;
};

static int has_hole(struct child *self, void *argument)
{
	struct hole *hole = argument;

	hole->start = map_at(2 * HOLE * GIB, (HOLE + 1) * GIB, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_NORESERVE, -1);
	if (!hole->start)
		return 1;
	hole->start[HOLE * GIB] = 1;
	return child_stay(self, NULL);
}

/* A huge page, be it that of zeros, needs no other table, and leaves that behind. */
static int has_hole_with_tables(struct child *self, void *argument)
{
	struct hole *hole = argument;
	const long long before = proc_status(getpid(), "VmPTE");
	size_t i;

	hole->start = map_at(2 * HOLE * GIB, HOLE * GIB, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_NORESERVE, -1);
	if (!hole->start)
		return 1;
	madvise(hole->start, HOLE * GIB, MADV_HUGEPAGE);
	for (i = 0; i < HOLE; i++) {
		look(hole->start + i * GIB, PAGE);
		madvise(hole->start + i * GIB, HUGE, MADV_DONTNEED);
	}
	hole->tables = proc_status(getpid(), "VmPTE") - before;
	return child_stay(self, NULL);
}

static void expect_steps(struct __test_metadata *_metadata, pid_t pid, const struct hole *hole)
{
	const struct ipcshow_site site = compare_site(0, 0, hole->start, HOLE * GIB);
	const struct ipcshow_compare_end *end;
	struct snapshot snapshot = {};
	struct reader reader;

	ASSERT_READER(&reader, RING_USUAL);
	ASSERT_EQ(0, reader_target(&reader, pid));
	ASSERT_EQ(0, compare_run(&reader, &site, 1, &snapshot));
	EXPECT_EQ(0, snapshot_count(&snapshot, IPCSHOW_REC_SHARE));
	end = snapshot_next_of(&snapshot, NULL, IPCSHOW_REC_COMPARE_END);
	ASSERT_NE(NULL, end);
	EXPECT_LE(HOLE / TABLES_A_HOLD, end->lock_holds);
	/* And it does get over so many at once. */
	EXPECT_GE(2 * HOLE / TABLES_A_HOLD, end->lock_holds);
	TH_LOG("%llu holds, the longest of %llu us", (unsigned long long)end->lock_holds,
	       (unsigned long long)end->lock_max_ns / 1000);
	snapshot_free(&snapshot);
	reader_close(&reader);
}

TEST_F(holds, hole)
{
	struct hole *hole = (void *)self->start;

	child_start(&self->child, has_hole, hole);
	expect_steps(_metadata, self->child.pid, hole);
}

TEST_F(holds, hole_with_tables)
{
	struct hole *hole = (void *)self->start;
	const long long all = HOLE * PAGE >> 10;

	child_start(&self->child, has_hole_with_tables, hole);
	/* Those above them take a page or two. */
	if (hole->tables < all || hole->tables > all + all / 4)
		SKIP(return, "no huge pages were to be had: %lld kB of tables", hole->tables);
	expect_steps(_metadata, self->child.pid, hole);
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
	struct two two;

	if (NO_TRACE(error))
		SKIP(return, "this kernel has no trace points of mmap locks, or not for us");
	ASSERT_EQ(0, error);
	begin_two(_metadata, self, &two);
	lock_trace_begin();
	EXPECT_EQ(0, compare_run(&two.reader, two.sites, 2, &self->snapshot));
	end = snapshot_next_of(&self->snapshot, NULL, IPCSHOW_REC_COMPARE_END);
	expect_seen(_metadata, end ? end->lock_holds : 0);
	end_two(&two);
}

/* A thread that takes the lock for writing again and again: the module lets go of it sooner. */

/* Pages: of a region that is done, it is looked whether a writer waits. */
#define WRITER_REGION	64
#define WRITER_SECONDS	40

struct writer {
	unsigned long count;
	char *page;
};

/* The regions stay as they are: what is around the page has no protection that it gets. */
static void *writes(void *argument)
{
	struct writer *writer = argument;

	for (;;) {
		if (mprotect(writer->page, PAGE, PROT_READ) ||
		    mprotect(writer->page, PAGE, PROT_READ | PROT_WRITE))
			abort();
		__atomic_add_fetch(&writer->count, 2, __ATOMIC_RELAXED);
	}
	return NULL;
}

static int has_writer(struct child *self, void *argument)
{
	struct writer *writer = argument;
	pthread_t thread;
	char *start;
	int i;

	writer->page = map(PAGE, PROT_READ, MAP_PRIVATE, -1);
	start = map(DENSE * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, -1);
	madvise(start, DENSE * PAGE, MADV_NOHUGEPAGE);
	memset(start, 1, DENSE * PAGE);
	for (i = 0; i < DENSE; i += 2 * WRITER_REGION) {
		if (mprotect(start + i * PAGE, WRITER_REGION * PAGE, PROT_READ))
			return 1;
	}
	child_ready(self);
	child_wait(self);
	if (pthread_create(&thread, NULL, writes, writer))
		return 1;
	while (!__atomic_load_n(&writer->count, __ATOMIC_RELAXED))
		usleep(1000);
	return child_stay(self, NULL);
}

static uint64_t holds_of_look(FIXTURE_DATA(holds) *self)
{
	uint64_t holds;

	if (look_at(&self->snapshot, self->child.pid, IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_PAGES))
		abort();
	holds = snapshot_end(&self->snapshot)->lock_holds;
	snapshot_free(&self->snapshot);
	return holds;
}

/* The writer may not run while we look, or not wait yet: until it has been seen. */
TEST_F(holds, writer)
{
	const time_t until = time(NULL) + WRITER_SECONDS * scale();
	uint64_t still, holds = 0;
	unsigned int looks = 0;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "it takes two CPUs to wait for a lock that is held");
	child_start(&self->child, has_writer, self->start);
	still = holds_of_look(self);
	EXPECT_GE(2 * DENSE / ENTRIES_A_HOLD, still);
	child_go(&self->child);
	child_await(&self->child);
	for (; holds < 2 * still && time(NULL) < until; looks++) {
		const uint64_t now = holds_of_look(self);

		holds = now > holds ? now : holds;
	}
	EXPECT_LE(2 * still, holds);
	TH_LOG("%llu holds when still, %llu beside a writer, in one of %u looks",
	       (unsigned long long)still, (unsigned long long)holds, looks);
}

TEST_MAIN
