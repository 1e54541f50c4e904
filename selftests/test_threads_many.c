// SPDX-License-Identifier: GPL-2.0
/* Threads, where there are many, and where they come and go meanwhile. */
#include <pthread.h>

#include "test.h"

struct crowd {
	unsigned int stay;
	unsigned int churners;
	/* TIDs of those who stay. */
	pid_t tids[];
};

static struct crowd *crowd_page(unsigned int stay, unsigned int churners)
{
	struct crowd *crowd = mmap(NULL, sizeof(*crowd) + stay * sizeof(pid_t),
				   PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (crowd == MAP_FAILED)
		abort();
	crowd->stay = stay;
	crowd->churners = churners;
	return crowd;
}

static void *stays(void *argument)
{
	pid_t *tid = argument;

	__atomic_store_n(tid, gettid(), __ATOMIC_SEQ_CST);
	while (pause())
		;
	return NULL;
}

static void *comes_and_goes(void *unused)
{
	return unused;
}

static void *churns(void *unused)
{
	pthread_t thread;

	while (!pthread_create(&thread, NULL, comes_and_goes, NULL))
		pthread_join(thread, NULL);
	return unused;
}

static int gathers(struct child *self, void *argument)
{
	struct crowd *crowd = argument;
	pthread_attr_t attr;
	pthread_t thread;
	unsigned int i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 32 << 10);
	for (i = 0; i < crowd->stay; i++) {
		if (pthread_create(&thread, &attr, stays, &crowd->tids[i]))
			return 1;
	}
	for (i = 0; i < crowd->stay; i++) {
		while (!__atomic_load_n(&crowd->tids[i], __ATOMIC_SEQ_CST))
			usleep(1000);
	}
	for (i = 0; i < crowd->churners; i++) {
		if (pthread_create(&thread, &attr, churns, NULL))
			return 1;
	}
	return child_stay(self, argument);
}

static int by_number(const void *one, const void *other)
{
	return *(const pid_t *)one - *(const pid_t *)other;
}

static size_t sorted_tids(const struct snapshot *snapshot, pid_t **tids)
{
	const struct ipcshow_thread *thread;
	size_t nr = 0;

	*tids = calloc(snapshot_count(snapshot, IPCSHOW_REC_THREAD), sizeof(pid_t));
	if (!*tids)
		abort();
	for_each_of(thread, snapshot, IPCSHOW_REC_THREAD)
		(*tids)[nr++] = thread->tid;
	qsort(*tids, nr, sizeof(pid_t), by_number);
	return nr;
}

static void crowd_is_there(struct __test_metadata *_metadata, const struct crowd *crowd,
			   const struct snapshot *snapshot)
{
	const bool lost = snapshot_end(snapshot)->flags & IPCSHOW_END_F_THREADS_LOST;
	size_t i, nr, missing = 0, twice = 0;
	pid_t *tids, last_twice = 0;

	nr = sorted_tids(snapshot, &tids);
	EXPECT_EQ(nr, snapshot_end(snapshot)->threads);
	for (i = 0; i < crowd->stay; i++)
		missing += !bsearch(&crowd->tids[i], tids, nr, sizeof(pid_t), by_number);
	for (i = 1; i < nr; i++) {
		if (tids[i] == tids[i - 1]) {
			twice++;
			last_twice = tids[i];
		}
	}
	EXPECT_EQ(0, missing);
	EXPECT_LT(0, tids[0]);
	EXPECT_TRUE(!twice || lost) TH_LOG("%zu came twice, thread %d too", twice, last_twice);
	free(tids);
}

TEST(thousand_threads)
{
	struct crowd *crowd = crowd_page(1000 / scale(), 0);
	struct child child;
	unsigned int i;
	size_t size;

	child_start(&child, gathers, crowd);
	for (i = 0; i < crowd->stay; i++)
		ASSERT_TRUE(proc_wait_state(crowd->tids[i], "S"));
	for (size = RING_SMALL; size <= RING_USUAL; size *= 8) {
		const struct ipcshow_thread *thread;
		struct snapshot snapshot = {};

		ASSERT_EQ(0, snapshot_of_threads(child.pid, 0, size, &snapshot));
		EXPECT_EQ(crowd->stay + 1, snapshot_end(&snapshot)->threads);
		EXPECT_EQ(crowd->stay + 1, snapshot_count(&snapshot, IPCSHOW_REC_REGS));
		EXPECT_EQ(0, snapshot_end(&snapshot)->flags & IPCSHOW_END_F_THREADS_LOST);
		crowd_is_there(_metadata, crowd, &snapshot);
		for_each_of(thread, &snapshot, IPCSHOW_REC_THREAD) {
			ASSERT_EQ('S', thread->state);
			ASSERT_EQ(0, thread->flags & ~IPCSHOW_THREAD_F_LEADER);
			ASSERT_NE(0, thread->sp);
		}
		snapshot_free(&snapshot);
	}
	child_kill(&child);
}

