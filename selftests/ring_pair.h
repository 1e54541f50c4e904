/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RING_PAIR_H
#define RING_PAIR_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "ipcshow-ring.h"

/* Two ends of a ring of libipcshow, and records that can be told from all others. */

#define MS		1000000LL
#define SECOND		(1000 * MS)
#define RING_SIZE_MIN	(16UL << 10)

struct ring_pair {
	struct ipcshow_producer *producer;
	struct ipcshow_consumer *consumer;
};

/* Both in this process; 0, or what the producer's open gave, or the consumer's. NULL: all zero. */
int ring_pair_open(struct ring_pair *pair, const struct ipcshow_ring_options *producer,
		   const struct ipcshow_ring_options *consumer);
void ring_pair_close(struct ring_pair *pair);

/* Close-on-exec; what cannot be had ends the program. */
void ring_sockets(int socks[2]);
/* Memory that children share with us, zeros. */
void *ring_shared_memory(size_t size);
bool ring_has_module(void);

/* How many times as much as usual is to be done: IPCSHOW_RING_WORK, at least 1. */
unsigned int ring_work(void);

/* Another number each time, and the same again for the same @state. */
static inline uint64_t ring_random(uint64_t *state)
{
	uint64_t x = (*state += 0x9e3779b97f4a7c15ULL);

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

/* Record @number of stream @seed: most are short, some as long as may be. */
size_t ring_record_size(uint64_t seed, uint64_t number, size_t max);
void ring_record_fill(void *record, size_t size, uint64_t seed, uint64_t number);
/* Is that its content? */
bool ring_record_says(const void *record, size_t size, uint64_t seed, uint64_t number);
/* And does it have its size? */
bool ring_record_is(const void *record, size_t size, uint64_t seed, uint64_t number, size_t max);

static inline int64_t ring_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

#endif
