// SPDX-License-Identifier: GPL-2.0
/* Targets that have no address space, or lose it: at their end, or at their leader's. */
#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "pieces.h"

static int leaves(struct child *self, void *unused)
{
	(void)unused;
	child_ready(self);
	return 0;
}

TEST(zombie)
{
	struct reader reader;
	struct child child;
	siginfo_t info;

	child_start(&child, leaves, NULL);
	ASSERT_EQ(0, waitid(P_PID, child.pid, &info, WEXITED | WNOWAIT));
	ASSERT_READER(&reader, 0);
	EXPECT_EQ(-ENODATA, reader_target(&reader, child.pid));
	child_join(&child);
	EXPECT_EQ(-ESRCH, reader_target(&reader, child.pid));
	reader_close(&reader);
}

static int asks_for_kthreadd(void *unused)
{
	struct reader reader;

	(void)unused;
	return reader_open(&reader, 0) ?: reader_target(&reader, 2);
}

TEST(kernel_thread)
{
	/* kthreadd is always that. It is told from what one may not see. */
	EXPECT_EQ(-ENXIO, as_user(-1, asks_for_kthreadd, NULL));
	EXPECT_EQ(-ENXIO, as_user(USER, asks_for_kthreadd, NULL));
}

/* A file that looked at a zombie's or a thread's number still has its former target. */
TEST(former_target_stays)
{
	struct snapshot snapshot = {};
	struct child child, dead;
	struct reader reader;
	siginfo_t info;

	child_start(&child, stays_with_regions, NULL);
	child_start(&dead, leaves, NULL);
	ASSERT_EQ(0, waitid(P_PID, dead.pid, &info, WEXITED | WNOWAIT));
	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, child.pid));
	begin(_metadata, &reader, WHAT_ALL, &snapshot);
	EXPECT_EQ(-ENODATA, reader_target(&reader, dead.pid));
	EXPECT_EQ(-ENXIO, reader_target(&reader, 2));
	ASSERT_EQ(0, finish(&reader, &snapshot));
	complete(_metadata, &snapshot, child.pid);
	snapshot_free(&snapshot);
	reader_close(&reader);
	child_kill(&child);
	child_join(&dead);
}

static void leader_is_gone(struct __test_metadata *_metadata, const struct snapshot *snapshot,
			   pid_t pid, pid_t tid)
{
	const struct ipcshow_thread *leader = snapshot_thread(snapshot, pid);
	const struct ipcshow_thread *thread = snapshot_thread(snapshot, tid);
	const struct ipcshow_task *task = task_in(snapshot);

	/* The leader's own map is empty. */
	complete(_metadata, snapshot, tid);
	EXPECT_EQ(IPCSHOW_TASK_F_LEADER_EXITED, task->flags);
	EXPECT_EQ(pid, (pid_t)task->tgid);
	EXPECT_EQ('Z', task->state);
	EXPECT_EQ(getpid(), (pid_t)task->ppid);
	EXPECT_EQ(geteuid(), task->euid);
	EXPECT_EQ(2, snapshot_count(snapshot, IPCSHOW_REC_THREAD));
	ASSERT_NE(NULL, leader);
	ASSERT_NE(NULL, thread);
	EXPECT_EQ('Z', leader->state);
	EXPECT_EQ(IPCSHOW_THREAD_F_LEADER | IPCSHOW_THREAD_F_NO_REGS, leader->flags);
	EXPECT_EQ(0, leader->sp);
	EXPECT_EQ('S', thread->state);
	EXPECT_EQ(0, thread->flags);
	EXPECT_NE(0, thread->sp);
}

