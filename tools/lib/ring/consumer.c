// SPDX-License-Identifier: LGPL-2.1-or-later
/* The consumer's end: what ipcshow-ring.h does not do inline, once it is open. */
#include <errno.h>
#include <string.h>

#include "consumer.h"

/* So many records in a row, each found as soon as it was looked for, are a stream. */
#define STREAM_RUN	8

/* Looks at the position of a producer that streams, until it seems to have stopped: about a us. */
#define STREAM_SPINS	32

/* The group at @pos. Whatever it says later, this is what is checked, and stays. */
static struct group group_at(const struct ipcshow_consumer *view, __u64 pos)
{
	const __u64 *header = (const void *)(view->data + (pos & view->mask));
	__u64 word = __atomic_load_n(header + 1, __ATOMIC_RELAXED);
	struct group group = { .size = (__u32)word, .count = (__u32)(word >> 32) };

	group.need = ipcshow_ring_group_need_(group.size, group.count);
	return group;
}

/* Bytes that what begins at @pos with @header takes; 0: no producer of ours writes such. */
static __u64 need_of(const struct ipcshow_consumer *view, __u64 pos, __u64 header)
{
	__u64 bytes = (__u32)header;

	if (bytes == IPCSHOW_RING_GROUP_MARK)
		return group_at(view, pos).need;
	return bytes < IPCSHOW_RING_HEADER_ ? 0 : (bytes + 7) & ~7ULL;
}

/* A peek found what no producer of ours writes. */
void ipcshow_consumer_spoilt_(struct ipcshow_consumer *view)
{
	view->error = -EUCLEAN;
	view->limit = view->head;
	view->next = view->head;
	view->peeked = 0;
}

/*
 * By the header: at once, but it takes the line of cache from the producer, which may be about to
 * write the next record into it.
 */
static bool find_by_header(struct consumer *consumer)
{
	struct ipcshow_consumer *view = &consumer->view;
	__u64 header = header_at(view, view->head);
	__u64 need;

	if (!header) {
		consumer->run = 0;
		return false;
	}
	need = need_of(view, view->head, header);
	if (!need || need > view->mask + 1) {
		ipcshow_consumer_spoilt_(view);
		return false;
	}
	view->limit = view->head + need;
	if (consumer->adapts)
		consumer->streams = ++consumer->run >= STREAM_RUN;
	return true;
}

/* By the position: late, but many at a time. */
static bool find_by_position(struct consumer *consumer)
{
	struct ipcshow_consumer *view = &consumer->view;
	/* Pairs with the release in ipcshow_producer_publish_(). */
	__u64 pos = __atomic_load_n(&view->theirs->pos, __ATOMIC_ACQUIRE);

	/* It lags behind when we find records by their headers. */
	if ((__s64)(pos - view->head) <= 0)
		return false;
	if (pos - view->head > view->mask + 1 || pos % 8) {
		ipcshow_consumer_spoilt_(view);
		return false;
	}
	view->limit = pos;
	return true;
}

static bool find(struct consumer *consumer)
{
	struct ipcshow_consumer *view = &consumer->view;
	int i;

	for (i = 0; consumer->streams && !consumer->waits && i < STREAM_SPINS; i++) {
		if (find_by_position(consumer))
			return true;
		if (view->error)
			return false;
		ring_end_pause();
	}
	if (consumer->streams) {
		consumer->run = 0;
		if (consumer->adapts)
			consumer->streams = false;
	}
	return find_by_header(consumer);
}

/* All that was released is the producer's, and that is all that it can have. */
static void hand_over(struct consumer *consumer)
{
	struct ipcshow_consumer *view = &consumer->view;

	if (view->published == view->head)
		return;
	ipcshow_consumer_publish_(view);
	ring_end_wake(&consumer->end, ipcshow_consumer_attention_(view));
}

/* Peeks that find nothing come here. */
bool ipcshow_consumer_find_more_(struct ipcshow_consumer *view)
{
	struct consumer *consumer = consumer_of(view);
	int over;

	if (consumer->overwrite && !view->error)
		view->error = -EOPNOTSUPP;
	if (view->error)
		return false;
	/* First: what was committed before the end is found after it. */
	over = ring_end_over(&consumer->end);
	if (find(consumer)) {
		ring_end_found(&consumer->end);
		return true;
	}
	hand_over(consumer);
	if (!view->error)
		view->error = over;
	return false;
}

