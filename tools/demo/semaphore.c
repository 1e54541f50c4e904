// SPDX-License-Identifier: GPL-2.0
/* Semaphores: so many and no more, and one after the other. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <string.h>

#include "excerpt.h"
#include "stage.h"
#include "tell.h"
#include "view.h"

/* ---- threads: at most so many inside ---- */

#define NR_THREADS	5
#define ROOM		2
#define ROUNDS		200

static sem_t room;
static int inside, most;

static void *go_in_and_out(void *arg)
{
	int i, n, seen;

	(void)arg;
	for (i = 0; i < ROUNDS; i++) {
		sem_wait(&room);
		n = __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
		seen = __atomic_load_n(&most, __ATOMIC_SEQ_CST);
		while (n > seen && !__atomic_compare_exchange_n(&most, &seen, n, false,
								__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			;
		sched_yield();
		__atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
		sem_post(&room);
	}
	return NULL;
}

static void play_threads(struct actor *me, void *arg)
{
	pthread_t threads[NR_THREADS];
	size_t i;

	(void)arg;
	sem_init(&room, 0, ROOM);
	for (i = 0; i < NR_THREADS; i++)
		if ((errno = pthread_create(&threads[i], NULL, go_in_and_out, NULL)))
			actor_failed(me, "pthread_create");
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	actor_say(me, "My %d threads went through a semaphore with room for %d, %d times each.",
		  NR_THREADS, ROOM, ROUNDS);
	actor_put(me, &most, sizeof(most));
	actor_rest();
}

static void run_threads(void)
{
	struct actor *actor = stage_start("threads", play_threads, NULL);
	int found;

	actor_get(actor, &found, sizeof(found));
	proof(found >= 1 && found <= ROOM, "Never were more than %d inside: %d at most.", ROOM,
	      found);
	stage_kill(actor);
}

/* ---- processes: in turn ---- */

#define TURNS	4

/* struct table - in memory that both processes map */
struct table {
	sem_t turn[2];
	unsigned int used;
	char order[2 * TURNS + 1];
};

struct player {
	struct table *table;
	unsigned int number;
};

static void take_turns(struct actor *me, void *arg)
{
	const struct player *player = arg;
	struct table *table = player->table;
	char sign = "AB"[player->number];
	int i;

	actor_pause(me);
	for (i = 0; i < TURNS; i++) {
		sem_wait(&table->turn[player->number]);
		table->order[table->used++] = sign;
		sem_post(&table->turn[!player->number]);
	}
	actor_say(me, "I wrote my letter, %c, %d times.", sign, TURNS);
	actor_put(me, &(__u64){ as_number(table) }, sizeof(__u64));
	/* The first waits for one more turn, which never comes. */
	if (!player->number)
		sem_wait(&table->turn[0]), sem_wait(&table->turn[0]);
	actor_rest();
}

static void look(const pid_t *pids, __u64 address)
{
	struct page_counts pages;
	struct view view;

	if (!view_open(&view, pids, 2)) {
		missing("where the semaphores lie, and who waits on one.");
		return;
	}
	view_pages(&view, 0, 1, address, page_size(), &pages);
	proof(pages.bytes[IPCSHOW_RANGE_SAME] == page_size(),
	      "The semaphores, at %llx, lie on a page that is physically one in both.", address);
	view_close(&view);
	proof(view_await_futex(pids, 0) == 1, "Process %d waits for its turn: ipcshow finds it "
	      "asleep on the semaphore's futex, which %d could wake it from.", pids[0], pids[1]);
}

static void run_processes(void)
{
	struct table *table = stage_share();
	struct player first = { table, 0 }, second = { table, 1 };
	struct actor *a, *b;
	__u64 address;

	sem_init(&table->turn[0], 1, 1);
	sem_init(&table->turn[1], 1, 0);
	a = stage_start("first", take_turns, &first);
	b = stage_start("second", take_turns, &second);
	actor_ready(a);
	actor_ready(b);
	actor_go(a);
	actor_go(b);
	actor_get(a, &address, sizeof(address));
	actor_get(b, &address, sizeof(address));
	proof(!strcmp(table->order, "ABABABAB"), "Their letters lie in the order %s: strictly in "
	      "turn.", table->order);
	look((pid_t[]){ a->pid, b->pid }, address);
	excerpt(ROWS("futex", "shared-anon"), "ipcshow-diff --channels -o "
		"KIND,FLOW,NAME,A,B,DETAIL %d %d", a->pid, b->pid);
}

static void run(void)
{
	textbook("A semaphore lets so many in and no more, and can keep threads or processes in "
		 "step: who may not go on sleeps until another says so.");
	run_threads();
	run_processes();
}

const struct demo semaphore_demo = {
	.name = "semaphore",
	.title = N_("threads and processes kept in step by semaphores"),
	.run = run,
};
