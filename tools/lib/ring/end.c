// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What both ends do: wait, wake, and end.
 *
 * No wake is lost, and who makes news executes no barrier for it:
 *
 *	who sleeps			who makes news
 *	attention = SLEEPS		header or position = ...
 *	membarrier()			read attention
 *	look for news			SLEEPS? wake
 *	sleep
 *
 * membarrier() has a full barrier executed at some point in the program of
 * whoever runs in a registered process. If that point is before its reading of attention, it
 * reads SLEEPS, and wakes; else what it wrote before that reading is seen when the
 * sleeper looks. A wake that comes before the sleep is kept by the link. Where
 * there is no membarrier() each maker of news executes a fence instead.
 */
#include <errno.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"
#include "end.h"

#define CACHE_LINE	64UL

/* About 20 us on a machine whose pause takes 40 ns. */
#define SPINS_MAX	512
#define SPINS_MIN	16

/* Who sleeps for less than this might have done better to spin on. */
#define SHORT_SLEEP_NS	50000
#define RETRY_EVERY	16

/* For how long to sleep where a wake may get lost. */
#define SLICE_NS	(10 * NSEC_PER_SEC / 1000)

#define DEFAULT_TIMEOUT_NS	(30 * NSEC_PER_SEC)

static int membarrier(int command)
{
	return (int)syscall(SYS_membarrier, command, 0, 0);
}

/* Can others have a barrier executed in this process, and it in them? */
bool ring_end_register_barrier(void)
{
	return membarrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED) == 0;
}

/**
 * ring_end_check_options() - what the caller wants, in full
 * @options: the caller's, or NULL
 * @flags: those that it may have
 * @copy: out
 *
 * Return: 0 or -EINVAL.
 */
int ring_end_check_options(const struct ipcshow_ring_options *options, __u32 flags,
			   struct ipcshow_ring_options *copy)
{
	*copy = (struct ipcshow_ring_options){ .size = sizeof(*copy) };
	if (options) {
		if (options->size != sizeof(*options) || options->flags & ~flags)
			return -EINVAL;
		*copy = *options;
	}
	if (copy->flags & IPCSHOW_RING_LATENCY && copy->flags & IPCSHOW_RING_STREAM)
		return -EINVAL;
	if (!copy->timeout_ns)
		copy->timeout_ns = DEFAULT_TIMEOUT_NS;
	return 0;
}

/**
 * ring_end_new() - a producer or a consumer, all zero, whose end has neither link nor memory yet
 * @size: bytes of it
 * @offset: where its struct ring_end is
 *
 * It shares no line of the cache with anything else.
 *
 * Return: NULL: no memory; to be given to free().
 */
void *ring_end_new(size_t size, size_t offset)
{
	char *owner = aligned_alloc(CACHE_LINE, (size + CACHE_LINE - 1) & -CACHE_LINE);
	struct ring_end *end;

	if (!owner)
		return NULL;
	memset(owner, 0, size);
	end = (struct ring_end *)(void *)(owner + offset);
	end->link.fd = -1;
	end->memory.page_size = ring_page_size();
	return owner;
}

/* Spinning helps only if the other side can run meanwhile. */
bool ring_end_may_spin(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN) > 1;
}

/**
 * ring_end_begin() - the two ends have met
 * @end: its link and memory are there
 * @produces: it is the producer's
 * @options: of ring_end_check_options()
 * @fence: one of the two has no membarrier()
 */
void ring_end_begin(struct ring_end *end, bool produces,
		    const struct ipcshow_ring_options *options, bool fence)
{
	struct ring_memory *memory = &end->memory;

	end->mine = produces ? memory->producer : memory->consumer;
	end->theirs = produces ? memory->consumer : memory->producer;
	end->fence = fence;
	if (!(options->flags & IPCSHOW_RING_NO_SPIN) && ring_end_may_spin())
		end->spins_max = SPINS_MAX;
	end->spins = end->spins_max;
	if (!end->link.module)
		ring_link_begin(&end->link);
}

/**
 * ring_end_close() - leave, in order
 * @end: the end, or what there is of it
 */
void ring_end_close(struct ring_end *end)
{
	if (end->mine) {
		/* Pairs with the acquire in ring_end_over(): all that we committed is seen. */
		__atomic_store_n(&end->mine->attention, IPCSHOW_RING_SIDE_F_CLOSED,
				 __ATOMIC_RELEASE);
		ring_link_wake(&end->link);
	}
	ring_memory_unmap(&end->memory);
	ring_link_close(&end->link);
}

/**
 * ring_end_over() - will nothing more come from the other end?
 * @end: the end
 *
 * Ask this first, and then look for what it has left.
 *
 * Return: 0: it may; -EPIPE: it has closed its end; -EOWNERDEAD: it has gone without.
 */
int ring_end_over(const struct ring_end *end)
{
	__u64 attention = __atomic_load_n(&end->theirs->attention, __ATOMIC_ACQUIRE);

	if (attention & IPCSHOW_RING_SIDE_F_CLOSED)
		return -EPIPE;
	if (attention & IPCSHOW_RING_SIDE_F_GONE || end->link.gone)
		return -EOWNERDEAD;
	return 0;
}

