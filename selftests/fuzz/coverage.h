/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_COVERAGE_H
#define FUZZ_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More than the module has, so that there is always room. */
#define EDGES_MAX	(1U << 16)

/**
 * struct trail - the edges that one program took
 * @edge: each once, in no order; see edge_of()
 * @nr: of them
 * @table: numbers of edges, by hash, plus one
 */
struct trail {
	uint64_t edge[EDGES_MAX / 2];
	uint32_t nr;
	uint32_t table[EDGES_MAX];
};

/* From one address to the next that was recorded. 0 as @from: a call begins. Never 0. */
uint64_t edge_of(uint64_t from, uint64_t to);
/* The address that it leads to, as kcov has it, less what all have in common. */
uint64_t edge_to(uint64_t edge);

void trail_clear(struct trail *trail);
/* Adds what lies between the @nr addresses at @pcs; between 0 and what comes behind, a call's first. */
void trail_add(struct trail *trail, const uint64_t *pcs, size_t nr);
bool trail_has(const struct trail *trail, uint64_t edge);

/**
 * struct coverage - all edges that were taken. Shared by processes
 * @edge: by hash; 0: free
 * @nr: of them
 */
struct coverage {
	uint64_t edge[EDGES_MAX];
	uint32_t nr;
};

/* In memory that children have, too. */
struct coverage *coverage_create(void);
bool coverage_has(const struct coverage *coverage, uint64_t edge);
/* Adds @trail. Returns how many edges are new. */
uint32_t coverage_add(struct coverage *coverage, const struct trail *trail);
/* Is there an edge in @trail that @coverage has not? */
bool trail_has_new(const struct trail *trail, const struct coverage *coverage);
/* Keeps in @trail only what @coverage has not. */
void trail_keep_new(struct trail *trail, const struct coverage *coverage);
/* Are all edges of @wanted in @trail? */
bool trail_covers(const struct trail *trail, const struct trail *wanted);

#endif
