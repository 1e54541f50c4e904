// SPDX-License-Identifier: GPL-2.0
/* IPCSHOW_IOC_COMPARE and its targets: arguments, pieces, signals, and who vanishes. */
#include <sys/mman.h>
#include <sys/time.h>

#include "compare.h"
#include "test.h"

#define PAGES	256

/* Every second page has been written to since the fork: a SHARE for each, in small rings many. */
static char *memory;

static int writes_to_some(struct child *self, void *unused)
{
	int i;

	for (i = 0; i < PAGES; i += 2)
		memory[i * PAGE] = 2;
	return child_stay(self, unused);
}

FIXTURE(compare) {
	struct child child;
	struct reader reader;
	struct ipcshow_site sites[2];
	struct snapshot snapshot;
};

FIXTURE_SETUP(compare)
{
	memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		      -1, 0);
	ASSERT_NE(MAP_FAILED, memory);
	memset(memory, 1, PAGES * PAGE);
	child_start(&self->child, writes_to_some, NULL);
	child_stop(self->child.pid);
	ASSERT_READER(&self->reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&self->reader, getpid()));
	ASSERT_EQ(1, compare_add_target(&self->reader, self->child.pid));
	self->sites[0] = compare_site(0, 0, memory, PAGES * PAGE);
	self->sites[1] = compare_site(0, 1, memory, PAGES * PAGE);
}

FIXTURE_TEARDOWN(compare)
{
	snapshot_free(&self->snapshot);
	reader_close(&self->reader);
	child_kill(&self->child);
}

/* How many pages the two are said to have in common. */
static size_t count_same(const struct snapshot *snapshot, const struct ipcshow_site *sites,
			 struct ipcshow_compare_end *end)
{
	struct comparison comparison;
	size_t i, same = 0;

	compare_decode(snapshot, sites, 2, &comparison);
	for (i = 0; i < sites[0].bytes / PAGE; i++)
		same += comparison.pages[0][i].share &&
			comparison.pages[0][i].share == comparison.pages[1][i].share;
	*end = comparison.end;
	compare_free(&comparison);
	return same;
}

static void is_whole(struct __test_metadata *_metadata, FIXTURE_DATA(compare) *self)
{
	struct ipcshow_compare_end end;

	EXPECT_EQ(PAGES / 2, count_same(&self->snapshot, self->sites, &end));
	EXPECT_EQ(0, end.flags);
	EXPECT_EQ(0, end.unsettled);
	EXPECT_EQ(0, end.reserved);
	EXPECT_LT(0, end.lock_holds);
	EXPECT_LE(end.lock_max_ns, end.lock_total_ns);
}

TEST_F(compare, whole)
{
	ASSERT_EQ(0, compare_run(&self->reader, self->sites, 2, &self->snapshot));
	is_whole(_metadata, self);
}

/* ---- targets ---- */

TEST_F(compare, targets)
{
	struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = IPCSHOW_WHAT_TASK };
	struct reader *reader = &self->reader;
	const struct ipcshow_task *task;

	/* A task may be there more than once. */
	EXPECT_EQ(2, compare_add_target(reader, self->child.pid));
	arg.target = 3;
	EXPECT_EQ(-ENXIO, reader_call(reader, &arg));
	arg.target = 1;
	ASSERT_EQ(0, reader_run(reader, &arg, &self->snapshot));
	task = snapshot_next_of(&self->snapshot, NULL, IPCSHOW_REC_TASK);
	ASSERT_NE(NULL, task);
	EXPECT_EQ(self->child.pid, task->tgid);

	/* A call that fails leaves them as they were, ... */
	EXPECT_EQ(-ESRCH, compare_add_target(reader, 0x7fffffff));
	EXPECT_EQ(-ESRCH, reader_target(reader, 0x7fffffff));
	EXPECT_EQ(3, compare_add_target(reader, getpid()));
	/* ... and one without F_ADD replaces all. */
	EXPECT_EQ(0, reader_target(reader, getpid()));
	EXPECT_EQ(-ENXIO, compare_call(reader, self->sites, 2));
	EXPECT_EQ(1, compare_add_target(reader, self->child.pid));
}

