// SPDX-License-Identifier: GPL-2.0
/*
 * Processes to look at: they do as they are told, and end with who made them. Nothing that a
 * program has open is theirs, so one that was not told to do anything serves the next program, too.
 */
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "act.h"
#include "target.h"

/* Longer than anything takes that a target is told to do; it may have ended. */
#define ANSWER_MS	300

/* Where every target has its pipes, also after execve(). */
#define OWN_TO		100
#define OWN_FROM	101

struct target_state *target_self;

void targets_init(struct targets *targets)
{
	*targets = (struct targets){ .lock = PTHREAD_MUTEX_INITIALIZER };
	targets->states = mmap(NULL, TARGETS * sizeof(*targets->states), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (targets->states == MAP_FAILED)
		err(2, "mmap");
}

void target_end_with(pid_t parent)
{
	pid_t now;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	now = getppid();
	/* 0: it is there, outside of our PID namespace. */
	if (now && now != parent)
		_exit(0);
}

void target_close_files(void)
{
	close_range(3, OWN_TO - 1, 0);
	close_range(OWN_FROM + 1, ~0U, 0);
}

static void *obey(void *unused)
{
	struct order order;

	while (read(OWN_TO, &order, sizeof(order)) == sizeof(order)) {
		act(&order);
		if (write(OWN_FROM, "", 1) != 1)
			break;
	}
	_exit(0);
	return unused;
}

static void close_all(const int to[2], const int from[2])
{
	close(to[0]);
	close(to[1]);
	close(from[0]);
	close(from[1]);
}

/* Nobody but its end of the pipes keeps them open, or who waits would for ever. */
static void target_start(struct target *target, struct target_state *state)
{
	int to[2] = { -1, -1 }, from[2] = { -1, -1 };
	pid_t parent;

	if (pipe(to) || pipe(from)) {
		/* Out of descriptors: the program has seen to that. */
		close_all(to, from);
		return;
	}
	parent = getpid();
	target->pid = fork();
	if (!target->pid) {
		target_end_with(parent);
		if (dup2(to[0], OWN_TO) < 0 || dup2(from[1], OWN_FROM) < 0)
			_exit(1);
		target_close_files();
		target_self = state;
		obey(NULL);
	}
	if (target->pid < 0) {
		target->pid = 0;
		close_all(to, from);
		return;
	}
	target->to = fcntl(to[1], F_DUPFD_CLOEXEC, TARGET_FIRST_FD);
	target->from = fcntl(from[0], F_DUPFD_CLOEXEC, TARGET_FIRST_FD);
	close_all(to, from);
}

static struct target *target_get(struct targets *targets, uint64_t nr)
{
	struct target *target = &targets->all[nr];

	pthread_mutex_lock(&targets->lock);
	if (!target->pid)
		target_start(target, &targets->states[nr]);
	pthread_mutex_unlock(&targets->lock);
	return target->pid > 0 ? target : NULL;
}

static pid_t target_or_its_own(struct targets *targets, uint64_t who)
{
	const struct target *target = target_get(targets, who % TARGETS);
	const struct target_state *state = &targets->states[who % TARGETS];
	pid_t pid;

	switch (who / TARGETS) {
	case WHO_CHILD:
		pid = state->child;
		break;
	case WHO_THREAD:
		pid = state->thread;
		break;
	default:
		pid = 0;
	}
	return pid ?: target ? target->pid : 0;
}

pid_t target_pid(struct targets *targets, uint64_t who)
{
	switch (who) {
	case WHO_SELF:
		return getpid();
	case WHO_PARENT:
		return getppid();
	case WHO_INIT:
		return 1;
	case WHO_KERNEL:
		return 2;
	}
	return who < WHO_SELF ? target_or_its_own(targets, who) : (pid_t)who;
}

void target_spoil(struct targets *targets, uint64_t who)
{
	targets->all[who % TARGETS].changed = true;
}

/* Or has answered what it was told before, when nobody waited. */
static bool answers(int from)
{
	struct pollfd pollfd = { .fd = from, .events = POLLIN };
	char byte;

	return poll(&pollfd, 1, ANSWER_MS) == 1 && read(from, &byte, 1) == 1;
}

bool target_order(struct targets *targets, uint64_t who, const struct order *order, bool wait)
{
	struct target *target = target_get(targets, who % TARGETS);

	if (target)
		target->changed = true;
	if (!target || write(target->to, order, sizeof(*order)) != sizeof(*order))
		return false;
	return !wait || answers(target->from);
}

static void target_end(struct target *target, struct target_state *state)
{
	if (target->pid > 0) {
		kill(target->pid, SIGKILL);
		waitpid(target->pid, NULL, 0);
	}
	/* Whose parent it was, its end is told to. */
	close(target->to);
	close(target->from);
	*target = (struct target){ 0 };
	*state = (struct target_state){ 0 };
}

void targets_reset(struct targets *targets)
{
	int i;

	for (i = 0; i < TARGETS; i++) {
		if (targets->all[i].pid && targets->all[i].changed)
			target_end(&targets->all[i], &targets->states[i]);
	}
}

void target_goes_on(void)
{
	static struct target_state none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	target_self = &none;
	obey(NULL);
	_exit(0);
}

void target_exec(void)
{
	/* The byte that says that it was done: it will not come back here. */
	if (write(OWN_FROM, "", 1) == 1)
		execl("/proc/self/exe", "fuzz", TARGET_OPTION, NULL);
	_exit(1);
}

void target_change_thread(void)
{
	pthread_t thread;

	if (write(OWN_FROM, "", 1) != 1 || pthread_create(&thread, NULL, obey, NULL))
		_exit(1);
	syscall(SYS_exit, 0);
}
