// SPDX-License-Identifier: LGPL-2.1-or-later
/* The producer's end: what ipcshow-ring.h does not do inline. */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"
#include "end.h"

#define RING_MIN	(16UL << 10)
#define RING_DEFAULT	(256UL << 10)

/* What a position is published for: enough that it is worth a line of cache. Less in a small ring. */
#define STEP		4096
#define STEP_PART	16

/*
 * A producer that overwrites makes room for this part of the ring at a time: a consumer that is
 * at the oldest record has so long to copy it.
 */
#define EVICT_PART	16

/* A header says how long the record is in 32 bits. */
#define RECORD_MAX	(UINT32_MAX & ~7ULL)

/*
 * Who sleeps since the ring was full is woken when this part of it is free. With a record of
 * half the ring this must not be more than all of it.
 */
#define WANTS_PART	8

/**
 * struct producer - the producer's end
 * @view: what the inline functions work on
 * @end: what the consumer's end has too
 * @overwrite: the oldest records make room for new ones
 * @oldest: position of the oldest record; @overwrite only
 * @overwritten: records before it
 * @wanted: bytes of content that are waited for
 */
struct producer {
	struct ipcshow_producer view;
	struct ring_end end;
	bool overwrite;
	__u64 oldest;
	__u64 overwritten;
	size_t wanted;
};

static struct producer *producer_of(const struct ipcshow_producer *view)
{
	return (struct producer *)(uintptr_t)view;
}

/* No more records: the next reservation comes to ipcshow_producer_make_room_(). */
static bool fail(struct ipcshow_producer *view, int error)
{
	view->error = error;
	view->limit = view->tail;
	return false;
}

static __u64 record_size(const struct producer *producer, __u64 pos)
{
	const void *header = producer->view.data + (pos & producer->view.mask);

	return (*(const __u32 *)header + 7) & ~7ULL;
}

