// SPDX-License-Identifier: GPL-2.0
/* What the machine can do: no ring gets a line of cache across sooner, nor dirty memory. */
#include "way.h"

/* On a page of its own, so that no two are fetched together. */
struct line {
	u64 value;
	u64 rest[4096 / sizeof(u64) - 1];
};

#define LINE	64

/* How far ahead lines are asked for: by then as many are under way as the machine allows. */
#define AHEAD	2048

/* Where the producer is, where the consumer is, and the messages. */
struct area {
	struct line produced;
	struct line consumed;
	char messages[];
};

static u64 look(const struct line *line)
{
	return __atomic_load_n(&line->value, __ATOMIC_ACQUIRE);
}

static void set(struct line *line, u64 value)
{
	__atomic_store_n(&line->value, value, __ATOMIC_RELEASE);
}

static void make(struct channel *channel)
{
	channel->shared = channel_map(sizeof(struct area) + channel->ring);
}

/* A line there and back. */
static void line_ping(struct channel *channel, u64 first, u64 count)
{
	struct area *area = channel->shared;

	for (u64 i = first; i != first + count; i++) {
		set(&area->produced, 2 * i + 1);
		while (look(&area->produced) != 2 * i + 2)
			relax();
	}
}

static void line_echo(struct channel *channel, u64 first, u64 count)
{
	struct area *area = channel->shared;

	for (u64 i = first; i != first + count; i++) {
		while (look(&area->produced) != 2 * i + 1)
			relax();
		set(&area->produced, 2 * i + 2);
	}
}

/* Blocks of so many bytes, with nothing but the messages in them. */
SIZED void block_produce_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	u64 mask = channel_slots(channel) - 1, batch = channel->way->arg / size, i = first;
	struct area *area = channel->shared;
	u64 end = first + count;

	while (i != end) {
		u64 upto = end - i < batch ? end : i + batch;

		while (upto - look(&area->consumed) > mask + 1)
			relax();
		for (; i != upto; i++)
			message_fill(area->messages + (i & mask) * size, size, i);
		set(&area->produced, i);
	}
}

SIZED void ask_for(const struct area *area, size_t size, u64 number, u64 mask)
{
	const char *message = area->messages + (number & mask) * size;

	/* Of short ones there are several in a line. */
	if (size < LINE && number * size % LINE)
		return;
	for (size_t at = 0; at < size; at += LINE)
		__builtin_prefetch(message + at);
}

SIZED struct tally block_consume_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	u64 mask = channel_slots(channel) - 1, batch = channel->way->arg / size, i = first;
	struct area *area = channel->shared;
	struct tally tally = { 0 };
	u64 end = first + count;

	while (i != end) {
		u64 upto = end - i < batch ? end : i + batch;

		while (look(&area->produced) < upto)
			relax();
		for (; i != upto; i++) {
			if (i + AHEAD / size < upto)
				ask_for(area, size, i + AHEAD / size, mask);
			message_take(&tally, area->messages + (i & mask) * size, size, i);
		}
		set(&area->consumed, i);
	}
	return tally;
}

DEFINE_BY_SIZE(block)

#define BLOCK(kib)								\
	{ .name = "dirty hand-over, " #kib " KiB blocks", .kind = KIND_LIMIT,	\
	  .flags = WAY_SPINS, .arg = (kib) << 10, .make = make,			\
	  .produce = block_produce, .consume = block_consume }

const struct way limit_ways[] = {
	{ .name = "one line of cache", .kind = KIND_LIMIT,
	  .flags = WAY_TRIPS | WAY_TRIPS_ONLY | WAY_SPINS, .make = make,
	  .ping = line_ping, .echo = line_echo },
	BLOCK(4),
	BLOCK(16),
	BLOCK(64),
	{ 0 }
};
