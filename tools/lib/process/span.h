/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_SPAN_H
#define IPCSHOW_SPAN_H

#include "internal.h"

struct load;
struct thread;

/**
 * struct span - a range of addresses of which is known what it is for
 * @start: @end: to the byte
 * @page_start: @page_end: the pages that are counted with it
 * @kind: what it is for
 * @guarded: an inaccessible mapping right below it is its guard
 * @thread: whose it is, or NULL
 * @load: the program or library that it is of, or NULL
 * @file_delta: with @load: what to add to an address for its offset in the file
 */
struct span {
	u64 start;
	u64 end;
	u64 page_start;
	u64 page_end;
	enum ipcshow_kind kind;
	bool guarded;
	const struct thread *thread;
	struct load *load;
	u64 file_delta;
};

/**
 * struct spans - spans, and where the counters of pages are to be cut
 * @spans: after spans_resolve(): ascending, none overlaps another
 * @nr: @room: of @spans
 * @cuts: for &ipcshow_query.cuts
 * @nr_cuts: entries of it
 * @coarse: there are not as many cuts as there should be
 */
struct spans {
	struct span *spans;
	size_t nr;
	size_t room;
	u64 *cuts;
	u32 nr_cuts;
	bool coarse;
};

int spans_add(struct spans *spans, const struct span *span);
int spans_resolve(struct spans *spans, u64 page_size, u32 cuts_max);
const struct span *spans_find(const struct spans *spans, u64 address);
void spans_free(struct spans *spans);

#endif
