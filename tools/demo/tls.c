// SPDX-License-Identifier: GPL-2.0
/* Thread-local variables: one name, a value for each thread. */
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "excerpt.h"
#include "stage.h"
#include "tell.h"
#include "view.h"

#define NR_WORKERS	3

static __thread int value;

/* struct local - where a thread has its value */
struct local {
	pid_t tid;
	int value;
	__u64 address;
};

static struct local locals[NR_WORKERS];
static pthread_barrier_t done;

static void *work(void *arg)
{
	struct local *local = arg;

	value = 100 * (int)(local - locals + 1);
	*local = (struct local){ gettid(), value, as_number(&value) };
	pthread_barrier_wait(&done);
	actor_rest();
}

static void play(struct actor *me, void *arg)
{
	struct local own;
	pthread_t thread;
	size_t i;

	(void)arg;
	pthread_barrier_init(&done, NULL, NR_WORKERS + 1);
	for (i = 0; i < NR_WORKERS; i++)
		if ((errno = pthread_create(&thread, NULL, work, &locals[i])))
			actor_failed(me, "pthread_create");
	pthread_barrier_wait(&done);
	for (i = 0; i < NR_WORKERS; i++)
		actor_say(me, "Thread %d sets its value to %d, at %llx.", locals[i].tid,
			  locals[i].value, locals[i].address);
	own = (struct local){ gettid(), value, as_number(&value) };
	actor_say(me, "The main thread has never set its own, at %llx: it is %d.", own.address,
		  own.value);
	actor_put(me, locals, sizeof(locals));
	actor_put(me, &own, sizeof(own));
	actor_rest();
}

/* The block of the thread itself, as the thread's record and as the area tell it. */
static void look_at(struct view *view, const struct local *local)
{
	struct ipcshow_thread_view thread = { 0 };
	struct place place = { 0 };
	bool known = view_thread(view, 0, local->tid, &thread) &&
		     view_place(view, 0, local->address, &place);

	proof(known && place.kind == IPCSHOW_KIND_TLS && place.tid == (__u32)local->tid &&
	      local->address >= thread.tls_start && local->address < thread.tls_end,
	      "The value of thread %d, at %llx, lies in its own TLS block, from %llx to %llx.",
	      local->tid, local->address, thread.tls_start, thread.tls_end);
}

static void look(pid_t pid, const struct local *workers, const struct local *own)
{
	struct view view;
	size_t i;

	if (!view_open(&view, &pid, 1)) {
		missing("where each thread's TLS block lies.");
		return;
	}
	for (i = 0; i < NR_WORKERS; i++)
		look_at(&view, &workers[i]);
	look_at(&view, own);
	view_close(&view);
}

static void run(void)
{
	struct local workers[NR_WORKERS], own;
	struct actor *actor;
	bool differ = true;
	size_t i;

	textbook("A thread-local variable has one name and a value for each thread. Each lies in "
		 "a block of its thread's own (TLS).");
	actor = stage_start("workers", play, NULL);
	actor_get(actor, workers, sizeof(workers));
	actor_get(actor, &own, sizeof(own));

	for (i = 0; i < NR_WORKERS; i++)
		differ &= workers[i].value == 100 * (int)(i + 1);
	proof(differ && !own.value, "Each thread reads what it set itself, and the main thread "
	      "still has %d.", own.value);
	excerpt(ROWS(" tls "), "ipcshow-dump -o START,SIZE,PERM,RSS,KIND,TID,NAME %d", actor->pid);
	look(actor->pid, workers, &own);
}

const struct demo tls_demo = {
	.name = "tls",
	.title = N_("thread-local variables, each in its thread's own block"),
	.run = run,
};
