/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ACCESS_H
#define ACCESS_H

#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "test.h"

/*
 * Who may look at whom. What is expected stands in the test; that the kernel
 * says the same of /proc/PID/maps and /proc/TID/mem is checked besides.
 */

#define YAMA	"/proc/sys/kernel/yama/ptrace_scope"

/* What a caller is to look at, and what it found. */
struct look {
	pid_t pid;
	/* The thread in question; 0: the leader. */
	pid_t tid;
	/* In a user namespace of the caller's own. */
	bool in_user_ns;
};

static inline int open_proc(pid_t pid, const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static inline void enter_user_ns(const struct look *look)
{
	if (look->in_user_ns && unshare(CLONE_NEWUSER))
		_exit(1);
}

static inline int kernel_allows_maps(void *argument)
{
	const struct look *look = argument;

	enter_user_ns(look);
	return open_proc(look->pid, "maps");
}

static inline int kernel_allows_mem(void *argument)
{
	const struct look *look = argument;

	return open_proc(look->tid ?: look->pid, "mem");
}

static inline int allows(void *argument)
{
	const struct look *look = argument;
	struct reader reader;
	int result;

	enter_user_ns(look);
	result = reader_open(&reader, RING_SMALL) ?: reader_target(&reader, look->pid);
	reader_close(&reader);
	return result;
}

/* The flags of that thread; also, that they fit what is in the record. */
static inline int thread_flags(void *argument)
{
	const uint64_t unread = IPCSHOW_THREAD_F_REFUSED | IPCSHOW_THREAD_F_NO_REGS;
	const struct look *look = argument;
	const struct ipcshow_thread *thread;
	struct snapshot snapshot = {};
	int error = snapshot_of(look->pid, IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_REGS, &snapshot);
	bool told;

	if (error)
		return error;
	thread = snapshot_thread(&snapshot, look->tid ?: look->pid);
	if (!thread)
		return -1000;
	told = thread->ip || thread->sp || thread->tls || thread->altstack ||
	       snapshot_regs(&snapshot, thread->tid);
	if (told == !!(thread->flags & unread))
		return -1001;
	return thread->flags & unread;
}

/* Both say @expected, when a caller of @uid asks. */
#define EXPECT_ACCESS(expected, uid, look)						\
	do {										\
		EXPECT_EQ(expected, as_user(uid, kernel_allows_maps, look));		\
		EXPECT_EQ(expected, as_user(uid, allows, look));			\
	} while (0)

#define EXPECT_ATTACH(allowed, uid, look)						\
	do {										\
		EXPECT_EQ((allowed) ? 0 : -EACCES, as_user(uid, kernel_allows_mem, look)); \
		EXPECT_EQ((allowed) ? 0 : (int)IPCSHOW_THREAD_F_REFUSED,		\
			  as_user(uid, thread_flags, look));				\
	} while (0)

/* A process of a user, made a little special. */
struct owner {
	uid_t uid;
	gid_t gid;
	bool dumpable;
	bool in_user_ns;
};

static inline int is_owned(struct child *self, void *argument)
{
	const struct owner *owner = argument;

	if (owner->gid) {
		if (setresgid(owner->gid, owner->gid, owner->gid) ||
		    setresuid(owner->uid, owner->uid, owner->uid) ||
		    prctl(PR_SET_PDEATHSIG, SIGKILL))
			return 1;
	} else {
		become(owner->uid);
	}
	if (owner->in_user_ns && unshare(CLONE_NEWUSER))
		return 1;
	if (prctl(PR_SET_DUMPABLE, owner->dumpable))
		return 1;
	return child_stay(self, argument);
}

FIXTURE(access) {
	struct child child;
	struct look look;
	long long scope;
};

FIXTURE_SETUP(access)
{
	ASSERT_EQ(0, geteuid()) TH_LOG("these tests are for root");
	/* What it was when the test began. */
	self->scope = proc_number(YAMA);
	if (self->scope >= 0) {
		ASSERT_TRUE(proc_write(YAMA, "0"));
	}
}

FIXTURE_TEARDOWN(access)
{
	char number[16];

	snprintf(number, sizeof(number), "%lld", self->scope);
	if (self->scope >= 0) {
		EXPECT_TRUE(proc_write(YAMA, number));
	}
	child_kill(&self->child);
}

static inline void start(FIXTURE_DATA(access) *self, uid_t uid, bool dumpable)
{
	struct owner owner = { .uid = uid, .dumpable = dumpable };

	child_start(&self->child, is_owned, &owner);
	self->look = (struct look){ .pid = self->child.pid };
}

#endif
