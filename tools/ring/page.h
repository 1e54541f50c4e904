/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PAGE_H
#define PAGE_H

#include "ipcshow-ring.h"

/**
 * struct report - what one end of a stream says of itself
 * @time_ns: when, CLOCK_MONOTONIC
 * @stats: all that it has done by then
 */
struct report {
	__u64 time_ns;
	struct ipcshow_ring_stats stats;
};

/* struct page - a page that an end writes and the broker reads */
struct page;

int page_make(struct page **page);
int page_take(int fd, struct page **page);
void page_write(struct page *page, const struct ipcshow_ring_stats *stats);
void page_read(const struct page *page, struct report *report);
void page_unmap(struct page *page);

#endif
