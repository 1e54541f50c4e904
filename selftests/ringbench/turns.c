// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel makes in a call is taken before the next one: nothing goes on at a time, so each
 * side's time is its own, and the ring may be as large as it likes. It stays from round to round.
 */
#include "ringbench.h"

/* A call makes what half of the smallest ring holds, whatever the ring. */
#define CALL_BYTES	(128UL << 10)

/* Of both. */
#define HEADER		8

static u64 call_records(const struct channel *channel)
{
	return CALL_BYTES / (channel->size + HEADER);
}

void turns_begin(struct turns *turns, const struct way *way, size_t size, size_t ring)
{
	*turns = (struct turns){ .channel = { .way = way, .size = size, .ring = ring } };
	round_pin();
	way->begin(&turns->channel, true);
}

void turns_end(struct turns *turns)
{
	turns->channel.way->end(&turns->channel, true);
}

/* So many are made of @count: whole calls. */
u64 turns_count(const struct turns *turns, u64 count)
{
	u64 each = call_records(&turns->channel);

	return (count + each - 1) / each * each;
}

void turns_run(struct turns *turns, u64 count, struct outcome *outcome)
{
	struct channel *channel = &turns->channel;
	u64 each = call_records(channel), first = turns->next, cpu = round_cpu_ns();
	u64 began = clock_ns(), now = began, before;
	struct tally tally = { 0 };

	*outcome = (struct outcome){ 0 };
	for (turns->next += count; first != turns->next; first += each) {
		before = now;
		channel->way->produce(channel, first, each);
		now = clock_ns();
		outcome->made_ns += (double)(now - before);
		tally_add(&tally, channel->way->consume(channel, first, each));
		now = clock_ns();
	}
	outcome->elapsed_ns = (double)(now - began);
	outcome->cpu_ns = (double)(round_cpu_ns() - cpu);
	outcome->right = !tally.wrong &&
			 tally.sum == round_sum(channel->size, turns->next - count, count);
}
