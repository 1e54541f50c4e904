/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ATTACHMENT_H
#define ATTACHMENT_H

#include "options.h"
#include "rendezvous.h"

/**
 * struct attachment - one side of a stream, at the rendezvous
 * @path: where
 * @side: PRODUCER or CONSUMER
 * @control: connection to the broker
 * @flags: of the broker: IPCSHOW_RING_*, RENDEZVOUS_F_*
 * @ring_size: of the broker
 * @id: of the stream
 * @page: for statistics, or NULL
 * @deadline_ns: when the other end must be there, CLOCK_MONOTONIC; -1: never
 */
struct attachment {
	const char *path;
	int side;
	int control;
	__u32 flags;
	__u64 ring_size;
	__u64 id;
	struct page *page;
	__s64 deadline_ns;
};

int attachment_next(struct attachment *at, int *sock);
int attach_producer(struct attachment *at, const char *path, const struct end_options *options,
		    struct ipcshow_producer **producer);
int attach_consumer(struct attachment *at, const char *path, const struct end_options *options,
		    struct ipcshow_consumer **consumer, int *sock);
void detach(struct attachment *at);

#endif
