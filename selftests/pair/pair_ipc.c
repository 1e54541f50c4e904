// SPDX-License-Identifier: GPL-2.0
/* System V and POSIX objects that both use. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pair.h"
#include "pair_task.h"

struct message {
	long type;
	char text[8];
};

static void remove_queue(long id)
{
	msgctl(id, IPC_RMID, NULL);
}

/* A sent last, B received last. */
static void queue(enum phase phase)
{
	struct message message = { 1, "hello" };
	static int id;

	switch (phase) {
	case BEFORE:
		id = msgget(IPC_PRIVATE, 0600);
		if (id < 0 || msgsnd(id, &message, sizeof(message.text), 0))
			err(1, "msgsnd");
		at_end(remove_queue, id);
		break;
	case IN_B:
		if (msgrcv(id, &message, sizeof(message.text), 0, 0) < 0)
			err(1, "msgrcv");
		break;
	case IN_A:
		joined_by_id("sysv-msg", "sysv-msg", id);
	}
}

static void remove_semaphores(long id)
{
	semctl(id, 0, IPC_RMID);
}

/* Of three, A used the first last, B the second. */
static void semaphores(enum phase phase)
{
	struct sembuf up = { .sem_num = phase == IN_B, .sem_op = 1 };
	static int id;

	if (phase == BEFORE) {
		id = semget(IPC_PRIVATE, 3, 0600);
		if (id < 0)
			err(1, "semget");
		at_end(remove_semaphores, id);
		return;
	}
	if (semop(id, &up, 1))
		err(1, "semop");
	if (phase == IN_A)
		joined_by_id("sysv-sem", "sysv-sem", id);
}

static void remove_segment(long id)
{
	shmctl(id, IPC_RMID, NULL);
}

static void segment(enum phase phase)
{
	static int id;

	if (phase == BEFORE) {
		id = shmget(IPC_PRIVATE, PAGE, 0600);
		if (id < 0 || shmat(id, NULL, 0) == (void *)-1)
			err(1, "shmget");
		at_end(remove_segment, id);
	} else if (phase == IN_A) {
		joined_by_id("sysv-shm", "sysv-shm", id);
	}
}

void pair_sysv_ipc(enum phase phase)
{
	queue(phase);
	semaphores(phase);
	segment(phase);
}

/* ---- POSIX ---- */

static const char *name_of(const char *what)
{
	static char name[64];

	snprintf(name, sizeof(name), "/pair-%ld-%s", get(40), what);
	return name;
}

static mqd_t open_queue(void)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 16 };

	return mq_open(name_of("queue"), O_RDWR | O_CREAT | O_CLOEXEC, 0600, &attr);
}

/* By name, each on its own. */
static void posix_queue(enum phase phase)
{
	mqd_t mine;

	if (phase == BEFORE)
		return;
	mine = open_queue();
	if (mine < 0) {
		skip("mqueue", "mq_open: %s", strerror(errno));
		return;
	}
	end_of("mqueue", mine);
	if (phase == IN_A) {
		joined("mqueue", "mqueue");
		mq_unlink(name_of("queue"));
	}
}

static void posix_semaphore(enum phase phase)
{
	if (phase == BEFORE)
		return;
	if (sem_open(name_of("semaphore"), O_CREAT | O_CLOEXEC, 0600, 1) == SEM_FAILED)
		err(1, "sem_open");
	if (phase == IN_A) {
		joined("posix-sem", "posix-sem");
		sem_unlink(name_of("semaphore"));
	}
}

static pid_t waiter;

static void *wait_on(void *word)
{
	__atomic_store_n(&waiter, gettid(), __ATOMIC_SEQ_CST);
	for (;;)
		syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0);
	return NULL;
}

/* A thread of B waits, in memory that A has, too. */
static void futex(enum phase phase)
{
	static uint32_t *word;
	pthread_t thread;

	switch (phase) {
	case BEFORE:
		word = map(PAGE, RW, MAP_SHARED, -1);
		break;
	case IN_B:
		if (pthread_create(&thread, NULL, wait_on, word + 4))
			errx(1, "pthread_create");
		await_call(&waiter, SYS_futex);
		break;
	case IN_A:
		*word = 0;
		joined("futex", "futex");
	}
}

void pair_posix_ipc(enum phase phase)
{
	if (phase == BEFORE)
		put(40, getpid());
	posix_queue(phase);
	posix_semaphore(phase);
	futex(phase);
}

/* ---- a lock with priority inheritance, whose word names its owner ---- */

static void *lock_pi(void *word)
{
	for (;;)
		syscall(SYS_futex, word, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
	return NULL;
}

/* A has it, a thread of B waits for it. */
void pair_pi(enum phase phase)
{
	static uint32_t *word;
	pthread_t thread;

	switch (phase) {
	case BEFORE:
		word = map(PAGE, RW, MAP_SHARED, -1);
		if (syscall(SYS_futex, word, FUTEX_LOCK_PI, 0, NULL, NULL, 0))
			skip("futex-pi", "FUTEX_LOCK_PI: %s", strerror(errno));
		break;
	case IN_B:
		if (*word && pthread_create(&thread, NULL, lock_pi, word))
			errx(1, "pthread_create");
		/* It is in the kernel when the word says that one waits. */
		while (*word && !(*(volatile uint32_t *)word & FUTEX_WAITERS))
			usleep(1000);
		break;
	case IN_A:
		if (*word)
			joined("futex-pi", "futex");
	}
}