TEST(threads_that_come_and_go)
{
	struct crowd *crowd = crowd_page(300 / scale() + 20, 4);
	struct child child;
	size_t others = 0;
	int i;

	child_start(&child, gathers, crowd);
	for (i = 0; i < 60 || (!others && i < 2000); i++) {
		struct snapshot snapshot = {};

		ASSERT_EQ(0, snapshot_of_threads(child.pid,
						 i & 1 ? IPCSHOW_SNAPSHOT_F_INTERRUPT : 0,
						 i & 2 ? RING_SMALL : RING_USUAL, &snapshot));
		crowd_is_there(_metadata, crowd, &snapshot);
		others += snapshot_end(&snapshot)->threads - crowd->stay - 1 - crowd->churners;
		snapshot_free(&snapshot);
	}
	EXPECT_LT(0, others) TH_LOG("none was caught");
	child_kill(&child);
}

/* Threads of which some exit at a word. */
struct leavers {
	unsigned int nr;
	unsigned int first;
	unsigned int last;
	bool go;
	pid_t tids[];
};

static struct leavers *leavers;

static void *may_leave(void *argument)
{
	const unsigned int number = (uintptr_t)argument;

	__atomic_store_n(&leavers->tids[number], gettid(), __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&leavers->go, __ATOMIC_SEQ_CST) || number < leavers->first ||
	       number > leavers->last)
		usleep(1000);
	return NULL;
}

static int some_leave(struct child *self, void *argument)
{
	pthread_t thread;
	uintptr_t i;

	for (i = 0; i < leavers->nr; i++) {
		if (pthread_create(&thread, NULL, may_leave, (void *)i))
			return 1;
		/* In this order they are in the list. */
		while (!__atomic_load_n(&leavers->tids[i], __ATOMIC_SEQ_CST))
			usleep(100);
	}
	return child_stay(self, argument);
}

static void wait_for_end(const struct child *child, pid_t tid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d", child->pid, tid);
	while (!access(path, F_OK))
		usleep(1000);
}

/*
 * The module keeps as many threads as a batch has. When all of those are gone it has lost its
 * place, says so, and lists who started later.
 */
TEST(a_batch_is_gone)
{
	const unsigned int batch = 32, nr = 100;
	struct ipcshow_snapshot arg = {
		.size = sizeof(arg), .what = IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_REGS,
	};
	struct snapshot snapshot = {};
	struct reader reader;
	struct child child;
	unsigned int i;

	leavers = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, leavers);
	leavers->nr = nr;
	child_start(&child, some_leave, NULL);
	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, child.pid));
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, reader_call(&reader, &arg));
	reader_drain(&reader, &snapshot);
	/* The ring was full in the second batch; the leader was in the first. */
	ASSERT_LE(batch, snapshot_count(&snapshot, IPCSHOW_REC_THREAD));
	ASSERT_GT(2 * batch, snapshot_count(&snapshot, IPCSHOW_REC_THREAD));

	leavers->first = batch - 1;
	leavers->last = 2 * batch - 2;
	__atomic_store_n(&leavers->go, true, __ATOMIC_SEQ_CST);
	for (i = leavers->first; i <= leavers->last; i++)
		wait_for_end(&child, leavers->tids[i]);
	ASSERT_EQ(0, reader_finish(&reader, reader_continue(&reader), reader_continue, &snapshot));
	EXPECT_EQ(IPCSHOW_END_F_THREADS_LOST,
		  snapshot_end(&snapshot)->flags & IPCSHOW_END_F_THREADS_LOST);
	for (i = 0; i < nr; i++) {
		if (i < leavers->first || i > leavers->last)
			EXPECT_NE(NULL, snapshot_thread(&snapshot, leavers->tids[i]))
				TH_LOG("thread %u of %u is not there", i, nr);
	}
	/* None of them came twice. */
	EXPECT_GE(nr + 1, snapshot_count(&snapshot, IPCSHOW_REC_THREAD));
	snapshot_free(&snapshot);
	reader_close(&reader);
	child_kill(&child);
}

TEST_MAIN
