// SPDX-License-Identifier: GPL-2.0
/* What is so for a moment only, and what has just come to be so, while pages are compared. */
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "compare.h"
#include "memory.h"
#include "shape.h"
#include "test.h"

#define RW		(PROT_READ | PROT_WRITE)
#define SECONDS		3

FIXTURE(moments) {
	struct child other;
	struct reader reader;
	struct snapshot snapshot;
	struct comparison comparison;
	struct ipcshow_site sites[4];
};

/* What both have, at the same address. */
static char *start;

FIXTURE_SETUP(moments)
{
	ASSERT_READER(&self->reader, RING_USUAL);
}

FIXTURE_TEARDOWN(moments)
{
	compare_free(&self->comparison);
	snapshot_free(&self->snapshot);
	reader_close(&self->reader);
	if (self->other.pid)
		child_kill(&self->other);
}

static void begin(struct __test_metadata *_metadata, FIXTURE_DATA(moments) *self,
		  child_function *function, void *argument)
{
	child_start(&self->other, function, argument);
	ASSERT_EQ(0, reader_target(&self->reader, getpid()));
	ASSERT_EQ(1, compare_add_target(&self->reader, self->other.pid));
}

static void compare(struct __test_metadata *_metadata, FIXTURE_DATA(moments) *self, uint32_t nr)
{
	compare_free(&self->comparison);
	snapshot_free(&self->snapshot);
	ASSERT_EQ(0, compare_run(&self->reader, self->sites, nr, &self->snapshot));
	compare_decode(&self->snapshot, self->sites, nr, &self->comparison);
}

/* What was looked at is marked as not looked at: its entry is none until that is there. */
static int gives_up(struct child *self, void *unused)
{
	child_ready(self);
	for (;;) {
		look(start, PAGE);
		madvise(start, PAGE, MADV_FREE);
	}
	return 0;
}

/* Whether the page that both have is said to be anybody's alone, in @nr comparisons. */
static size_t count_wrong(struct __test_metadata *_metadata, FIXTURE_DATA(moments) *self,
			  unsigned int nr, size_t *same)
{
	size_t wrong = 0;

	while (nr--) {
		compare(_metadata, self, 2);
		wrong += compare_count_wrong(self->comparison.pages[0],
					     self->comparison.pages[1], 1, same);
	}
	return wrong;
}

/* The one whose entry is none comes first, then last. */
TEST_F(moments, none)
{
	struct ipcshow_snapshot arg = {
		.size = sizeof(arg), .what = IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_PAGES,
		.target = 1,
	};
	size_t wrong = 0, missed = 0, same = 0;
	time_t until;

	start = map(PAGE, RW, MAP_PRIVATE, -1);
	touch(start, PAGE);
	begin(_metadata, self, gives_up, NULL);
	arg.start = (uintptr_t)start;
	arg.end = (uintptr_t)start + PAGE;
	for (until = time(NULL) + SECONDS; time(NULL) < until;) {
		self->sites[0] = compare_site(0, 1, start, PAGE);
		self->sites[1] = compare_site(0, 0, start, PAGE);
		wrong += count_wrong(_metadata, self, 50, &same);
		self->sites[1] = compare_site(0, 1, start, PAGE);
		self->sites[0] = compare_site(0, 0, start, PAGE);
		wrong += count_wrong(_metadata, self, 50, &same);

		snapshot_free(&self->snapshot);
		ASSERT_EQ(0, reader_run(&self->reader, &arg, &self->snapshot));
		missed += SUM_IN(&self->snapshot, arg.start, arg.end, rss) != PAGE;
	}
	EXPECT_EQ(0, wrong);
	EXPECT_EQ(0, missed);
	EXPECT_LT(0, same);
}

#define STEP		(4UL << 20)
#define STEPS		2048
#define TRIES		20

static struct meeting {
	volatile bool begun;
	volatile bool came;
	volatile uint64_t came_ns;
} *meeting;

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static char *last_page(void)
{
	return start + (STEPS - 1) * STEP;
}

static int comes_late(struct child *self, void *unused)
{
	child_ready(self);
	for (;;) {
		while (!meeting->begun)
			usleep(100);
		usleep(20000);
		look(last_page(), PAGE);
		meeting->came_ns = now_ns();
		meeting->came = true;
		while (meeting->begun)
			usleep(100);
		madvise(last_page(), PAGE, MADV_DONTNEED);
		meeting->came = false;
	}
	return 0;
}

/* Are both of a set? */
static bool is_pair(const struct snapshot *snapshot, uint64_t id)
{
	const struct ipcshow_set *set;

	for_each_of(set, snapshot, IPCSHOW_REC_SET)
		if (set->id == id)
			return set->parent || set->first < set->site;
	return false;
}

/*
 * A site that had nothing when a long comparison began has a page of the other's when that one is
 * reached: not before most of the time that it takes is over.
 */
TEST_F(moments, mapped_meanwhile)
{
	uint64_t from, to = 0;
	size_t i, in_time = 0;

	start = map(STEPS * STEP, RW, MAP_SHARED, memory_file("sparse", 0, STEPS * STEP));
	meeting = map(PAGE, RW, MAP_SHARED, -1);
	begin(_metadata, self, comes_late, NULL);
	for (i = 0; i < STEPS; i++)
		touch(start + i * STEP, PAGE);
	self->sites[0] = compare_site(0, 0, start, STEPS * STEP);
	self->sites[1] = compare_site(0, 1, start, STEPS * STEP);
	for (i = 0; i < TRIES && in_time < 3; i++) {
		const size_t last = last_page() - start;
		const struct ipcshow_share *share;
		bool found = false;

		from = now_ns();
		meeting->begun = true;
		snapshot_free(&self->snapshot);
		ASSERT_EQ(0, compare_run(&self->reader, self->sites, 2, &self->snapshot));
		to = now_ns();
		while (!meeting->came)
			usleep(100);
		for_each_of(share, &self->snapshot, IPCSHOW_REC_SHARE)
			found |= share->offset <= last && last < share->offset + share->bytes &&
				 (is_pair(&self->snapshot, share->set) ||
				  share->flags & IPCSHOW_SHARE_F_UNSETTLED);
		if (meeting->came_ns < from + (to - from) / 2) {
			in_time++;
			EXPECT_TRUE(found);
		}
		meeting->begun = false;
		while (meeting->came)
			usleep(100);
	}
	EXPECT_LT(0, in_time) TH_LOG("it takes %lld ns", (long long)(to - from));
}

/* Who does it is killed for it, on newer kernels. Return: 0 or an error. */
static int poison(void *page)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(madvise(page, PAGE, MADV_HWPOISON) ? errno : 0);
	if (waitpid(pid, &status, 0) != pid)
		return errno;
	return WIFSIGNALED(status) ? 0 : WEXITSTATUS(status);
}

/* It stays poisoned, and both would be killed if they looked at it. */
TEST_F(moments, poisoned)
{
	int error;

	if (!may_change_system())
		SKIP(return, "a page of memory would be lost");
	start = map(PAGE, RW, MAP_SHARED, -1);
	touch(start, PAGE);
	begin(_metadata, self, child_stay, NULL);
	error = poison(start);
	if (error)
		SKIP(return, "MADV_HWPOISON: %s", strerror(error));
	self->sites[0] = compare_site(0, 0, start, PAGE);
	self->sites[1] = compare_site(0, 1, start, PAGE);
	compare(_metadata, self, 2);
	EXPECT_EQ(0, self->comparison.end.unsettled);
	EXPECT_EQ(0, self->comparison.end.retries);
}

TEST_MAIN
