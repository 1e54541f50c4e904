// SPDX-License-Identifier: GPL-2.0
/* Plain memory that threads have together: what keeps them apart, and what comes of nothing that does. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include "memory.h"

/* Looks at a lock that is held, or at a count that is 0, before others may run. */
#define SPINS		2000

/* Others may run now and then; but not each time that a tracer would see it. */
static void yield_after(const struct end *end, unsigned int *looks)
{
	relax();
	if (++*looks % (end->link->traced ? 20 * SPINS : SPINS) == 0)
		sched_yield();
}

static struct area *area_of(const struct end *end)
{
	return end->memory;
}

static void begin(struct link *link, struct area *area)
{
	area->plain[SPACES] = (uint32_t)link->slots;
	pthread_mutex_init(&area->lock, NULL);
	pthread_cond_init(&area->changed, NULL);
	pthread_spin_init(&area->spin, PTHREAD_PROCESS_PRIVATE);
}

/* ---- a mutex, and a condition to wait for ---- */

static int mutex_up(struct end *end, unsigned int which)
{
	struct area *area = area_of(end);

	pthread_mutex_lock(&area->lock);
	/* Who waits does so for a count that is 0. */
	if (!area->plain[which]++)
		pthread_cond_broadcast(&area->changed);
	pthread_mutex_unlock(&area->lock);
	return 0;
}

static int mutex_down(struct end *end, unsigned int which)
{
	struct area *area = area_of(end);

	pthread_mutex_lock(&area->lock);
	while (!area->plain[which])
		pthread_cond_wait(&area->changed, &area->lock);
	area->plain[which]--;
	pthread_mutex_unlock(&area->lock);
	return 0;
}

const struct counting counting_mutex = { .begin = begin, .up = mutex_up, .down = mutex_down };

/* ---- a spin lock ---- */

static int spin_up(struct end *end, unsigned int which)
{
	struct area *area = area_of(end);

	pthread_spin_lock(&area->spin);
	area->plain[which]++;
	pthread_spin_unlock(&area->spin);
	return 0;
}

static int spin_down(struct end *end, unsigned int which)
{
	struct area *area = area_of(end);
	unsigned int looks = 0;
	bool got;

	for (;;) {
		pthread_spin_lock(&area->spin);
		got = area->plain[which];
		area->plain[which] -= got;
		pthread_spin_unlock(&area->spin);
		if (got)
			return 0;
		yield_after(end, &looks);
	}
}

const struct counting counting_spin_lock = { .begin = begin, .up = spin_up, .down = spin_down };

/*
 * ---- nothing ----
 *
 * One place: the sender writes there whether or not the last message was read, the receiver looks whenever a
 * new number is there, and meanwhile the next message may come over it.
 */

static int plain_make(struct link *link)
{
	link->slots = 1;
	return link_map(link, AREA_BYTES + link->size, false) ? 0 : -errno;
}

static int plain_open(struct end *end)
{
	end->memory = end->link->shared;
	end->own = NULL;
	return 0;
}

static void *plain_place(const struct end *end)
{
	return (char *)end->memory + AREA_BYTES;
}

static void *plain_reserve(struct end *end)
{
	return plain_place(end);
}

/* No atomic access, no barrier: just a store that the compiler does not leave out. */
static int plain_commit(struct end *end)
{
	*(volatile uint64_t *)&area_of(end)->seen = end->number + 1;
	return 0;
}

static const void *plain_peek(struct end *end)
{
	const volatile uint64_t *seen = &area_of(end)->seen;
	unsigned int looks = 0;

	while (*seen <= end->number)
		yield_after(end, &looks);
	return plain_place(end);
}

static const struct mechanism_ops plain_ops = {
	.make = plain_make, .open = plain_open, .reserve = plain_reserve, .commit = plain_commit,
	.peek = plain_peek,
};

#define THREAD(name_, help_, flags_)						\
	.name = name_, .group = "thread", .help = help_,			\
	.flags = MECHANISM_NEEDS_SIZE | MECHANISM_IN_PLACE | MECHANISM_THREADS_ONLY | (flags_), \
	.copies = 0, .copies_reason = N_("made and read in place, in the one address space"), \
	.directions = ANY_WAY

#define COUNTED(name_, counting_, help_)					\
	{ THREAD(name_, help_, 0), .ops = &memory_ops,		\
	  .kind = &(const struct memory_kind){ &backing_heap, &(counting_) } }

const struct mechanism thread_mechanisms[] = {
	COUNTED("thread-mutex", counting_mutex,
		N_("plain memory; counts under a mutex, with a condition variable")),
	COUNTED("thread-spinlock", counting_spin_lock,
		N_("plain memory; counts under a spin lock")),
	COUNTED("thread-semaphore", counting_posix_sem,
		N_("plain memory; sem_post() and sem_wait()")),
	COUNTED("thread-atomic", counting_spinning,
		N_("plain memory; atomic counts, looked at again and again")),
	{ THREAD("thread-nothing", N_("plain memory with nothing: messages are lost and torn"),
		 MECHANISM_UNSAFE), .ops = &plain_ops },
	{ 0 }
};
