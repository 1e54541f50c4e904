// SPDX-License-Identifier: GPL-2.0
/*
 * An end of a shared ring whose other end, which is this program, writes whatever it can write: the
 * input says what, and what the end does in between.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hello.h"
#include "memory.h"
#include "parser.h"

#define SIZE		16384
#define RECORDS		16

/* What the input is read by. */
struct input {
	const uint8_t *at;
	size_t left;
};

static uint64_t take(struct input *input, size_t size)
{
	uint64_t value = 0;

	if (size > input->left)
		size = input->left;
	memcpy(&value, input->at, size);
	input->at += size;
	input->left -= size;
	return value;
}

/**
 * struct other - the other end
 * @own: its page
 * @data: the data, if it is the producer's; else NULL
 * @sock: to the end
 */
struct other {
	uint8_t *own;
	uint8_t *data;
	int sock;
};

/* Most of a page is not looked at: what is, is likelier. */
static void scribble(const struct other *other, struct input *input)
{
	const uint64_t what = take(input, 1), at = take(input, 2);
	const uint64_t value = take(input, 1 << what / 64);
	uint8_t *to = other->own + (what & 1 ? at % 512 * 8 : at % 5 * 128 + (at & 256 ? 8 : 0));

	if (other->data && what & 6)
		to = other->data + (what & 8 ? at * 8 % SIZE : at % 64 * 8);
	__atomic_store_n((uint64_t *)to, value, __ATOMIC_RELEASE);
}

/* What is said to be a record: does it lie within the ring, and can it be read? */
static void look(const struct ipcshow_consumer *consumer, const void *record, size_t size)
{
	const uint8_t *p = record, *end = consumer->data + 2 * SIZE;
	volatile uint8_t last;

	if (p < consumer->data || p > end || size > (size_t)(end - p) || size > SIZE)
		abort();
	while (size--)
		last = *p++;
	(void)last;
}

static void look_at_many(struct ipcshow_consumer *consumer, struct input *input)
{
	size_t most = 1 + take(input, 1), nr = most, size, i;
	const uint8_t *records = ipcshow_consumer_peek_many(consumer, &size, &nr);

	if (!records)
		return;
	if (!nr || nr > most)
		abort();
	for (i = 0; i < nr; i++)
		look(consumer, records + i * ipcshow_ring_stride(size), size);
	if (take(input, 1) % 2)
		ipcshow_consumer_release(consumer);
}

static void look_at_batch(struct ipcshow_consumer *consumer, struct input *input)
{
	struct iovec records[RECORDS];
	ssize_t nr = ipcshow_consumer_peek_batch(consumer, records, take(input, 1) % (RECORDS + 1)), i;

	if (nr > RECORDS)
		abort();
	for (i = 0; i < nr; i++)
		look(consumer, records[i].iov_base, records[i].iov_len);
	if (nr > 0 && take(input, 1) % 2)
		ipcshow_consumer_release(consumer);
}

static void copy(struct ipcshow_consumer *consumer, struct input *input)
{
	const size_t size = take(input, 2) % (SIZE + 1);
	uint8_t *to = malloc(size ?: 1);
	__u64 lost;

	if (!to || ipcshow_consumer_copy(consumer, to, size, &lost) > SIZE)
		abort();
	free(to);
}

static void consume(struct ipcshow_consumer *consumer, struct input *input)
{
	struct ipcshow_ring_stats stats;
	const void *record;
	size_t size;

	switch (take(input, 1) % 7) {
	case 0:
	case 1:
		record = ipcshow_consumer_peek(consumer, &size);
		if (record) {
			look(consumer, record, size);
			ipcshow_consumer_release(consumer);
		}
		return;
	case 2:
		return look_at_many(consumer, input);
	case 3:
		return look_at_batch(consumer, input);
	case 4:
		return copy(consumer, input);
	case 5:
		ipcshow_consumer_wait(consumer, 0);
		ipcshow_consumer_arm(consumer);
		return;
	default:
		ipcshow_consumer_stats(consumer, &stats);
	}
}

