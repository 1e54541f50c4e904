// SPDX-License-Identifier: GPL-2.0
/* Concurrency Kit's ring: of pointers, and of messages themselves. */
#include <ck_ring.h>

#include "way.h"

#define DEFINE_MESSAGE(size_)							\
struct message_##size_ {							\
	u64 word[size_ / sizeof(u64)];						\
};										\
CK_RING_PROTOTYPE(message_##size_, message_##size_)

DEFINE_MESSAGE(8)
DEFINE_MESSAGE(64)
DEFINE_MESSAGE(1024)

/* The ring's own members first; then its places, or for pointers: those, and the messages. */
#define PLACES	4096

static ck_ring_t *ring_of(const struct channel *channel)
{
	return channel->shared;
}

static void *places_of(const struct channel *channel)
{
	return (char *)channel->shared + PLACES;
}

static void make(struct channel *channel)
{
	channel->shared = channel_map(PLACES + channel->ring);
	ck_ring_init(ring_of(channel), (unsigned int)channel_slots(channel));
}

/* Written in place, which the ring allows, and copied out, since it has no other way. */
#define DEFINE_LOOPS(size_)									\
static void produce_##size_(struct channel *channel, u64 first, u64 count)			\
{												\
	struct message_##size_ *places = places_of(channel), *place;				\
	ck_ring_t *ring = ring_of(channel);							\
												\
	for (u64 i = first; i != first + count; i++) {						\
		while (!(place = ck_ring_enqueue_reserve_spsc_message_##size_(ring, places)))	\
			relax();								\
		message_fill(place, size_, i);							\
		ck_ring_enqueue_commit_spsc(ring);						\
	}											\
}												\
												\
static struct tally consume_##size_(struct channel *channel, u64 first, u64 count)		\
{												\
	struct message_##size_ *places = places_of(channel), message;				\
	ck_ring_t *ring = ring_of(channel);							\
	struct tally tally = { 0 };								\
												\
	for (u64 i = first; i != first + count; i++) {						\
		while (!ck_ring_dequeue_spsc_message_##size_(ring, places, &message))		\
			relax();								\
		message_take(&tally, &message, size_, i);					\
	}											\
	return tally;										\
}

DEFINE_LOOPS(8)
DEFINE_LOOPS(64)
DEFINE_LOOPS(1024)

static void value_produce(struct channel *channel, u64 first, u64 count)
{
	if (channel->size == SMALL)
		produce_8(channel, first, count);
	else if (channel->size == MEDIUM)
		produce_64(channel, first, count);
	else
		produce_1024(channel, first, count);
}

static struct tally value_consume(struct channel *channel, u64 first, u64 count)
{
	if (channel->size == SMALL)
		return consume_8(channel, first, count);
	if (channel->size == MEDIUM)
		return consume_64(channel, first, count);
	return consume_1024(channel, first, count);
}

/*
 * One is being written, one being read, and all others are in the ring, which holds one
 * less than it has places.
 */
static size_t messages_of(const struct channel *channel)
{
	return channel_slots(channel) + 1;
}

static size_t pointers_size(const struct channel *channel)
{
	return channel_slots(channel) * sizeof(void *);
}

static void pointers_make(struct channel *channel)
{
	channel->shared = channel_map(PLACES + pointers_size(channel) +
				      messages_of(channel) * channel->size);
	channel->own = (char *)places_of(channel) + pointers_size(channel);
	ck_ring_init(ring_of(channel), (unsigned int)channel_slots(channel));
}

SIZED void pointers_produce_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	char *messages = channel->own, *end = messages + messages_of(channel) * size;
	char *message = messages + first % messages_of(channel) * size;
	ck_ring_buffer_t *places = places_of(channel);
	ck_ring_t *ring = ring_of(channel);

	for (u64 i = first; i != first + count; i++) {
		message_fill(message, size, i);
		while (!ck_ring_enqueue_spsc(ring, places, message))
			relax();
		message += size;
		if (message == end)
			message = messages;
	}
}

SIZED struct tally pointers_consume_sized(struct channel *channel, size_t size, u64 first,
					  u64 count)
{
	ck_ring_buffer_t *places = places_of(channel);
	ck_ring_t *ring = ring_of(channel);
	struct tally tally = { 0 };
	void *message;

	for (u64 i = first; i != first + count; i++) {
		while (!ck_ring_dequeue_spsc(ring, places, &message))
			relax();
		message_take(&tally, message, size, i);
	}
	return tally;
}

DEFINE_BY_SIZE(pointers)

const struct way ck_ways[] = {
	{ .name = "ck_ring", .kind = KIND_FIXED, .flags = WAY_TRIPS | WAY_SPINS, .make = make,
	  .produce = value_produce, .consume = value_consume },
	{ .name = "ck_ring of pointers", .kind = KIND_FIXED, .flags = WAY_TRIPS | WAY_SPINS,
	  .make = pointers_make, .produce = pointers_produce, .consume = pointers_consume },
	{ 0 }
};