/* Give up the oldest records, so that @need bytes fit, and more to come. */
static bool evict(struct producer *producer, __u64 need)
{
	struct ipcshow_producer *view = &producer->view;
	__u64 size = view->mask + 1, upto = view->tail + need + size / EVICT_PART;
	__u64 step;

	while (producer->oldest < view->tail && upto - producer->oldest > size) {
		step = record_size(producer, producer->oldest);
		/* Nobody but us writes there; but then, this must end. */
		if (!step || step > view->tail - producer->oldest)
			return fail(view, -EUCLEAN);
		producer->oldest += step;
		producer->overwritten++;
	}
	__atomic_store_n(&view->mine->overwritten, producer->overwritten, __ATOMIC_RELAXED);
	/* Pairs with the acquire in catch_up(): what begins there was committed. */
	__atomic_store_n(&view->mine->oldest, producer->oldest, __ATOMIC_RELEASE);
	/* Pairs with the fence in still_there(): who copies what comes now sees that it is late. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	view->limit = producer->oldest + size;
	return true;
}

/* How far has the consumer come? */
static bool look_at_consumer(struct producer *producer, __u64 need)
{
	struct ipcshow_producer *view = &producer->view;
	__u64 size = view->mask + 1;
	/* Pairs with the release in ipcshow_consumer_publish_(). */
	__u64 pos = __atomic_load_n(&view->theirs->pos, __ATOMIC_ACQUIRE);

	if (pos > view->tail || view->tail - pos > size || pos + size < view->limit || pos % 8)
		return fail(view, -EUCLEAN);
	view->limit = pos + size;
	if (!ipcshow_producer_fits_(view, need))
		return false;
	ring_end_found(&producer->end);
	return true;
}

/* Reservations that do not fit come here. */
bool ipcshow_producer_make_room_(struct ipcshow_producer *view, size_t size)
{
	struct producer *producer = producer_of(view);
	__u64 need = ipcshow_ring_need_(size);
	int over;

	if (view->error && view->error != -EMSGSIZE)
		return false;
	view->error = 0;
	if (size > view->max) {
		view->error = -EMSGSIZE;
		return false;
	}
	over = ring_end_over(&producer->end);
	if (over)
		return fail(view, over);
	return producer->overwrite ? evict(producer, need) : look_at_consumer(producer, need);
}

/* How many records of @size, each without a header of its own, are a group of @bytes? */
static __u64 group_fits(size_t size, __u64 bytes)
{
	return bytes < IPCSHOW_RING_GROUP_HEADER_ ? 0 :
	       (bytes - IPCSHOW_RING_GROUP_HEADER_) / ipcshow_ring_stride(size);
}

/*
 * Reservations of many that do not fit as they are, or are of one, come here. How many do
 * fit? One of them is a record, as long as it may be.
 */
size_t ipcshow_producer_make_group_(struct ipcshow_producer *view, size_t size, size_t count)
{
	__u64 need = ipcshow_ring_need_(size), room, fits;
	bool one = size <= view->max && ipcshow_producer_fits_(view, need);

	/* For more than one it is worth a look at where the consumer is. */
	if (!count || ((!one || (count > 1 && view->group_max)) &&
		       !ipcshow_producer_make_room_(view, size)))
		return 0;
	room = view->limit - view->tail - IPCSHOW_RING_HEADER_;
	fits = group_fits(size, room < view->group_max ? room : view->group_max);
	if (!fits)
		return 1;
	return count < fits ? count : (size_t)fits;
}

/* The consumer has something to say. */
void ipcshow_producer_attend_(struct ipcshow_producer *view, __u64 attention)
{
	struct producer *producer = producer_of(view);
	int over;

	if (attention & (IPCSHOW_RING_SIDE_F_CLOSED | IPCSHOW_RING_SIDE_F_GONE)) {
		over = ring_end_over(&producer->end);
		if (over && (!view->error || view->error == -EMSGSIZE))
			fail(view, over);
		return;
	}
	if (attention != producer->end.rung) {
		ipcshow_producer_publish_(view);
		ring_end_wake(&producer->end, attention);
	}
}

static bool has_room(void *arg)
{
	struct producer *producer = arg;
	struct ipcshow_producer *view = &producer->view;
	__u64 need = ipcshow_ring_need_(producer->wanted);
	__u64 wants;

	/* What was committed is all the consumer's while we wait. */
	if (view->published != view->tail)
		ipcshow_producer_publish_(view);
	/* Once woken, there should be something to do. The consumer has this line: spare it. */
	wants = view->tail + need - (view->mask + 1) + (view->mask + 1) / WANTS_PART;
	if (wants != view->mine->wants)
		__atomic_store_n(&view->mine->wants, wants, __ATOMIC_RELAXED);
	if (!view->error && ipcshow_producer_fits_(view, need)) {
		/* There is room, but is there somebody? */
		int over = ring_end_over(&producer->end);

		if (over)
			fail(view, over);
		return true;
	}
	return ipcshow_producer_make_room_(view, producer->wanted) || view->error;
}

int ipcshow_producer_wait(struct ipcshow_producer *view, size_t size, __s64 timeout_ns)
{
	struct producer *producer = producer_of(view);
	int ret;

	if (size > view->max)
		return -EMSGSIZE;
	/* Whether the consumer is still there is told by the link, to who asks. */
	if (!timeout_ns)
		ring_link_ask(&producer->end.link);
	producer->wanted = size;
	ret = ring_end_wait(&producer->end, has_room, producer, timeout_ns);
	return ret ? ret : view->error;
}

int ipcshow_producer_fd(const struct ipcshow_producer *view)
{
	return producer_of(view)->end.link.fd;
}

int ipcshow_producer_arm(struct ipcshow_producer *view, size_t size)
{
	struct producer *producer = producer_of(view);

	producer->wanted = size;
	return size > view->max || ring_end_arm(&producer->end, has_room, producer);
}

ssize_t ipcshow_producer_push(struct ipcshow_producer *view, const struct iovec *records,
			      size_t count)
{
	size_t i;
	void *room;

	for (i = 0; i < count; i++) {
		room = ipcshow_producer_reserve(view, records[i].iov_len);
		if (!room)
			break;
		memcpy(room, records[i].iov_base, records[i].iov_len);
		ipcshow_producer_commit(view, records[i].iov_len);
	}
	return i || !count ? (ssize_t)i : view->error;
}

void ipcshow_producer_stats(const struct ipcshow_producer *view, struct ipcshow_ring_stats *stats)
{
	const struct producer *producer = producer_of(view);
	__u64 oldest = producer->overwrite ? producer->oldest :
		       __atomic_load_n(&view->theirs->pos, __ATOMIC_RELAXED);
	__u64 used = view->tail - oldest;

	*stats = (struct ipcshow_ring_stats){
		.ring_size = view->mask + 1,
		/* Who writes nonsense makes it all of the ring at most. */
		.used = used <= view->mask ? used : view->mask + 1,
		.records = view->records,
		.bytes = view->bytes,
		.waits = view->mine->waits,
		.wakes = view->mine->wakes,
		.lost = __atomic_load_n(&view->theirs->lost, __ATOMIC_RELAXED),
		.discarded = view->mine->discarded,
	};
}

/* ---- opening ---- */

/* The ring is a pair of memfds; ours go with @hello as @fds. */
static int make_memfds(struct ring_memory *memory, const struct ipcshow_ring_options *options,
		       int *fds)
{
	int fd = ring_memory_make_side(&memory->producer);

	if (fd < 0)
		return fd;
	fds[0] = fd;
	fd = ring_memory_make_data(&memory->data, memory->size,
				   options->flags & IPCSHOW_RING_HUGE);
	if (fd < 0)
		return fd;
	fds[1] = fd;
	return 0;
}

/* The ring is the module's; the consumer's end goes with @hello as @fds[0]. */
static int make_module(struct producer *producer, const struct ring_hello *hello, int *fds)
{
	struct ipcshow_shared_ring arg = {
		.size = sizeof(arg), .ring_size = producer->end.memory.size,
	};
	int device = open("/dev/ipcshow", O_RDWR | O_CLOEXEC);
	int err = 0;

	if (device < 0)
		return -errno;
	if (hello->flags & RING_HELLO_F_OVERWRITE)
		arg.flags = IPCSHOW_SHARED_RING_F_OVERWRITE;
	if (ioctl(device, IPCSHOW_IOC_SHARED_RING, &arg))
		err = -errno;
	close(device);
	if (err)
		return err;

	producer->end.link = (struct ring_link){ .fd = arg.producer, .module = true };
	fds[0] = arg.consumer;
	return ring_memory_map_module(&producer->end.memory, arg.producer,
				      IPCSHOW_ROLE_PRODUCER);
}

/* Say what the ring is, and hear that the consumer has it. */
static int meet(struct producer *producer, int sock, struct ring_hello *hello,
		const int *fds, __s64 deadline)
{
	bool module = hello->flags & RING_HELLO_F_MODULE;
	struct ring_hello reply;
	int side, err;

	err = ring_hello_send(sock, hello, fds, module ? 1 : 2);
	if (!err)
		err = ring_hello_receive(sock, &reply, &side, 1, deadline);
	if (err)
		return err;
	if (reply.role != RING_HELLO_CONSUMER)
		err = -EPROTO;
	else if (!module)
		err = ring_memory_take_side(side, &producer->end.memory.consumer);
	if (side >= 0)
		close(side);
	hello->flags |= reply.flags & RING_HELLO_F_FENCE;
	return err;
}

static void begin(struct producer *producer, const struct ipcshow_ring_options *options,
		  bool fence)
{
	struct ring_memory *memory = &producer->end.memory;

	ring_end_begin(&producer->end, true, options, fence);
	producer->overwrite = options->flags & IPCSHOW_RING_OVERWRITE;
	producer->view = (struct ipcshow_producer){
		.data = memory->data,
		.mask = memory->size - 1,
		.limit = memory->size,
		.step = memory->size / STEP_PART < STEP ? memory->size / STEP_PART : STEP,
		.max = (memory->size / 2 < RECORD_MAX ? memory->size / 2 : RECORD_MAX) -
		       IPCSHOW_RING_HEADER_,
		.mine = producer->end.mine,
		.theirs = producer->end.theirs,
		.fence = fence,
	};
	if (!producer->overwrite)
		producer->view.group_max = producer->view.max + IPCSHOW_RING_HEADER_;
}

static int open_producer(struct producer *producer, int sock,
			 const struct ipcshow_ring_options *options, __s64 deadline)
{
	struct ring_hello hello = {
		.role = RING_HELLO_PRODUCER,
		.ring_size = producer->end.memory.size,
		.page_size = producer->end.memory.page_size,
	};
	int fds[RING_HELLO_FDS_MAX] = { -1, -1 };
	size_t i;
	int err;

	if (!ring_end_register_barrier())
		hello.flags |= RING_HELLO_F_FENCE;
	if (options->flags & IPCSHOW_RING_OVERWRITE)
		hello.flags |= RING_HELLO_F_OVERWRITE;
	if (options->flags & IPCSHOW_RING_MODULE) {
		hello.flags |= RING_HELLO_F_MODULE;
		err = make_module(producer, &hello, fds);
	} else {
		producer->end.link.fd = sock;
		err = make_memfds(&producer->end.memory, options, fds);
	}
	if (!err)
		err = meet(producer, sock, &hello, fds, deadline);
	for (i = 0; i < RING_HELLO_FDS_MAX; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	if (!err)
		begin(producer, options, hello.flags & RING_HELLO_F_FENCE);
	return err;
}

int ipcshow_producer_open(struct ipcshow_producer **view, int sock,
			  const struct ipcshow_ring_options *options)
{
	struct ipcshow_ring_options copy;
	struct producer *producer;
	int err;

	err = ring_end_check_options(options, IPCSHOW_RING_MODULE | IPCSHOW_RING_OVERWRITE |
				     IPCSHOW_RING_HUGE | IPCSHOW_RING_NO_SPIN, &copy);
	if (!copy.ring_size)
		copy.ring_size = RING_DEFAULT;
	if (copy.ring_size < RING_MIN || copy.ring_size & (copy.ring_size - 1) ||
	    copy.ring_size > SIZE_MAX / 4 ||
	    (copy.flags & IPCSHOW_RING_HUGE && copy.flags & IPCSHOW_RING_MODULE))
		err = -EINVAL;
	producer = err ? NULL : ring_end_new(sizeof(*producer), offsetof(struct producer, end));
	if (!producer) {
		close(sock);
		return err ? err : -ENOMEM;
	}
	producer->end.memory.size = copy.ring_size;

	err = open_producer(producer, sock, &copy, clock_deadline(copy.timeout_ns));
	if (producer->end.link.fd != sock)
		close(sock);
	if (err) {
		ring_end_close(&producer->end);
		free(producer);
		return err;
	}
	*view = &producer->view;
	return 0;
}

void ipcshow_producer_close(struct ipcshow_producer *view)
{
	struct producer *producer;

	if (!view)
		return;
	producer = producer_of(view);
	ipcshow_producer_discard(view);
	ipcshow_producer_publish_(view);
	ring_end_close(&producer->end);
	free(producer);
}
