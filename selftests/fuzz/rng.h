/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_RNG_H
#define FUZZ_RNG_H

#include <stdbool.h>
#include <stdint.h>

/* Random numbers that a seed gives again: xorshift64*. Never 0. */
struct rng {
	uint64_t state;
};

static inline uint64_t rng_next(struct rng *rng)
{
	rng->state ^= rng->state >> 12;
	rng->state ^= rng->state << 25;
	rng->state ^= rng->state >> 27;
	return rng->state * 0x2545f4914f6cdd1d;
}

static inline struct rng rng_seed(uint64_t seed)
{
	struct rng rng = { .state = (seed + 1) * 0x9e3779b97f4a7c15 | 1 };

	rng_next(&rng);
	return rng;
}

/* Less than @n, which is not 0. */
static inline uint64_t rng_below(struct rng *rng, uint64_t n)
{
	return (rng_next(rng) >> 16) % n;
}

static inline bool rng_one_in(struct rng *rng, unsigned int n)
{
	return !rng_below(rng, n);
}

#endif
