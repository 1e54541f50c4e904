// SPDX-License-Identifier: GPL-2.0
/* Tables of descriptors: large ones, many, and such as change while they are listed. */
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#include "test.h"

#define WHAT	(IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_RESOURCES | IPCSHOW_WHAT_FDS)

/* Ascending, each once, behind the only thread. */
static void expect_table(struct __test_metadata *_metadata, const struct snapshot *snapshot,
			 size_t nr)
{
	const struct ipcshow_fd *fd;
	int64_t last = -1;

	EXPECT_EQ(1, snapshot_count(snapshot, IPCSHOW_REC_THREAD));
	EXPECT_EQ(1, snapshot_count(snapshot, IPCSHOW_REC_RESOURCES));
	EXPECT_EQ(nr, snapshot_count(snapshot, IPCSHOW_REC_FD));
	for_each_of(fd, snapshot, IPCSHOW_REC_FD) {
		ASSERT_LT(last, fd->fd);
		last = fd->fd;
	}
	EXPECT_EQ(0, snapshot_end(snapshot)->flags & IPCSHOW_END_F_FDS_LOST);
}

static int take(pid_t pid, size_t ring_size, struct snapshot *snapshot)
{
	struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = WHAT };

	return snapshot_with(pid, ring_size, &arg, snapshot);
}

static size_t open_count(pid_t pid)
{
	struct snapshot snapshot = {};
	size_t count;

	if (take(pid, RING_USUAL, &snapshot))
		abort();
	count = snapshot_count(&snapshot, IPCSHOW_REC_FD);
	snapshot_free(&snapshot);
	return count;
}

static void raise_limit(rlim_t nr)
{
	struct rlimit limit = { nr, nr };

	if (setrlimit(RLIMIT_NOFILE, &limit))
		abort();
}

struct large {
	int many;
	int last;
};

static int has_large_table(struct child *self, void *argument)
{
	const struct large *large = argument;
	int i, fd;

	raise_limit(1 << 20);
	child_ready(self);
	child_wait(self);
	fd = open("/dev/null", O_RDONLY);
	for (i = 1; i < large->many; i++) {
		if (dup(fd) < 0)
			return 1;
	}
	if (large->last && dup2(fd, large->last) < 0)
		return 1;
	return child_stay(self, NULL);
}

TEST(thousands)
{
	struct large large = { .many = 10000 / scale() };
	struct child child;
	size_t few, size;

	child_start(&child, has_large_table, &large);
	few = open_count(child.pid);
	child_go(&child);
	child_await(&child);
	for (size = RING_SMALL; size <= RING_USUAL; size *= 8) {
		struct snapshot snapshot = {};

		ASSERT_EQ(0, take(child.pid, size, &snapshot));
		EXPECT_LT(large.many / 100, size > RING_SMALL ? 1000000 : snapshot.calls);
		expect_table(_metadata, &snapshot, few + large.many);
		snapshot_free(&snapshot);
	}
	child_kill(&child);
}

TEST(far_apart)
{
	struct large large = { .many = 1, .last = (1 << 20) - 1 };
	struct snapshot snapshot = {};
	struct child child;
	size_t few;

	child_start(&child, has_large_table, &large);
	few = open_count(child.pid);
	child_go(&child);
	child_await(&child);
	ASSERT_EQ(0, take(child.pid, RING_SMALL, &snapshot));
	expect_table(_metadata, &snapshot, few + 2);
	snapshot_free(&snapshot);
	child_kill(&child);
}

#define NR_OWN		40
#define NR_COMMON	20

static unsigned int nr_ready;

static void *has_table(void *argument)
{
	if (argument && (unshare(CLONE_FILES) || open("/dev/zero", O_RDONLY) < 0))
		_exit(1);
	__atomic_add_fetch(&nr_ready, 1, __ATOMIC_SEQ_CST);
	while (pause())
		;
	return NULL;
}

static int has_tables(struct child *self, void *argument)
{
	pthread_t thread;
	uintptr_t i;

	for (i = 0; i < NR_OWN + NR_COMMON; i++) {
		if (pthread_create(&thread, NULL, has_table, (void *)(i % 3 ? i : 0)))
			return 1;
	}
	while (__atomic_load_n(&nr_ready, __ATOMIC_SEQ_CST) < NR_OWN + NR_COMMON)
		usleep(1000);
	return child_stay(self, argument);
}

