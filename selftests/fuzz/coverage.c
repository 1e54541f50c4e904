// SPDX-License-Identifier: GPL-2.0
/* Sets of edges: pairs of addresses that were reached one after the other. */
#include <err.h>
#include <string.h>
#include <sys/mman.h>

#include "coverage.h"

/* Modules lie within 2 GiB: the lower halves of addresses tell them apart. */
uint64_t edge_of(uint64_t from, uint64_t to)
{
	return from << 32 | (uint32_t)to;
}

uint64_t edge_to(uint64_t edge)
{
	return (uint32_t)edge;
}

static uint32_t place_of(uint64_t edge)
{
	edge *= 0x9e3779b97f4a7c15;
	return (uint32_t)(edge >> 32) % EDGES_MAX;
}

void trail_clear(struct trail *trail)
{
	memset(trail->table, 0, sizeof(trail->table));
	trail->nr = 0;
}

static uint32_t *find(const struct trail *trail, uint64_t edge)
{
	uint32_t at = place_of(edge);

	while (trail->table[at] && trail->edge[trail->table[at] - 1] != edge)
		at = (at + 1) % EDGES_MAX;
	return (uint32_t *)&trail->table[at];
}

static void trail_add_edge(struct trail *trail, uint64_t edge)
{
	uint32_t *at = find(trail, edge);

	if (*at || trail->nr == EDGES_MAX / 2)
		return;
	trail->edge[trail->nr++] = edge;
	*at = trail->nr;
}

void trail_add(struct trail *trail, const uint64_t *pcs, size_t nr)
{
	uint64_t from = 0, last = 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		const uint64_t edge = edge_of(from, pcs[i]);

		/* Loops of one block: most of what there is. */
		if (pcs[i] && edge != last)
			trail_add_edge(trail, edge);
		last = edge;
		from = pcs[i];
	}
}

bool trail_has(const struct trail *trail, uint64_t edge)
{
	return *find(trail, edge);
}

struct coverage *coverage_create(void)
{
	struct coverage *coverage = mmap(NULL, sizeof(*coverage), PROT_READ | PROT_WRITE,
					 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (coverage == MAP_FAILED)
		err(2, "mmap");
	return coverage;
}

/* Where it is, or would be. */
static uint32_t coverage_find(const struct coverage *coverage, uint64_t edge)
{
	uint32_t at = place_of(edge);
	uint64_t there;

	while ((there = __atomic_load_n(&coverage->edge[at], __ATOMIC_RELAXED)) && there != edge)
		at = (at + 1) % EDGES_MAX;
	return at;
}

bool coverage_has(const struct coverage *coverage, uint64_t edge)
{
	return __atomic_load_n(&coverage->edge[coverage_find(coverage, edge)], __ATOMIC_RELAXED);
}

/* Nothing is ever taken out: who finds a place taken looks on from there. */
static bool coverage_add_edge(struct coverage *coverage, uint64_t edge)
{
	uint64_t there = 0;

	while (!__atomic_compare_exchange_n(&coverage->edge[coverage_find(coverage, edge)], &there,
					    edge, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
		if (there == edge)
			return false;
		there = 0;
	}
	if (__atomic_add_fetch(&coverage->nr, 1, __ATOMIC_RELAXED) > EDGES_MAX / 4 * 3)
		errx(2, "more edges than the tables have room for");
	return true;
}

uint32_t coverage_add(struct coverage *coverage, const struct trail *trail)
{
	uint32_t fresh = 0, i;

	for (i = 0; i < trail->nr; i++)
		fresh += coverage_add_edge(coverage, trail->edge[i]);
	return fresh;
}

bool trail_has_new(const struct trail *trail, const struct coverage *coverage)
{
	uint32_t i;

	for (i = 0; i < trail->nr; i++) {
		if (!coverage_has(coverage, trail->edge[i]))
			return true;
	}
	return false;
}

void trail_keep_new(struct trail *trail, const struct coverage *coverage)
{
	uint32_t nr = trail->nr, i;

	trail_clear(trail);
	for (i = 0; i < nr; i++) {
		/* What is kept lies before what is looked at. */
		if (!coverage_has(coverage, trail->edge[i]))
			trail_add_edge(trail, trail->edge[i]);
	}
}

bool trail_covers(const struct trail *trail, const struct trail *wanted)
{
	uint32_t i;

	for (i = 0; i < wanted->nr; i++) {
		if (!trail_has(trail, wanted->edge[i]))
			return false;
	}
	return true;
}
