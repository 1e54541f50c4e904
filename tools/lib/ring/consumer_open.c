// SPDX-License-Identifier: LGPL-2.1-or-later
/* How a consumer's end is opened, by the producer's offer, and closed. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "consumer.h"

#define RING_MAX_DEFAULT	(4ULL << 30)

/* How much is released before the producer is told; less in a small ring. */
#define STEP		16384
#define STEP_PART	8

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
	consumer = err ? NULL : ring_end_new(sizeof(*consumer), offsetof(struct consumer, end));
	if (!consumer) {
		close(sock);
		return err ? err : -ENOMEM;
	}

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
