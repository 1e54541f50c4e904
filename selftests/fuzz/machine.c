// SPDX-License-Identifier: GPL-2.0
/* The process that a program runs in: what its numbers stand for, and its two threads. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "kcov.h"
#include "machine.h"

/* How long a call may wait before a signal comes, and then another. */
#define PATIENCE_US	50000
/* The same for the second thread when nothing else is left to do; and how often. */
#define ROUSE_US	5000
#define ROUSES_MAX	1000

/* Where to go on if it is touched. The handler reads it: each store counts. */
static __thread sigjmp_buf *volatile bad_memory;

int machine_fd(const struct machine *machine, uint64_t slot)
{
	return machine->fd[slot % SLOTS];
}

void machine_put_fd(struct machine *machine, uint64_t slot, int fd)
{
	if (fd >= 0)
		machine->fd[slot % SLOTS] = fd;
}

struct mapping *machine_mapping(struct machine *machine, uint64_t slot)
{
	return &machine->mapping[slot % MAPPINGS];
}

void *machine_pointer(const struct machine *machine, uint64_t pointer)
{
	return pointer < MEMORY_BYTES ? machine->memory + pointer : (void *)(uintptr_t)pointer;
}

bool machine_poke(void *where, const void *what, size_t size)
{
	sigjmp_buf here;

	if (sigsetjmp(here, 1)) {
		bad_memory = NULL;
		return false;
	}
	bad_memory = &here;
	memcpy(where, what, size);
	bad_memory = NULL;
	return true;
}

static void on_bad_memory(int signal)
{
	if (!bad_memory)
		_exit(100 + signal);
	siglongjmp(*bad_memory, 1);
}

static void on_alarm(int signal)
{
	(void)signal;
}

static void machine_alarm(unsigned int us)
{
	const struct itimerval timer = {
		.it_value.tv_usec = us,
		.it_interval.tv_usec = us ? PATIENCE_US : 0,
	};

	setitimer(ITIMER_REAL, &timer, NULL);
}

static void set_handlers(void)
{
	/*
	 * What waits in the module ends by a signal nevertheless, and poll() and the like; it may
	 * come late, when what talks to others is under way.
	 */
	const struct sigaction alarm = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	const struct sigaction bad = { .sa_handler = on_bad_memory };

	sigaction(SIGSEGV, &bad, NULL);
	sigaction(SIGBUS, &bad, NULL);
	sigaction(SIGALRM, &alarm, NULL);
	sigaction(SIGUSR1, &alarm, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void perform(struct machine *machine, const struct call *call, unsigned int thread)
{
	const struct call_type *type = call_type(call->type);

	if (machine->kcov)
		kcov_mark(machine->kcov, thread);
	type->run(machine, type, call->arg);
}

/* ---- the second thread ---- */

static void *second(void *argument)
{
	struct machine *machine = argument;
	const struct call *call;
	sigset_t alarm;

	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &alarm, NULL);
	if (machine->kcov)
		kcov_enable(machine->kcov, 1);
	while (read(machine->aside[0], &call, sizeof(call)) == sizeof(call)) {
		if (!__atomic_load_n(&machine->over, __ATOMIC_ACQUIRE))
			perform(machine, call, 1);
		__atomic_sub_fetch(&machine->unfinished, 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

static void start_second(struct machine *machine)
{
	if (pipe2(machine->aside, O_CLOEXEC) ||
	    pthread_create(&machine->second, NULL, second, machine))
		err(1, "a second thread");
}

static void perform_aside(struct machine *machine, const struct call *call)
{
	__atomic_add_fetch(&machine->unfinished, 1, __ATOMIC_RELAXED);
	if (write(machine->aside[1], &call, sizeof(call)) != sizeof(call))
		_exit(1);
}

/* It may wait for ever in what it does. */
static void finish_second(struct machine *machine)
{
	int i;

	for (i = 0; __atomic_load_n(&machine->unfinished, __ATOMIC_ACQUIRE); i++) {
		if (i > 1)
			__atomic_store_n(&machine->over, true, __ATOMIC_RELEASE);
		if (i == ROUSES_MAX)
			_exit(3);
		usleep(i < 1 ? 2000 : ROUSE_US);
		pthread_kill(machine->second, SIGUSR1);
	}
	machine->over = false;
}

/* ---- all of it ---- */

static void forget_all(struct machine *machine)
{
	int i;

	for (i = 0; i < SLOTS; i++)
		machine->fd[i] = -1;
	memset(machine->mapping, 0, sizeof(machine->mapping));
	memset(machine->memory, 0, MEMORY_BYTES);
	machine->post[0] = -1;
	machine->post[1] = -1;
}

void machine_init(struct machine *machine, struct kcov *kcov)
{
	*machine = (struct machine){ .kcov = kcov };
	machine->memory = mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (machine->memory == MAP_FAILED)
		err(1, "mmap");
	machine->fail = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	targets_init(&machine->targets);
	set_handlers();
	start_second(machine);
	forget_all(machine);
	/* The lowest that is free. */
	machine->first_fd = dup(machine->aside[0]);
	close(machine->first_fd);
	if (kcov)
		kcov_enable(kcov, 0);
}

/* As a process does that ends; so what comes of it is seen. */
static void leave_all(struct machine *machine)
{
	int i;

	for (i = 0; i < MAPPINGS; i++) {
		if (machine->mapping[i].size)
			munmap(machine->mapping[i].start, machine->mapping[i].size);
	}
	/* Those of the targets lie above. */
	close_range((unsigned int)machine->first_fd, TARGET_FIRST_FD - 1, 0);
	targets_reset(&machine->targets);
	forget_all(machine);
}

bool machine_run(struct machine *machine, const struct program *program)
{
	uint32_t i;

	for (i = 0; i < program->nr; i++) {
		const struct call *call = &program->call[i];

		machine_alarm(machine->patience_us ?: PATIENCE_US);
		machine->patience_us = 0;
		if (call->aside)
			perform_aside(machine, call);
		else
			perform(machine, call, 0);
	}
	finish_second(machine);
	machine_alarm(0);
	if (machine->kcov)
		kcov_mark(machine->kcov, 0);
	leave_all(machine);
	return !machine->spoilt;
}
