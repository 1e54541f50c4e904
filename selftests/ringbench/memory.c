// SPDX-License-Identifier: GPL-2.0
/*
 * Memory and nothing else: as much of it, in small pages, written and read as the records of a ring
 * are. What it costs more in a large ring than in a small one is the machine's.
 */
#include "kernel/records.h"
#include "way.h"

/* As the header of a record: the stride is the same. */
#define HEADER	8

static void begin(struct channel *channel, bool produces)
{
	(void)produces;
	channel->shared = channel_map(channel->ring);
}

static void end(struct channel *channel, bool produces)
{
	(void)channel;
	(void)produces;
	channel_unmap_all();
}

/* Records do not wrap here: some bytes at the end are left out. */
static u64 *record_at(const struct channel *channel, size_t size, u64 number)
{
	size_t stride = HEADER + size;

	return (u64 *)((char *)channel->shared + number % (channel->ring / stride) * stride);
}

SIZED void memory_produce_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	for (u64 i = first; i != first + count; i++) {
		u64 *record = record_at(channel, size, i);

		record[0] = size;
		record_fill((__u64 *)(record + 1), (__u32)size, i);
	}
}

SIZED struct tally memory_consume_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	struct tally tally = { 0 };

	for (u64 i = first; i != first + count; i++)
		message_take(&tally, record_at(channel, size, i) + 1, size, i);
	return tally;
}

DEFINE_BY_SIZE(memory)

const struct way memory_ways[] = {
	{ .name = "memory, no ring", .kind = KIND_LIMIT, .begin = begin, .end = end,
	  .produce = memory_produce, .consume = memory_consume },
	{ 0 }
};
