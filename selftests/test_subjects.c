// SPDX-License-Identifier: GPL-2.0
/* RESOURCES and FDs of threads that are not to be seen, that go, and that change. */
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "test.h"

#define WHAT	(IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_RESOURCES | IPCSHOW_WHAT_FDS)

static const struct ipcshow_resources *resources(const struct snapshot *snapshot, pid_t tid)
{
	const struct ipcshow_resources *rec;

	for_each_of(rec, snapshot, IPCSHOW_REC_RESOURCES) {
		if (rec->tid == (uint32_t)tid)
			return rec;
	}
	return NULL;
}

static size_t count_fds(const struct snapshot *snapshot, uint64_t files)
{
	const struct ipcshow_fd *fd;
	size_t count = 0;

	for_each_of(fd, snapshot, IPCSHOW_REC_FD)
		count += fd->files == files;
	return count;
}

/* Nothing but the TID and @flags. */
static bool is_empty(const struct ipcshow_resources *rec, uint64_t flags)
{
	struct ipcshow_resources empty = {
		.rec = rec->rec, .flags = flags, .tid = rec->tid,
	};

	return !memcmp(rec, &empty, sizeof(empty));
}

struct stranger {
	pid_t tid;
	uid_t uid;
	pid_t leader;
};

static void *is_stranger(void *argument)
{
	struct stranger *stranger = argument;

	/* A table of its own, and IDs of its own: the system calls are the thread's. */
	if (unshare(CLONE_FILES) || syscall(SYS_setresgid, stranger->uid, stranger->uid,
					    stranger->uid) ||
	    syscall(SYS_setresuid, stranger->uid, stranger->uid, stranger->uid))
		_exit(1);
	__atomic_store_n(&stranger->tid, gettid(), __ATOMIC_SEQ_CST);
	for (;;)
		pause();
}

static int has_stranger(struct child *self, void *argument)
{
	struct stranger *stranger = argument;
	pthread_t thread;

	if (pthread_create(&thread, NULL, is_stranger, stranger))
		return 1;
	while (!__atomic_load_n(&stranger->tid, __ATOMIC_SEQ_CST))
		usleep(1000);
	if (syscall(SYS_setgroups, 0, NULL) || syscall(SYS_setresgid, USER, USER, USER) ||
	    syscall(SYS_setresuid, USER, USER, USER) || prctl(PR_SET_DUMPABLE, 1))
		return 1;
	return child_stay(self, NULL);
}

/* Bit 0: the leader is seen; 1: the stranger; 2: the stranger's table; -1: not as it should be. */
static int look(void *argument)
{
	const struct stranger *stranger = argument;
	const struct ipcshow_resources *own, *other;
	struct snapshot snapshot = {};
	const struct ipcshow_fd *fd;
	int seen = 0, error;

	error = snapshot_of(stranger->leader, WHAT, &snapshot);
	if (error)
		return error;
	own = resources(&snapshot, stranger->leader);
	other = resources(&snapshot, stranger->tid);
	if (!own || !other)
		return -1;
	if (is_empty(own, IPCSHOW_RESOURCES_F_REFUSED) || !count_fds(&snapshot, own->files))
		return -1;
	if (is_empty(other, IPCSHOW_RESOURCES_F_REFUSED))
		seen = 1;
	else if (!other->flags)
		seen = 3;
	for_each_of(fd, &snapshot, IPCSHOW_REC_FD) {
		if (fd->files != own->files)
			seen |= 4;
	}
	return seen;
}

static struct stranger *stranger_page(uid_t uid)
{
	struct stranger *stranger = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
					 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (stranger == MAP_FAILED)
		abort();
	stranger->uid = uid;
	return stranger;
}

TEST(thread_of_another)
{
	struct stranger *stranger = stranger_page(OTHER);
	struct child child;

	child_start(&child, has_stranger, stranger);
	stranger->leader = child.pid;
	EXPECT_EQ(1, as_user(USER, look, stranger));
	EXPECT_EQ(7, as_user(-1, look, stranger));
	child_kill(&child);

	stranger = stranger_page(USER);
	child_start(&child, has_stranger, stranger);
	stranger->leader = child.pid;
	EXPECT_EQ(7, as_user(USER, look, stranger));
	child_kill(&child);
}

static void *stays(void *argument)
{
	child_ready(argument);
	while (pause())
		;
	return NULL;
}

static int leader_exits(struct child *self, void *argument)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, stays, self))
		return 1;
	(void)argument;
	pthread_exit(NULL);
}

TEST(exited_leader)
{
	const struct ipcshow_resources *rec;
	struct snapshot snapshot = {};
	unsigned int alive = 0;
	struct child child;

	child_start(&child, leader_exits, NULL);
	ASSERT_TRUE(proc_wait_state(child.pid, "Z"));
	ASSERT_EQ(0, snapshot_of(child.pid, WHAT, &snapshot));
	rec = resources(&snapshot, child.pid);
	ASSERT_NE(NULL, rec);
	EXPECT_TRUE(is_empty(rec, IPCSHOW_RESOURCES_F_EXITING));
	for_each_of(rec, &snapshot, IPCSHOW_REC_RESOURCES) {
		if (rec->flags)
			continue;
		alive++;
		EXPECT_LT(0, count_fds(&snapshot, rec->files));
	}
	EXPECT_EQ(1, alive);
	EXPECT_EQ(0, snapshot_end(&snapshot)->flags & IPCSHOW_END_F_FDS_LOST);
	snapshot_free(&snapshot);
	child_kill(&child);
}

/* Changes its IDs all the time: the effective one is always one more than the other. */
static void *changes(void *self)
{
	syscall(SYS_setresuid, 0, 1, 0);
	child_ready(self);
	for (uid_t uid = 0;; uid = (uid + 10) % 1000)
		syscall(SYS_setresuid, uid, uid + 1, 0);
	return NULL;
}

static int has_changing_thread(struct child *self, void *argument)
{
	pthread_t thread;

	(void)argument;
	if (pthread_create(&thread, NULL, changes, self))
		return 1;
	child_wait(self);
	return 0;
}

TEST(credentials_that_change)
{
	unsigned int i, seen = 0;
	struct child child;

	child_start(&child, has_changing_thread, NULL);
	for (i = 0; i < 200 / scale(); i++) {
		const struct ipcshow_resources *rec;
		struct snapshot snapshot = {};

		ASSERT_EQ(0, snapshot_of(child.pid, WHAT, &snapshot));
		EXPECT_EQ(2, snapshot_count(&snapshot, IPCSHOW_REC_RESOURCES));
		rec = resources(&snapshot, child.pid);
		EXPECT_EQ(0, rec->flags);
		EXPECT_EQ(0, rec->uid);
		/* The changing one uses the same table. */
		EXPECT_EQ(count_fds(&snapshot, rec->files),
			  snapshot_count(&snapshot, IPCSHOW_REC_FD));
		for_each_of(rec, &snapshot, IPCSHOW_REC_RESOURCES) {
			if (rec->tid == (uint32_t)child.pid)
				continue;
			if (is_empty(rec, IPCSHOW_RESOURCES_F_EXITING))
				continue;
			seen++;
			EXPECT_EQ(rec->uid + 1, rec->euid);
			EXPECT_EQ(0, rec->flags);
		}
		snapshot_free(&snapshot);
	}
	TH_LOG("seen %u of %u times", seen, i);
	child_kill(&child);
}

TEST_MAIN
