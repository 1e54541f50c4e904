// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ring_pair.h"

struct opening {
	struct ipcshow_consumer **consumer;
	int sock;
	const struct ipcshow_ring_options *options;
	int result;
};

static void *open_consumer(void *argument)
{
	struct opening *opening = argument;

	opening->result = ipcshow_consumer_open(opening->consumer, opening->sock,
						opening->options);
	return NULL;
}

int ring_pair_open(struct ring_pair *pair, const struct ipcshow_ring_options *producer,
		   const struct ipcshow_ring_options *consumer)
{
	struct opening opening = { .consumer = &pair->consumer, .options = consumer };
	pthread_t thread;
	int socks[2], ret;

	*pair = (struct ring_pair){ 0 };
	ring_sockets(socks);
	opening.sock = socks[1];
	if (pthread_create(&thread, NULL, open_consumer, &opening))
		errx(1, "no thread");
	ret = ipcshow_producer_open(&pair->producer, socks[0], producer);
	pthread_join(thread, NULL);
	if (ret || opening.result)
		ring_pair_close(pair);
	return ret ? ret : opening.result;
}

void ring_pair_close(struct ring_pair *pair)
{
	ipcshow_producer_close(pair->producer);
	ipcshow_consumer_close(pair->consumer);
	*pair = (struct ring_pair){ 0 };
}

void ring_sockets(int socks[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, socks))
		err(1, "socketpair");
}

void *ring_shared_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		err(1, "mmap");
	return memory;
}

bool ring_has_module(void)
{
	int fd = open("/dev/ipcshow", O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

unsigned int ring_work(void)
{
	const char *text = getenv("IPCSHOW_RING_WORK");
	int work = text ? atoi(text) : 1;

	return work > 1 ? (unsigned int)work : 1;
}

size_t ring_record_size(uint64_t seed, uint64_t number, size_t max)
{
	uint64_t state = seed ^ number << 20, x = ring_random(&state), limit;

	switch (x % 1024) {
	case 0:
		return max - (x >> 32) % 16;
	case 1 ... 3:
		limit = max;
		break;
	case 4 ... 160:
		limit = 2000;
		break;
	default:
		limit = 100;
	}
	return (x >> 32) % ((limit < max ? limit : max) + 1);
}

void ring_record_fill(void *record, size_t size, uint64_t seed, uint64_t number)
{
	uint64_t state = ~seed ^ number << 20, word;
	size_t at;

	for (at = 0; at < size; at += sizeof(word)) {
		word = ring_random(&state);
		memcpy((char *)record + at, &word, size - at < 8 ? size - at : 8);
	}
}

bool ring_record_says(const void *record, size_t size, uint64_t seed, uint64_t number)
{
	uint64_t state = ~seed ^ number << 20, word;
	size_t at;

	for (at = 0; at < size; at += sizeof(word)) {
		word = ring_random(&state);
		if (memcmp((const char *)record + at, &word, size - at < 8 ? size - at : 8))
			return false;
	}
	return true;
}

bool ring_record_is(const void *record, size_t size, uint64_t seed, uint64_t number, size_t max)
{
	return size == ring_record_size(seed, number, max) &&
	       ring_record_says(record, size, seed, number);
}
