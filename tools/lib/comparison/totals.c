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
 * @set: the set, a bit for each address space; @words of them
 * @mechanism: how it has it, where that is told
 * @bytes: @swap: what to add
 *
 * Return: 0 or -ENOMEM.
 */
int totals_add(struct totals *totals, u64 *set, enum ipcshow_mechanism mechanism, u64 bytes,
	       u64 swap)
{
	int err = 0;
	u32 *slot;

	if (totals->words > totals->space_words)
		set[totals->space_words] = mechanism;
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

/* The spaces of a set, or those of all @nr_spaces that are not in it; ascending. */
size_t totals_list(const u64 *set, size_t nr_spaces, bool inverted, u32 *to)
{
	size_t i, nr = 0;
	u64 left;

	for (i = 0; i < nr_spaces; i += 64) {
		left = inverted ? ~set[i / 64] : set[i / 64];
		if (nr_spaces - i < 64)
			left &= (1ULL << (nr_spaces - i)) - 1;
		for (; left; left &= left - 1)
			to[nr++] = (u32)(i + (size_t)__builtin_ctzll(left));
	}
	return nr;
}

static size_t count_set(const u64 *set, size_t words)
{
	size_t i, nr = 0;

	for (i = 0; i < words; i++)
		nr += (size_t)__builtin_popcountll(set[i]);
	return nr;
}

/* Most sets have nothing in swap: what is done for each pair is kept short. */
static void add_pairs(struct ipcshow_comparison *c, const u32 *spaces, size_t nr,
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

static void add(struct spaces_total *to, const struct spaces_total *total)
{
	to->bytes += total->bytes;
	to->swap += total->swap;
}

/*
 * Of a set of most spaces, those that lack are told: two have in common what all sets have,
 * less what the one lacks, less what the other lacks, and what both lack has then been taken
 * off twice. @all is what these sets have, @lack what each space lacks of it.
 */
static void add_set(struct ipcshow_comparison *c, const u64 *set,
		    const struct spaces_total *total, u32 *spaces, struct spaces_total *all,
		    struct spaces_total *lack)
{
	bool inverted = count_set(set, c->totals.space_words) > c->nr_spaces / 2;
	size_t i, nr = totals_list(set, c->nr_spaces, inverted, spaces);

	add_pairs(c, spaces, nr, total);
	if (!inverted)
		return;
	add(all, total);
	for (i = 0; i < nr; i++)
		add(&lack[spaces[i]], total);
}

static void add_sets_of_most(struct ipcshow_comparison *c, const struct spaces_total *all,
			     const struct spaces_total *lack)
{
	struct spaces_total *row;
	size_t i, j;

	for (i = 0; i < c->nr_spaces; i++) {
		row = &c->matrix[i * c->nr_spaces];
		for (j = i; j < c->nr_spaces; j++) {
			row[j].bytes += all->bytes - lack[i].bytes - lack[j].bytes;
			row[j].swap += all->swap - lack[i].swap - lack[j].swap;
		}
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
	u32 *spaces = calloc(c->nr_spaces, sizeof(*spaces));
	struct spaces_total *lack = calloc(c->nr_spaces, sizeof(*lack));
	const struct totals *totals = &c->totals;
	struct spaces_total all = { 0 };
	size_t i;

	if (spaces && lack)
		c->matrix = calloc(c->nr_spaces * c->nr_spaces, sizeof(*c->matrix));
	if (c->matrix) {
		for (i = 0; i < totals->nr; i++)
			add_set(c, &totals->sets[i * totals->words], &totals->totals[i], spaces,
				&all, lack);
		add_sets_of_most(c, &all, lack);
	}
	free(spaces);
	free(lack);
	return c->matrix ? 0 : -ENOMEM;
}

void totals_free(struct totals *totals)
{
	free(totals->sets);
	free(totals->totals);
	free(totals->index);
	*totals = (struct totals){
		.space_words = totals->space_words, .words = totals->words,
	};
}
