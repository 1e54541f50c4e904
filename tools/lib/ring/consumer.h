/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef RING_CONSUMER_H
#define RING_CONSUMER_H

#include <stdbool.h>
#include <sys/types.h>

#include "end.h"
#include "ipcshow-ring.h"

/**
 * struct group - what the header of a group says
 * @size: bytes of content of each record
 * @count: how many
 * @need: bytes that it takes
 */
struct group {
	__u32 size;
	__u32 count;
	__u64 need;
};

/**
 * struct consumer - the consumer's end
 * @view: what the inline functions work on
 * @end: what the producer's end has too
 * @overwrite: the producer overwrites
 * @adapts: @streams follows what the producer does
 * @streams: it is taken to write many records in a row
 * @waits: whoever looks for a record does so again and again, and then sleeps
 * @run: records in a row that were found by their headers
 * @group: the group at view.group_at, as it was when we came to it
 * @group_first: records that were released before that group
 * @lost: records that were overwritten before they were copied
 * @told: how many of those ipcshow_consumer_copy() has told
 */
struct consumer {
	struct ipcshow_consumer view;
	struct ring_end end;
	bool overwrite;
	bool adapts;
	bool streams;
	bool waits;
	__u32 run;
	struct group group;
	__u64 group_first;
	__u64 lost;
	__u64 told;
};

static inline struct consumer *consumer_of(const struct ipcshow_consumer *view)
{
	return (struct consumer *)(uintptr_t)view;
}

static inline __u64 header_at(const struct ipcshow_consumer *view, __u64 pos)
{
	const void *header = view->data + (pos & view->mask);

	/* Pairs with the release in ipcshow_producer_commit(). */
	return __atomic_load_n((const __u64 *)header, __ATOMIC_ACQUIRE);
}

ssize_t overwritten_copy(struct consumer *consumer, void *buf, size_t size);
bool overwritten_ready(struct consumer *consumer);

#endif
