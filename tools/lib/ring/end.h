/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef RING_END_H
#define RING_END_H

#include "hello.h"
#include "ipcshow-ring.h"
#include "link.h"
#include "memory.h"

/**
 * struct ring_end - what a producer's and a consumer's end have in common
 * @link: to the other end
 * @memory: the ring
 * @mine: our page
 * @theirs: the other's page
 * @fence: the other side can only see that we sleep by fences of its own
 * @rung: attention that the other end was woken for; it is so once for each sleep
 * @sleeps: times that we said that we sleep
 * @spins: how often to look before sleeping, as it stands; see ring_end_wait()
 * @spins_max: most of them; 0: don't
 * @short_sleeps: sleeps that a longer look might have spared
 */
struct ring_end {
	struct ring_link link;
	struct ring_memory memory;
	struct ipcshow_ring_side *mine;
	const struct ipcshow_ring_side *theirs;
	bool fence;
	__u64 rung;
	__u64 sleeps;
	__u32 spins;
	__u32 spins_max;
	__u32 short_sleeps;
};

/* Has what is waited for come, or will it never? */
typedef bool ring_end_ready_fn(void *arg);

bool ring_end_register_barrier(void);
int ring_end_check_options(const struct ipcshow_ring_options *options, __u32 flags,
			   struct ipcshow_ring_options *copy);
void *ring_end_new(size_t size, size_t offset);
void ring_end_begin(struct ring_end *end, bool produces,
		    const struct ipcshow_ring_options *options, bool fence);
void ring_end_close(struct ring_end *end);
int ring_end_over(const struct ring_end *end);
bool ring_end_may_spin(void);
void ring_end_pause(void);
void ring_end_wake(struct ring_end *end, __u64 attention);
void ring_end_found(struct ring_end *end);
int ring_end_wait(struct ring_end *end, ring_end_ready_fn *ready, void *arg, __s64 timeout_ns);
int ring_end_arm(struct ring_end *end, ring_end_ready_fn *ready, void *arg);

#endif
