// SPDX-License-Identifier: GPL-2.0
/* A mutex that processes share: one at a time, and what becomes of it when its owner dies. */
#include <errno.h>
#include <pthread.h>

#include "excerpt.h"
#include "stage.h"
#include "tell.h"
#include "view.h"

#define NR_PROCESSES	3
#define TIMES		20000

/* struct account - in memory that all map */
struct account {
	pthread_mutex_t mutex;
	volatile long balance;
};

static struct account *account;

static void pay_in(struct actor *me, void *arg)
{
	int i;

	(void)arg;
	actor_pause(me);
	for (i = 0; i < TIMES; i++) {
		pthread_mutex_lock(&account->mutex);
		account->balance = account->balance + 1;
		pthread_mutex_unlock(&account->mutex);
	}
	actor_say(me, "I added 1 to the balance, %d times.", TIMES);
	actor_put(me, NULL, 0);
	actor_rest();
}

static void own(struct actor *me, void *arg)
{
	(void)arg;
	pthread_mutex_lock(&account->mutex);
	actor_say(me, "I have locked the mutex, and keep it.");
	actor_put(me, NULL, 0);
	actor_rest();
}

static void wait_for_it(struct actor *me, void *arg)
{
	int err;

	(void)arg;
	actor_say(me, "I want the mutex, too.");
	actor_put(me, NULL, 0);
	err = pthread_mutex_lock(&account->mutex);
	if (err == EOWNERDEAD) {
		pthread_mutex_consistent(&account->mutex);
		actor_say(me, "I have it now, and was told that its owner died with it.");
	}
	pthread_mutex_unlock(&account->mutex);
	actor_put(me, &err, sizeof(err));
	actor_rest();
}

static void make_account(void)
{
	pthread_mutexattr_t attr;

	account = stage_share();
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&account->mutex, &attr);
}

static void run_adders(void)
{
	struct actor *adders[NR_PROCESSES];
	size_t i;

	for (i = 0; i < NR_PROCESSES; i++)
		adders[i] = stage_start("adder", pay_in, NULL);
	for (i = 0; i < NR_PROCESSES; i++)
		actor_ready(adders[i]);
	for (i = 0; i < NR_PROCESSES; i++)
		actor_go(adders[i]);
	for (i = 0; i < NR_PROCESSES; i++)
		actor_ready(adders[i]);
	proof(account->balance == NR_PROCESSES * TIMES, "No update was lost: %d expected, %ld "
	      "found.", NR_PROCESSES * TIMES, account->balance);
	for (i = 0; i < NR_PROCESSES; i++)
		stage_kill(adders[i]);
}

static void look(const pid_t *pids)
{
	int waits = view_await_futex(pids, 1);

	if (waits < 0)
		missing("that the second sleeps on the mutex.");
	else
		proof(waits, "ipcshow finds %d asleep on a word in memory that %d maps, too: the "
		      "mutex.", pids[1], pids[0]);
}

static void run(void)
{
	struct actor *owner, *waiter;
	int err;

	textbook("A mutex lets one in at a time. In shared memory it serves processes, too. If its "
		 "owner dies, a plain one stays locked for ever, and a robust one tells the next.");
	make_account();
	run_adders();
	owner = stage_start("owner", own, NULL);
	actor_ready(owner);
	waiter = stage_start("waiter", wait_for_it, NULL);
	actor_ready(waiter);
	look((pid_t[]){ owner->pid, waiter->pid });
	excerpt(ROWS("futex"), "ipcshow-diff --channels -o KIND,FLOW,NAME,A,B,DETAIL %d %d",
		owner->pid, waiter->pid);
	say("Now the owner is killed.");
	stage_kill(owner);
	actor_get(waiter, &err, sizeof(err));
	proof(err == EOWNERDEAD, "The waiter got the mutex, and was told that its owner had died.");
}

const struct demo mutex_demo = {
	.name = "mutex",
	.title = N_("a mutex that processes share, and the death of its owner"),
	.run = run,
};