static size_t count_of(const struct snapshot *snapshot, uint64_t files)
{
	const struct ipcshow_fd *fd;
	size_t count = 0;

	for_each_of(fd, snapshot, IPCSHOW_REC_FD)
		count += fd->files == files;
	return count;
}

/* The common one is written once or, where many others came between, a few times. */
TEST(one_for_each_thread)
{
	const struct ipcshow_resources *rec;
	struct snapshot snapshot = {};
	const struct ipcshow_fd *fd;
	unsigned int own = 0;
	uint64_t common = 0;
	struct child child;
	size_t most = 0;

	child_start(&child, has_tables, NULL);
	ASSERT_EQ(0, take(child.pid, RING_SMALL, &snapshot));
	rec = snapshot_next_of(&snapshot, NULL, IPCSHOW_REC_RESOURCES);
	ASSERT_NE(NULL, rec);
	common = rec->files;
	for_each_of(fd, &snapshot, IPCSHOW_REC_FD) {
		if (fd->files == common && fd->fd >= most)
			most = fd->fd + 1;
	}
	for_each_of(rec, &snapshot, IPCSHOW_REC_RESOURCES) {
		EXPECT_EQ(0, rec->flags);
		if (rec->files == common)
			continue;
		own++;
		/* As many as were copied, and one more. */
		EXPECT_LT(1, count_of(&snapshot, rec->files));
		EXPECT_GE(most + 1, count_of(&snapshot, rec->files));
	}
	EXPECT_EQ(NR_OWN, own);
	EXPECT_LT(0, count_of(&snapshot, common));
	snapshot_free(&snapshot);
	child_kill(&child);
}

/* Moves files about below and above some that stay. */
static int moves_files(struct child *self, void *argument)
{
	int fd = open("/dev/null", O_RDONLY), i;

	raise_limit(4096);
	for (i = 1000; i < 1300; i++) {
		if (dup2(fd, i) < 0)
			return 1;
	}
	(void)argument;
	child_ready(self);
	for (;;) {
		for (i = 100; i < 400; i++)
			dup2(fd, i);
		for (i = 2000; i < 2300; i++)
			dup2(fd, i);
		for (i = 100; i < 400; i++)
			close(i);
		close_range(2000, 2300, 0);
	}
}

TEST(files_that_move)
{
	struct child child;
	size_t others = 0;
	unsigned int i;

	child_start(&child, moves_files, NULL);
	for (i = 0; i < 200 / scale() || (!others && i < 10000); i++) {
		struct snapshot snapshot = {};
		const struct ipcshow_fd *fd;
		unsigned int stay = 0;
		int64_t last = -1;

		ASSERT_EQ(0, take(child.pid, i & 1 ? RING_SMALL : RING_USUAL, &snapshot));
		for_each_of(fd, &snapshot, IPCSHOW_REC_FD) {
			ASSERT_LT(last, fd->fd);
			last = fd->fd;
			stay += fd->fd >= 1000 && fd->fd < 1300;
			others += fd->fd >= 2000;
		}
		EXPECT_EQ(300, stay);
		EXPECT_EQ(0, snapshot_end(&snapshot)->flags & IPCSHOW_END_F_FDS_LOST);
		snapshot_free(&snapshot);
	}
	EXPECT_LT(0, others) TH_LOG("none was caught");
	child_kill(&child);
}

/* Reads the beginning of a long list. */
static void begin(struct __test_metadata *_metadata, struct reader *reader, struct child *child,
		  struct snapshot *snapshot)
{
	struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = WHAT };

	ASSERT_READER(reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(reader, child->pid));
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, reader_call(reader, &arg));
	reader_drain(reader, snapshot);
}

static void finish(struct __test_metadata *_metadata, struct reader *reader,
		   struct snapshot *snapshot)
{
	int status;

	while ((status = reader_continue(reader)) == IPCSHOW_SNAPSHOT_MORE)
		reader_drain(reader, snapshot);
	ASSERT_EQ(IPCSHOW_SNAPSHOT_DONE, status);
	reader_drain(reader, snapshot);
	reader_close(reader);
}

