// SPDX-License-Identifier: LGPL-2.1-or-later
/* The consumer's end: what ipcshow-ring.h does not do inline. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "end.h"

#define RING_MAX_DEFAULT	(4ULL << 30)

/* How much is released before the producer is told; less in a small ring. */
#define STEP		16384
#define STEP_PART	8

/* So many records in a row, each found as soon as it was looked for, are a stream. */
#define STREAM_RUN	8

/* Looks at the position of a producer that streams, until it seems to have stopped: about a us. */
#define STREAM_SPINS	32

/* Copies of a record that were all too late; then the newest is as good as any. */
#define COPY_TRIES	16

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

static struct consumer *consumer_of(const struct ipcshow_consumer *view)
{
	return (struct consumer *)(uintptr_t)view;
}

static __u64 header_at(const struct ipcshow_consumer *view, __u64 pos)
{
	const void *header = view->data + (pos & view->mask);

	/* Pairs with the release in ipcshow_producer_commit(). */
	return __atomic_load_n((const __u64 *)header, __ATOMIC_ACQUIRE);
}

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

static ssize_t copy_overwritten(struct consumer *consumer, void *buf, size_t size)
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
		ret = view->error ? view->error : copy_overwritten(consumer, buf, size);
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

/* Is there one that could be copied? */
static bool overwritten_ready(struct consumer *consumer)
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

/* ---- opening ---- */

static int check_hello(const struct ring_hello *hello, __u64 max)
{
	if (hello->role != RING_HELLO_PRODUCER || hello->page_size != ring_page_size() ||
	    hello->ring_size < hello->page_size || hello->ring_size > SIZE_MAX / 4 ||
	    hello->ring_size & (hello->ring_size - 1))
		return -EPROTO;
	return hello->ring_size > max ? -EFBIG : 0;
}

/* The producer's page and the data came with its hello; ours goes back. */
static int take_memfds(struct ring_memory *memory, const int *offered, int *fd)
{
	int err = ring_memory_take_side(offered[0], &memory->producer);

	if (!err)
		err = ring_memory_take_data(offered[1], memory->size, &memory->data);
	if (err)
		return err;
	*fd = ring_memory_make_side(&memory->consumer);
	return *fd < 0 ? *fd : 0;
}

static int take_module(struct consumer *consumer, int *offered)
{
	consumer->end.link = (struct ring_link){ .fd = offered[0], .module = true };
	offered[0] = -1;
	return ring_memory_map_module(&consumer->end.memory, consumer->end.link.fd,
				      IPCSHOW_ROLE_CONSUMER);
}

static void begin(struct consumer *consumer, const struct ipcshow_ring_options *options,
		  const struct ring_hello *hello, bool fence)
{
	struct ring_memory *memory = &consumer->end.memory;

	ring_end_begin(&consumer->end, false, options, fence);
	consumer->overwrite = hello->flags & RING_HELLO_F_OVERWRITE;
	consumer->adapts = !(options->flags & (IPCSHOW_RING_LATENCY | IPCSHOW_RING_STREAM));
	consumer->streams = options->flags & IPCSHOW_RING_STREAM;
	consumer->view = (struct ipcshow_consumer){
		.data = memory->data,
		.mask = memory->size - 1,
		.step = memory->size / STEP_PART < STEP ? memory->size / STEP_PART : STEP,
		.mine = consumer->end.mine,
		.theirs = consumer->end.theirs,
		.fence = fence,
		.group_at = UINT64_MAX,
	};
}

static int answer(struct consumer *consumer, int sock, const struct ring_hello *hello,
		  const struct ipcshow_ring_options *options, int *offered)
{
	struct ring_hello reply = { .role = RING_HELLO_CONSUMER };
	int fd = -1, err;

	consumer->end.memory.size = hello->ring_size;
	if (!ring_end_register_barrier())
		reply.flags |= RING_HELLO_F_FENCE;
	if (hello->flags & RING_HELLO_F_MODULE) {
		err = take_module(consumer, offered);
	} else {
		consumer->end.link.fd = sock;
		err = take_memfds(&consumer->end.memory, offered, &fd);
	}
	if (!err) {
		begin(consumer, options, hello,
		      (hello->flags | reply.flags) & RING_HELLO_F_FENCE);
		err = ring_hello_send(sock, &reply, &fd, fd >= 0);
	}
	if (fd >= 0)
		close(fd);
	return err;
}

static int open_consumer(struct consumer *consumer, int sock,
			 const struct ipcshow_ring_options *options, __s64 deadline)
{
	int offered[RING_HELLO_FDS_MAX];
	struct ring_hello hello;
	size_t i;
	int err;

	err = ring_hello_receive(sock, &hello, offered, RING_HELLO_FDS_MAX, deadline);
	if (err)
		return err;
	err = check_hello(&hello, options->ring_size);
	if (!err)
		err = answer(consumer, sock, &hello, options, offered);
	for (i = 0; i < RING_HELLO_FDS_MAX; i++)
		if (offered[i] >= 0)
			close(offered[i]);
	return err;
}

int ipcshow_consumer_open(struct ipcshow_consumer **view, int sock,
			  const struct ipcshow_ring_options *options)
{
	struct ipcshow_ring_options copy;
	struct consumer *consumer;
	int err;

	err = ring_end_check_options(options, IPCSHOW_RING_NO_SPIN | IPCSHOW_RING_LATENCY |
				     IPCSHOW_RING_STREAM, &copy);
	if (!copy.ring_size)
		copy.ring_size = RING_MAX_DEFAULT;
	consumer = err ? NULL : aligned_alloc(64, (sizeof(*consumer) + 63) & ~63UL);
	if (!consumer) {
		close(sock);
		return err ? err : -ENOMEM;
	}
	memset(consumer, 0, sizeof(*consumer));
	consumer->end.link.fd = -1;
	consumer->end.memory.page_size = ring_page_size();

	err = open_consumer(consumer, sock, &copy, clock_deadline(copy.timeout_ns));
	if (consumer->end.link.fd != sock)
		close(sock);
	if (err) {
		ring_end_close(&consumer->end);
		free(consumer);
		return err;
	}
	*view = &consumer->view;
	return 0;
}

void ipcshow_consumer_close(struct ipcshow_consumer *view)
{
	struct consumer *consumer;

	if (!view)
		return;
	consumer = consumer_of(view);
	ipcshow_consumer_publish_(view);
	ring_end_close(&consumer->end);
	free(consumer);
}