TEST_F(compare, target_arguments)
{
	struct ipcshow_target arg = { .size = sizeof(arg), .pid = getpid(), .index = 1 };

	EXPECT_EQ(-1, ioctl(self->reader.fd, IPCSHOW_IOC_TARGET, &arg));
	EXPECT_EQ(EINVAL, errno);
	arg.index = 0;
	arg.flags = IPCSHOW_TARGET_F_ADD << 1;
	EXPECT_EQ(-1, ioctl(self->reader.fd, IPCSHOW_IOC_TARGET, &arg));
	EXPECT_EQ(EINVAL, errno);
	/* The first may be added, too. */
	reader_close(&self->reader);
	ASSERT_READER(&self->reader, RING_SMALL);
	EXPECT_EQ(0, compare_add_target(&self->reader, getpid()));
	EXPECT_EQ(1, compare_add_target(&self->reader, getpid()));
}

/* They count as memory that a user holds. */
TEST_F(compare, targets_are_bounded)
{
	struct ipcshow_info info = { .size = sizeof(info) };
	uint32_t nr = 0;
	int result;

	ASSERT_EQ(0, ioctl(self->reader.fd, IPCSHOW_IOC_INFO, &info));
	ASSERT_EQ(0, reader_target(&self->reader, getpid()));
	do
		result = compare_add_target(&self->reader, getpid());
	while (result == (int)++nr);
	EXPECT_TRUE(result == -EDQUOT || (result == -EMFILE && nr == info.targets_max))
		TH_LOG("after %u targets: %d", nr, result);
	/* So many as are compared at once. */
	EXPECT_LE(200, nr);
	/* All is given back with the file. */
	reader_close(&self->reader);
	ASSERT_READER(&self->reader, RING_SMALL);
	EXPECT_EQ(0, reader_target(&self->reader, getpid()));
	EXPECT_EQ(1, compare_add_target(&self->reader, self->child.pid));
	ASSERT_EQ(0, compare_run(&self->reader, self->sites, 2, &self->snapshot));
	is_whole(_metadata, self);
}

/* ---- arguments ---- */

TEST_F(compare, sites)
{
	const uint64_t top = 1ULL << 63, at = (uintptr_t)memory;
	const struct {
		int result;
		struct ipcshow_site site;
	} cases[] = {
		{ -EINVAL, { at, 0, 0, 0 } },
		{ -EINVAL, { at, PAGE + 1, 0, 0 } },
		{ -EINVAL, { at, 1, 0, 0 } },
		{ -EINVAL, { at + 1, PAGE, 0, 0 } },
		{ -EINVAL, { at + 8, PAGE - 8, 0, 0 } },
		{ -EINVAL, { top, PAGE, 0, 0 } },
		{ -EINVAL, { top - PAGE, 2 * PAGE, 0, 0 } },
		{ -EINVAL, { -(uint64_t)PAGE, PAGE, 0, 0 } },
		{ -EINVAL, { -(uint64_t)PAGE, 2 * PAGE, 0, 0 } },
		{ -EINVAL, { at, -(uint64_t)PAGE, 0, 0 } },
		{ -ENXIO, { at, PAGE, 2, 0 } },
		{ -ENXIO, { at, PAGE, ~0U, 0 } },
		{ IPCSHOW_SNAPSHOT_DONE, { at, PAGE, 1, ~0U } },
		{ IPCSHOW_SNAPSHOT_DONE, { 0, top, 1, 0 } },
		{ IPCSHOW_SNAPSHOT_DONE, { top - PAGE, PAGE, 1, 0 } },
		{ IPCSHOW_SNAPSHOT_DONE, { 1ULL << 47, 1ULL << 48, 1, 0 } },
		{ IPCSHOW_SNAPSHOT_DONE, { 0, PAGE, 0, 0 } },
	};
	struct ipcshow_site pair[2];
	struct reader large;
	size_t i;

	ASSERT_READER(&large, RING_USUAL);
	ASSERT_EQ(0, reader_target(&large, getpid()));
	ASSERT_EQ(1, compare_add_target(&large, self->child.pid));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		pair[0] = compare_site(0, 0, memory, PAGE);
		pair[1] = cases[i].site;
		EXPECT_EQ(cases[i].result, compare_call(&large, pair, 2))
			TH_LOG("case %zu", i);
		reader_drain(&large, NULL);
	}
	/* Groups must not descend; may leave some out. */
	pair[1] = compare_site(7, 1, memory, PAGE);
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, compare_call(&large, pair, 2));
	pair[0].group = 8;
	EXPECT_EQ(-EINVAL, compare_call(&large, pair, 2));
	reader_close(&large);
}

