/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_RINGMEM_H
#define IPCSHOW_RINGMEM_H

#include <linux/ipcshow.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/types.h>

#include "quota.h"

#define IPCSHOW_RING_MIN	max_t(u64, 16 << 10, PAGE_SIZE)

/* Where a mapping finds what, bytes. */
#define IPCSHOW_RING_CONSUMER_OFFSET	0
#define IPCSHOW_RING_PRODUCER_OFFSET	PAGE_SIZE
#define IPCSHOW_RING_DATA_OFFSET	(2 * PAGE_SIZE)

/**
 * enum ipcshow_ringmem_access - what a mapping may write
 * @IPCSHOW_RINGMEM_READ: nothing
 * @IPCSHOW_RINGMEM_CONSUME: the consumer's page
 * @IPCSHOW_RINGMEM_PRODUCE: the producer's page and the data
 */
enum ipcshow_ringmem_access {
	IPCSHOW_RINGMEM_READ,
	IPCSHOW_RINGMEM_CONSUME,
	IPCSHOW_RINGMEM_PRODUCE,
};

/**
 * struct ipcshow_ringmem - memory of a ring
 * @size: bytes of data, a power of two
 * @consumer: kernel address of the consumer's page
 * @producer: kernel address of the producer's page
 * @data: kernel address of the data, mapped twice
 * @charge: what the user pays
 * @nr_pages: entries in @pages
 * @pages: in the order of the mapping; those of the data stand in it twice
 */
struct ipcshow_ringmem {
	u64 size;
	struct ipcshow_ring_side *consumer;
	struct ipcshow_ring_side *producer;
	void *data;
	struct ipcshow_charge charge;
	unsigned long nr_pages;
	struct page *pages[];
};

u64 ipcshow_ringmem_max(void);
struct ipcshow_ringmem *ipcshow_ringmem_create(u64 size);
void ipcshow_ringmem_destroy(struct ipcshow_ringmem *mem);
int ipcshow_ringmem_mmap(struct ipcshow_ringmem *mem, struct vm_area_struct *vma,
			 enum ipcshow_ringmem_access access);

#endif
