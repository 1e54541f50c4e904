// SPDX-License-Identifier: GPL-2.0
/*
 * Comparisons that a signal ends, and that go on when what was empty is so no longer: what is said
 * from then on is true of that as well.
 */
#include <sys/mman.h>
#include <sys/time.h>

#include "compare.h"
#include "memory.h"
#include "test.h"

#define RW	(PROT_READ | PROT_WRITE)

/*
 * The last page of a site, which is a chunk of its own, and all that is in it: the first chunk tells
 * that there is nothing up to the end.
 */
#define LAST	1024
#define BYTES	((LAST + 1) * PAGE)

#define GROUPS	40

/* In this order; the last one is another process'. */
enum { FILLED, SHARED, CHANGED, NR_SITES };

FIXTURE(empty) {
	struct reader reader;
	struct ipcshow_site sites[GROUPS * NR_SITES];
	struct child child;
	char *start[NR_SITES];
	int fd;
};

/* Are only those empty that are to be filled? */
FIXTURE_VARIANT(empty) {
	bool one;
};

FIXTURE_VARIANT_ADD(empty, one) { true };
FIXTURE_VARIANT_ADD(empty, all) { false };

static void ignore(int signal)
{
	(void)signal;
}

static volatile char *last_of(char *start, int group)
{
	return start + group * BYTES + LAST * PAGE;
}

static void fill(char *start)
{
	int group;

	for (group = 0; group < GROUPS; group++)
		*last_of(start, group) = 1;
}

/* Has the pages of the file, and then copies of its own, again and again. */
static int changes(struct child *self, void *start)
{
	int group;

	for (;;) {
		for (group = 0; group < GROUPS; group++)
			(void)*last_of(start, group);
		child_ready(self);
		child_wait(self);
		fill(start);
		child_ready(self);
		child_wait(self);
		madvise(start, GROUPS * BYTES, MADV_DONTNEED);
	}
	return 0;
}

FIXTURE_SETUP(empty)
{
	int i;

	self->fd = memory_file("empty", 0, GROUPS * BYTES);
	ASSERT_LE(0, self->fd);
	for (i = 0; i < NR_SITES; i++)
		self->start[i] = map(GROUPS * BYTES, RW, MAP_NORESERVE |
				     (i == CHANGED ? MAP_PRIVATE : MAP_SHARED), self->fd);
	for (i = 0; i < GROUPS * NR_SITES; i++)
		self->sites[i] = compare_site(i / NR_SITES, i % NR_SITES == CHANGED,
					      self->start[i % NR_SITES] + i / NR_SITES * BYTES, BYTES);
	if (variant->one)
		fill(self->start[SHARED]);
	child_start(&self->child, variant->one ? changes : child_stay, self->start[CHANGED]);
	ASSERT_READER(&self->reader, RING_USUAL);
	ASSERT_EQ(0, reader_target(&self->reader, getpid()));
	ASSERT_EQ(1, compare_add_target(&self->reader, self->child.pid));
	signal(SIGALRM, ignore);
}

FIXTURE_TEARDOWN(empty)
{
	reader_close(&self->reader);
	child_kill(&self->child);
}

/* With no page and no table. */
static void empty(FIXTURE_DATA(empty) *self, bool one)
{
	if (mmap(self->start[FILLED], GROUPS * BYTES, RW, MAP_SHARED | MAP_FIXED | MAP_NORESERVE,
		 self->fd, 0) != self->start[FILLED])
		abort();
	if (!one && (ftruncate(self->fd, 0) || ftruncate(self->fd, GROUPS * BYTES)))
		abort();
}

/*
 * All of it. Nothing may be given up here where one was empty: what the call has read of the others
 * would be verified for that. Where all were, it is what the wrong thing is done for.
 */
static void change(FIXTURE_DATA(empty) *self, bool one)
{
	char *page;

	fill(self->start[FILLED]);
	if (one) {
		child_go(&self->child);
		child_await(&self->child);
		return;
	}
	page = map(PAGE, RW, MAP_PRIVATE, -1);
	*(volatile char *)page = 1;
	munmap(page, PAGE);
}

/* What of a group is true before all was changed, or behind. */
static bool is_true(const struct comparison *comparison, size_t group, bool one, bool behind)
{
	uint32_t share[NR_SITES];
	int i;

	for (i = 0; i < NR_SITES; i++)
		share[i] = comparison->pages[group * NR_SITES + i][LAST].share;
	if (!one)
		return !share[SHARED] && !share[CHANGED] && !!share[FILLED] == behind;
	if (!behind)
		return !share[FILLED] && share[SHARED] && share[SHARED] == share[CHANGED];
	return share[FILLED] && share[FILLED] == share[SHARED] && share[CHANGED] &&
	       share[CHANGED] != share[SHARED];
}

/* The one that the signal came in may have been told of later than it was looked at. */
static size_t count_wrong(const struct comparison *comparison, bool one)
{
	size_t group, behind = 0, wrong = 0;

	while (behind < GROUPS && is_true(comparison, behind, one, false))
		behind++;
	for (group = behind; group < GROUPS; group++)
		wrong += !is_true(comparison, group, one, true);
	return wrong;
}

TEST_F(empty, is_filled_between_calls)
{
	const struct itimerval never = {};
	const int rounds = 400 / scale() + 20;
	int i, status, nr = 0;

	for (i = 0; i < rounds || (!nr && i < 100 * rounds); i++) {
		const struct itimerval once = { .it_value.tv_usec = 50 + i * 37 % 1000 };
		struct comparison comparison;
		struct snapshot snapshot = {};

		empty(self, variant->one);
		ASSERT_EQ(0, setitimer(ITIMER_REAL, &once, NULL));
		status = compare_call(&self->reader, self->sites, GROUPS * NR_SITES);
		ASSERT_EQ(0, setitimer(ITIMER_REAL, &never, NULL));
		if (status != IPCSHOW_SNAPSHOT_MORE) {
			reader_drain(&self->reader, NULL);
			continue;
		}
		nr++;
		reader_drain(&self->reader, &snapshot);
		change(self, variant->one);
		ASSERT_EQ(0, compare_finish(&self->reader, status, &snapshot));
		compare_decode(&snapshot, self->sites, GROUPS * NR_SITES, &comparison);
		EXPECT_EQ(0, comparison.end.unsettled);
		EXPECT_EQ(0, count_wrong(&comparison, variant->one)) TH_LOG("round %d", i);
		compare_free(&comparison);
		snapshot_free(&snapshot);
		if (variant->one) {
			child_go(&self->child);
			child_await(&self->child);
		}
	}
	TH_LOG("a signal ended %d of %d", nr, i);
	EXPECT_LT(0, nr);
}

TEST_MAIN