TEST_F(compare, counts_and_pointers)
{
	struct reader *reader = &self->reader;
	struct ipcshow_info info = { .size = sizeof(info) };
	struct ipcshow_compare arg = { .size = sizeof(arg), .nr_sites = 1 };
	struct ipcshow_site *edge;

	ASSERT_EQ(0, ioctl(reader->fd, IPCSHOW_IOC_INFO, &info));
	EXPECT_EQ(-EINVAL, compare_call(reader, self->sites, 0));
	EXPECT_EQ(-EINVAL, compare_call(reader, self->sites, info.sites_max + 1));
	EXPECT_EQ(-EINVAL, compare_call(reader, self->sites, ~0U));
	EXPECT_EQ(-EFAULT, compare_call(reader, NULL, 1));
	EXPECT_EQ(-EFAULT, compare_call(reader, (void *)(1ULL << 63), 1));
	EXPECT_EQ(-EFAULT, compare_call(reader, (void *)-4096L, 2));
	/* The second of the two cannot be read. */
	edge = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_EQ(0, munmap((char *)edge + PAGE, PAGE));
	edge = (void *)((char *)edge + PAGE - sizeof(*edge));
	*edge = self->sites[0];
	EXPECT_EQ(-EFAULT, compare_call(reader, edge, 2));
	EXPECT_LE(0, compare_call(reader, edge, 1));
	reader_drain(reader, NULL);

	arg.sites = (uintptr_t)edge;
	arg.flags = IPCSHOW_COMPARE_F_RUNS << 1;
	EXPECT_EQ(-1, ioctl(reader->fd, IPCSHOW_IOC_COMPARE, &arg));
	EXPECT_EQ(EINVAL, errno);
	arg.flags = IPCSHOW_COMPARE_F_CONTINUE;
	EXPECT_EQ(-1, ioctl(reader->fd, IPCSHOW_IOC_COMPARE, &arg));
	EXPECT_EQ(EINVAL, errno);
	arg.flags = 0;
	arg.size = sizeof(arg) - 8;
	EXPECT_EQ(-1, ioctl(reader->fd, IPCSHOW_IOC_COMPARE, &arg));
	EXPECT_EQ(EINVAL, errno);
	arg.size = PAGE + 1;
	EXPECT_EQ(-1, ioctl(reader->fd, IPCSHOW_IOC_COMPARE, &arg));
	EXPECT_EQ(E2BIG, errno);
}

TEST(no_ring_no_target)
{
	struct ipcshow_site site = compare_site(0, 0, NULL, PAGE);
	struct reader reader;

	ASSERT_READER(&reader, 0);
	EXPECT_EQ(-ENXIO, compare_call(&reader, &site, 1));
	ASSERT_EQ(0, reader_target(&reader, getpid()));
	EXPECT_EQ(-ENXIO, compare_call(&reader, &site, 1));
	reader_close(&reader);
	ASSERT_READER(&reader, RING_SMALL);
	EXPECT_EQ(-ENXIO, compare_call(&reader, &site, 1));
	EXPECT_EQ(-ENXIO, compare_continue(&reader));
	ASSERT_EQ(0, reader_target(&reader, getpid()));
	EXPECT_EQ(-EBADFD, compare_continue(&reader));
	reader_close(&reader);
}

/* ---- pieces ---- */

/* Groups enough for several rings of the smallest size. */
#define GROUPS	40

static uint32_t many_sites(FIXTURE_DATA(compare) *self, struct ipcshow_site *sites)
{
	uint32_t i;

	for (i = 0; i < 2 * GROUPS; i++) {
		sites[i] = self->sites[i % 2];
		sites[i].group = i / 2;
	}
	return 2 * GROUPS;
}

TEST_F(compare, pieces)
{
	struct ipcshow_site sites[2 * GROUPS];
	const uint32_t nr = many_sites(self, sites);
	struct comparison comparison;
	size_t i, site, wrong = 0;

	ASSERT_EQ(0, compare_run(&self->reader, sites, nr, &self->snapshot));
	EXPECT_LT(10, self->snapshot.calls);
	compare_decode(&self->snapshot, sites, nr, &comparison);
	EXPECT_EQ(2ULL * GROUPS * PAGES * PAGE, comparison.bytes);
	for (site = 0; site < nr; site += 2) {
		for (i = 0; i < PAGES; i++)
			wrong += (comparison.pages[site][i].share ==
				  comparison.pages[site + 1][i].share) != i % 2;
	}
	EXPECT_EQ(0, wrong);
	compare_free(&comparison);
}

