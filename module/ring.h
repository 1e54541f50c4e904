/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_RING_H
#define IPCSHOW_RING_H

#include <linux/ipcshow.h>
#include <linux/types.h>

struct ipcshow_ringbuf;
struct vm_area_struct;

#define IPCSHOW_RING_MIN	max_t(u64, 16 << 10, PAGE_SIZE)

struct ipcshow_ringbuf *ipcshow_ring_create(u64 size);
void ipcshow_ring_destroy(struct ipcshow_ringbuf *ring);
void ipcshow_ring_layout(struct ipcshow_ring *arg);
int ipcshow_ring_mmap(struct ipcshow_ringbuf *ring, struct vm_area_struct *vma);

int ipcshow_ring_begin(struct ipcshow_ringbuf *ring);
bool ipcshow_ring_has_room(const struct ipcshow_ringbuf *ring, u32 size);
void *ipcshow_ring_reserve(struct ipcshow_ringbuf *ring, u32 type, u32 size);
void ipcshow_ring_trim(struct ipcshow_ringbuf *ring, u32 size);
void ipcshow_ring_commit(struct ipcshow_ringbuf *ring);
void ipcshow_ring_publish(struct ipcshow_ringbuf *ring);
bool ipcshow_ring_wrote(const struct ipcshow_ringbuf *ring);

#endif