/* Goes on in another program, or not at all. */
static int lets_go(struct child *self, void *argument)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), i;
	const char *how = argument;

	raise_limit(4096);
	for (i = 1000; i < 2000; i++) {
		if (dup2(fd, i) < 0)
			return 1;
	}
	child_ready(self);
	child_wait(self);
	if (!strcmp(how, "exec")) {
		/* All but those that the new program is to have. */
		close_range(3, 5000, CLOSE_RANGE_CLOEXEC);
		execl("/proc/self/exe", "stay", NULL);
		return 1;
	}
	return 0;
}

static void __attribute__((constructor)) stay_if_told(void)
{
	if (!strcmp(program_invocation_name, "stay")) {
		for (;;)
			pause();
	}
}

static bool is_named(pid_t pid, const char *name)
{
	char path[64], text[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file = fopen(path, "re");
	if (!file || !fgets(text, sizeof(text), file))
		text[0] = '\0';
	if (file)
		fclose(file);
	return !strcmp(text, name);
}

TEST(exec_in_the_middle)
{
	struct snapshot snapshot = {};
	struct reader reader;
	struct child child;
	size_t before;
	int i;

	child_start(&child, lets_go, "exec");
	begin(_metadata, &reader, &child, &snapshot);
	before = snapshot_count(&snapshot, IPCSHOW_REC_FD);
	child_go(&child);
	/* Files are closed before the address space is left, the name changes after. */
	for (i = 0; i < 10000 && !is_named(child.pid, "exe\n"); i++)
		usleep(1000);
	EXPECT_GT(10000, i) TH_LOG("the program did not come");
	finish(_metadata, &reader, &snapshot);
	EXPECT_EQ(before, snapshot_count(&snapshot, IPCSHOW_REC_FD));
	EXPECT_NE(0, snapshot_end(&snapshot)->flags & IPCSHOW_END_F_GONE);
	snapshot_free(&snapshot);
	child_kill(&child);
}

TEST(exit_in_the_middle)
{
	struct snapshot snapshot = {};
	struct reader reader;
	struct child child;
	size_t before;

	child_start(&child, lets_go, "exit");
	begin(_metadata, &reader, &child, &snapshot);
	before = snapshot_count(&snapshot, IPCSHOW_REC_FD);
	child_go(&child);
	child_join(&child);
	finish(_metadata, &reader, &snapshot);
	EXPECT_EQ(before, snapshot_count(&snapshot, IPCSHOW_REC_FD));
	EXPECT_NE(0, snapshot_end(&snapshot)->flags & IPCSHOW_END_F_GONE);
	snapshot_free(&snapshot);
}

/* A thread that leaves the table to the other. */
static void *leaves_table(void *argument)
{
	child_ready(argument);
	child_wait(argument);
	if (unshare(CLONE_FILES))
		_exit(1);
	child_ready(argument);
	while (pause())
		;
	return NULL;
}

static int is_left(struct child *self, void *argument)
{
	int fd = open("/dev/null", O_RDONLY), i;
	pthread_t thread;

	raise_limit(4096);
	for (i = 1000; i < 2000; i++) {
		if (dup2(fd, i) < 0)
			return 1;
	}
	(void)argument;
	if (pthread_create(&thread, NULL, has_table, NULL))
		return 1;
	while (!__atomic_load_n(&nr_ready, __ATOMIC_SEQ_CST))
		usleep(1000);
	leaves_table(self);
	return 0;
}

/* The list of the first thread stops; the other's, which has the same table, is whole. */
TEST(unshare_in_the_middle)
{
	const struct ipcshow_resources *rec;
	struct snapshot snapshot = {};
	struct reader reader;
	struct child child;
	size_t before;

	child_start(&child, is_left, NULL);
	begin(_metadata, &reader, &child, &snapshot);
	before = snapshot_count(&snapshot, IPCSHOW_REC_FD);
	child_go(&child);
	child_await(&child);
	finish(_metadata, &reader, &snapshot);
	EXPECT_NE(0, snapshot_end(&snapshot)->flags & IPCSHOW_END_F_FDS_LOST);
	EXPECT_EQ(2, snapshot_count(&snapshot, IPCSHOW_REC_THREAD));
	rec = snapshot_next_of(&snapshot, NULL, IPCSHOW_REC_RESOURCES);
	EXPECT_EQ(snapshot_count(&snapshot, IPCSHOW_REC_FD), count_of(&snapshot, rec->files));
	EXPECT_LT(before + 1000, count_of(&snapshot, rec->files));
	snapshot_free(&snapshot);
	child_kill(&child);
}

TEST_MAIN