/* What ends an unfinished one, and what does not. */
TEST_F(compare, unfinished)
{
	struct ipcshow_snapshot snapshot = { .size = sizeof(snapshot), .what = IPCSHOW_WHAT_TASK };
	struct ipcshow_site sites[2 * GROUPS], wrong = self->sites[0];
	const uint32_t nr = many_sites(self, sites);
	struct reader *reader = &self->reader;

	wrong.start++;
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, compare_call(reader, sites, nr));
	/* Full; wrong; of the other kind: it goes on. */
	EXPECT_EQ(-ENOSPC, compare_continue(reader));
	reader_drain(reader, NULL);
	EXPECT_EQ(-EINVAL, compare_call(reader, &wrong, 1));
	EXPECT_EQ(-EBADFD, reader_continue(reader));
	EXPECT_EQ(-ESRCH, reader_target(reader, 0x7fffffff));
	EXPECT_EQ(IPCSHOW_SNAPSHOT_MORE, compare_continue(reader));
	reader_drain(reader, NULL);

	/* A new one, of either kind; a target. */
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(reader, &snapshot));
	EXPECT_EQ(-EBADFD, compare_continue(reader));
	reader_drain(reader, NULL);
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, compare_call(reader, sites, nr));
	reader_drain(reader, NULL);
	EXPECT_EQ(2, compare_add_target(reader, getpid()));
	EXPECT_EQ(-EBADFD, compare_continue(reader));
	ASSERT_EQ(0, compare_run(reader, self->sites, 2, &self->snapshot));
	is_whole(_metadata, self);
	EXPECT_EQ(-EBADFD, compare_continue(reader));

	/* An impossible position is for ever. */
	reader->consumer->pos += 1ULL << 40;
	EXPECT_EQ(-EUCLEAN, compare_call(reader, self->sites, 2));
}

static void ignore_alarm(int signal)
{
	(void)signal;
}

/* Signals come all the time, and it gets on. */
TEST_F(compare, signals)
{
	const struct itimerval often = { { 0, 500 }, { 0, 500 } }, never = {};
	struct ipcshow_site sites[2 * GROUPS];
	const uint32_t nr = many_sites(self, sites);
	unsigned int calls, rounds = 0;

	ASSERT_EQ(0, compare_run(&self->reader, sites, nr, &self->snapshot));
	calls = self->snapshot.calls;
	signal(SIGALRM, ignore_alarm);
	/* Until one ends a call: that takes more of them then. */
	do {
		struct comparison comparison;

		snapshot_free(&self->snapshot);
		ASSERT_EQ(0, setitimer(ITIMER_REAL, &often, NULL));
		ASSERT_EQ(0, compare_run(&self->reader, sites, nr, &self->snapshot));
		ASSERT_EQ(0, setitimer(ITIMER_REAL, &never, NULL));
		compare_decode(&self->snapshot, sites, nr, &comparison);
		EXPECT_EQ(2ULL * GROUPS * PAGES * PAGE, comparison.bytes);
		EXPECT_EQ(0, comparison.end.flags);
		compare_free(&comparison);
	} while (++rounds < 1000 && self->snapshot.calls <= calls);
	EXPECT_LT(calls, self->snapshot.calls) TH_LOG("no signal ended a call");
}

/* ---- targets that go ---- */

static void is_gone(struct __test_metadata *_metadata, FIXTURE_DATA(compare) *self)
{
	const struct ipcshow_compare_end *end =
		snapshot_next_of(&self->snapshot, NULL, IPCSHOW_REC_COMPARE_END);

	ASSERT_NE(NULL, end);
	EXPECT_EQ(NULL, snapshot_next(&self->snapshot, &end->rec));
	EXPECT_EQ(IPCSHOW_COMPARE_END_F_GONE, end->flags & IPCSHOW_COMPARE_END_F_GONE);
	EXPECT_EQ(1, end->target);
}

TEST_F(compare, target_vanishes)
{
	struct ipcshow_site sites[2 * GROUPS];
	const uint32_t nr = many_sites(self, sites);
	int status = compare_call(&self->reader, sites, nr);

	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, status);
	child_kill(&self->child);
	EXPECT_EQ(0, compare_finish(&self->reader, status, &self->snapshot));
	is_gone(_metadata, self);
	EXPECT_LT(snapshot_count(&self->snapshot, IPCSHOW_REC_SHARE), GROUPS * PAGES / 2);

	/* It never was there, for those that come after. */
	snapshot_free(&self->snapshot);
	ASSERT_EQ(0, compare_run(&self->reader, self->sites, 2, &self->snapshot));
	is_gone(_metadata, self);
	EXPECT_EQ(0, snapshot_count(&self->snapshot, IPCSHOW_REC_SHARE));
}

TEST_MAIN
