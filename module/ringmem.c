// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of a ring: pages that the kernel and processes share. Layout as who maps
 * it sees it, in pages:
 *
 *	0	consumer's page
 *	1	producer's page
 *	2	data
 *	2 + n	the same data again
 *
 * The kernel has a mapping of its own (vmap) in the same order. So a record is
 * always contiguous, writing it cannot fault, and may be done under a lock.
 *
 * Trust: any page may hold anything at any time.
 *
 * Lifetime: who made it ends it when no file is left through which it could be mapped;
 * a mapping holds the file. The pages themselves are counted, so they outlive
 * the ring where somebody has pinned them.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "quota.h"
#include "ringmem.h"

#define CONSUMER_PAGE	(IPCSHOW_RING_CONSUMER_OFFSET >> PAGE_SHIFT)
#define PRODUCER_PAGE	(IPCSHOW_RING_PRODUCER_OFFSET >> PAGE_SHIFT)
#define DATA_PAGE	(IPCSHOW_RING_DATA_OFFSET >> PAGE_SHIFT)

static unsigned long data_pages(const struct ipcshow_ringmem *mem)
{
	return mem->size >> PAGE_SHIFT;
}

static bool alloc_pages_of(struct ipcshow_ringmem *mem)
{
	unsigned long n = DATA_PAGE + data_pages(mem);
	unsigned long i;

	for (i = 0; i < n; i++) {
		mem->pages[i] = alloc_page(IPCSHOW_GFP | __GFP_ZERO);
		if (!mem->pages[i])
			return false;
		if (i >= DATA_PAGE)
			mem->pages[i + data_pages(mem)] = mem->pages[i];
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
 * ipcshow_ringmem_max() - bytes of data of the largest ring that fits in a share
 *
 * Return: a power of two, or 0: not even the smallest does.
 */
u64 ipcshow_ringmem_max(void)
{
	u64 limit = ipcshow_quota_user_limit();

	if (limit < ring_cost(IPCSHOW_RING_MIN))
		return 0;
	return rounddown_pow_of_two(limit - ring_cost(0));
}

static struct ipcshow_ringmem *charge_and_alloc(u64 size)
{
	unsigned long nr_pages = DATA_PAGE + 2 * (size >> PAGE_SHIFT);
	struct ipcshow_charge charge = {};
	struct ipcshow_ringmem *mem;
	int ret;

	ret = ipcshow_quota_charge(&charge, ring_cost(size));
	if (ret)
		return ERR_PTR(ret);

	mem = kvzalloc(struct_size(mem, pages, nr_pages), IPCSHOW_GFP);
	if (!mem) {
		ipcshow_quota_uncharge(&charge);
		return ERR_PTR(-ENOMEM);
	}
	mem->charge = charge;
	mem->size = size;
	mem->nr_pages = nr_pages;
	return mem;
}

/**
 * ipcshow_ringmem_create() - make the memory of a ring, charged to the caller
 * @size: bytes of data
 *
 * Return: the memory, zeroed, or ERR_PTR of -EINVAL: @size is no power of two or out
 * of bounds; -EDQUOT, -ENOSPC: see ipcshow_quota_charge(); -ENOMEM; -EINTR:
 * the caller was killed.
 */
struct ipcshow_ringmem *ipcshow_ringmem_create(u64 size)
{
	struct ipcshow_ringmem *mem;
	void *map;
	int ret;

	/* The upper bound keeps nr_pages an int, as vmap() and others want. */
	if (!is_power_of_2(size) || size < IPCSHOW_RING_MIN ||
	    size >> PAGE_SHIFT > INT_MAX / 4)
		return ERR_PTR(-EINVAL);

	mem = charge_and_alloc(size);
	if (IS_ERR(mem))
		return mem;
	if (!alloc_pages_of(mem)) {
		ret = fatal_signal_pending(current) ? -EINTR : -ENOMEM;
		goto destroy;
	}

	map = vmap(mem->pages, mem->nr_pages, VM_MAP, PAGE_KERNEL);
	if (!map) {
		ret = -ENOMEM;
		goto destroy;
	}
	mem->consumer = map + IPCSHOW_RING_CONSUMER_OFFSET;
	mem->producer = map + IPCSHOW_RING_PRODUCER_OFFSET;
	mem->data = map + IPCSHOW_RING_DATA_OFFSET;
	return mem;

destroy:
	ipcshow_ringmem_destroy(mem);
	return ERR_PTR(ret);
}

/**
 * ipcshow_ringmem_destroy() - give the memory of a ring back
 * @mem: of ipcshow_ringmem_create(), wholly or partly made, or NULL
 */
void ipcshow_ringmem_destroy(struct ipcshow_ringmem *mem)
{
	unsigned long i;

	if (!mem)
		return;
	vunmap(mem->consumer);
	for (i = 0; i < DATA_PAGE + data_pages(mem) && mem->pages[i]; i++)
		put_page(mem->pages[i]);
	ipcshow_quota_uncharge(&mem->charge);
	kvfree(mem);
}

/* A fault means that the pages were zapped (MADV_DONTNEED): SIGBUS. */
static const struct vm_operations_struct vm_ops = {};

/**
 * ipcshow_ringmem_mmap() - map part of a ring
 * @mem: of the ring
 * @vma: what to map; its mmap lock is held for writing
 * @access: what may be written
 *
 * Return: 0; -EINVAL: not within the layout, or private; -EPERM: writable,
 * where only the other side writes, or executable; what vm_insert_pages() says.
 */
int ipcshow_ringmem_mmap(struct ipcshow_ringmem *mem, struct vm_area_struct *vma,
			 enum ipcshow_ringmem_access access)
{
	unsigned long nr = vma_pages(vma);
	unsigned long first = vma->vm_pgoff;
	bool consumer = first == CONSUMER_PAGE && nr == 1;

	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (!consumer && (first < PRODUCER_PAGE || first >= mem->nr_pages ||
			  nr > mem->nr_pages - first))
		return -EINVAL;
	if (access != (consumer ? IPCSHOW_RINGMEM_CONSUME : IPCSHOW_RINGMEM_PRODUCE)) {
		if (vma->vm_flags & VM_WRITE)
			return -EPERM;
		vm_flags_clear(vma, VM_MAYWRITE);
	}
	if (vma->vm_flags & VM_EXEC)
		return -EPERM;
	vm_flags_clear(vma, VM_MAYEXEC);
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP | VM_DONTCOPY);
	vma->vm_ops = &vm_ops;

	return vm_insert_pages(vma, vma->vm_start, mem->pages + first, &nr);
}
