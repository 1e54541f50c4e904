/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MEMORY_H
#define MEMORY_H

#include <pthread.h>
#include <semaphore.h>

#include "mechanism.h"

/* Counted: messages that are there, and room for more. */
enum { ITEMS, SPACES, NR_COUNTS };

/* On lines of their own, and not on two that are fetched together. */
#define LINE_PAIR	128

/* struct count - one that only one side raises */
struct count {
	uint32_t value __attribute__((aligned(LINE_PAIR)));
	uint32_t sleepers __attribute__((aligned(LINE_PAIR)));
};

/**
 * struct area - what is shared: how far each side is, and then the messages
 * @counts: for those that count in memory
 * @semaphores: POSIX ones
 * @lock: @spin: @plain: for those that count under a lock
 * @changed: signalled when @plain is
 * @pids: of the sides, for those that must know
 * @seen: number of the newest message, for what has nothing else
 */
struct area {
	struct count counts[NR_COUNTS];
	sem_t semaphores[NR_COUNTS];
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_spinlock_t spin;
	uint32_t plain[NR_COUNTS];
	uint32_t pids[2];
	uint64_t address;
	uint64_t seen __attribute__((aligned(LINE_PAIR)));
};

#define AREA_BYTES	4096

/**
 * struct backing - where shared memory comes from
 * @make: before the fork; may be NULL
 * @map: on each side: *@at, of @link->shared_size bytes
 * @flush: after a message was written; may be NULL
 * @unmake: may be NULL
 */
struct backing {
	int (*make)(struct link *link, size_t size);
	int (*map)(struct end *end, size_t size, void **at);
	int (*flush)(struct end *end, void *at, size_t size);
	void (*unmake)(struct link *link);
};

/**
 * struct counting - how one side waits for the other
 * @make: before the fork, the area is there if the backing's is; may be NULL
 * @begin: in the area, by whoever maps it first
 * @open: on each side; may be NULL
 * @up: one more
 * @down: one less; waits as long as there is none
 * @unmake: may be NULL
 */
struct counting {
	int (*make)(struct link *link);
	void (*begin)(struct link *link, struct area *area);
	int (*open)(struct end *end);
	int (*up)(struct end *end, unsigned int which);
	int (*down)(struct end *end, unsigned int which);
	void (*unmake)(struct link *link);
};

/* struct memory_kind - which of them; @map_before: only the backing's @make is needed */
struct memory_kind {
	const struct backing *backing;
	const struct counting *counting;
};

extern const struct backing backing_anon, backing_posix, backing_sysv, backing_memfd, backing_file,
	backing_synced, backing_heap;
extern const struct counting counting_adaptive, counting_futex, counting_spinning,
	counting_eventfd, counting_posix_sem, counting_sysv_sem, counting_signal,
	counting_mutex, counting_spin_lock;
extern const struct mechanism_ops memory_ops;

#define COPIES_NONE	N_("made and read in place, in memory that both have")

#endif
