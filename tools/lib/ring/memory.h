/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef RING_MEMORY_H
#define RING_MEMORY_H

#include "ipcshow-ring.h"

/**
 * struct ring_memory - a ring as one end has it mapped
 * @producer: page that the producer writes
 * @consumer: page that the consumer writes
 * @data: the data, twice in a row
 * @size: bytes of data
 * @page_size: bytes of each page
 *
 * What is not mapped is NULL.
 */
struct ring_memory {
	struct ipcshow_ring_side *producer;
	struct ipcshow_ring_side *consumer;
	__u8 *data;
	__u64 size;
	size_t page_size;
};

size_t ring_page_size(void);

int ring_memory_make_side(struct ipcshow_ring_side **side);
int ring_memory_make_data(__u8 **data, __u64 size, bool huge);
int ring_memory_take_side(int fd, struct ipcshow_ring_side **side);
int ring_memory_take_data(int fd, __u64 size, __u8 **data);
int ring_memory_map_module(struct ring_memory *memory, int fd, __u32 role);
void ring_memory_unmap(struct ring_memory *memory);

#endif
