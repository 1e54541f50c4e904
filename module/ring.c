// SPDX-License-Identifier: GPL-2.0
/*
 * A ring whose producer is the kernel and whose consumer is the process that has
 * its file.
 *
 * Trust: the consumer page may hold anything at any time. Its position is read
 * once a call, checked, and only decides how much may be written; where is
 * decided by @tail, which user space never sees.
 *
 * Lifetime: the file owns the ring; a mapping holds the file.
 * One producer at a time: the caller of begin to publish holds the lock of
 * the file (ipcshow_context.lock).
 */
#include <linux/slab.h>

#include "ring.h"
#include "ringmem.h"

/**
 * ipcshow_ring_create() - make a ring, charged to the caller
 * @size: bytes of data
 *
 * Return: the ring, or ERR_PTR, see ipcshow_ringmem_create().
 */
struct ipcshow_ringbuf *ipcshow_ring_create(u64 size)
{
	struct ipcshow_ringbuf *ring;
	struct ipcshow_ringmem *mem = ipcshow_ringmem_create(size);

	if (IS_ERR(mem))
		return ERR_CAST(mem);
	ring = kzalloc(sizeof(*ring), IPCSHOW_GFP);
	if (!ring) {
		ipcshow_ringmem_destroy(mem);
		return ERR_PTR(-ENOMEM);
	}
	ring->size = size;
	ring->consumer = mem->consumer;
	ring->producer = mem->producer;
	ring->data = mem->data;
	ring->mem = mem;
	return ring;
}

/**
 * ipcshow_ring_destroy() - end a ring
 * @ring: the ring, or NULL
 */
void ipcshow_ring_destroy(struct ipcshow_ringbuf *ring)
{
	if (!ring)
		return;
	ipcshow_ringmem_destroy(ring->mem);
	kfree(ring);
}

/**
 * ipcshow_ring_mmap() - map part of a ring
 * @ring: the ring
 * @vma: what to map; its mmap lock is held for writing
 *
 * Return: see ipcshow_ringmem_mmap().
 */
int ipcshow_ring_mmap(struct ipcshow_ringbuf *ring, struct vm_area_struct *vma)
{
	return ipcshow_ringmem_mmap(ring->mem, vma, IPCSHOW_RINGMEM_CONSUME);
}

/**
 * ipcshow_ring_begin() - begin a batch of records: see how much room there is
 * @ring: the ring
 *
 * Return: 0, or -EUCLEAN: the consumer position is impossible, now or before.
 */
int ipcshow_ring_begin(struct ipcshow_ringbuf *ring)
{
	/*
	 * Pairs with the consumer's store-release of its position: what it read
	 * before is read before we overwrite it.
	 */
	u64 head = smp_load_acquire(&ring->consumer->pos);

	if (ring->dead || ring->tail - head > ring->size || head % 8) {
		ring->dead = true;
		return -EUCLEAN;
	}
	ring->head = head;
	ring->begun = ring->tail;
	return 0;
}

/**
 * ipcshow_ring_publish() - let the consumer see all committed records
 * @ring: the ring
 */
void ipcshow_ring_publish(struct ipcshow_ringbuf *ring)
{
	/*
	 * Pairs with the consumer's load-acquire of the producer position: who sees
	 * it, sees the records before it.
	 */
	smp_store_release(&ring->producer->pos, ring->tail);
}
