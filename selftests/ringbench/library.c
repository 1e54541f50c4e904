// SPDX-License-Identifier: GPL-2.0
/* The rings of libipcshow. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "way.h"
#include "ipcshow-ring.h"

/* In way.arg, beside IPCSHOW_RING_*: look for records instead of waiting for them. */
#define POLLS	(1U << 31)

bool library_in_module;

static void make(struct channel *channel)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel->fd))
		channel_die(channel, "socketpair", errno);
}

static void begin(struct channel *channel, bool produces)
{
	unsigned int flags = channel->way->arg;
	struct ipcshow_ring_options options = { .size = sizeof(options) };
	struct ipcshow_producer *producer;
	struct ipcshow_consumer *consumer;
	int err;

	if (produces) {
		options.ring_size = channel->ring;
		options.flags = (flags & IPCSHOW_RING_NO_SPIN) |
				(library_in_module ? IPCSHOW_RING_MODULE : 0);
		err = ipcshow_producer_open(&producer, channel->fd[0], &options);
		channel->own = producer;
		close(channel->fd[1]);
	} else {
		options.flags = flags & (IPCSHOW_RING_NO_SPIN | IPCSHOW_RING_LATENCY |
					 IPCSHOW_RING_STREAM);
		err = ipcshow_consumer_open(&consumer, channel->fd[1], &options);
		channel->own = consumer;
		close(channel->fd[0]);
	}
	if (err)
		channel_die(channel, produces ? "producer" : "consumer", -err);
}

static void end(struct channel *channel, bool produces)
{
	if (produces)
		ipcshow_producer_close(channel->own);
	else
		ipcshow_consumer_close(channel->own);
}

SIZED void library_produce_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	struct ipcshow_producer *producer = channel->own;
	void *room;
	int err;

	for (u64 i = first; i != first + count; i++) {
		while (!(room = ipcshow_producer_reserve(producer, size))) {
			err = ipcshow_producer_wait(producer, size, IPCSHOW_FOREVER);
			if (err)
				channel_die(channel, "producer", -err);
		}
		message_fill(room, size, i);
		ipcshow_producer_commit(producer, size);
	}
}

SIZED void group_produce_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	struct ipcshow_producer *producer = channel->own;
	size_t stride = ipcshow_ring_stride(size), nr;
	char *room;
	int err;

	for (; count; first += nr, count -= nr) {
		nr = count < BATCH ? count : BATCH;
		while (!(room = ipcshow_producer_reserve_many(producer, size, &nr))) {
			err = ipcshow_producer_wait(producer, size, IPCSHOW_FOREVER);
			if (err)
				channel_die(channel, "producer", -err);
			nr = count < BATCH ? count : BATCH;
		}
		for (size_t i = 0; i < nr; i++)
			message_fill(room + i * stride, size, first + i);
		ipcshow_producer_commit_many(producer, size, nr);
	}
}

static void wait_for_record(struct channel *channel)
{
	struct ipcshow_consumer *consumer = channel->own;
	int err;

	if (channel->way->arg & POLLS) {
		err = ipcshow_consumer_error(consumer);
		relax();
	} else {
		err = ipcshow_consumer_wait(consumer, IPCSHOW_FOREVER);
	}
	if (err)
		channel_die(channel, "consumer", -err);
}

SIZED struct tally library_consume_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	struct ipcshow_consumer *consumer = channel->own;
	struct tally tally = { 0 };
	const void *record;
	size_t bytes;

	for (u64 i = first; i != first + count; i++) {
		while (!(record = ipcshow_consumer_peek(consumer, &bytes)))
			wait_for_record(channel);
		if (bytes != size)
			channel_die(channel, "consumer", EBADMSG);
		message_take(&tally, record, size, i);
		ipcshow_consumer_release(consumer);
	}
	return tally;
}

DEFINE_BY_SIZE(library)

SIZED struct tally group_consume_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	struct ipcshow_consumer *consumer = channel->own;
	size_t stride = ipcshow_ring_stride(size), bytes, nr;
	struct tally tally = { 0 };
	const char *records;

	for (; count; first += nr, count -= nr) {
		nr = count;
		while (!(records = ipcshow_consumer_peek_many(consumer, &bytes, &nr)))
			wait_for_record(channel);
		if (bytes != size)
			channel_die(channel, "consumer", EBADMSG);
		for (size_t i = 0; i < nr; i++)
			message_take(&tally, records + i * stride, size, first + i);
		ipcshow_consumer_release(consumer);
	}
	return tally;
}

DEFINE_BY_SIZE(group)

#define WAY_OF(text, functions, more, flags_)					\
	{ .name = text, .kind = KIND_OURS, .flags = more, .arg = flags_,		\
	  .make = make, .begin = begin, .end = end,				\
	  .produce = functions##_produce, .consume = functions##_consume }
#define WAY(text, more, flags_)		WAY_OF(text, library, WAY_TRIPS | (more), flags_)

const struct way library_ways[] = {
	WAY("ipcshow", 0, 0),
	WAY("ipcshow, STREAM", 0, IPCSHOW_RING_STREAM),
	WAY("ipcshow, LATENCY", 0, IPCSHOW_RING_LATENCY),
	WAY("ipcshow, LATENCY, polled", WAY_TRIPS_ONLY | WAY_SPINS, IPCSHOW_RING_LATENCY | POLLS),
	WAY("ipcshow, NO_SPIN", 0, IPCSHOW_RING_NO_SPIN),
	WAY_OF("ipcshow, groups of 32", group, 0, 0),
	WAY_OF("ipcshow, STREAM, groups of 32", group, 0, IPCSHOW_RING_STREAM),
	{ 0 }
};
