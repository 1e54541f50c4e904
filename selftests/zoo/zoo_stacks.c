// SPDX-License-Identifier: GPL-2.0
/* Threads: their stacks, thread-local storage, signal stacks, and states. */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "zoo.h"

#define RW	(PROT_READ | PROT_WRITE)

static __thread volatile char tls[PAGE];
static sem_t announced;

static void say_stack(const char *name)
{
	pthread_attr_t attr;
	size_t size, guard;
	void *start;

	if (pthread_getattr_np(pthread_self(), &attr) ||
	    pthread_attr_getstack(&attr, &start, &size) ||
	    pthread_attr_getguardsize(&attr, &guard))
		errx(1, "pthread_getattr_np");
	pthread_attr_destroy(&attr);
	/* Since 2.26 the guard is not counted in the size. */
	say(name, start, size, "tid=%d here=%lx", gettid(), (unsigned long)&attr);
	if (guard && strcmp(name, "stack-own"))
		say("stack-guard", (char *)start - guard, guard, "tid=%d", gettid());
}

static void say_signal_stack(void)
{
	stack_t stack = { .ss_size = 16 * PAGE };

	stack.ss_sp = map(stack.ss_size, RW, MAP_PRIVATE, -1);
	touch(stack.ss_sp, PAGE);
	if (sigaltstack(&stack, NULL))
		err(1, "sigaltstack");
	say("signal-stack", stack.ss_sp, stack.ss_size, "tid=%d", gettid());
}

static void say_thread(const char *name)
{
	char comm[16];

	tls[0] = 1;
	snprintf(comm, sizeof(comm), "zoo-%.10s", name);
	pthread_setname_np(pthread_self(), comm);
	say_stack(name);
	say("thread-tls", tls, sizeof(tls), "tid=%d base=%lx", gettid(),
	    (unsigned long)__builtin_thread_pointer());
}

static void *sleeping(void *unused)
{
	(void)unused;
	say_thread("stack-thread");
	say_signal_stack();
	say("state-sleeping", NULL, 0, "tid=%d", gettid());
	sem_post(&announced);
	while (pause())
		;
	return NULL;
}

static void *on_own_stack(void *unused)
{
	(void)unused;
	say_thread("stack-own");
	sem_post(&announced);
	while (pause())
		;
	return NULL;
}

static void *running(void *unused)
{
	volatile unsigned long count;

	(void)unused;
	say_thread("stack-running");
	say("state-running", NULL, 0, "tid=%d", gettid());
	sem_post(&announced);
	for (count = 1; count; count++)
		;
	return NULL;
}

static void start_thread(void *(*run)(void *), void *stack, size_t size)
{
	pthread_attr_t attr;
	pthread_t thread;

	sem_init(&announced, 0, 0);
	if (pthread_attr_init(&attr) || (stack && pthread_attr_setstack(&attr, stack, size)) ||
	    pthread_create(&thread, &attr, run, NULL))
		errx(1, "pthread_create");
	pthread_attr_destroy(&attr);
	while (sem_wait(&announced))
		;
}

void zoo_stacks(void)
{
	const size_t size = 64 * PAGE;

	start_thread(sleeping, NULL, 0);
	start_thread(sleeping, NULL, 0);
	start_thread(on_own_stack, map(size, RW, MAP_PRIVATE, -1), size);
	say_signal_stack();
}

void zoo_spin(void)
{
	start_thread(running, NULL, 0);
}

/* A parent that waits uninterruptibly: its child has its memory, and keeps it. */
static void *forks_and_waits(void *unused)
{
	int *child = unused;

	say("state-uninterruptible", NULL, 0, "tid=%d", gettid());
	sem_post(&announced);
	*child = vfork();
	if (!*child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return NULL;
}

void zoo_vfork(void)
{
	static int child;
	pthread_t thread;

	sem_init(&announced, 0, 0);
	if (pthread_create(&thread, NULL, forks_and_waits, &child))
		errx(1, "pthread_create");
	while (sem_wait(&announced))
		;
}

static void *reads(void *unused)
{
	char byte;

	(void)unused;
	say_thread("stack-thread");
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	exit(0);
}

/* What is left is a group whose PID is a zombie, with all its memory. */
void zoo_leader_exits(void)
{
	pthread_t thread;

	say_thread("stack-leader");
	if (pthread_create(&thread, NULL, reads, NULL))
		errx(1, "pthread_create");
	pthread_exit(NULL);
}
