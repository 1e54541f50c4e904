// SPDX-License-Identifier: GPL-2.0
/* Tasks that have more or less in common from their beginning. */
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "memory.h"
#include "pair_task.h"

#define RW	(PROT_READ | PROT_WRITE)

/* ioprio_set(2): it makes an I/O context. */
#define IOPRIO_WHO_PROCESS	1
#define IOPRIO_BEST_EFFORT_4	(2 << 13 | 4)

static const struct {
	const char *name;
	int flag;
} words[] = {
	{ "vm", CLONE_VM },
	{ "files", CLONE_FILES },
	{ "fs", CLONE_FS },
	{ "sighand", CLONE_SIGHAND },
	{ "io", CLONE_IO },
	{ "sysvsem", CLONE_SYSVSEM },
	{ "newuts", CLONE_NEWUTS },
	{ "newipc", CLONE_NEWIPC },
	{ "newns", CLONE_NEWNS },
	{ "newnet", CLONE_NEWNET },
	{ "newpid", CLONE_NEWPID },
	{ "newcgroup", CLONE_NEWCGROUP },
};

/* Not for clone(): what is done before it. */
static bool is_preparation(const char *word)
{
	if (!strcmp(word, "io-context")) {
		if (syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_BEST_EFFORT_4))
			err(1, "ioprio_set");
	} else if (!strcmp(word, "undo-list")) {
		struct sembuf up = { .sem_op = 1, .sem_flg = SEM_UNDO };
		int id = semget(IPC_PRIVATE, 1, 0600);

		if (id < 0 || semop(id, &up, 1))
			err(1, "semop");
		semctl(id, 0, IPC_RMID);
	} else {
		return false;
	}
	return true;
}

static bool flag_of(const char *word, int *flags)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(words[i].name, word)) {
			*flags |= words[i].flag;
			return true;
		}
	}
	return is_preparation(word);
}

static void until_the_end(void)
{
	char byte;

	printf("{\"ready\": true}\n");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
}

static int stays(void *unused)
{
	(void)unused;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
	return 0;
}

static pid_t clone_child(int flags)
{
	const size_t size = 16 * PAGE;
	char *stack = map(size, RW, MAP_PRIVATE, -1);
	int pid = clone(stays, stack + size, flags | SIGCHLD, NULL);

	if (pid < 0)
		err(1, "clone");
	return pid;
}

static void cloned(int flags)
{
	pid_t pid = clone_child(flags);

	say_task('A', getpid());
	say_task('B', pid);
	until_the_end();
}

/* B has said who it is. */
static sem_t told;

static void wait_until_told(void)
{
	while (sem_wait(&told))
		;
}

static void *is_thread(void *unused)
{
	say_task('B', gettid());
	sem_post(&told);
	stays(unused);
	return NULL;
}

static void threads(void)
{
	pthread_t thread;

	say_task('A', getpid());
	if (pthread_create(&thread, NULL, is_thread, NULL))
		errx(1, "pthread_create");
	wait_until_told();
	until_the_end();
}

/* B has the memory, too, but is not who A waits for. */
static bool is_beside;

/* The thread that did it waits for the child; the rest of the process goes on. */
static void *forks_and_waits(void *tid)
{
	static pid_t child;

	__atomic_store_n((pid_t *)tid, gettid(), __ATOMIC_SEQ_CST);
	child = vfork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (!is_beside)
			say_task('B', getpid());
		sem_post(&told);
		for (;;)
			pause();
	}
	return NULL;
}

static void vforked(void)
{
	static pid_t tid;
	pthread_t thread;

	say_task('A', getpid());
	if (pthread_create(&thread, NULL, forks_and_waits, &tid))
		errx(1, "pthread_create");
	wait_until_told();
	await_call(&tid, -1);
	if (is_beside)
		say_task('B', clone_child(CLONE_VM));
	until_the_end();
}

bool pair_task(int argc, char **argv)
{
	int flags = 0, i;

	if (!strcmp(argv[0], "threads")) {
		threads();
	} else if (!strcmp(argv[0], "vfork") || !strcmp(argv[0], "beside-vfork")) {
		is_beside = strcmp(argv[0], "vfork") != 0;
		vforked();
	} else if (!strcmp(argv[0], "clone")) {
		for (i = 1; i < argc; i++) {
			if (!flag_of(argv[i], &flags))
				return false;
		}
		cloned(flags);
	} else {
		return false;
	}
	return true;
}