TEST(leader_exited)
{
	struct snapshot snapshot = {};
	struct reader reader;
	struct zoo zoo;
	pid_t tid;

	zoo_start(&zoo, "leader-exits");
	tid = zoo_number(zoo_find(&zoo, "stack-thread", 0), "tid", 10);
	ASSERT_TRUE(proc_wait_state(zoo.pid, "Z"));
	ASSERT_TRUE(proc_wait_state(tid, "S"));
	ASSERT_EQ(0, snapshot_of(zoo.pid, WHAT_ALL, &snapshot));
	leader_is_gone(_metadata, &snapshot, zoo.pid, tid);
	snapshot_free(&snapshot);
	ASSERT_EQ(0, snapshot_of(tid, WHAT_ALL, &snapshot));
	leader_is_gone(_metadata, &snapshot, zoo.pid, tid);
	snapshot_free(&snapshot);

	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, zoo.pid));
	zoo_end(&zoo);
	all_is_gone(_metadata, &reader);
	reader_close(&reader);
}

static int regions_until_told(struct child *self, void *unused)
{
	make_regions();
	child_ready(self);
	child_wait(self);
	(void)unused;
	return 0;
}

TEST(exits)
{
	struct reader early, reader;
	struct child child;

	child_start(&child, regions_until_told, NULL);
	ASSERT_READER(&early, RING_SMALL);
	ASSERT_EQ(0, reader_target(&early, child.pid));
	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, child.pid));
	begin(_metadata, &reader, WHAT_ALL, NULL);
	child_go(&child);
	child_join(&child);
	all_is_gone(_metadata, &early);
	rest_is_gone(_metadata, &reader);
	EXPECT_EQ(-EBADFD, reader_continue(&reader));
	reader_close(&early);
	reader_close(&reader);
}

/* A snapshot that ends well, or one that says GONE, and no other. */
TEST(killed_at_any_moment)
{
	const int rounds = 40;
	int i, whole = 0, middle = 0;

	for (i = 0; i < rounds || (!(whole && middle) && i < 50 * rounds); i++) {
		struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = WHAT_ALL };
		struct snapshot snapshot = {};
		struct reader reader;
		struct child child;
		pid_t killer;
		bool gone;

		child_start(&child, regions_until_told, NULL);
		ASSERT_READER(&reader, RING_SMALL);
		ASSERT_EQ(0, reader_target(&reader, child.pid));
		killer = fork();
		if (!killer) {
			usleep(i % rounds * 300);
			kill(child.pid, SIGKILL);
			_exit(0);
		}
		do {
			snapshot_free(&snapshot);
			ASSERT_EQ(0, reader_run(&reader, &arg, &snapshot));
			gone = snapshot_end(&snapshot)->flags & IPCSHOW_END_F_GONE;
			whole += !gone;
		} while (!gone);
		EXPECT_EQ(snapshot_count(&snapshot, IPCSHOW_REC_REGION),
			  snapshot_end(&snapshot)->regions);
		middle += snapshot_count(&snapshot, IPCSHOW_REC_REGION) > 0;
		snapshot_free(&snapshot);
		reader_close(&reader);
		waitpid(killer, NULL, 0);
		child_join(&child);
	}
	EXPECT_LT(0, whole);
	EXPECT_LT(0, middle) TH_LOG("none was killed in the middle of its regions");
}

/* A process whose ID is chosen. */
static pid_t fork_with_pid(pid_t pid)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&pid,
		.set_tid_size = 1,
	};

	return syscall(SYS_clone3, &args, sizeof(args));
}

TEST(reused_pid)
{
	struct snapshot snapshot = {};
	struct reader reader;
	struct child child;
	pid_t pid, again;

	child_start(&child, regions_until_told, NULL);
	pid = child.pid;
	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, pid));
	begin(_metadata, &reader, WHAT_ALL, NULL);
	child_kill(&child);
	again = fork_with_pid(pid);
	if (!again) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (pause())
			;
	}
	ASSERT_EQ(pid, again);
	rest_is_gone(_metadata, &reader);
	all_is_gone(_metadata, &reader);

	/* Asked for again, it is the new one. */
	ASSERT_EQ(0, reader_target(&reader, pid));
	ASSERT_EQ(0, reader_snapshot(&reader, WHAT_ALL, &snapshot));
	complete(_metadata, &snapshot, pid);
	snapshot_free(&snapshot);
	reader_close(&reader);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

TEST_MAIN
