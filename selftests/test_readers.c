// SPDX-License-Identifier: GPL-2.0
/* One target, read in many ways: by rings of any size, by several at once, interrupted. */
#include <pthread.h>
#include <sys/time.h>

#include "pieces.h"

FIXTURE(readers) {
	struct child target;
	struct reader reader;
	struct ipcshow_snapshot arg;
};

FIXTURE_SETUP(readers)
{
	child_start(&self->target, stays_with_regions, NULL);
	child_stop(self->target.pid);
	ASSERT_READER(&self->reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&self->reader, self->target.pid));
	self->arg = (struct ipcshow_snapshot){ .size = sizeof(self->arg), .what = WHAT_ALL };
}

FIXTURE_TEARDOWN(readers)
{
	reader_close(&self->reader);
	child_kill(&self->target);
}

/* The first REGION that shares its object with this one, and so for files. */
static uint64_t canonical(const struct snapshot *snapshot, uint64_t id, bool file)
{
	const struct ipcshow_region *region;

	for_each_of(region, snapshot, IPCSHOW_REC_REGION) {
		if ((file ? region->file : region->object) == id)
			return region->start;
	}
	return 0;
}

static bool same_record(const struct snapshot *a, const struct ipcshow_record *one,
			const struct snapshot *b, const struct ipcshow_record *other)
{
	const struct ipcshow_region *r = (const void *)one, *q = (const void *)other;
	const struct ipcshow_pages *p = (const void *)one, *o = (const void *)other;
	struct ipcshow_region copy;

	if (one->type != other->type || one->size != other->size)
		return false;
	switch (one->type) {
	case IPCSHOW_REC_TASK:
	case IPCSHOW_REC_THREAD:
	case IPCSHOW_REC_REGS:
		return !memcmp(one, other, one->size);
	case IPCSHOW_REC_PAGES:
		/* It shares pages with us, who run: what counts sharers may change. */
		return p->start == o->start && p->end == o->end && p->rss == o->rss &&
		       p->anonymous == o->anonymous && p->swap == o->swap && p->zero == o->zero;
	case IPCSHOW_REC_REGION:
		copy = *q;
		copy.object = r->object;
		copy.file = r->file;
		copy.family = r->family;
		return !memcmp(&copy, r, sizeof(copy)) && !q->family == !r->family &&
		       !memcmp(r->name, q->name, r->name_size) &&
		       canonical(a, r->object, false) == canonical(b, q->object, false) &&
		       canonical(a, r->file, true) == canonical(b, q->file, true);
	}
	/* MM counts its users, END the locks that were taken. */
	return true;
}

/* A FILE is said again where it may have been forgotten. */
static const struct ipcshow_record *next_but_file(const struct snapshot *snapshot,
						  const struct ipcshow_record *rec)
{
	do
		rec = snapshot_next(snapshot, rec);
	while (rec && rec->type == IPCSHOW_REC_FILE);
	return rec;
}

static const struct ipcshow_record *first_difference(const struct snapshot *a,
						     const struct snapshot *b)
{
	const struct ipcshow_record *one = NULL, *other = NULL;

	for (;;) {
		one = next_but_file(a, one);
		other = next_but_file(b, other);
		if (!one || !other)
			return one ?: other;
		if (!same_record(a, one, b, other))
			return one;
	}
}

static int snapshot_by(pid_t pid, size_t ring_size, struct snapshot *snapshot)
{
	struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = WHAT_ALL };

	return snapshot_with(pid, ring_size, &arg, snapshot);
}

TEST_F(readers, size_makes_no_difference)
{
	const struct ipcshow_record *difference;
	struct snapshot large = {};
	size_t size;

	ASSERT_EQ(0, snapshot_by(self->target.pid, 4 << 20, &large));
	EXPECT_EQ(1, large.calls);
	for (size = RING_SMALL; size <= 256 << 10; size *= 4) {
		struct snapshot small = {};

		ASSERT_EQ(0, snapshot_by(self->target.pid, size, &small));
		if (size == RING_SMALL) {
			EXPECT_LT(4, small.calls);
		}
		difference = first_difference(&large, &small);
		EXPECT_EQ(NULL, difference)
			TH_LOG("a ring of %zu: a record of type %u differs", size,
			       difference->type);
		snapshot_free(&small);
	}
	snapshot_free(&large);
}

