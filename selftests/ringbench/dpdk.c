// SPDX-License-Identifier: GPL-2.0
/*
 * DPDK's ring, of messages themselves, in memory of ours: so it needs no
 * environment of DPDK's.
 */
#include <rte_ring.h>
#include <rte_ring_elem.h>
#include <rte_ring_peek_zc.h>

#include "way.h"

static void make(struct channel *channel)
{
	unsigned int slots = (unsigned int)channel_slots(channel);
	ssize_t size = rte_ring_get_memsize_elem((unsigned int)channel->size, slots);
	int err;

	if (size < 0)
		channel_die(channel, "rte_ring_get_memsize_elem", (int)-size);
	channel->shared = channel_map((size_t)size);
	err = rte_ring_init(channel->shared, "ringbench", slots, RING_F_SP_ENQ | RING_F_SC_DEQ);
	if (err)
		channel_die(channel, "rte_ring_init", -err);
}

static inline unsigned int least(u64 a, u64 b)
{
	return (unsigned int)(a < b ? a : b);
}

SIZED void single_produce_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	u64 message[LARGE / sizeof(u64)];

	for (u64 i = first; i != first + count; i++) {
		message_fill(message, size, i);
		while (rte_ring_sp_enqueue_elem(channel->shared, message, (unsigned int)size))
			relax();
	}
}

SIZED struct tally single_consume_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	u64 message[LARGE / sizeof(u64)];
	struct tally tally = { 0 };

	for (u64 i = first; i != first + count; i++) {
		while (rte_ring_sc_dequeue_elem(channel->shared, message, (unsigned int)size))
			relax();
		message_take(&tally, message, size, i);
	}
	return tally;
}

DEFINE_BY_SIZE(single)

SIZED void burst_produce_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	u64 messages[BATCH * LARGE / sizeof(u64)];
	unsigned int batch, done, put;

	for (; count; first += batch, count -= batch) {
		batch = least(count, BATCH);
		for (unsigned int i = 0; i < batch; i++)
			message_fill((char *)messages + i * size, size, first + i);
		for (done = 0; done < batch; done += put) {
			put = rte_ring_sp_enqueue_burst_elem(channel->shared,
							     (char *)messages + done * size,
							     (unsigned int)size, batch - done,
							     NULL);
			if (!put)
				relax();
		}
	}
}

SIZED struct tally burst_consume_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	u64 messages[BATCH * LARGE / sizeof(u64)];
	struct tally tally = { 0 };
	unsigned int got;

	for (; count; first += got, count -= got) {
		got = rte_ring_sc_dequeue_burst_elem(channel->shared, messages, (unsigned int)size,
						     least(count, BATCH), NULL);
		for (unsigned int i = 0; i < got; i++)
			message_take(&tally, (char *)messages + i * size, size, first + i);
		if (!got)
			relax();
	}
	return tally;
}

DEFINE_BY_SIZE(burst)

/* A burst in place is in two pieces where the ring wraps. */
static inline void *in_place(const struct rte_ring_zc_data *zc, unsigned int i, size_t size)
{
	return i < zc->n1 ? (char *)zc->ptr1 + i * size :
			    (char *)zc->ptr2 + (i - zc->n1) * size;
}

SIZED void place_produce_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	struct rte_ring_zc_data zc;
	unsigned int room;

	for (; count; first += room, count -= room) {
		room = rte_ring_enqueue_zc_burst_elem_start(channel->shared, (unsigned int)size,
							    least(count, BATCH), &zc, NULL);
		if (!room) {
			relax();
			continue;
		}
		for (unsigned int i = 0; i < room; i++)
			message_fill(in_place(&zc, i, size), size, first + i);
		rte_ring_enqueue_zc_elem_finish(channel->shared, room);
	}
}

SIZED struct tally place_consume_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	struct tally tally = { 0 };
	struct rte_ring_zc_data zc;
	unsigned int got;

	for (; count; first += got, count -= got) {
		got = rte_ring_dequeue_zc_burst_elem_start(channel->shared, (unsigned int)size,
							   least(count, BATCH), &zc, NULL);
		if (!got) {
			relax();
			continue;
		}
		for (unsigned int i = 0; i < got; i++)
			message_take(&tally, in_place(&zc, i, size), size, first + i);
		rte_ring_dequeue_zc_elem_finish(channel->shared, got);
	}
	return tally;
}

DEFINE_BY_SIZE(place)

#define WAY(text, flags_, functions)							\
	{ .name = text, .kind = KIND_FIXED, .flags = WAY_SPINS | (flags_), .make = make,	\
	  .produce = functions##_produce, .consume = functions##_consume }

const struct way dpdk_ways[] = {
	WAY("rte_ring, burst 1", WAY_TRIPS, single),
	WAY("rte_ring, burst 32", 0, burst),
	WAY("rte_ring, burst 32 in place", 0, place),
	{ 0 }
};