/**
 * ring_end_wake() - wake the other end if it sleeps, and has not been woken from that sleep
 * @end: the end
 * @attention: what its page says
 */
void ring_end_wake(struct ring_end *end, __u64 attention)
{
	if (!(attention & IPCSHOW_RING_SIDE_F_SLEEPS) || attention == end->rung)
		return;
	end->rung = attention;
	end->mine->wakes++;
	ring_link_wake(&end->link);
}

/* Leave the core to the other thread on it, and save power, for a moment. */
void ring_end_pause(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("isb" : : : "memory");
#endif
}

static bool spin(struct ring_end *end, ring_end_ready_fn *ready, void *arg, __s64 deadline)
{
	__u32 i;

	for (i = 0; i < end->spins; i++) {
		if (ready(arg)) {
			/* It was worth it: look as long as allowed next time too. */
			end->spins = end->spins_max;
			return true;
		}
		if (i % SPINS_MIN == 0 && !clock_left(deadline))
			return false;
		ring_end_pause();
	}
	return false;
}

/* See the comment at the top. False: the other side may not have noticed. */
static bool say_asleep(struct ring_end *end)
{
	__u64 attention = IPCSHOW_RING_SIDE_F_SLEEPS |
			  ++end->sleeps << IPCSHOW_RING_SIDE_SLEEP_SHIFT;

	/* Pairs with the fence in ipcshow_consumer_attend_(): what we want is there before. */
	__atomic_store_n(&end->mine->attention, attention, __ATOMIC_RELEASE);
	if (!end->fence)
		return membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED) == 0;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return true;
}

static void say_awake(struct ring_end *end)
{
	__atomic_store_n(&end->mine->attention, 0, __ATOMIC_RELAXED);
}

/**
 * ring_end_found() - what may have been waited for has come
 * @end: the end
 *
 * Who armed and then goes on has nobody look at it for each record any more.
 */
void ring_end_found(struct ring_end *end)
{
	if (end->mine->attention)
		say_awake(end);
}

/*
 * Spin less where it was in vain. Sleeps that are short say that times may have changed, or
 * that both sides share a processor and will never meet: try it again now and then.
 */
static void adapt(struct ring_end *end, __s64 slept_ns)
{
	if (!end->spins_max)
		return;
	if (slept_ns < SHORT_SLEEP_NS && ++end->short_sleeps % RETRY_EVERY == 0)
		end->spins = end->spins_max;
	else if (end->spins > SPINS_MIN)
		end->spins /= 2;
}

/**
 * ring_end_wait() - wait for the other end
 * @end: the end
 * @ready: says that there is no need to wait any more
 * @arg: for @ready
 * @timeout_ns: at most so long; 0: look; IPCSHOW_FOREVER
 *
 * Return: 0: @ready said so; -ETIMEDOUT; -EINTR.
 */
int ring_end_wait(struct ring_end *end, ring_end_ready_fn *ready, void *arg, __s64 timeout_ns)
{
	__s64 deadline, began, left;
	bool noticed;
	int ret = 0;

	if (ready(arg))
		return 0;
	if (!timeout_ns) {
		ret = ring_link_sleep(&end->link, 0);
		ring_link_ask(&end->link);
		return ready(arg) ? 0 : ret ? ret : -ETIMEDOUT;
	}
	deadline = clock_deadline(timeout_ns);
	if (spin(end, ready, arg, deadline))
		return 0;

	began = clock_now();
	end->mine->waits++;
	for (;;) {
		noticed = say_asleep(end);
		if (ready(arg))
			break;
		left = clock_left(deadline);
		/* membarrier() was to be had when the ends met, and is no more: look again soon. */
		if (!noticed && (left == IPCSHOW_FOREVER || left > SLICE_NS))
			left = SLICE_NS;
		/* Even where no time is left: who is always in a hurry must hear of an end too. */
		ret = ring_link_sleep(&end->link, left);
		if (ready(arg)) {
			ret = 0;
			break;
		}
		ring_link_ask(&end->link);
		/* Also when somebody rings all the time. */
		if (!ret && !left)
			ret = -ETIMEDOUT;
		if (ret && (noticed || ret != -ETIMEDOUT || !clock_left(deadline)))
			break;
	}
	say_awake(end);
	adapt(end, clock_now() - began);
	return ret;
}

/**
 * ring_end_arm() - have the link become readable when there is news
 * @end: the end
 * @ready: as ring_end_wait()
 * @arg: for @ready
 *
 * Return: 1: there is, or nobody could be relied on to say so; 0: poll.
 */
int ring_end_arm(struct ring_end *end, ring_end_ready_fn *ready, void *arg)
{
	/* What is readable now is old. */
	ring_link_sleep(&end->link, 0);
	ring_link_ask(&end->link);
	if (say_asleep(end) && !ready(arg)) {
		end->mine->waits++;
		return 0;
	}
	say_awake(end);
	return 1;
}
