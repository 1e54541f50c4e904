// SPDX-License-Identifier: GPL-2.0
/*
 * The ring whose producer is the kernel: a loop in a module (kernel/producer.c) makes the records
 * of a call, by the code that snapshots use.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ipcshow.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel/records.h"
#include "way.h"

#define DEVICE	"/dev/ringbench-producer"

/* The consumer's side, mapped as <linux/ipcshow.h> says; all of the producer's lies in a row. */
struct reader {
	int fd;
	u64 size;
	size_t page_size;
	u64 pos;
	struct ipcshow_ring_side *consumer;
	const struct ipcshow_ring_side *producer;
	const char *data;
};

static size_t produced_size(const struct reader *reader)
{
	return reader->page_size + 2 * reader->size;
}

static void begin(struct channel *channel, bool produces)
{
	struct ipcshow_ring ring = { .size = sizeof(ring), .ring_size = channel->ring };
	struct reader *reader = calloc(1, sizeof(*reader));

	(void)produces;
	if (!reader)
		channel_die(channel, "memory", ENOMEM);
	reader->fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (reader->fd < 0)
		channel_die(channel, DEVICE, errno);
	if (ioctl(reader->fd, RECORDS_IOC_RING, &ring))
		channel_die(channel, "the ring (ring_user_kib, ring_total_kib)", errno);
	reader->size = ring.ring_size;
	reader->page_size = ring.data_offset - ring.producer_offset;
	reader->consumer = mmap(NULL, reader->page_size, PROT_READ | PROT_WRITE, MAP_SHARED,
				reader->fd, (off_t)ring.consumer_offset);
	reader->producer = mmap(NULL, produced_size(reader), PROT_READ, MAP_SHARED, reader->fd,
				(off_t)ring.producer_offset);
	if (reader->consumer == MAP_FAILED || reader->producer == MAP_FAILED)
		channel_die(channel, "mmap", errno);
	reader->data = (const char *)reader->producer + reader->page_size;
	channel->own = reader;
}

static void end(struct channel *channel, bool produces)
{
	struct reader *reader = channel->own;

	(void)produces;
	munmap(reader->consumer, reader->page_size);
	munmap((void *)(uintptr_t)reader->producer, produced_size(reader));
	close(reader->fd);
	free(reader);
}

static void produce(struct channel *channel, u64 first, u64 count)
{
	struct records records = { .first = first, .count = count, .bytes = channel->size };
	const struct reader *reader = channel->own;

	if (ioctl(reader->fd, RECORDS_IOC_MAKE, &records))
		channel_die(channel, "producer", errno);
	if (records.made != count)
		channel_die(channel, "producer", ENOSPC);
}

/* Checks what the walk of libipcshow checks: a record lies within what is there. */
SIZED struct tally kernel_consume_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	struct reader *reader = channel->own;
	/* Pairs with the release in ipcshow_ring_publish(). */
	u64 end_pos = __atomic_load_n(&reader->producer->pos, __ATOMIC_ACQUIRE);
	u64 left = end_pos - reader->pos;
	const char *at = reader->data + (reader->pos & (reader->size - 1));
	struct tally tally = { 0 };
	u64 number = first;

	if (left > reader->size)
		channel_die(channel, "consumer", EUCLEAN);
	for (; left >= sizeof(struct ipcshow_record); number++) {
		const struct ipcshow_record *record = (const struct ipcshow_record *)at;
		uint32_t length = record->size;

		if (length < sizeof(*record) || length % 8 || length > left)
			channel_die(channel, "consumer", EUCLEAN);
		if (length != sizeof(*record) + size)
			channel_die(channel, "consumer", EBADMSG);
		message_take(&tally, record + 1, size, number);
		at += length;
		left -= length;
	}
	if (number != first + count)
		channel_die(channel, "consumer", EBADMSG);
	reader->pos = end_pos;
	/* Pairs with the acquire in ipcshow_ring_begin(). */
	__atomic_store_n(&reader->consumer->pos, end_pos, __ATOMIC_RELEASE);
	return tally;
}

DEFINE_CONSUME_BY_SIZE(kernel)

const struct way kernel_ways[] = {
	{ .name = "ipcshow", .kind = KIND_OURS, .begin = begin, .end = end, .produce = produce,
	  .consume = kernel_consume },
	{ 0 }
};
