// SPDX-License-Identifier: GPL-2.0
/* Those who have areas: a program, a parent and a child, two threads. */
#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "area_actors.h"
#include "kept.h"
#include "roles.h"

const char *areas_segment;

/* What nobody has touched is in no page table. */
static void touch_all(const struct owner *owner)
{
	size_t row;

	for (row = 0; row < ROW_REGISTERS; row++)
		*(volatile const char *)(unsigned long)owner->addresses[row];
}

static void find(struct owner *owner, int *local, const void *segment)
{
	struct variable variables[NR_VARIABLES];
	size_t i;

	variables_find(variables, local);
	for (i = 0; i < NR_VARIABLES; i++)
		owner->addresses[i] = variables[i].address;
	owner->addresses[ROW_SHARED] = as_number(segment);
	owner->addresses[ROW_REGISTERS] = 0x1000 + (__u64)gettid();
	owner->tid = gettid();
	touch_all(owner);
}

/* With its number in a register, at a pipe that nobody writes to. */
__attribute__((noreturn))
static void sleep_for_ever(const struct owner *owner)
{
	int fds[2];

	if (pipe(fds))
		_exit(EXIT_FAILURE);
	for (;;)
		kept_sleep(owner->addresses[ROW_REGISTERS], fds[0]);
}

static void play_program(struct actor *me, void *arg)
{
	struct owner owner;
	int local = 1;

	find(&owner, &local, actor_map_segment(me, arg, O_RDWR));
	actor_put(me, &owner, sizeof(owner));
	sleep_for_ever(&owner);
}

const struct role roles[] = {
	{ "areas", play_program },
};

const size_t nr_roles = ARRAY_SIZE(roles);

/* ---- parent and child ---- */

/* Of three pages of a stack, the one that no call touches. */
static int *quiet_page(char *pages)
{
	return (int *)(unsigned long)((as_number(pages) + page_size() - 1) &
				      ~(page_size() - 1));
}

/* After one cue, all that can be written to is. */
static void write_when_told(struct actor *me, const struct owner *owner, int *local)
{
	struct variable variables[NR_VARIABLES];
	size_t i;

	actor_wait(me);
	(*local)++;
	variables_find(variables, local);
	for (i = 0; i < NR_VARIABLES; i++)
		if (variables[i].kind == IPCSHOW_KIND_HEAP || variables[i].kind ==
		    IPCSHOW_KIND_ANON) ++*(char *)(unsigned long)variables[i].address;
	/* After fork(), what is shared is in no page table of the child. */
	touch_all(owner);
	actor_put(me, NULL, 0);
	sleep_for_ever(owner);
}

void areas_play_family(struct actor *me, void *arg)
{
	void *segment = actor_map_segment(me, areas_segment, O_RDWR);
	int *local = quiet_page(alloca(3 * page_size()));
	struct owner owner;
	pid_t child;

	(void)arg;
	*local = 1;
	find(&owner, local, segment);
	actor_put(me, &owner, sizeof(owner));
	child = actor_fork();
	if (child < 0)
		actor_failed(me, "fork");
	if (!child) {
		owner.tid = gettid();
		owner.addresses[ROW_REGISTERS] = 0x1000 + (__u64)owner.tid;
		actor_put(me, &owner, sizeof(owner));
	}
	write_when_told(me, &owner, local);
}

/* ---- threads ---- */

#define NR_THREADS	2

/* Written to by the other thread. */
#define SIGN	4711

struct worker {
	void *segment;
	struct owner owner;
	int *local;
	int *thread_local_word;
	bool written;
};

static struct worker workers[NR_THREADS];
static pthread_barrier_t step;
static __thread int word;

static void *work(void *arg)
{
	struct worker *worker = arg;
	struct worker *other = &workers[worker == &workers[0]];
	int local = 1;

	find(&worker->owner, &local, worker->segment);
	worker->local = &local;
	worker->thread_local_word = &word;
	pthread_barrier_wait(&step);
	*other->local = SIGN;
	*other->thread_local_word = SIGN;
	pthread_barrier_wait(&step);
	worker->written = *(volatile int *)&local == SIGN && *(volatile int *)&word == SIGN;
	pthread_barrier_wait(&step);
	sleep_for_ever(&worker->owner);
}

void areas_play_threads(struct actor *me, void *arg)
{
	void *segment = actor_map_segment(me, areas_segment, O_RDWR);
	struct owner owner;
	pthread_t thread;
	bool written;
	size_t i;

	(void)arg;
	/* What malloc() gives to other threads is not in the heap that brk() made. */
	find(&owner, &(int){ 1 }, segment);
	pthread_barrier_init(&step, NULL, NR_THREADS + 1);
	for (i = 0; i < NR_THREADS; i++) {
		workers[i].segment = segment;
		if ((errno = pthread_create(&thread, NULL, work, &workers[i])))
			actor_failed(me, "pthread_create");
	}
	for (i = 0; i < 3; i++)
		pthread_barrier_wait(&step);
	written = workers[0].written && workers[1].written;
	for (i = 0; i < NR_THREADS; i++)
		actor_put(me, &workers[i].owner, sizeof(workers[i].owner));
	actor_put(me, &written, sizeof(written));
	actor_rest();
}
