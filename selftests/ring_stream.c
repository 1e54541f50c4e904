// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ring_stream.h"

#define BATCH		16
#define BATCH_RECORD	2000

/* Records in a row that have one size; RING_WAY_GROUP. */
#define RUN		24

static void count(uint64_t *where, uint64_t value)
{
	__atomic_store_n(where, value, __ATOMIC_RELEASE);
}

/* Mostly not at all, so that now this side is ahead and now that one. */
static void dawdle(uint64_t *state)
{
	uint64_t x = ring_random(state);
	int i;

	if (x % 4096 == 0)
		usleep((x >> 32) % 200);
	else if (x % 512 == 1)
		sched_yield();
	else if (x % 128 == 2)
		for (i = 0; i < 300; i++)
			__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static int poll_for(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	return poll(&pollfd, 1, -1) < 0 ? -errno : 0;
}

static __s64 patience(const struct ring_stream *stream, uint64_t *state)
{
	return stream->way == RING_WAY_IMPATIENT ? (__s64)(ring_random(state) % 20000) :
						   IPCSHOW_FOREVER;
}

/* ---- the producer ---- */

static size_t max_of(const struct ring_stream *stream)
{
	return stream->way == RING_WAY_BATCH ? BATCH_RECORD : stream->producer.ring_size / 2 - 8;
}

static size_t size_of(const struct ring_stream *stream, uint64_t number)
{
	if (stream->way == RING_WAY_GROUP)
		number -= number % RUN;
	return ring_record_size(stream->seed, number, max_of(stream));
}

/* Until there is room; 0, or an error of the library's. */
static int wait_for_room(const struct ring_stream *stream, struct ipcshow_producer *producer,
			 size_t size, uint64_t *state)
{
	int ret;

	if (stream->way == RING_WAY_POLL) {
		if (!ipcshow_producer_arm(producer, size))
			return poll_for(ipcshow_producer_fd(producer));
		ret = ipcshow_producer_wait(producer, size, 0);
	} else {
		ret = ipcshow_producer_wait(producer, size, patience(stream, state));
	}
	return ret == -ETIMEDOUT ? 0 : ret;
}

/* Now and then, room is written to and given up. */
static void write_in_vain(struct ipcshow_producer *producer, uint64_t *state)
{
	const uint64_t x = ring_random(state);
	const size_t size = (x >> 32) % 300;
	const uint64_t header = 16;
	size_t at;
	void *room = x % 8 ? NULL : ipcshow_producer_reserve(producer, size);

	/* Each word could be a header. */
	for (at = 0; room && at + 8 <= size; at += 8)
		memcpy((char *)room + at, &header, sizeof(header));
	if (room && x & 64)
		ipcshow_producer_discard(producer);
}

static int commit_one(const struct ring_stream *stream, struct ipcshow_producer *producer,
		      uint64_t number, uint64_t *state)
{
	const size_t size = size_of(stream, number);
	void *room;
	int ret;

	write_in_vain(producer, state);
	while (!(room = ipcshow_producer_reserve(producer, size))) {
		if (ipcshow_producer_error(producer))
			return ipcshow_producer_error(producer);
		ret = wait_for_room(stream, producer, size, state);
		if (ret)
			return ret;
	}
	ring_record_fill(room, size, stream->seed, number);
	count(&stream->score->begun, number + 1);
	ipcshow_producer_commit(producer, size);
	count(&stream->score->committed, number + 1);
	return 0;
}

static int commit_batch(const struct ring_stream *stream, struct ipcshow_producer *producer,
			uint64_t number, size_t nr, uint64_t *state)
{
	static char content[BATCH][BATCH_RECORD];
	struct iovec records[BATCH];
	size_t i, done = 0;
	ssize_t ret;

	for (i = 0; i < nr; i++) {
		records[i].iov_base = content[i];
		records[i].iov_len = size_of(stream, number + i);
		ring_record_fill(content[i], records[i].iov_len, stream->seed, number + i);
	}
	count(&stream->score->begun, number + nr);
	while (done < nr) {
		ret = ipcshow_producer_push(producer, records + done, nr - done);
		if (!ret)
			ret = wait_for_room(stream, producer, records[done].iov_len, state);
		if (ret < 0)
			return (int)ret;
		done += (size_t)ret;
		count(&stream->score->committed, number + done);
	}
	return 0;
}

/* Some of the records that come next, of which all have one size; how many, or an error. */
static ssize_t commit_group(const struct ring_stream *stream, struct ipcshow_producer *producer,
			    uint64_t number, size_t most, uint64_t *state)
{
	const size_t size = size_of(stream, number), stride = ipcshow_ring_stride(size);
	const uint64_t x = ring_random(state);
	size_t i, nr;
	char *room;
	int ret;

	if (x % 8 == 0) {
		ret = commit_one(stream, producer, number, state);
		return ret ? ret : 1;
	}
	most = (x >> 8) % (most < RUN - number % RUN ? most : RUN - number % RUN) + 1;
	while (nr = most, !(room = ipcshow_producer_reserve_many(producer, size, &nr))) {
		if (ipcshow_producer_error(producer))
			return ipcshow_producer_error(producer);
		ret = wait_for_room(stream, producer, size, state);
		if (ret)
			return ret;
	}
	/* Not all that was reserved need be committed. */
	if (x % 8 == 1)
		nr -= (x >> 32) % nr;
	for (i = 0; i < nr; i++)
		ring_record_fill(room + i * stride, size, stream->seed, number + i);
	count(&stream->score->begun, number + nr);
	ipcshow_producer_commit_many(producer, size, nr);
	count(&stream->score->committed, number + nr);
	return (ssize_t)nr;
}

int ring_stream_commit_all(const struct ring_stream *stream, struct ipcshow_producer *producer)
{
	uint64_t number = 0, state = stream->seed ^ 1, left, nr;
	ssize_t ret = 0;

	while (!ret && number < stream->count) {
		left = stream->count - number;
		nr = 1;
		if (stream->way == RING_WAY_BATCH) {
			nr = ring_random(&state) % BATCH + 1;
			nr = nr < left ? nr : left;
			ret = commit_batch(stream, producer, number, nr, &state);
		} else if (stream->way == RING_WAY_GROUP) {
			ret = commit_group(stream, producer, number, left, &state);
			nr = ret > 0 ? (uint64_t)ret : 0;
			ret = ret < 0 ? ret : 0;
		} else {
			ret = commit_one(stream, producer, number, &state);
		}
		if (!ret && number % 64 == 0) {
			/* Who never has to wait does not hear that there is nobody. */
			ret = ipcshow_producer_wait(producer, 0, 0);
			ret = ret == -ETIMEDOUT ? 0 : ret;
		}
		number += nr;
		dawdle(&state);
	}
	return (int)ret;
}

int ring_stream_produce(const struct ring_stream *stream, int sock)
{
	struct ipcshow_producer *producer;
	int ret = ipcshow_producer_open(&producer, sock, &stream->producer);

	if (ret)
		return ret;
	__atomic_fetch_add(&stream->score->open, 1, __ATOMIC_RELEASE);
	ret = ring_stream_commit_all(stream, producer);
	ipcshow_producer_close(producer);
	return ret;
}

/* ---- the consumer ---- */

static int wrong(const struct ring_stream *stream, int line)
{
	stream->score->result = line;
	return 1;
}

#define WRONG(stream)	wrong(stream, __LINE__)

static bool is_next(const struct ring_stream *stream, const void *record, size_t size)
{
	const uint64_t number = stream->score->taken + stream->score->lost;

	return size == size_of(stream, number) &&
	       ring_record_says(record, size, stream->seed, number);
}

/* How many came, or a negative errno; 1 more is no error, and what is wrong stands in the score. */
static ssize_t take_one(const struct ring_stream *stream, struct ipcshow_consumer *consumer)
{
	const void *record;
	size_t size;

	record = ipcshow_consumer_peek(consumer, &size);
	if (!record)
		return ipcshow_consumer_error(consumer);
	if (!is_next(stream, record, size))
		WRONG(stream);
	ipcshow_consumer_release(consumer);
	count(&stream->score->taken, stream->score->taken + 1);
	return 1;
}

static ssize_t take_batch(const struct ring_stream *stream, struct ipcshow_consumer *consumer,
			  uint64_t *state)
{
	struct iovec records[2 * BATCH];
	ssize_t i, got;

	got = ipcshow_consumer_peek_batch(consumer, records, ring_random(state) % 2 * BATCH + 1);
	for (i = 0; i < got; i++) {
		if (!is_next(stream, records[i].iov_base, records[i].iov_len))
			WRONG(stream);
		count(&stream->score->taken, stream->score->taken + 1);
	}
	if (got > 0)
		ipcshow_consumer_release(consumer);
	return got;
}

/* However they were committed, they can be taken in any way. */
static ssize_t take_group(const struct ring_stream *stream, struct ipcshow_consumer *consumer,
			  uint64_t *state)
{
	const uint64_t x = ring_random(state);
	size_t i, size, nr = (x >> 8) % (x & 64 ? 2 * RUN : 3) + 1;
	const char *records;

	if (x % 4 == 0)
		return take_one(stream, consumer);
	if (x % 4 == 1)
		return take_batch(stream, consumer, state);
	records = ipcshow_consumer_peek_many(consumer, &size, &nr);
	if (!records)
		return ipcshow_consumer_error(consumer);
	/* Who looks and does not release sees the same again. */
	if (x % 4 == 2 && ipcshow_consumer_peek_many(consumer, &size, &nr) != records)
		WRONG(stream);
	for (i = 0; i < nr; i++) {
		if (!is_next(stream, records + i * ipcshow_ring_stride(size), size))
			WRONG(stream);
		count(&stream->score->taken, stream->score->taken + 1);
	}
	ipcshow_consumer_release(consumer);
	return (ssize_t)nr;
}

static ssize_t take_copy(const struct ring_stream *stream, struct ipcshow_consumer *consumer,
			 void *buf, size_t room)
{
	__u64 lost;
	ssize_t got = ipcshow_consumer_copy(consumer, buf, room, &lost);

	count(&stream->score->lost, stream->score->lost + lost);
	if (got < 0)
		return got == -EAGAIN ? 0 : got;
	if (!is_next(stream, buf, (size_t)got))
		WRONG(stream);
	count(&stream->score->taken, stream->score->taken + 1);
	return 1;
}

static int wait_for_record(const struct ring_stream *stream, struct ipcshow_consumer *consumer,
			   uint64_t *state)
{
	int ret;

	if (stream->way == RING_WAY_POLL) {
		if (!ipcshow_consumer_arm(consumer))
			return poll_for(ipcshow_consumer_fd(consumer));
		ret = ipcshow_consumer_wait(consumer, 0);
	} else {
		ret = ipcshow_consumer_wait(consumer, patience(stream, state));
	}
	return ret == -ETIMEDOUT ? 0 : ret;
}

int ring_stream_take_all(const struct ring_stream *stream, struct ipcshow_consumer *consumer)
{
	const size_t room = stream->producer.ring_size;
	uint64_t state = stream->seed ^ 2;
	void *buf = malloc(room);
	ssize_t ret;

	do {
		if (stream->way == RING_WAY_COPY)
			ret = take_copy(stream, consumer, buf, room);
		else if (stream->way == RING_WAY_BATCH)
			ret = take_batch(stream, consumer, &state);
		else if (stream->way == RING_WAY_GROUP)
			ret = take_group(stream, consumer, &state);
		else
			ret = take_one(stream, consumer);
		/* What ends it must be found by looking, too: not by the wait alone. */
		if (!ret && wait_for_record(stream, consumer, &state) == -EUCLEAN)
			ret = -EUCLEAN;
		dawdle(&state);
	} while (ret >= 0 && !stream->score->result);
	free(buf);
	return stream->score->result ? 1 : (int)ret;
}

int ring_stream_consume(const struct ring_stream *stream, int sock)
{
	struct ipcshow_ring_stats stats;
	struct ipcshow_consumer *consumer;
	int ret = ipcshow_consumer_open(&consumer, sock, &stream->consumer);

	if (ret)
		return ret;
	__atomic_fetch_add(&stream->score->open, 1, __ATOMIC_RELEASE);
	ret = ring_stream_take_all(stream, consumer);
	ipcshow_consumer_stats(consumer, &stats);
	if (ret != 1 && (stats.records != stream->score->taken ||
			 stats.lost != stream->score->lost))
		ret = WRONG(stream);
	ipcshow_consumer_close(consumer);
	return ret;
}
