// SPDX-License-Identifier: LGPL-2.1-or-later
/* The consumer's end of a ring. */
#include <errno.h>
#include <sys/mman.h>

#include "ring.h"

static void *map(int fd, size_t size, int prot, u64 offset)
{
	void *p = mmap(NULL, size, prot, MAP_SHARED, fd, (off_t)offset);

	return p == MAP_FAILED ? NULL : p;
}

static void unmap(const void *p, size_t size)
{
	if (p)
		munmap((void *)(uintptr_t)p, size);
}

int ring_map(struct ring *ring, int fd, const struct ipcshow_ring *where, size_t page_size)
{
	int err;

	*ring = (struct ring){ .size = where->ring_size, .page_size = page_size };
	ring->consumer = map(fd, page_size, PROT_READ | PROT_WRITE, where->consumer_offset);
	if (ring->consumer)
		ring->producer = map(fd, page_size, PROT_READ, where->producer_offset);
	if (ring->producer)
		ring->data = map(fd, 2 * ring->size, PROT_READ, where->data_offset);
	if (ring->data)
		return 0;

	err = -errno;
	ring_unmap(ring);
	return err;
}

void ring_unmap(struct ring *ring)
{
	unmap(ring->data, 2 * ring->size);
	unmap(ring->producer, ring->page_size);
	unmap(ring->consumer, ring->page_size);
	*ring = (struct ring){ 0 };
}

/* Pairs with the release by which the module commits records. */
static u64 ring_produced(const struct ring *ring)
{
	return __atomic_load_n(&ring->producer->pos, __ATOMIC_ACQUIRE);
}

/* Pairs with the acquire by which the module learns what it may overwrite. */
static void ring_consume(struct ring *ring, u64 pos)
{
	ring->pos = pos;
	__atomic_store_n(&ring->consumer->pos, pos, __ATOMIC_RELEASE);
}

void ring_discard(struct ring *ring)
{
	ring_consume(ring, ring_produced(ring));
}

/**
 * ring_drain() - hand over all records that are there
 * @ring: the ring
 * @what: as ipcshow_records_walk()
 * @fn: called with each record, in place
 * @arg: for @fn
 * @progress: out: there was a record
 *
 * Return: 0, what @fn returned, or -EUCLEAN.
 */
int ring_drain(struct ring *ring, u64 what, ipcshow_record_fn *fn, void *arg,
	       bool *progress)
{
	u64 end = ring_produced(ring);
	int ret;

	*progress = end != ring->pos;
	if (end - ring->pos > ring->size)
		return -EUCLEAN;
	ret = ipcshow_records_walk(ring->data + (ring->pos & (ring->size - 1)),
				   end - ring->pos, what, fn, arg);
	ring_consume(ring, end);
	return ret;
}
