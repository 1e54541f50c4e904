/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_AREA_H
#define IPCSHOW_AREA_H

#include "process.h"

#define ACCESS	(IPCSHOW_VMA_READ | IPCSHOW_VMA_WRITE | IPCSHOW_VMA_EXEC)

/**
 * struct walk - the second walk
 * @process: of what
 * @fn: @arg: the caller's callback
 * @count: counters were asked for
 * @region: the VMA at hand; its name lies behind it
 * @room: bytes of @region
 * @has_region: there is one
 * @file: the file that it maps, or NULL
 * @anon: it is private anonymous memory
 * @next: first span that does not lie wholly below what was handed over
 * @pos: up to where the VMA was handed over
 * @area: the part at hand
 * @page_end: end of the pages that count for @area
 * @pages: its counters so far
 * @start_brk: @brk: the heap, as it is now
 * @digest: of the VMAs so far
 */
struct walk {
	struct ipcshow_process *process;
	ipcshow_area_fn *fn;
	void *arg;
	bool count;
	struct ipcshow_region *region;
	size_t room;
	bool has_region;
	const struct ipcshow_file *file;
	bool anon;
	size_t next;
	u64 pos;
	struct ipcshow_area area;
	u64 page_end;
	struct ipcshow_pages pages;
	u64 start_brk;
	u64 brk;
	u64 digest;
};

void vma_kind(const struct walk *walk, struct ipcshow_area *area);

static inline void name_area(struct ipcshow_area *area, const void *name, size_t size)
{
	area->name = name;
	area->name_size = size;
}

#endif