struct racer {
	pid_t target;
	const struct snapshot *expected;
	struct reader *shared;
	int bad;
	int good;
};

static void *reads_alone(void *argument)
{
	struct racer *racer = argument;
	int i;

	for (i = 0; i < 20; i++) {
		struct snapshot snapshot = {};

		if (snapshot_by(racer->target, RING_SMALL, &snapshot) ||
		    first_difference(racer->expected, &snapshot))
			racer->bad++;
		else
			racer->good++;
		snapshot_free(&snapshot);
	}
	return NULL;
}

TEST_F(readers, two_files_at_once)
{
	struct snapshot expected = {};
	struct racer racers[2] = {};
	pthread_t threads[2];
	int i;

	ASSERT_EQ(0, snapshot_by(self->target.pid, RING_USUAL, &expected));
	for (i = 0; i < 2; i++) {
		racers[i] = (struct racer){ self->target.pid, &expected, NULL, 0, 0 };
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, reads_alone, &racers[i]));
	}
	for (i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		EXPECT_EQ(0, racers[i].bad);
		EXPECT_EQ(20, racers[i].good);
	}
	snapshot_free(&expected);
}

/* Begins snapshots over and over, changes the target, and never drains. */
static void *disturbs(void *argument)
{
	struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = WHAT_ALL };
	struct racer *racer = argument;
	int i, status;

	for (i = 0; !__atomic_load_n(&racer->good, __ATOMIC_RELAXED); i++) {
		status = i % 10 ? reader_call(racer->shared, &arg) :
				  reader_target(racer->shared, racer->target);
		if (status < 0 && status != -ENOSPC)
			racer->bad++;
		status = reader_continue(racer->shared);
		if (status < 0 && status != -ENOSPC && status != -EBADFD)
			racer->bad++;
	}
	return NULL;
}

/* Whatever the other does: each record is whole, as reader_drain() checks. */
TEST_F(readers, two_threads_on_one_file)
{
	struct racer racer = { .target = self->target.pid, .shared = &self->reader };
	struct snapshot snapshot = {};
	pthread_t thread;
	size_t drained = 0;

	ASSERT_EQ(0, pthread_create(&thread, NULL, disturbs, &racer));
	while (drained < 50 * RING_SMALL) {
		int status = reader_continue(&self->reader);

		EXPECT_TRUE(status > 0 || status == -ENOSPC || status == -EBADFD)
			TH_LOG("the call gave %d", status);
		drained += reader_drain(&self->reader, NULL);
	}
	__atomic_store_n(&racer.good, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	EXPECT_EQ(0, racer.bad);
	reader_drain(&self->reader, NULL);
	EXPECT_EQ(0, reader_run(&self->reader, &self->arg, &snapshot));
	snapshot_free(&snapshot);
}

static volatile int ticks;

static void tick(int signal)
{
	(void)signal;
	ticks++;
}

TEST_F(readers, signals)
{
	const struct itimerval often = { { 0, 2000 }, { 0, 2000 } }, never = {};
	struct sigaction action = { .sa_handler = tick };
	struct snapshot expected = {};
	int i, runs = 0;

	ASSERT_EQ(0, snapshot_by(self->target.pid, RING_USUAL, &expected));
	ASSERT_EQ(0, sigaction(SIGVTALRM, &action, NULL));
	ASSERT_EQ(0, sigaction(SIGPROF, &action, NULL));
	ASSERT_EQ(0, setitimer(ITIMER_PROF, &often, NULL));
	for (i = 0; i < 200 || ((runs < 100 || !ticks) && i < 10000); i++) {
		struct snapshot snapshot = {};
		int error = reader_run(&self->reader, &self->arg, &snapshot);

		EXPECT_TRUE(!error || error == -EINTR) TH_LOG("the run gave %d", error);
		if (!error) {
			runs++;
			ASSERT_EQ(NULL, first_difference(&expected, &snapshot));
		}
		snapshot_free(&snapshot);
	}
	setitimer(ITIMER_PROF, &never, NULL);
	EXPECT_LE(100, runs);
	EXPECT_LT(0, ticks);
	snapshot_free(&expected);
}

TEST_MAIN
