// SPDX-License-Identifier: GPL-2.0
/* Registers: a set for each thread, saved when it waits and restored when it goes on. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "excerpt.h"
#include "kept.h"
#include "stage.h"
#include "tell.h"
#include "view.h"

#define NR_THREADS	3

struct sleeper {
	pid_t tid;
	int fds[2];
	unsigned long before;
	unsigned long after;
};

static struct sleeper sleepers[NR_THREADS];
static pthread_barrier_t began, ended;

static void *work(void *arg)
{
	struct sleeper *sleeper = arg;

	sleeper->tid = gettid();
	pthread_barrier_wait(&began);
	sleeper->after = kept_sleep(sleeper->before, sleeper->fds[0]);
	pthread_barrier_wait(&ended);
	actor_rest();
}

static void play(struct actor *me, void *arg)
{
	pthread_t thread;
	size_t i;

	(void)arg;
	pthread_barrier_init(&began, NULL, NR_THREADS + 1);
	pthread_barrier_init(&ended, NULL, NR_THREADS + 1);
	for (i = 0; i < NR_THREADS; i++) {
		sleepers[i].before = 0x1111UL * (i + 1);
		if (pipe2(sleepers[i].fds, O_CLOEXEC))
			actor_failed(me, "pipe2");
		if ((errno = pthread_create(&thread, NULL, work, &sleepers[i])))
			actor_failed(me, "pthread_create");
	}
	pthread_barrier_wait(&began);
	for (i = 0; i < NR_THREADS; i++)
		actor_say(me, "Thread %d puts %#lx into a register, and sleeps until it is woken.",
			  sleepers[i].tid, sleepers[i].before);
	actor_put(me, sleepers, sizeof(sleepers));
	actor_pause(me);
	for (i = 0; i < NR_THREADS; i++)
		if (write(sleepers[i].fds[1], "", 1) != 1)
			actor_failed(me, "write");
	pthread_barrier_wait(&ended);
	for (i = 0; i < NR_THREADS; i++)
		actor_say(me, "Thread %d was woken and finds %#lx in the register.",
			  sleepers[i].tid, sleepers[i].after);
	actor_put(me, sleepers, sizeof(sleepers));
	actor_rest();
}

/* ---- seen from outside ---- */

/* struct seen - a thread, as ipcshow saw it */
struct seen {
	__u64 kept;
	__u64 sp;
	__u64 switches;
};

static bool see_once(struct view *view, const struct sleeper *threads, struct seen *seen)
{
	struct ipcshow_thread_view thread;
	size_t i;

	for (i = 0; i < NR_THREADS; i++) {
		if (!view_thread(view, 0, threads[i].tid, &thread) || !kept_see(&thread,
		    &seen[i].kept)) return false;
		seen[i].sp = thread.thread->sp;
		seen[i].switches = thread.thread->voluntary_switches;
	}
	return true;
}

#define TRIES	1000

static bool see(pid_t pid, const struct sleeper *threads, struct seen *seen)
{
	struct view view;
	bool done = false;
	int i;

	for (i = 0; i < TRIES && !done; i++) {
		if (!view_open(&view, &pid, 1))
			return false;
		done = see_once(&view, threads, seen);
		view_close(&view);
		if (!done)
			usleep(1000);
	}
	if (!done)
		missing("Who may not trace a thread (ptrace) cannot see its registers: not here.");
	return done;
}

static void prove_seen(const struct sleeper *threads, const struct seen *seen)
{
	size_t i;

	for (i = 0; i < NR_THREADS; i++)
		proof(seen[i].kept == threads[i].before, "From outside, ipcshow sees %#llx in "
		      "register %s of thread %d, as it was saved.", seen[i].kept, kept_name(),
		      threads[i].tid);
	for (i = 1; i < NR_THREADS && seen[i].sp != seen[i - 1].sp; i++)
		;
	proof(i == NR_THREADS, "The stack pointers are %d too: %llx, %llx and %llx.", NR_THREADS,
	      seen[0].sp, seen[1].sp, seen[2].sp);
}

static void run(void)
{
	struct sleeper threads[NR_THREADS], woken[NR_THREADS];
	struct seen before[NR_THREADS], after[NR_THREADS];
	struct actor *actor;
	bool seen, restored = true, switched = true;
	size_t i;

	textbook("Each thread has its own set of registers. When the processor switches to another "
		 "thread they are saved, and restored when the thread goes on.");
	actor = stage_start("threads", play, NULL);
	actor_get(actor, threads, sizeof(threads));
	actor_ready(actor);
	seen = see(actor->pid, threads, before);
	if (seen) {
		excerpt(ROWS(" threads "), "ipcshow-dump --threads %d", actor->pid);
		prove_seen(threads, before);
	} else {
		missing("what is in the registers of a thread that sleeps.");
	}
	actor_go(actor);
	actor_get(actor, woken, sizeof(woken));
	for (i = 0; i < NR_THREADS; i++)
		restored &= woken[i].after == woken[i].before;
	proof(restored, "Each thread found its own value again: the registers were restored.");
	if (!seen || !see(actor->pid, threads, after))
		return;
	for (i = 0; i < NR_THREADS; i++)
		switched &= after[i].switches > before[i].switches;
	proof(switched, "Meanwhile there were context switches: the number of times that thread "
	      "%d gave up its processor went from %llu to %llu.", threads[0].tid,
	      before[0].switches, after[0].switches);
}

const struct demo registers_demo = {
	.name = "registers",
	.title = N_("three threads, three sets of registers, and a context switch"),
	.run = run,
};
