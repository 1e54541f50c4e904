// SPDX-License-Identifier: GPL-2.0
/* RESOURCES: what tasks have alone and in common, as kcmp(2) and /proc say. */
#include <linux/kcmp.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "test.h"

#define WHAT	(IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_RESOURCES)

/* Of one thread; identities of one reader can be compared. Behind its THREAD. */
static int resources_of(struct reader *reader, pid_t tid, struct ipcshow_resources *out)
{
	int error = reader_target(reader, tid);
	const struct ipcshow_resources *rec;
	struct snapshot snapshot = {};
	uint32_t behind = 0;

	error = error ?: reader_snapshot(reader, WHAT, &snapshot);
	if (error)
		return error;
	error = -1000;
	for (rec = (const void *)snapshot_next(&snapshot, NULL); rec;
	     rec = (const void *)snapshot_next(&snapshot, &rec->rec)) {
		if (rec->rec.type == IPCSHOW_REC_THREAD)
			behind = ((const struct ipcshow_thread *)rec)->tid;
		if (rec->rec.type != IPCSHOW_REC_RESOURCES)
			continue;
		if (rec->tid != behind)
			error = -1001;
		if (rec->tid == (uint32_t)tid && error == -1000) {
			*out = *rec;
			error = 0;
		}
	}
	snapshot_free(&snapshot);
	return error;
}

/* Tasks that have this and that in common, in a page that all of them see. */
#define NR_TASKS	9

struct tasks {
	pid_t tid[NR_TASKS];
	unsigned int flags[NR_TASKS];
	int semaphore;
};

/* Makes its I/O context. */
static void use_io(void)
{
	const int who_process = 1, best_effort = 2 << 13;

	syscall(SYS_ioprio_set, who_process, 0, best_effort | 4);
}

static void use(struct tasks *tasks, unsigned int nr)
{
	struct sembuf op = { .sem_op = 1, .sem_flg = SEM_UNDO };

	/* What clone() said they share is made by its first use. */
	if (nr % 2) {
		semop(tasks->semaphore, &op, 1);
		use_io();
	}
	__atomic_store_n(&tasks->tid[nr], syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	for (;;)
		pause();
}

static struct tasks *shared_tasks;

static void *is_thread(void *argument)
{
	unsigned int nr = (uintptr_t)argument;

	if (shared_tasks->flags[nr] && unshare(shared_tasks->flags[nr]))
		_exit(1);
	use(shared_tasks, nr);
	return NULL;
}

static int is_process(void *argument)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	is_thread(argument);
	return 0;
}

static int has_relatives(struct child *self, void *argument)
{
	static const unsigned int clones[] = {
		0, CLONE_FILES, CLONE_FS | CLONE_IO, CLONE_VM, CLONE_VM | CLONE_SIGHAND,
	};
	struct tasks *tasks = argument;
	uintptr_t nr;
	pthread_t thread;

	/* An I/O context can be shared with a new task when it is there. */
	use_io();
	shared_tasks = tasks;
	tasks->flags[2] = CLONE_FILES | CLONE_FS;
	tasks->flags[3] = CLONE_SYSVSEM;
	for (nr = 1; nr < 4; nr++) {
		if (pthread_create(&thread, NULL, is_thread, (void *)nr))
			return 1;
	}
	for (; nr < NR_TASKS; nr++) {
		char *stack = malloc(65536);

		if (clone(is_process, stack + 65536, clones[nr - 4] | SIGCHLD, (void *)nr) < 0)
			return 1;
	}
	for (nr = 1; nr < NR_TASKS; nr++) {
		while (!__atomic_load_n(&tasks->tid[nr], __ATOMIC_SEQ_CST))
			usleep(1000);
	}
	tasks->tid[0] = self->pid;
	return child_stay(self, NULL);
}

static struct tasks *tasks_page(void)
{
	struct tasks *tasks = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
				   -1, 0);

	if (tasks == MAP_FAILED)
		abort();
	tasks->semaphore = semget(IPC_PRIVATE, 1, 0600);
	return tasks;
}

static uint64_t identity(const struct ipcshow_resources *rec, int type)
{
	switch (type) {
	case KCMP_VM:
		return rec->mm;
	case KCMP_FILES:
		return rec->files;
	case KCMP_FS:
		return rec->fs;
	case KCMP_SIGHAND:
		return rec->sighand;
	case KCMP_IO:
		return rec->io_context;
	case KCMP_SYSVSEM:
		return rec->sysv_undo;
	}
	abort();
}

