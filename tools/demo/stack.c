// SPDX-License-Identifier: GPL-2.0
/* A stack for each thread, and the guard below it. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "excerpt.h"
#include "stage.h"
#include "tell.h"
#include "view.h"

#define NR_THREADS	3

/* struct frame - where a thread has the variable of the function that all call */
struct frame {
	pid_t tid;
	__u64 variable;
	__u64 function;
};

static struct frame frames[NR_THREADS];
static pthread_barrier_t done;

static void *the_function(void *arg)
{
	struct frame *frame = arg;
	volatile int variable = 1;

	*frame = (struct frame){ gettid(), as_number(&variable), as_number(the_function) };
	pthread_barrier_wait(&done);
	actor_rest();
}

static void start_threads(struct actor *me)
{
	pthread_t thread;
	size_t i;

	pthread_barrier_init(&done, NULL, NR_THREADS + 1);
	for (i = 0; i < NR_THREADS; i++)
		if ((errno = pthread_create(&thread, NULL, the_function, &frames[i])))
			actor_failed(me, "pthread_create");
	pthread_barrier_wait(&done);
}

static void play(struct actor *me, void *arg)
{
	size_t i;

	(void)arg;
	start_threads(me);
	for (i = 0; i < NR_THREADS; i++)
		actor_say(me, "Thread %d runs the function at %llx, and has its variable at %llx.",
			  frames[i].tid, frames[i].function, frames[i].variable);
	actor_put(me, frames, sizeof(frames));
	actor_rest();
}

/* ---- overflow ---- */

static struct actor *overflowing;

/* On a stack of its own: the other is full. */
static void tell_fault(int number, siginfo_t *info, void *context)
{
	__u64 address = as_number(info->si_addr);

	(void)context;
	actor_put(overflowing, &address, sizeof(address));
	signal(number, SIG_DFL);
	raise(number);
}

/* Each call needs less than a page, so that none steps over the guard. */
__attribute__((noinline))
static unsigned int call_deeper(unsigned int depth)
{
	volatile char used[512];

	memset((char *)(unsigned long)used, (int)depth, sizeof(used));
	if (depth)
		depth += call_deeper(depth + 1);
	return depth + (unsigned char)used[depth % sizeof(used)];
}

static void *overflow(void *arg)
{
	const struct sigaction action = { .sa_sigaction = tell_fault,
					  .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND };
	static char other_stack[1 << 16];
	const stack_t stack = { .ss_sp = other_stack, .ss_size = sizeof(other_stack) };
	pid_t tid = gettid();

	(void)arg;
	if (sigaltstack(&stack, NULL) || sigaction(SIGSEGV, &action, NULL))
		actor_failed(overflowing, "sigaction");
	actor_put(overflowing, &tid, sizeof(tid));
	actor_pause(overflowing);
	actor_say(overflowing, "My thread %d calls itself without end.", tid);
	call_deeper(1);
	return NULL;
}

static void play_overflow(struct actor *me, void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;

	(void)arg;
	overflowing = me;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 256 << 10);
	if ((errno = pthread_create(&thread, &attr, overflow, NULL)))
		actor_failed(me, "pthread_create");
	actor_rest();
}

static bool find_guard(pid_t pid, pid_t tid, struct place *guard)
{
	struct ipcshow_thread_view thread;
	struct view view;
	bool found;

	if (!view_open(&view, &pid, 1)) {
		missing("where the guard below the stack lies.");
		return false;
	}
	found = view_thread(&view, 0, tid, &thread) &&
		view_place(&view, 0, thread.stack_start - 1, guard) &&
		guard->kind == IPCSHOW_KIND_GUARD && guard->tid == (__u32)tid;
	view_close(&view);
	proof(found, "Below the stack of thread %d lies a guard without any access, from %llx to "
	      "%llx.", tid, guard->start, guard->end);
	return found;
}

static void run_overflow(void)
{
	struct place guard = { 0 };
	struct actor *actor;
	__u64 fault;
	bool found;
	pid_t tid;
	int status;

	actor = stage_start("overflow", play_overflow, NULL);
	actor_get(actor, &tid, sizeof(tid));
	actor_ready(actor);
	excerpt(ROWS("guard"), "ipcshow-dump -o START,END,SIZE,PERM,KIND,TID,NAME %d", actor->pid);
	found = find_guard(actor->pid, tid, &guard);
	actor_go(actor);
	actor_get(actor, &fault, sizeof(fault));
	status = stage_await(actor);
	proof(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV,
	      "Its process was ended by SIGSEGV, at address %llx.", fault);
	if (found)
		proof(fault >= guard.start && fault < guard.end,
		      "That address, %llx, lies in the guard, from %llx to %llx.", fault,
		      guard.start, guard.end);
}

/* ---- both ---- */

static void look(pid_t pid, const struct frame *threads)
{
	struct ipcshow_thread_view thread;
	struct place place = { 0 };
	struct view view;
	size_t i;

	if (!view_open(&view, &pid, 1)) {
		missing("where each thread's stack lies.");
		return;
	}
	for (i = 0; i < NR_THREADS; i++) {
		bool known = view_thread(&view, 0, threads[i].tid, &thread) &&
			     view_place(&view, 0, threads[i].variable, &place);

		proof(known && place.kind == IPCSHOW_KIND_STACK &&
		      place.tid == (__u32)threads[i].tid &&
		      threads[i].variable >= thread.stack_start &&
		      threads[i].variable < thread.stack_end,
		      "The variable of thread %d lies in that thread's own stack, from %llx to "
		      "%llx.", threads[i].tid, place.start, place.end);
	}
	proof(view_place(&view, 0, threads[0].function, &place) &&
	      place.kind == IPCSHOW_KIND_CODE,
	      "The function that all of them run lies in the program's code, once, at %llx.",
	      threads[0].function);
	view_close(&view);
}

static void run(void)
{
	struct frame threads[NR_THREADS];
	struct actor *actor;

	textbook("Threads run the same code, but each has a stack of its own for its local "
		 "variables. Below a stack lies a guard: who overflows it is stopped there.");
	actor = stage_start("threads", play, NULL);
	actor_get(actor, threads, sizeof(threads));
	proof(threads[0].function == threads[1].function &&
	      threads[0].variable != threads[1].variable &&
	      threads[1].variable != threads[2].variable,
	      "One function, and a variable of its own in each thread.");
	excerpt(ROWS(" stack "), "ipcshow-dump -o START,END,SIZE,RSS,PERM,KIND,TID,NAME %d",
		actor->pid);
	look(actor->pid, threads);
	run_overflow();
}

const struct demo stack_demo = {
	.name = "stack",
	.title = N_("a stack for each thread, and what happens when one overflows"),
	.run = run,
};
