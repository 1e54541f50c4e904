/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_RING_H
#define IPCSHOW_RING_H

#include <linux/align.h>
#include <linux/ipcshow.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/types.h>

struct ipcshow_ringmem;

/**
 * struct ipcshow_ringbuf - a ring whose producer is the kernel
 * @size: bytes of data, a power of two
 * @tail: position behind the last committed record
 * @head: consumer position as of ipcshow_ring_begin()
 * @begun: @tail as of ipcshow_ring_begin()
 * @reserved: bytes of the record that is being written
 * @dead: the consumer position was once impossible
 * @consumer: kernel address of the consumer's page
 * @producer: kernel address of the producer's page
 * @data: kernel address of the data, mapped twice
 * @mem: what owns these three
 */
struct ipcshow_ringbuf {
	u64 size;
	u64 tail;
	u64 head;
	u64 begun;
	u32 reserved;
	bool dead;
	struct ipcshow_ring_side *consumer;
	struct ipcshow_ring_side *producer;
	void *data;
	struct ipcshow_ringmem *mem;
};

struct ipcshow_ringbuf *ipcshow_ring_create(u64 size);
void ipcshow_ring_destroy(struct ipcshow_ringbuf *ring);
int ipcshow_ring_mmap(struct ipcshow_ringbuf *ring, struct vm_area_struct *vma);
int ipcshow_ring_begin(struct ipcshow_ringbuf *ring);
void ipcshow_ring_publish(struct ipcshow_ringbuf *ring);

/* What follows is done for every record, so it is inline. */

/**
 * ipcshow_ring_has_room() - would records of so many bytes fit?
 * @ring: the ring, after ipcshow_ring_begin()
 * @size: bytes of them all, each rounded up to 8
 */
static inline bool ipcshow_ring_has_room(const struct ipcshow_ringbuf *ring,
					 u32 size)
{
	return size <= ring->size - (ring->tail - ring->head);
}

/**
 * ipcshow_ring_reserve() - room for the next record
 * @ring: the ring, after ipcshow_ring_begin()
 * @type: IPCSHOW_REC_*
 * @size: bytes of the record; rounded up to 8
 *
 * Cannot sleep or fault.
 *
 * Return: the record, its header filled in, the rest being whatever the ring held,
 * or NULL: it does not fit. ipcshow_ring_commit() makes it part of the ring.
 */
static inline void *ipcshow_ring_reserve(struct ipcshow_ringbuf *ring, u32 type,
					 u32 size)
{
	struct ipcshow_record *rec;

	size = ALIGN(size, 8);
	if (!ipcshow_ring_has_room(ring, size))
		return NULL;
	rec = ring->data + (ring->tail & (ring->size - 1));
	rec->size = size;
	rec->type = type;
	ring->reserved = size;
	return rec;
}

/**
 * ipcshow_ring_trim() - the reserved record takes less than was reserved
 * @ring: the ring
 * @size: bytes that it takes, header included; padded to 8 with zeros
 */
static inline void ipcshow_ring_trim(struct ipcshow_ringbuf *ring, u32 size)
{
	struct ipcshow_record *rec = ring->data + (ring->tail & (ring->size - 1));

	ring->reserved = ALIGN(size, 8);
	rec->size = ring->reserved;
	if (ring->reserved != size)
		memset((void *)rec + size, 0, ring->reserved - size);
}

/**
 * ipcshow_ring_commit() - the reserved record is complete
 * @ring: the ring
 */
static inline void ipcshow_ring_commit(struct ipcshow_ringbuf *ring)
{
	ring->tail += ring->reserved;
}

/**
 * ipcshow_ring_put() - write a record that is complete
 * @ring: the ring, after ipcshow_ring_begin()
 * @type: IPCSHOW_REC_*
 * @record: the record; its header is not looked at
 * @size: bytes of it, a multiple of 8
 *
 * Readers see what is reserved, committed or not: this is for what must not be seen before it is
 * known to be right.
 *
 * Return: false: it does not fit.
 */
static inline bool ipcshow_ring_put(struct ipcshow_ringbuf *ring, u32 type, const void *record,
				    u32 size)
{
	struct ipcshow_record *rec = ipcshow_ring_reserve(ring, type, size);

	if (!rec)
		return false;
	memcpy(rec + 1, record + sizeof(*rec), size - sizeof(*rec));
	ipcshow_ring_commit(ring);
	return true;
}

/**
 * ipcshow_ring_wrote() - was a record committed since ipcshow_ring_begin()?
 * @ring: the ring
 */
static inline bool ipcshow_ring_wrote(const struct ipcshow_ringbuf *ring)
{
	return ring->tail != ring->begun;
}

#endif
