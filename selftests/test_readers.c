// SPDX-License-Identifier: GPL-2.0
/* One target, read in many ways: by rings of any size, by several at once, interrupted. */
#include <pthread.h>
#include <sys/time.h>

#include "pieces.h"
#include "same.h"

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
		difference = snapshot_difference(&large, &small);
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
		    snapshot_difference(racer->expected, &snapshot))
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

/* Files of one's own: nothing that they have in common is theirs to change at once. */
static void *makes_and_looks(void *argument)
{
	struct ipcshow_info info = { .size = sizeof(info) };
	struct racer *racer = argument;
	struct reader reader;
	int i, j;

	for (i = 0; i < 100; i++) {
		struct snapshot snapshot = {};

		if (reader_open(&reader, RING_SMALL) || reader_target(&reader, racer->target) ||
		    reader_snapshot(&reader, IPCSHOW_WHAT_TASK | IPCSHOW_WHAT_THREADS, &snapshot))
			racer->bad++;
		for (j = 0; j < 50; j++)
			racer->bad += !!ioctl(reader.fd, IPCSHOW_IOC_INFO, &info);
		snapshot_free(&snapshot);
		reader_close(&reader);
	}
	return NULL;
}

TEST_F(readers, many_files_at_once)
{
	struct racer racers[4] = {};
	pthread_t threads[4];
	int i;

	for (i = 0; i < 4; i++) {
		racers[i].target = self->target.pid;
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, makes_and_looks, &racers[i]));
	}
	for (i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		EXPECT_EQ(0, racers[i].bad);
	}
}

static void ignore_alarm(int signal)
{
	(void)signal;
}

/*
 * Signals come all the time, and it gets on. They come by a clock that need not wait until this
 * process is back from its call, as those that measure its own time do.
 */
TEST_F(readers, signals)
{
	const struct itimerval often = { { 0, 500 }, { 0, 500 } }, never = {};
	struct snapshot expected = {}, snapshot = {};
	unsigned int calls, rounds = 0;

	ASSERT_EQ(0, reader_run(&self->reader, &self->arg, &expected));
	calls = expected.calls;
	signal(SIGALRM, ignore_alarm);
	/* Until one ends a call: that takes more of them then. */
	do {
		int error;

		snapshot_free(&snapshot);
		ASSERT_EQ(0, setitimer(ITIMER_REAL, &often, NULL));
		error = reader_run(&self->reader, &self->arg, &snapshot);
		ASSERT_EQ(0, setitimer(ITIMER_REAL, &never, NULL));
		/* That before the first record. */
		if (error == -EINTR)
			continue;
		ASSERT_EQ(0, error);
		ASSERT_EQ(NULL, snapshot_difference(&expected, &snapshot));
	} while (++rounds < 1000 && snapshot.calls <= calls);
	EXPECT_LT(calls, snapshot.calls) TH_LOG("no signal ended a call");
	snapshot_free(&snapshot);
	snapshot_free(&expected);
}

TEST_MAIN