TEST(as_kcmp)
{
	static const int types[] = {
		KCMP_VM, KCMP_FILES, KCMP_FS, KCMP_SIGHAND, KCMP_IO, KCMP_SYSVSEM,
	};
	struct ipcshow_resources rec[NR_TASKS];
	struct tasks *tasks = tasks_page();
	unsigned int i, j, t, same[6] = {}, differ[6] = {}, none[6] = {};
	struct reader reader;
	struct child child;

	child_start(&child, has_relatives, tasks);
	ASSERT_READER(&reader, RING_USUAL);
	for (i = 0; i < NR_TASKS; i++) {
		ASSERT_EQ(0, resources_of(&reader, tasks->tid[i], &rec[i]));
		EXPECT_EQ(0, rec[i].flags);
	}
	for (i = 0; i < NR_TASKS; i++)
		for (j = 0; j < i; j++)
			for (t = 0; t < 6; t++) {
				long told = syscall(SYS_kcmp, tasks->tid[i], tasks->tid[j],
						    types[t], 0, 0);

				ASSERT_LE(0, told);
				EXPECT_EQ(!told, identity(&rec[i], types[t]) ==
						 identity(&rec[j], types[t]))
					TH_LOG("type %d of tasks %u and %u", types[t], i, j);
				none[t] += !identity(&rec[i], types[t]);
				same[t] += !told && identity(&rec[i], types[t]);
				differ[t] += !!told;
			}
	for (t = 0; t < 6; t++) {
		EXPECT_LT(0, same[t]) TH_LOG("type %d", types[t]);
		EXPECT_LT(0, differ[t]) TH_LOG("type %d", types[t]);
	}
	/* Those who never used it. */
	EXPECT_LT(0, none[5]);
	for (i = 1; i < 4; i++) {
		EXPECT_EQ(rec[0].signal, rec[i].signal);
		EXPECT_EQ(rec[0].cred, rec[i].cred);
	}
	for (i = 4; i < NR_TASKS; i++) {
		EXPECT_NE(rec[0].signal, rec[i].signal);
		EXPECT_EQ(rec[0].groups, rec[i].groups);
		EXPECT_EQ(rec[0].cgroups, rec[i].cgroups);
		EXPECT_EQ(rec[0].session, rec[i].session);
		EXPECT_EQ(rec[0].pgrp, rec[i].pgrp);
		kill(tasks->tid[i], SIGKILL);
	}
	child_kill(&child);
	semctl(tasks->semaphore, 0, IPC_RMID);
	reader_close(&reader);
}

static const char *const ns_names[IPCSHOW_NR_NS] = {
	[IPCSHOW_NS_CGROUP] = "cgroup", [IPCSHOW_NS_IPC] = "ipc", [IPCSHOW_NS_MNT] = "mnt",
	[IPCSHOW_NS_NET] = "net", [IPCSHOW_NS_PID] = "pid",
	[IPCSHOW_NS_PID_CHILDREN] = "pid_for_children", [IPCSHOW_NS_TIME] = "time",
	[IPCSHOW_NS_TIME_CHILDREN] = "time_for_children", [IPCSHOW_NS_USER] = "user",
	[IPCSHOW_NS_UTS] = "uts",
};

static uint32_t proc_ns(pid_t pid, const char *name)
{
	char path[64], link[64] = "";

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, name);
	if (readlink(path, link, sizeof(link) - 1) < 0)
		return 0;
	return strtoul(strchr(link, '[') + 1, NULL, 10);
}

static int is_apart(struct child *self, void *argument)
{
	const int *flags = argument;

	if (*flags && unshare(*flags))
		return 1;
	/* The namespace of its PIDs exists when somebody is in it. */
	if (*flags & CLONE_NEWPID && fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return child_stay(self, NULL);
}

TEST(namespaces)
{
	int all = CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID |
		  CLONE_NEWTIME | CLONE_NEWUSER | CLONE_NEWUTS;
	int flags[3] = { all, 0, CLONE_NEWNET };
	struct ipcshow_resources rec[3];
	struct child child[3];
	struct reader reader;
	unsigned int i, ns;

	ASSERT_READER(&reader, RING_USUAL);
	for (i = 0; i < 3; i++) {
		child_start(&child[i], is_apart, &flags[i]);
		ASSERT_EQ(0, resources_of(&reader, child[i].pid, &rec[i]));
		for (ns = 0; ns < IPCSHOW_NR_NS; ns++) {
			EXPECT_NE(0, rec[i].ns[ns]);
			EXPECT_EQ(proc_ns(child[i].pid, ns_names[ns]), rec[i].ns_ino[ns])
				TH_LOG("%s", ns_names[ns]);
			EXPECT_EQ(rec[0].ns_ino[ns] == rec[i].ns_ino[ns],
				  rec[0].ns[ns] == rec[i].ns[ns]) TH_LOG("%s", ns_names[ns]);
		}
	}
	/* Its own PID and time are those that it was born in. */
	for (ns = 0; ns < IPCSHOW_NR_NS; ns++)
		EXPECT_EQ(ns == IPCSHOW_NS_PID || ns == IPCSHOW_NS_TIME,
			  rec[0].ns[ns] == rec[1].ns[ns]) TH_LOG("%s", ns_names[ns]);
	EXPECT_NE(rec[1].ns[IPCSHOW_NS_NET], rec[2].ns[IPCSHOW_NS_NET]);
	for (i = 0; i < 3; i++)
		child_kill(&child[i]);
	reader_close(&reader);
}

/* The nth number in a line of /proc/TID/status. */
static uint64_t status(pid_t tid, const char *name, int base, int nth)
{
	char path[64], line[1024];
	uint64_t value = -1ULL;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		char *at = line + strlen(name);

		if (strncmp(line, name, strlen(name)) || *at != ':')
			continue;
		for (at++; nth >= 0; nth--)
			value = strtoull(at, &at, base);
		break;
	}
	if (file)
		fclose(file);
	return value;
}

