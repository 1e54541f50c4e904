// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What sets of address spaces have in common. However many pages there are, the sets
 * are few: each is taken apart into pairs once.
 */
#include <errno.h>

#include "comparison.h"

static u64 hash_set(const u64 *set, size_t words)
{
	u64 hash = 0;
	size_t i;

	for (i = 0; i < words; i++)
		hash = (hash ^ set[i]) * 0x9e3779b97f4a7c15;
	return hash ^ hash >> 32;
}

static u32 *find(const struct totals *totals, const u64 *set)
{
	size_t at = hash_set(set, totals->words) & totals->mask;
	size_t bytes = totals->words * sizeof(*set);

	while (totals->index[at] &&
	       memcmp(&totals->sets[(totals->index[at] - 1) * totals->words], set, bytes))
		at = (at + 1) & totals->mask;
	return &totals->index[at];
}

static int resize_index(struct totals *totals)
{
	size_t mask = totals->index ? totals->mask * 2 + 1 : 63;
	u32 *old = totals->index;
	size_t i;

	totals->index = calloc(mask + 1, sizeof(*totals->index));
	if (!totals->index) {
		totals->index = old;
		return -ENOMEM;
	}
	totals->mask = mask;
	for (i = 0; i < totals->nr; i++)
		*find(totals, &totals->sets[i * totals->words]) = (u32)i + 1;
	free(old);
	return 0;
}

static int grow(struct totals *totals)
{
	size_t room = totals->room ? totals->room * 2 : 64;
	struct spaces_total *of = reallocarray(totals->totals, room, sizeof(*of));
	u64 *sets;

	if (!of)
		return -ENOMEM;
	totals->totals = of;
	sets = reallocarray(totals->sets, room, totals->words * sizeof(*sets));
	if (!sets)
		return -ENOMEM;
	totals->sets = sets;
	totals->room = room;
	return 0;
}

/**
 * totals_add() - count what a set has
 * @totals: @words is set
 * @set: the set, a bit for each address space
 * @bytes: @swap: what to add
 *
 * Return: 0 or -ENOMEM.
 */
int totals_add(struct totals *totals, const u64 *set, u64 bytes, u64 swap)
{
	int err = 0;
	u32 *slot;

	if (!totals->index || totals->nr >= totals->mask / 2)
		err = resize_index(totals);
	if (!err && totals->nr == totals->room)
		err = grow(totals);
	if (err)
		return err;
	slot = find(totals, set);
	if (!*slot) {
		memcpy(&totals->sets[totals->nr * totals->words], set,
		       totals->words * sizeof(*set));
		totals->totals[totals->nr++] = (struct spaces_total){ 0 };
		*slot = (u32)totals->nr;
	}
	totals->totals[*slot - 1].bytes += bytes;
	totals->totals[*slot - 1].swap += swap;
	return 0;
}

/* The spaces of a set, ascending. */
static size_t list_set(const u64 *set, size_t words, u32 *to)
{
	size_t i, nr = 0;
	u64 left;

	for (i = 0; i < words; i++)
		for (left = set[i]; left; left &= left - 1)
			to[nr++] = (u32)(i * 64 + (size_t)__builtin_ctzll(left));
	return nr;
}

/* Most sets have nothing in swap: what is done for each pair is kept short. */
static void add_set(struct ipcshow_comparison *c, const u32 *spaces, size_t nr,
		    const struct spaces_total *total)
{
	const u64 bytes = total->bytes, swap = total->swap;
	struct spaces_total *row;
	size_t i, j;

	for (i = 0; i < nr; i++) {
		row = &c->matrix[spaces[i] * c->nr_spaces];
		for (j = i; j < nr; j++)
			row[spaces[j]].bytes += bytes;
		for (j = swap ? i : nr; j < nr; j++)
			row[spaces[j]].swap += swap;
	}
}

/**
 * totals_matrix() - what each two address spaces have in common
 * @c: the comparison; only the half above the diagonal, and this, is filled in
 *
 * Return: 0 or -ENOMEM.
 */
int totals_matrix(struct ipcshow_comparison *c)
{
	struct totals *totals = &c->totals;
	u32 *spaces = calloc(c->nr_spaces, sizeof(*spaces));
	size_t i, nr;

	if (spaces)
		c->matrix = calloc(c->nr_spaces * c->nr_spaces, sizeof(*c->matrix));
	if (!c->matrix) {
		free(spaces);
		return -ENOMEM;
	}
	for (i = 0; i < totals->nr; i++) {
		nr = list_set(&totals->sets[i * totals->words], totals->words, spaces);
		add_set(c, spaces, nr, &totals->totals[i]);
	}
	free(spaces);
	return 0;
}

void totals_free(struct totals *totals)
{
	free(totals->sets);
	free(totals->totals);
	free(totals->index);
	*totals = (struct totals){ 0 };
}
