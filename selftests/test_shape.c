// SPDX-License-Identifier: GPL-2.0
/* Very many VMAs, and very many threads: told in whole, by the smallest ring and by a large one. */
#include <dirent.h>
#include <pthread.h>

#include "shape.h"
#include "test.h"

/* The text of a limit that was raised, to put back. */
struct limit {
	const char *path;
	long long former;
};

static void limit_raise(struct limit *limit, const char *path, long long least)
{
	char text[24];

	limit->path = path;
	limit->former = proc_number(path);
	snprintf(text, sizeof(text), "%lld", least);
	if (limit->former < least)
		proc_write(path, text);
}

static void limit_restore(const struct limit *limit)
{
	char text[24];

	if (!limit->path)
		return;
	snprintf(text, sizeof(text), "%lld", limit->former);
	proc_write(limit->path, text);
}

/* Very many VMAs. */

#define VMAS		100000UL

struct many {
	size_t nr;
	char *start;
};

/* Neighbours of unlike access; each tenth of those that may be written has its page. */
static int make_vmas(struct child *self, void *argument)
{
	struct many *many = argument;
	char *start = mmap(NULL, many->nr * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	if (start == MAP_FAILED)
		return 1;
	for (i = 0; i < many->nr; i += 2) {
		if (mprotect(start + i * PAGE, PAGE, PROT_READ | PROT_WRITE))
			return 1;
		if (!(i % 20))
			start[i * PAGE] = 1;
	}
	many->start = start;
	return child_stay(self, NULL);
}

FIXTURE(vmas) {
	struct limit limit;
	struct many *many;
	struct child child;
	struct maps maps;
};

FIXTURE_SETUP(vmas)
{
	self->many = shape_shared_memory();
	self->many->nr = VMAS / scale();
	limit_raise(&self->limit, "/proc/sys/vm/max_map_count", 2 * VMAS);
	if (proc_number("/proc/sys/vm/max_map_count") < (long long)(self->many->nr + 1000))
		SKIP_FIXTURE("vm.max_map_count is too low, and cannot be raised");
	child_start(&self->child, make_vmas, self->many);
	child_stop(self->child.pid);
	proc_maps(self->child.pid, &self->maps);
}

FIXTURE_TEARDOWN(vmas)
{
	child_kill(&self->child);
	limit_restore(&self->limit);
	proc_free(&self->maps);
}

/* To make them takes longer than to look at them, so it is done once. */
TEST_F_TIMEOUT(vmas, all, 180)
{
	const uint64_t start = (uintptr_t)self->many->start;
	const uint64_t end = start + self->many->nr * PAGE;
	const uint64_t touched = (self->many->nr + 19) / 20 * PAGE;
	struct ipcshow_snapshot window = {
		.size = sizeof(window),
		.what = IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_PAGES,
		.start = end - 3 * PAGE,
		.end = end,
	};
	const struct ipcshow_mm *mm;
	struct snapshot snapshot;
	struct reader reader;
	const size_t *size;
	double seconds;

	ASSERT_LE(self->many->nr, self->maps.nr);
	for_each_ring(size) {
		ASSERT_EQ(0, shape_snapshot(self->child.pid, *size,
					    IPCSHOW_WHAT_MM | IPCSHOW_WHAT_REGIONS,
					    &snapshot, &seconds));
		EXPECT_EQ(self->maps.nr, snapshot_end(&snapshot)->regions);
		mm = snapshot_next_of(&snapshot, NULL, IPCSHOW_REC_MM);
		ASSERT_NE(NULL, mm);
		EXPECT_EQ(self->maps.nr, mm->nr_vmas);
		EXPECT_EQ(-1, shape_unlike_maps(&snapshot, &self->maps));
		EXPECT_FALSE(snapshot_end(&snapshot)->flags & ~IPCSHOW_END_F_CHANGED);
		EXPECT_GE(20.0 * scale(), seconds);
		/* Each call but the last filled a good part of the ring. */
		EXPECT_GE(2 + 2 * snapshot.size / *size, snapshot.calls);
		snapshot_free(&snapshot);

		ASSERT_EQ(0, shape_snapshot(self->child.pid, *size, WHAT_ALL, &snapshot,
					    &seconds));
		EXPECT_EQ(-1, shape_unlike_maps(&snapshot, &self->maps));
		EXPECT_EQ(0, shape_without_pages(&snapshot));
		EXPECT_EQ(touched, SUM_IN(&snapshot, start, end, rss));
		EXPECT_EQ(touched, SUM_IN(&snapshot, start, end, private_dirty));
		EXPECT_EQ(touched, SUM_IN(&snapshot, start, end, anonymous));
		EXPECT_GE(30.0 * scale(), seconds);
		snapshot_free(&snapshot);
	}

	/* Of all these, three, at the far end. */
	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, self->child.pid));
	ASSERT_EQ(0, reader_run(&reader, &window, &snapshot));
	EXPECT_EQ(3, snapshot_end(&snapshot)->regions);
	EXPECT_EQ(1, snapshot.calls);
	EXPECT_EQ(1, snapshot_end(&snapshot)->lock_holds);
	snapshot_free(&snapshot);
	reader_close(&reader);
}

/* Very many threads. */

#define THREADS		10000UL
/* The least that is allowed on arm64. */
#define STACK_SIZE	(128UL << 10)
/* What one takes in the kernel and out of it, with room to spare. */
#define THREAD_COST	(64UL << 10)

static pthread_barrier_t all_there;

static void *wait_for_ever(void *unused)
{
	pthread_barrier_wait(&all_there);
	for (;;)
		pause();
	return unused;
}