static void as_status(struct __test_metadata *_metadata, const struct ipcshow_resources *rec)
{
	const pid_t tid = rec->tid;

	EXPECT_EQ(status(tid, "SigPnd", 16, 0), rec->sig_pending);
	EXPECT_EQ(status(tid, "ShdPnd", 16, 0), rec->sig_shared_pending);
	EXPECT_EQ(status(tid, "SigBlk", 16, 0), rec->sig_blocked);
	EXPECT_EQ(status(tid, "SigIgn", 16, 0), rec->sig_ignored);
	EXPECT_EQ(status(tid, "SigCgt", 16, 0), rec->sig_caught);
	EXPECT_EQ(status(tid, "CapInh", 16, 0), rec->cap_inheritable);
	EXPECT_EQ(status(tid, "CapPrm", 16, 0), rec->cap_permitted);
	EXPECT_EQ(status(tid, "CapEff", 16, 0), rec->cap_effective);
	EXPECT_EQ(status(tid, "CapBnd", 16, 0), rec->cap_bounding);
	EXPECT_EQ(status(tid, "CapAmb", 16, 0), rec->cap_ambient);
	EXPECT_EQ(status(tid, "Uid", 10, 0), rec->uid);
	EXPECT_EQ(status(tid, "Uid", 10, 1), rec->euid);
	EXPECT_EQ(status(tid, "Uid", 10, 2), rec->suid);
	EXPECT_EQ(status(tid, "Uid", 10, 3), rec->fsuid);
	EXPECT_EQ(status(tid, "Gid", 10, 0), rec->gid);
	EXPECT_EQ(status(tid, "Gid", 10, 1), rec->egid);
	EXPECT_EQ(status(tid, "Gid", 10, 2), rec->sgid);
	EXPECT_EQ(status(tid, "Gid", 10, 3), rec->fsgid);
	EXPECT_EQ(status(tid, "TracerPid", 10, 0), rec->tracer);
	EXPECT_EQ(status(tid, "NoNewPrivs", 10, 0),
		  !!(rec->flags & IPCSHOW_RESOURCES_F_NO_NEW_PRIVS));
	EXPECT_EQ(proc_stat(tid, 5), rec->pgid);
	EXPECT_EQ(proc_stat(tid, 6), rec->sid);
	/* As the kernel encodes device numbers: 12 bits of major between the minor's. */
	EXPECT_EQ(proc_stat(tid, 7), (rec->tty_minor & 0xff) | rec->tty_major << 8 |
				     (rec->tty_minor & ~0xffu) << 12);
}

static void caught(int signal)
{
	(void)signal;
}

static int has_signals(struct child *self, void *argument)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGRTMAX);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGUSR2, SIG_IGN);
	signal(SIGTERM, caught);
	signal(SIGRTMAX, caught);
	syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1);
	kill(getpid(), SIGRTMAX);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	setresgid(11, 12, 13);
	setresuid(21, 22, 23);
	return child_stay(self, argument);
}

TEST(status_of_a_process)
{
	struct ipcshow_resources rec;
	uint64_t tracer_group;
	struct reader reader;
	struct child child;

	child_start(&child, has_signals, NULL);
	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, resources_of(&reader, child.pid, &rec));
	EXPECT_EQ(1ULL << (SIGUSR1 - 1), rec.sig_pending);
	EXPECT_EQ(1ULL << 63, rec.sig_shared_pending);
	EXPECT_EQ(IPCSHOW_RESOURCES_F_NO_NEW_PRIVS, rec.flags);
	EXPECT_EQ(22, rec.euid);
	EXPECT_EQ(13, rec.sgid);
	EXPECT_EQ(0, rec.tracer_group);
	as_status(_metadata, &rec);

	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, child.pid, NULL, NULL));
	ASSERT_EQ(0, resources_of(&reader, child.pid, &rec));
	EXPECT_EQ(getpid(), (pid_t)rec.tracer);
	as_status(_metadata, &rec);
	tracer_group = rec.tracer_group;
	ASSERT_EQ(0, resources_of(&reader, getpid(), &rec));
	EXPECT_EQ(rec.signal, tracer_group);
	EXPECT_EQ(0, rec.tracer_group);
	as_status(_metadata, &rec);
	reader_close(&reader);
}

TEST(needs_threads)
{
	struct snapshot snapshot = {};

	EXPECT_EQ(-EINVAL, snapshot_of(getpid(), IPCSHOW_WHAT_RESOURCES, &snapshot));
	EXPECT_EQ(-EINVAL, snapshot_of(getpid(), IPCSHOW_WHAT_FDS, &snapshot));
	EXPECT_EQ(-EINVAL, snapshot_of(getpid(), IPCSHOW_WHAT_FDS | IPCSHOW_WHAT_REGIONS,
				       &snapshot));
}

TEST_MAIN
