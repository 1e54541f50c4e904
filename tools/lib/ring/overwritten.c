// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Records of a producer that overwrites the oldest: they are copied, and then it is seen whether
 * that was in time. Those that were missed are counted.
 */
#include <errno.h>
#include <string.h>

#include "consumer.h"

/* Copies of a record that were all too late; then the newest is as good as any. */
#define COPY_TRIES	16

/* Has the producer not begun to overwrite what is there? */
static bool still_there(const struct ipcshow_consumer *view)
{
	/* Pairs with the fence in evict(): what was read before this was not yet overwritten ... */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	/* ... unless this says so. */
	return (__s64)(__atomic_load_n(&view->theirs->oldest, __ATOMIC_RELAXED) - view->head) <= 0;
}

/* A number whose low half is @low, and which is near @near. */
static __u64 whole_number(__u64 near, __u32 low)
{
	return near + (__u64)(__s64)(__s32)(low - (__u32)near);
}

static void add_lost(struct consumer *consumer, __u64 missed)
{
	consumer->lost += missed;
	__atomic_store_n(&consumer->view.mine->lost, consumer->lost, __ATOMIC_RELAXED);
}

/* The producer has ended, and nothing is left: what was overwritten behind the last that we had? */
static void count_rest(struct consumer *consumer)
{
	const struct ipcshow_consumer *view = &consumer->view;
	__u64 total = 0, missed;

	if (__atomic_load_n(&view->theirs->oldest, __ATOMIC_ACQUIRE) == view->head)
		total = __atomic_load_n(&view->theirs->overwritten, __ATOMIC_RELAXED);
	else if (__atomic_load_n(&view->theirs->pos, __ATOMIC_ACQUIRE) == view->head)
		total = __atomic_load_n(&view->theirs->records, __ATOMIC_RELAXED);
	missed = total - view->records - consumer->lost;
	if ((__s64)missed > 0)
		add_lost(consumer, missed);
}

static ssize_t copy_one(struct consumer *consumer, void *buf, size_t size)
{
	struct ipcshow_consumer *view = &consumer->view;
	__u64 header = header_at(view, view->head);
	__u64 bytes = (__u32)header, need = (bytes + 7) & ~7ULL;
	__u64 overwritten, missed;

	if (!header)
		return still_there(view) ? -EAGAIN : -ESTALE;
	/* Until it is known to be a header it may be anything. */
	if (bytes < IPCSHOW_RING_HEADER_ || need > view->mask + 1)
		return still_there(view) ? -EUCLEAN : -ESTALE;
	bytes -= IPCSHOW_RING_HEADER_;
	memcpy(buf, view->data + (view->head & view->mask) + IPCSHOW_RING_HEADER_,
	       bytes < size ? bytes : size);
	/* Before the look that says that we were in time: it cannot be far ahead of the record. */
	overwritten = __atomic_load_n(&view->theirs->overwritten, __ATOMIC_RELAXED);
	if (!still_there(view))
		return -ESTALE;

	missed = whole_number(overwritten, (__u32)(header >> 32)) - view->records - consumer->lost;
	if ((__s64)missed < 0)
		return -EUCLEAN;
	add_lost(consumer, missed);
	view->head += need;
	view->records++;
	view->bytes += bytes;
	view->limit = view->head;
	view->next = view->head;
	ipcshow_consumer_publish_(view);
	return (ssize_t)bytes;
}

/* Where the producer has overwritten what we were at, go on with the oldest that there is. */
static bool catch_up(struct consumer *consumer, int tries)
{
	struct ipcshow_consumer *view = &consumer->view;
	const struct ipcshow_ring_side *theirs = view->theirs;
	__u64 pos;

	/*
	 * Pairs with the releases in evict() and ipcshow_producer_publish_(): a record begins or
	 * ends here.
	 */
	pos = __atomic_load_n(tries < COPY_TRIES ? &theirs->oldest : &theirs->pos,
			      __ATOMIC_ACQUIRE);
	if ((__s64)(pos - view->head) <= 0)
		return true;
	if (pos % 8)
		return false;
	view->head = pos;
	/* Nothing that could be peeked at. */
	view->limit = pos;
	view->next = pos;
	return true;
}

/**
 * overwritten_copy() - copy the next record, or the oldest that is left
 * @consumer: the consumer
 * @buf: where to
 * @size: room there
 *
 * Return: bytes of the record; -EAGAIN: there is none now; or why there will be none.
 */
ssize_t overwritten_copy(struct consumer *consumer, void *buf, size_t size)
{
	struct ipcshow_consumer *view = &consumer->view;
	int over = ring_end_over(&consumer->end);
	ssize_t ret = -ESTALE;
	int tries;

	for (tries = 0; ret == -ESTALE && tries < 2 * COPY_TRIES; tries++) {
		ret = catch_up(consumer, tries) ? copy_one(consumer, buf, size) : -EUCLEAN;
	}
	if (ret == -ESTALE)
		return -EAGAIN;
	if (ret == -EAGAIN && over) {
		count_rest(consumer);
		ret = over;
	}
	if (ret < 0 && ret != -EAGAIN)
		view->error = (int)ret;
	return ret;
}

/* Is there one that could be copied? Or none ever: then the error is set. */
bool overwritten_ready(struct consumer *consumer)
{
	struct ipcshow_consumer *view = &consumer->view;
	int over = ring_end_over(&consumer->end);

	if (view->error == -EOPNOTSUPP)
		view->error = 0;
	if (!view->error && !catch_up(consumer, 0))
		view->error = -EUCLEAN;
	/* Overwritten meanwhile: then there is something elsewhere, or was. */
	if (view->error || header_at(view, view->head) || !still_there(view))
		return true;
	if (over)
		count_rest(consumer);
	view->error = over;
	return over;
}