/* The stacks, with TLS on top of each, lie one behind the other. */
static int make_threads(struct child *self, void *argument)
{
	struct many *many = argument;
	pthread_attr_t attributes;
	pthread_t thread;
	size_t i;

	many->start = mmap(NULL, many->nr * STACK_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (many->start == MAP_FAILED || pthread_barrier_init(&all_there, NULL, many->nr + 1))
		return 1;
	madvise(many->start, many->nr * STACK_SIZE, MADV_NOHUGEPAGE);
	for (i = 0; i < many->nr; i++) {
		pthread_attr_init(&attributes);
		if (pthread_attr_setstack(&attributes, many->start + i * STACK_SIZE,
					  STACK_SIZE) ||
		    pthread_create(&thread, &attributes, wait_for_ever, NULL))
			return 1;
	}
	pthread_barrier_wait(&all_there);
	return child_stay(self, NULL);
}

FIXTURE(threads) {
	struct limit limits[2];
	struct many *many;
	struct child child;
	pid_t *tids;
	size_t nr;
};

static int by_number(const void *one, const void *other)
{
	return *(const pid_t *)one - *(const pid_t *)other;
}

static size_t read_tids(pid_t pid, pid_t *tids, size_t room)
{
	struct dirent *entry;
	char path[64];
	size_t nr = 0;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	tasks = opendir(path);
	while (tasks && (entry = readdir(tasks))) {
		if (atoi(entry->d_name) && nr < room)
			tids[nr++] = atoi(entry->d_name);
	}
	if (tasks)
		closedir(tasks);
	qsort(tids, nr, sizeof(*tids), by_number);
	return nr;
}

/* Behind the barrier, they still have to go to sleep. */
static bool all_asleep(pid_t pid)
{
	const struct ipcshow_thread *thread;
	struct snapshot snapshot = {};
	size_t awake = 0;

	if (snapshot_of(pid, IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_REGS, &snapshot))
		return false;
	for_each_of(thread, &snapshot, IPCSHOW_REC_THREAD)
		awake += thread->state != 'S' || thread->flags & IPCSHOW_THREAD_F_STALE;
	snapshot_free(&snapshot);
	return !awake;
}

FIXTURE_SETUP(threads)
{
	const size_t affordable = shape_memory_available() * 2 / 3 / THREAD_COST;
	int i;

	self->many = shape_shared_memory();
	self->many->nr = THREADS / scale();
	if (self->many->nr > affordable)
		self->many->nr = affordable;
	limit_raise(&self->limits[0], "/proc/sys/kernel/threads-max", 2 * THREADS);
	limit_raise(&self->limits[1], "/proc/sys/kernel/pid_max", 4 * THREADS);
	if (geteuid() && self->many->nr > 1000)
		self->many->nr = 1000;
	child_start(&self->child, make_threads, self->many);
	self->tids = calloc(self->many->nr + 2, sizeof(*self->tids));
	self->nr = read_tids(self->child.pid, self->tids, self->many->nr + 2);
	ASSERT_EQ(self->many->nr + 1, self->nr);
	for (i = 0; i < 1000 && !all_asleep(self->child.pid); i++)
		usleep(10000);
	EXPECT_GT(1000, i) TH_LOG("they do not go to sleep");
}

FIXTURE_TEARDOWN(threads)
{
	child_kill(&self->child);
	limit_restore(&self->limits[0]);
	limit_restore(&self->limits[1]);
	free(self->tids);
}

TEST_F_TIMEOUT(threads, all, 180)
{
	const uint64_t what = IPCSHOW_WHAT_TASK | IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_REGS;
	unsigned char *seen = calloc(self->nr, 2), *slots = seen + self->nr;
	const uint64_t start = (uintptr_t)self->many->start;
	const struct ipcshow_thread *thread;
	const struct ipcshow_task *task;
	struct snapshot snapshot;
	size_t bad, i;
	const size_t *size;
	double seconds;

	for_each_ring(size) {
		memset(seen, 0, 2 * self->nr);
		ASSERT_EQ(0, shape_snapshot(self->child.pid, *size, what, &snapshot, &seconds));
		EXPECT_EQ(self->nr, snapshot_end(&snapshot)->threads);
		EXPECT_EQ(0, snapshot_end(&snapshot)->threads_refused);
		EXPECT_FALSE(snapshot_end(&snapshot)->flags);
		EXPECT_EQ(self->nr, snapshot_count(&snapshot, IPCSHOW_REC_REGS));
		task = snapshot_next_of(&snapshot, NULL, IPCSHOW_REC_TASK);
		ASSERT_NE(NULL, task);
		EXPECT_EQ(self->nr, task->nr_threads);

		bad = 0;
		for_each_of(thread, &snapshot, IPCSHOW_REC_THREAD) {
			const pid_t tid = thread->tid;
			const pid_t *at = bsearch(&tid, self->tids, self->nr, sizeof(tid),
						  by_number);
			const uint64_t slot = (thread->sp - start) / STACK_SIZE;

			bad += !at || seen[at - self->tids]++;
			if (tid == self->child.pid)
				continue;
			/* Each on its own stack, and its TLS with it. */
			bad += slot >= self->many->nr || slots[slot]++ ||
			       (thread->tls - start) / STACK_SIZE != slot;
			bad += thread->state != 'S' ||
			       thread->flags & ~(__u64)IPCSHOW_THREAD_F_LEADER;
		}
		EXPECT_EQ(0, bad);
		for (i = 0, bad = 0; i < self->nr; i++)
			bad += seen[i] != 1;
		EXPECT_EQ(0, bad);
		EXPECT_GE(30.0 * scale(), seconds);
		snapshot_free(&snapshot);
	}
	free(seen);
}

TEST_MAIN
