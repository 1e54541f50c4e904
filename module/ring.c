// SPDX-License-Identifier: GPL-2.0
/*
 * The ring: pages that the kernel and one process share. Layout as the caller
 * sees it, in pages:
 *
 *	0	consumer position	mapped read-write
 *	1	producer position	mapped read-only
 *	2	data			mapped read-only
 *	2 + n	the same data again	mapped read-only
 *
 * The kernel writes through a mapping of its own (vmap) in the same order.
 * So a record is always contiguous, writing it cannot fault, and may be done
 * under a lock.
 *
 * Trust: the consumer page may hold anything at any time. Its position is read
 * once a call, checked, and only decides how much may be written; where is
 * decided by @tail, which user space never sees.
 *
 * Lifetime: the file owns the ring; a mapping holds the file, and the pages
 * themselves are counted, so they outlive the ring where a mapping still has them.
 * One producer at a time: the caller of begin to publish holds the lock of
 * the file (ipcshow_context.lock).
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "quota.h"
#include "ring.h"

#define CONSUMER_PAGE	0
#define PRODUCER_PAGE	1
#define DATA_PAGE	2

static unsigned long data_pages(const struct ipcshow_ringbuf *ring)
{
	return ring->size >> PAGE_SHIFT;
}

static bool alloc_pages_of(struct ipcshow_ringbuf *ring)
{
	unsigned long n = DATA_PAGE + data_pages(ring);
	unsigned long i;

	for (i = 0; i < n; i++) {
		ring->pages[i] = alloc_page(IPCSHOW_GFP | __GFP_ZERO);
		if (!ring->pages[i])
			return false;
		if (i >= DATA_PAGE)
			ring->pages[i + data_pages(ring)] = ring->pages[i];
		/* A large ring takes a while: the caller may be killed. */
		if (fatal_signal_pending(current))
			return false;
		cond_resched();
	}
	return true;
}

/* What a ring costs its user: the data and the two pages of positions. */
static u64 ring_cost(u64 size)
{
	return size + DATA_PAGE * PAGE_SIZE;
}

/**
 * ipcshow_ring_max() - bytes of data of the largest ring that fits in a share
 *
 * Return: a power of two, or 0: not even the smallest does.
 */
u64 ipcshow_ring_max(void)
{
	u64 limit = ipcshow_quota_user_limit();

	if (limit < ring_cost(IPCSHOW_RING_MIN))
		return 0;
	return rounddown_pow_of_two(limit - ring_cost(0));
}

static struct ipcshow_ringbuf *ring_alloc(u64 size)
{
	unsigned long nr_pages = DATA_PAGE + 2 * (size >> PAGE_SHIFT);
	struct ipcshow_charge charge = {};
	struct ipcshow_ringbuf *ring;
	int ret;

	ret = ipcshow_quota_charge(&charge, ring_cost(size));
	if (ret)
		return ERR_PTR(ret);

	ring = kvzalloc(struct_size(ring, pages, nr_pages), IPCSHOW_GFP);
	if (!ring) {
		ipcshow_quota_uncharge(&charge);
		return ERR_PTR(-ENOMEM);
	}
	ring->charge = charge;
	ring->size = size;
	ring->nr_pages = nr_pages;
	return ring;
}

/**
 * ipcshow_ring_create() - make a ring, charged to the caller
 * @size: bytes of data
 *
 * Return: the ring, or ERR_PTR of -EINVAL: @size is no power of two or out of
 * bounds; -EDQUOT, -ENOSPC: see ipcshow_quota_charge(); -ENOMEM; -EINTR:
 * the caller was killed.
 */
struct ipcshow_ringbuf *ipcshow_ring_create(u64 size)
{
	struct ipcshow_ringbuf *ring;
	void *map;
	int ret;

	/* The upper bound keeps nr_pages an int, as vmap() and others want. */
	if (!is_power_of_2(size) || size < IPCSHOW_RING_MIN ||
	    size >> PAGE_SHIFT > INT_MAX / 4)
		return ERR_PTR(-EINVAL);

	ring = ring_alloc(size);
	if (IS_ERR(ring))
		return ring;
	if (!alloc_pages_of(ring)) {
		ret = fatal_signal_pending(current) ? -EINTR : -ENOMEM;
		goto destroy;
	}

	map = vmap(ring->pages, ring->nr_pages, VM_MAP, PAGE_KERNEL);
	if (!map) {
		ret = -ENOMEM;
		goto destroy;
	}
	ring->consumer = map + CONSUMER_PAGE * PAGE_SIZE;
	ring->producer = map + PRODUCER_PAGE * PAGE_SIZE;
	ring->data = map + DATA_PAGE * PAGE_SIZE;
	return ring;

destroy:
	ipcshow_ring_destroy(ring);
	return ERR_PTR(ret);
}

/**
 * ipcshow_ring_destroy() - end a ring
 * @ring: of ipcshow_ring_create(), wholly or partly made, or NULL
 */
void ipcshow_ring_destroy(struct ipcshow_ringbuf *ring)
{
	unsigned long i;

	if (!ring)
		return;
	vunmap(ring->consumer);
	for (i = 0; i < DATA_PAGE + data_pages(ring) && ring->pages[i]; i++)
		put_page(ring->pages[i]);
	ipcshow_quota_uncharge(&ring->charge);
	kvfree(ring);
}

/**
 * ipcshow_ring_layout() - tell where to map what
 * @arg: the offsets in it are filled in
 */
void ipcshow_ring_layout(struct ipcshow_ring *arg)
{
	arg->consumer_offset = CONSUMER_PAGE * PAGE_SIZE;
	arg->producer_offset = PRODUCER_PAGE * PAGE_SIZE;
	arg->data_offset = DATA_PAGE * PAGE_SIZE;
}

/* A fault means that the pages were zapped (MADV_DONTNEED): SIGBUS. */
static const struct vm_operations_struct ring_vm_ops = {};

/**
 * ipcshow_ring_mmap() - map part of a ring
 * @ring: the ring
 * @vma: what to map; its mmap lock is held for writing
 *
 * Return: 0; -EINVAL: not within the layout, or private; -EPERM: writable,
 * where only the kernel writes; what vm_insert_pages() says.
 */
int ipcshow_ring_mmap(struct ipcshow_ringbuf *ring, struct vm_area_struct *vma)
{
	unsigned long nr = vma_pages(vma);
	unsigned long first = vma->vm_pgoff;
	bool consumer = first == CONSUMER_PAGE && nr == 1;

	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (!consumer && (first < PRODUCER_PAGE || first >= ring->nr_pages ||
			  nr > ring->nr_pages - first))
		return -EINVAL;
	if (!consumer) {
		if (vma->vm_flags & VM_WRITE)
			return -EPERM;
		vm_flags_clear(vma, VM_MAYWRITE);
	}
	if (vma->vm_flags & VM_EXEC)
		return -EPERM;
	vm_flags_clear(vma, VM_MAYEXEC);
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP | VM_DONTCOPY);
	vma->vm_ops = &ring_vm_ops;

	return vm_insert_pages(vma, vma->vm_start, ring->pages + first, &nr);
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
