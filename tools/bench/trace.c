// SPDX-License-Identifier: GPL-2.0
/*
 * System calls are counted by ptrace(), which needs no privilege for one's own children and sees those of
 * libraries, too. Each stop takes long: so they are counted in runs of their own.
 *
 * A thread's calls count from its MARK_BEGIN to its MARK_END; those of a thread that makes no marks, as long as
 * some other of its process is between its own, or of any process if none of its own makes any (a server).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>

#include "trace.h"
#include "trial.h"

#define TASKS_MAX	128

#define OPTIONS		(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | \
			 PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL)

#define SYSCALL_STOP	(SIGTRAP | 0x80)

/**
 * struct task - a thread that is traced
 * @tid: @tgid: it, and its process
 * @ours: it was attached to by name, and did not come from one that was
 * @marks: it has made a mark
 * @on: it is between them
 */
struct task {
	pid_t tid;
	pid_t tgid;
	bool ours;
	bool marks;
	bool on;
};

static struct task tasks[TASKS_MAX];
static size_t nr_tasks;
static uint64_t calls;

static pid_t tgid_of(pid_t tid)
{
	char path[64], line[128];
	pid_t tgid = tid;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Tgid: %d", &tgid) == 1)
			break;
	if (file)
		fclose(file);
	return tgid;
}

static struct task *task_find(pid_t tid)
{
	size_t i;

	for (i = 0; i < nr_tasks; i++)
		if (tasks[i].tid == tid)
			return &tasks[i];
	return NULL;
}

static struct task *task_add(pid_t tid)
{
	if (nr_tasks == TASKS_MAX)
		return NULL;
	tasks[nr_tasks] = (struct task){ .tid = tid, .tgid = tgid_of(tid) };
	return &tasks[nr_tasks++];
}

static bool counts(const struct task *task)
{
	bool marks = false, on = false, any = false;
	size_t i;

	if (task->marks)
		return task->on;
	for (i = 0; i < nr_tasks; i++) {
		any |= tasks[i].on;
		if (tasks[i].tgid == task->tgid) {
			marks |= tasks[i].marks;
			on |= tasks[i].on;
		}
	}
	return marks ? on : any;
}

static void see_call(struct task *task)
{
	struct __ptrace_syscall_info info;
	int mark;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, task->tid, sizeof(info), &info) <= 0 ||
	    info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return;
	mark = info.entry.nr == SYS_close ? (int)info.entry.args[0] : 0;
	if (mark == MARK_BEGIN || mark == MARK_END) {
		task->marks = true;
		task->on = mark == MARK_BEGIN;
	} else if (counts(task)) {
		calls++;
	}
}

/**
 * trace_go_on() - a task of ours has stopped: count, and let it go on
 * @pid: the thread
 * @status: as waitpid() told
 */
void trace_go_on(pid_t pid, int status)
{
	struct task *task = task_find(pid);
	int number = WSTOPSIG(status);
	long deliver = 0;

	if (!task)
		task = task_add(pid);
	if (number == SYSCALL_STOP) {
		if (task)
			see_call(task);
	} else if (!(status >> 16)) {
		deliver = number;
	}
	ptrace(PTRACE_SYSCALL, pid, 0, deliver);
}

/* Whether this is the end of a thread or process that came from one of ours. */
bool trace_ended(pid_t pid)
{
	const struct task *task = task_find(pid);

	return task && !task->ours;
}

/* It is at a gate: its next system call is the first that is seen. */
int trace_attach(pid_t pid)
{
	struct task *task;

	if (ptrace(PTRACE_SEIZE, pid, 0, OPTIONS) || ptrace(PTRACE_INTERRUPT, pid, 0, 0))
		return -errno;
	task = task_add(pid);
	if (task)
		task->ours = true;
	return 0;
}

int trace_begin(const struct run *run)
{
	unsigned int i;
	int err = 0;

	nr_tasks = 0;
	calls = 0;
	for (i = 0; i < 2 && !err; i++)
		if (run->pid[i] > 0)
			err = trace_attach(run->pid[i]);
	for (i = 0; i < run->nr_links && !err; i++)
		if (run->link[i].helper)
			err = trace_attach(run->link[i].helper);
	return err;
}

uint64_t trace_end(void)
{
	nr_tasks = 0;
	return calls;
}