static void produce(struct ipcshow_producer *producer, struct input *input)
{
	const size_t size = take(input, 2) % SIZE;
	struct ipcshow_ring_stats stats;
	uint8_t bytes[SIZE] = { 0 };
	size_t count = 1 + take(input, 1);
	void *at;

	switch (take(input, 1) % 6) {
	case 0:
	case 1:
		at = ipcshow_producer_reserve(producer, size);
		if (at) {
			memset(at, 1, size);
			ipcshow_producer_commit(producer, size);
		}
		return;
	case 2:
		at = ipcshow_producer_reserve_many(producer, size % 256, &count);
		if (at) {
			memset(at, 1, count * ipcshow_ring_stride(size % 256));
			ipcshow_producer_commit_many(producer, size % 256, count);
		}
		return;
	case 3:
		ipcshow_producer_push(producer, &(struct iovec){ bytes, size }, 1);
		return;
	case 4:
		ipcshow_producer_wait(producer, size, 0);
		ipcshow_producer_arm(producer, size);
		return;
	default:
		ipcshow_producer_stats(producer, &stats);
	}
}

/* What the other end says of itself: mostly what it should. */
static struct ring_hello hello(struct input *input, uint32_t role)
{
	struct ring_hello hello = {
		.role = role, .ring_size = SIZE, .page_size = ring_page_size(),
	};
	const uint64_t what = take(input, 1);

	hello.flags = what & 1 ? RING_HELLO_F_OVERWRITE : 0;
	hello.flags |= what & 2 ? RING_HELLO_F_FENCE : 0;
	if (what > 0xf0) {
		hello.flags = (uint32_t)take(input, 1);
		hello.ring_size = take(input, 8);
		hello.page_size = take(input, 2);
	}
	return hello;
}

static const struct ipcshow_ring_options *options(struct input *input, bool produces)
{
	static struct ipcshow_ring_options options;
	const uint64_t what = take(input, 1);

	options = (struct ipcshow_ring_options){
		.size = sizeof(options), .ring_size = SIZE, .timeout_ns = 1,
		.flags = IPCSHOW_RING_NO_SPIN,
	};
	if (what & 1)
		options.flags |= what & 2 ? IPCSHOW_RING_STREAM : IPCSHOW_RING_LATENCY;
	if (produces)
		options.flags = what & 1 ? IPCSHOW_RING_OVERWRITE : 0;
	return &options;
}

/* What is sent before the end asks for it is what it gets. */
static void attack_consumer(struct other *other, int sock, struct input *input)
{
	const struct ring_hello said = hello(input, RING_HELLO_PRODUCER);
	int fds[2] = {
		ring_memory_make_side((struct ipcshow_ring_side **)&other->own),
		ring_memory_make_data(&other->data, SIZE, false),
	};
	struct ipcshow_consumer *consumer;

	if (fds[0] < 0 || fds[1] < 0 || ring_hello_send(other->sock, &said, fds, 2))
		abort();
	close(fds[0]);
	close(fds[1]);
	if (ipcshow_consumer_open(&consumer, sock, options(input, false)))
		return;
	while (input->left) {
		if (take(input, 1) % 2)
			scribble(other, input);
		else
			consume(consumer, input);
	}
	ipcshow_consumer_close(consumer);
}

static void attack_producer(struct other *other, int sock, struct input *input)
{
	const struct ring_hello said = hello(input, RING_HELLO_CONSUMER);
	int fd = ring_memory_make_side((struct ipcshow_ring_side **)&other->own);
	struct ipcshow_producer *producer;

	if (fd < 0 || ring_hello_send(other->sock, &said, &fd, 1))
		abort();
	close(fd);
	if (ipcshow_producer_open(&producer, sock, options(input, true)))
		return;
	while (input->left) {
		if (take(input, 1) % 4 == 1)
			scribble(other, input);
		else
			produce(producer, input);
	}
	ipcshow_producer_close(producer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct other other = { 0 };
	struct ring_memory memory;
	int socks[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, socks))
		abort();
	other.sock = socks[1];
	if (take(&input, 1) % 2)
		attack_consumer(&other, socks[0], &input);
	else
		attack_producer(&other, socks[0], &input);
	close(other.sock);
	memory = (struct ring_memory){
		.producer = (struct ipcshow_ring_side *)other.own, .data = other.data,
		.size = SIZE, .page_size = ring_page_size(),
	};
	ring_memory_unmap(&memory);
	return 0;
}
