// SPDX-License-Identifier: GPL-2.0
/* How one side waits for the other: counts in shared memory, and sleep in the kernel. */
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "memory.h"

/* Looks before one sleeps, or lets others run: some ten round trips between cores. */
#define SPINS		2000

/* So many times as many, where the other side's system calls are traced: that is as long. */
#define SPINS_TRACED	20

static struct area *area_of(const struct end *end)
{
	return end->memory;
}

static void begin(struct link *link, struct area *area)
{
	area->counts[SPACES].value = (uint32_t)link->slots;
}

static uint32_t look(const struct count *count)
{
	return __atomic_load_n(&count->value, __ATOMIC_ACQUIRE);
}

/* @number messages were taken from the count so far; it may wrap around. */
static bool is_empty(const struct count *count, uint32_t number)
{
	return look(count) == number;
}

static void sleep_on(struct count *count, uint32_t number)
{
	/* Seen by who raises the count after this, or the count is seen raised. */
	__atomic_store_n(&count->sleepers, 1, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (is_empty(count, number))
		syscall(SYS_futex, &count->value, FUTEX_WAIT, number, NULL, NULL, 0);
	__atomic_store_n(&count->sleepers, 0, __ATOMIC_RELAXED);
}

static int down(struct end *end, unsigned int which, uint32_t spins, bool sleeps)
{
	struct count *count = &area_of(end)->counts[which];
	uint32_t looks = 0;

	if (end->link->traced)
		spins *= SPINS_TRACED;

	while (is_empty(count, (uint32_t)end->number)) {
		if (looks++ < spins) {
			relax();
		} else if (sleeps) {
			sleep_on(count, (uint32_t)end->number);
		} else {
			sched_yield();
			looks = 0;
		}
	}
	return 0;
}

static int raise_count(struct end *end, unsigned int which)
{
	struct count *count = &area_of(end)->counts[which];

	/* Nobody else does. */
	__atomic_store_n(&count->value, count->value + 1, __ATOMIC_RELEASE);
	return 0;
}

static int up(struct end *end, unsigned int which)
{
	struct count *count = &area_of(end)->counts[which];

	raise_count(end, which);
	/* Pairs with that in sleep_on(). */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&count->sleepers, __ATOMIC_RELAXED) &&
	    syscall(SYS_futex, &count->value, FUTEX_WAKE, 1, NULL, NULL, 0) < 0)
		return end_failed(end, "futex");
	return 0;
}

static int down_adaptive(struct end *end, unsigned int which)
{
	return down(end, which, SPINS, true);
}

static int down_sleeping(struct end *end, unsigned int which)
{
	return down(end, which, 0, true);
}

static int down_spinning(struct end *end, unsigned int which)
{
	return down(end, which, SPINS, false);
}

const struct counting counting_adaptive = { .begin = begin, .down = down_adaptive, .up = up };
const struct counting counting_futex = { .begin = begin, .down = down_sleeping, .up = up };
const struct counting counting_spinning = {
	.begin = begin, .down = down_spinning, .up = raise_count,
};
