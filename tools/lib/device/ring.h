/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_RING_H
#define IPCSHOW_RING_H

#include "internal.h"

/**
 * struct ring - the consumer's end of a ring (see DOC: The ring)
 * @consumer: page that we write
 * @producer: page that the module writes
 * @data: the data, mapped twice in a row
 * @size: bytes of data
 * @pos: our position
 * @page_size: bytes of each position's mapping
 */
struct ring {
	struct ipcshow_ring_side *consumer;
	const struct ipcshow_ring_side *producer;
	const u8 *data;
	u64 size;
	u64 pos;
	size_t page_size;
};

int ring_map(struct ring *ring, int fd, const struct ipcshow_ring *where, size_t page_size);
void ring_unmap(struct ring *ring);
void ring_discard(struct ring *ring);
int ring_drain(struct ring *ring, u64 what, ipcshow_record_fn *fn, void *arg,
	       bool *progress);

#endif
