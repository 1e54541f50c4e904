// SPDX-License-Identifier: GPL-2.0
/* Threads that add to one counter, with a mutex and without. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "excerpt.h"
#include "stage.h"
#include "tell.h"
#include "view.h"

#define NR_THREADS	5
#define TIMES		100000
#define EXPECTED	(NR_THREADS * TIMES)

static volatile long counter;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t start, done;
static pid_t tids[NR_THREADS];

struct outcome {
	long counter;
	__u64 address;
	pid_t tids[NR_THREADS];
};

static void add(bool locked)
{
	long value;
	int i;

	for (i = 0; i < TIMES; i++) {
		if (locked)
			pthread_mutex_lock(&mutex);
		/* Load, add, store: another may come between, and now and then is asked to. */
		value = counter;
		if (i % 1000 == 0)
			sched_yield();
		counter = value + 1;
		if (locked)
			pthread_mutex_unlock(&mutex);
	}
}

static void *work(void *arg)
{
	pid_t *tid = arg;

	*tid = gettid();
	pthread_barrier_wait(&start);
	add(false);
	pthread_barrier_wait(&done);
	pthread_barrier_wait(&start);
	add(true);
	pthread_barrier_wait(&done);
	actor_rest();
}

static void count(struct actor *me, bool locked)
{
	struct outcome outcome = { .address = as_number(&counter) };
	size_t i;

	counter = 0;
	pthread_barrier_wait(&start);
	pthread_barrier_wait(&done);
	outcome.counter = counter;
	for (i = 0; i < NR_THREADS; i++)
		outcome.tids[i] = tids[i];
	if (locked)
		actor_say(me, "With a mutex, the counter is %ld.", outcome.counter);
	else
		actor_say(me, "Without a lock, the counter is %ld.", outcome.counter);
	actor_put(me, &outcome, sizeof(outcome));
}

static void play(struct actor *me, void *arg)
{
	pthread_t thread;
	size_t i;

	(void)arg;
	pthread_barrier_init(&start, NULL, NR_THREADS + 1);
	pthread_barrier_init(&done, NULL, NR_THREADS + 1);
	actor_say(me, "I start %d threads, and each adds 1 to the counter at %p, %d times.",
		  NR_THREADS, (void *)(unsigned long)&counter, TIMES);
	for (i = 0; i < NR_THREADS; i++)
		if ((errno = pthread_create(&thread, NULL, work, &tids[i])))
			actor_failed(me, "pthread_create");
	count(me, false);
	count(me, true);
	actor_rest();
}

static void look(pid_t pid, const struct outcome *outcome)
{
	struct place place = { 0 };
	struct view view;
	bool one_space = true, known;
	size_t i;

	if (!view_open(&view, &pid, 1)) {
		missing("in which area the counter lies, and who shares it.");
		return;
	}
	known = view_place(&view, 0, outcome->address, &place);
	proof(known && place.kind == IPCSHOW_KIND_BSS,
	      "The counter at %llx is in the program's bss, from %llx to %llx.", outcome->address,
	      place.start, place.end);
	for (i = 0; i < NR_THREADS; i++)
		one_space &= view_resource(&view, 0, pid, 0, outcome->tids[i],
					   IPCSHOW_RESOURCE_MM) == IPCSHOW_FINDING_SAME;
	proof(one_space, "All %d threads have one address space with the main thread, so that area "
	      "is shared by all of them.", NR_THREADS);
	view_close(&view);
}

static void run(void)
{
	struct outcome without, with;
	struct actor *actor;

	textbook("Threads share their memory, so that two may change a variable at once. Without a "
		 "lock, updates can be lost; with a mutex, none is.");
	actor = stage_start("adder", play, NULL);
	actor_get(actor, &without, sizeof(without));
	actor_get(actor, &with, sizeof(with));

	proof(with.counter == EXPECTED, "With a mutex, the result is exact: %d expected, %ld "
	      "found.", EXPECTED, with.counter);
	proof(without.counter <= EXPECTED && without.counter >= 0, "Without one, it is at most "
	      "that: %d expected, %ld found.", EXPECTED, without.counter);
	if (without.counter < EXPECTED)
		say("This time, %ld updates were lost.", EXPECTED - without.counter);
	else
		say("This time, no update was lost. That is luck: nothing ruled it out.");
	excerpt(ROWS("^bss "), "ipcshow-diff --areas -o "
		"KIND,START-A,SIZE-A,SAME,VERDICT,MECHANISM,NAME %d %d", with.tids[0],
		with.tids[1]);
	look(actor->pid, &with);
}

const struct demo race_demo = {
	.name = "race",
	.title = N_("five threads and one counter, with a mutex and without"),
	.run = run,
};
