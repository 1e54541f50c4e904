// SPDX-License-Identifier: GPL-2.0
#include <elf.h>
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc.h"
#include "registers.h"

static void get(struct registers *registers, pid_t tid)
{
	struct iovec room = { registers, sizeof(*registers) };

	if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &room))
		err(1, "PTRACE_GETREGSET of thread %d", tid);
}

/* Only a fatal signal ends what vfork() waits in; until then, nothing stops it. */
static void end_vfork(pid_t tid)
{
	char path[64];
	int child;
	FILE *file;

	if (proc_state(tid) != 'D')
		return;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", tid, tid);
	file = fopen(path, "re");
	if (!file)
		err(1, "%s", path);
	if (fscanf(file, "%d", &child) == 1)
		kill(child, SIGKILL);
	fclose(file);
}

bool registers_read(struct registers *registers, pid_t tid)
{
	int status;

	if (ptrace(PTRACE_SEIZE, tid, NULL, NULL)) {
		if (errno == ESRCH)
			return false;
		err(1, "PTRACE_SEIZE of thread %d", tid);
	}
	if (ptrace(PTRACE_INTERRUPT, tid, NULL, NULL))
		err(1, "PTRACE_INTERRUPT of thread %d", tid);
	end_vfork(tid);
	if (waitpid(tid, &status, __WALL) != tid)
		err(1, "waitpid");
	if (!WIFSTOPPED(status))
		return false;
	get(registers, tid);
	if (ptrace(PTRACE_DETACH, tid, NULL, NULL))
		err(1, "PTRACE_DETACH of thread %d", tid);
	return true;
}

void calls_begin(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		err(1, "seccomp");
}

static void note(struct calls *calls, pid_t pid)
{
	if (calls->nr == CALLS_MAX)
		errx(1, "process %d calls ioctl() more often than %d times", pid, CALLS_MAX);
	get(&calls->at[calls->nr], pid);
	calls->nr++;
}

/*
 * Where seccomp stops a call, the registers are what the call will find; where PTRACE_SYSCALL
 * would, arm64 says in one of them that it begins.
 */
void calls_trace(struct calls *calls, struct child *child)
{
	siginfo_t info;
	int signal;

	if (ptrace(PTRACE_SEIZE, child->pid, NULL, PTRACE_O_TRACESECCOMP))
		err(1, "PTRACE_SEIZE of process %d", child->pid);
	child_go(child);
	for (;;) {
		if (waitid(P_PID, child->pid, &info, WEXITED | WSTOPPED | WNOWAIT))
			err(1, "waitid");
		if (info.si_code != CLD_TRAPPED && info.si_code != CLD_STOPPED)
			return;
		signal = info.si_status;
		if (signal == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)) {
			note(calls, child->pid);
			signal = 0;
		}
		if (ptrace(PTRACE_CONT, child->pid, NULL, signal) && errno != ESRCH)
			err(1, "PTRACE_CONT of process %d", child->pid);
	}
}