/* The producer has something to say. That it is gone is seen when there is nothing more to read. */
void ipcshow_consumer_attend_(struct ipcshow_consumer *view, __u64 attention)
{
	struct consumer *consumer = consumer_of(view);
	__u64 wants;

	if (!(attention & IPCSHOW_RING_SIDE_F_SLEEPS) || attention == consumer->end.rung)
		return;
	/* Pairs with the release in say_asleep(): it is what this sleep is for. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	wants = __atomic_load_n(&view->theirs->wants, __ATOMIC_RELAXED);
	if ((__s64)(view->head - wants) < 0)
		return;
	ipcshow_consumer_publish_(view);
	ring_end_wake(&consumer->end, attention);
}

/*
 * Peeks at groups that are not taken whole come here. Each release moves @records on, and so tells how
 * far we are; the last moves @head past the group.
 */
const void *ipcshow_consumer_peek_group_(struct ipcshow_consumer *view, size_t *size,
					 size_t *count)
{
	struct consumer *consumer = consumer_of(view);
	struct group *group = &consumer->group;
	__u64 taken, left;

	if (view->group_at != view->head) {
		*group = group_at(view, view->head);
		view->group_at = view->head;
		consumer->group_first = view->records;
	}
	taken = view->records - consumer->group_first;
	if (taken >= group->count || group->need > view->limit - view->head) {
		ipcshow_consumer_spoilt_(view);
		return NULL;
	}
	left = group->count - taken;
	if (*count > left)
		*count = left;
	*size = group->size;
	view->next = *count < left ? view->head : view->head + group->need;
	view->peeked = *count;
	view->peeked_bytes = *size * *count;
	return view->data + (view->head & view->mask) + IPCSHOW_RING_GROUP_HEADER_ +
	       taken * ipcshow_ring_stride(*size);
}

/* Is what comes next a group? If it is spoilt meanwhile, it is no more than that. */
static bool at_group(const struct ipcshow_consumer *view, __u64 pos)
{
	return (__u32)header_at(view, pos) == IPCSHOW_RING_GROUP_MARK;
}

static ssize_t peek_group_batch(struct ipcshow_consumer *view, struct iovec *records, size_t count)
{
	const __u8 *record;
	size_t size, i;

	record = ipcshow_consumer_peek_many(view, &size, &count);
	if (!record)
		return view->error;
	for (i = 0; i < count; i++) {
		records[i].iov_base = (void *)(uintptr_t)(record + i * ipcshow_ring_stride(size));
		records[i].iov_len = size;
	}
	return (ssize_t)count;
}

ssize_t ipcshow_consumer_peek_batch(struct ipcshow_consumer *view, struct iovec *records,
				    size_t count)
{
	__u64 head = view->head, peeked = 0, bytes = 0, next = head;
	const void *record;
	size_t size;

	/* Only the first may look for more: what it finds is what this batch can be. */
	if (count && view->limit == head && !ipcshow_consumer_find_more_(view))
		return view->error;
	if (count && at_group(view, head))
		return peek_group_batch(view, records, count);
	while (peeked < count && view->limit != next && !at_group(view, next)) {
		view->head = next;
		record = ipcshow_consumer_peek(view, &size);
		if (!record)
			break;
		records[peeked].iov_base = (void *)(uintptr_t)record;
		records[peeked++].iov_len = size;
		bytes += size;
		next = view->next;
	}
	view->head = head;
	if (!peeked)
		return count ? view->error : 0;
	view->next = next;
	view->peeked = peeked;
	view->peeked_bytes = bytes;
	return (ssize_t)peeked;
}

ssize_t ipcshow_consumer_copy(struct ipcshow_consumer *view, void *buf, size_t size,
			      __u64 *lost)
{
	struct consumer *consumer = consumer_of(view);
	const void *record;
	size_t bytes;
	ssize_t ret;

	if (lost)
		*lost = 0;
	if (consumer->overwrite) {
		if (view->error == -EOPNOTSUPP)
			view->error = 0;
		ret = view->error ? view->error : overwritten_copy(consumer, buf, size);
		if (lost)
			*lost = consumer->lost - consumer->told;
		consumer->told = consumer->lost;
		return ret;
	}
	record = ipcshow_consumer_peek(view, &bytes);
	if (!record)
		return view->error ? view->error : -EAGAIN;
	memcpy(buf, record, bytes < size ? bytes : size);
	ipcshow_consumer_release(view);
	return (ssize_t)bytes;
}

static bool has_record(void *arg)
{
	struct consumer *consumer = arg;
	struct ipcshow_consumer *view = &consumer->view;

	if (consumer->overwrite)
		return overwritten_ready(consumer);
	return view->limit != view->head || ipcshow_consumer_find_more_(view) || view->error;
}

int ipcshow_consumer_wait(struct ipcshow_consumer *view, __s64 timeout_ns)
{
	struct consumer *consumer = consumer_of(view);
	int ret;

	consumer->waits = true;
	ret = ring_end_wait(&consumer->end, has_record, consumer, timeout_ns);
	consumer->waits = false;
	return ret ? ret : view->error;
}

int ipcshow_consumer_fd(const struct ipcshow_consumer *view)
{
	return consumer_of(view)->end.link.fd;
}

int ipcshow_consumer_arm(struct ipcshow_consumer *view)
{
	struct consumer *consumer = consumer_of(view);

	return ring_end_arm(&consumer->end, has_record, consumer);
}

/* Bytes that are there for us to take, by what the producer says: at most all of them. */
static __u64 used(const struct consumer *consumer)
{
	const struct ipcshow_consumer *view = &consumer->view;
	__u64 pos = __atomic_load_n(&view->theirs->pos, __ATOMIC_RELAXED), from = view->head;

	if (consumer->overwrite) {
		__u64 oldest = __atomic_load_n(&view->theirs->oldest, __ATOMIC_RELAXED);

		if ((__s64)(oldest - from) > 0)
			from = oldest;
	}
	if ((__s64)(pos - from) <= 0)
		return 0;
	return pos - from <= view->mask ? pos - from : view->mask + 1;
}

void ipcshow_consumer_stats(const struct ipcshow_consumer *view, struct ipcshow_ring_stats *stats)
{
	const struct consumer *consumer = consumer_of(view);

	*stats = (struct ipcshow_ring_stats){
		.ring_size = view->mask + 1,
		.used = used(consumer),
		.records = view->records,
		.bytes = view->bytes,
		.waits = view->mine->waits,
		.wakes = view->mine->wakes,
		.lost = consumer->lost,
		.discarded = __atomic_load_n(&view->theirs->discarded, __ATOMIC_RELAXED),
	};
}
