// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Ranges by key. Most keys are those of many address spaces, which have a program, a library or
 * a parent in common: so keys are told apart by a hash table, and these few sorted, not the ranges.
 */
#include <errno.h>

#include "comparison.h"

/**
 * struct place - the ranges of one key
 * @key: the key
 * @nr: how many
 * @next: where in the order the next one goes
 */
struct place {
	struct key key;
	u32 nr;
	u32 next;
};

/**
 * struct ordering - ranges that are being put in order
 * @places: by number, as they were found first; @nr of them, room for @room
 * @place_of: number of each range's
 * @sorted: numbers by key
 * @index: open-addressing hash table: number of a place, and 1
 * @mask: entries in @index, less 1
 */
struct ordering {
	struct place *places;
	size_t nr;
	size_t room;
	u32 *place_of;
	u32 *sorted;
	u32 *index;
	size_t mask;
};

static int compare_keys(const struct key *l, const struct key *r)
{
	if (l->type != r->type)
		return l->type < r->type ? -1 : 1;
	if (l->id != r->id)
		return l->id < r->id ? -1 : 1;
	return l->offset < r->offset ? -1 : l->offset > r->offset;
}

static int by_key(const void *left, const void *right, void *arg)
{
	const struct place *places = arg;

	return compare_keys(&places[*(const u32 *)left].key, &places[*(const u32 *)right].key);
}

static size_t hash_key(const struct key *key)
{
	u64 hash = (key->id + key->type) * 0x9e3779b97f4a7c15;

	hash = (hash ^ hash >> 32 ^ key->offset) * 0x9e3779b97f4a7c15;
	return (size_t)(hash ^ hash >> 32);
}

/* Counts a range to its place, which is made where it is the first. */
static int find_place(struct ordering *ordering, const struct key *key, u32 *number)
{
	size_t at = hash_key(key) & ordering->mask;
	struct place *grown;

	while (ordering->index[at] &&
	       compare_keys(&ordering->places[ordering->index[at] - 1].key, key))
		at = (at + 1) & ordering->mask;
	if (!ordering->index[at]) {
		grown = array_grow(ordering->places, ordering->nr, &ordering->room,
				   sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		ordering->places = grown;
		grown[ordering->nr++] = (struct place){ .key = *key };
		ordering->index[at] = (u32)ordering->nr;
	}
	*number = ordering->index[at] - 1;
	ordering->places[*number].nr++;
	return 0;
}

static int find_places(struct ordering *ordering, const struct ipcshow_comparison *c)
{
	size_t i;
	int err = 0;

	for (i = 0; i < c->nr_ranges && !err; i++)
		err = find_place(ordering, &c->ranges[i].key, &ordering->place_of[i]);
	return err;
}

static int sort_places(struct ordering *ordering)
{
	u32 next = 0;
	size_t i;

	ordering->sorted = reallocarray(NULL, ordering->nr + 1, sizeof(*ordering->sorted));
	if (!ordering->sorted)
		return -ENOMEM;
	for (i = 0; i < ordering->nr; i++)
		ordering->sorted[i] = (u32)i;
	if (ordering->nr)
		qsort_r(ordering->sorted, ordering->nr, sizeof(*ordering->sorted), by_key,
			ordering->places);
	for (i = 0; i < ordering->nr; i++) {
		struct place *place = &ordering->places[ordering->sorted[i]];

		place->next = next;
		next += place->nr;
	}
	return 0;
}

/* Never more than half full. */
static int make_index(struct ordering *ordering, size_t nr_ranges)
{
	size_t mask = 63;

	while (mask / 2 < nr_ranges)
		mask = mask * 2 + 1;
	ordering->mask = mask;
	ordering->index = calloc(mask + 1, sizeof(*ordering->index));
	ordering->place_of = reallocarray(NULL, nr_ranges + 1, sizeof(*ordering->place_of));
	return ordering->index && ordering->place_of ? 0 : -ENOMEM;
}

/**
 * comparison_order() - put the ranges in order: by key, and those of one key as they are
 * @c: the comparison, whose ranges have been read; @c->order is filled in
 *
 * Return: 0 or -ENOMEM.
 */
int comparison_order(struct ipcshow_comparison *c)
{
	struct ordering ordering = { 0 };
	size_t i;
	int err = make_index(&ordering, c->nr_ranges);

	free(c->order);
	c->order = reallocarray(NULL, c->nr_ranges + 1, sizeof(*c->order));
	if (!c->order)
		err = -ENOMEM;
	if (!err)
		err = find_places(&ordering, c);
	if (!err)
		err = sort_places(&ordering);
	for (i = 0; i < c->nr_ranges && !err; i++)
		c->order[ordering.places[ordering.place_of[i]].next++] = (u32)i;
	free(ordering.places);
	free(ordering.place_of);
	free(ordering.sorted);
	free(ordering.index);
	return err;
}
