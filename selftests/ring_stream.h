/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RING_STREAM_H
#define RING_STREAM_H

#include "ring_pair.h"

/* Very many records from one end to the other, each of them checked. */

/* How the two ends go about it. */
enum ring_way {
	RING_WAY_SIMPLE,	/* one record at a time */
	RING_WAY_BATCH,		/* several */
	RING_WAY_POLL,		/* armed, and then poll() */
	RING_WAY_IMPATIENT,	/* waits of some microseconds, and none */
	RING_WAY_COPY,		/* ipcshow_consumer_copy() */
	RING_WAY_GROUP,		/* some of one size in a row, in groups or not */
};

/**
 * struct ring_score - what both sides know of how far it is
 * @open: ends that are open
 * @begun: records that were committed, or were about to be
 * @committed: records that were committed
 * @taken: records that came, each as it was written
 * @lost: records that the library says were overwritten
 * @result: of the consumer: 0: all that it was told it got; else the line that says what was wrong
 */
struct ring_score {
	uint64_t open;
	uint64_t begun;
	uint64_t committed;
	uint64_t taken;
	uint64_t lost;
	int result;
};

struct ring_stream {
	struct ipcshow_ring_options producer;
	struct ipcshow_ring_options consumer;
	enum ring_way way;
	uint64_t seed;
	uint64_t count;
	struct ring_score *score;
};

/*
 * The two sides. Each gives how it ended: 0: all records were committed; else the error that
 * the library gave; 1: something was wrong.
 */
int ring_stream_produce(const struct ring_stream *stream, int sock);
int ring_stream_consume(const struct ring_stream *stream, int sock);

/* What each side does with an end that is open. */
int ring_stream_commit_all(const struct ring_stream *stream, struct ipcshow_producer *producer);
int ring_stream_take_all(const struct ring_stream *stream, struct ipcshow_consumer *consumer);

#endif
