// SPDX-License-Identifier: LGPL-2.1-or-later
/* Two areas of different address spaces, by the numbers of their sides. */
#include <errno.h>

#include "comparison.h"

/* One to one, and 0 for 0: what the table wants of keys is that they look like chance. */
u64 mix_numbers(u32 high, u32 low)
{
	u64 key = (u64)high << 32 | low;

	key ^= key >> 32;
	key *= 0xd6e8feb86659fd93;
	key ^= key >> 32;
	key *= 0xd6e8feb86659fd93;
	return key ^ key >> 32;
}

static int add_mate(struct side *side, u32 mate)
{
	u32 *grown = array_grow(side->mates, side->nr_mates, &side->room_mates, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	side->mates = grown;
	side->mates[side->nr_mates++] = mate;
	return 0;
}

/**
 * comparison_pair() - what is known of two areas
 * @c: the comparison
 * @a: @b: sides of different address spaces
 *
 * Return: the pair, or NULL: out of memory.
 */
struct pair *comparison_pair(struct ipcshow_comparison *c, u32 a, u32 b)
{
	u32 first = a < b ? a : b, second = a < b ? b : a;
	u64 key = mix_numbers(first, second);
	struct pair *pair = table_find(&c->pairs, key);

	if (pair)
		return pair;
	pair = calloc(1, sizeof(*pair));
	if (!pair)
		return NULL;
	pair->a = first;
	pair->b = second;
	if (add_mate(&c->sides[pair->a], pair->b)) {
		free(pair);
		return NULL;
	}
	if (table_put(&c->pairs, key, pair)) {
		c->sides[pair->a].nr_mates--;
		free(pair);
		return NULL;
	}
	return pair;
}

void pair_free(void *pair)
{
	free(((struct pair *)pair)->ranges);
	free(pair);
}

/* Where the last one goes on, it grows. */
int pair_add_range(struct pair *pair, const struct ipcshow_range *range)
{
	struct ipcshow_range *last = pair->nr_ranges ? &pair->ranges[pair->nr_ranges - 1] : NULL;
	struct ipcshow_range *grown;

	if (!range->bytes)
		return 0;
	if (last && last->what == range->what && last->a + last->bytes == range->a &&
	    last->b + last->bytes == range->b) {
		last->bytes += range->bytes;
		return 0;
	}
	grown = array_grow(pair->ranges, pair->nr_ranges, &pair->room, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	pair->ranges = grown;
	pair->ranges[pair->nr_ranges++] = *range;
	return 0;
}

int side_add_stretch(struct side *side, u64 start, u64 bytes, enum ipcshow_range_what what)
{
	struct stretch *last = side->nr_stretches ? &side->stretches[side->nr_stretches - 1] : NULL;
	struct stretch *grown;

	if (last && last->what == what && last->start + last->bytes == start) {
		last->bytes += bytes;
		return 0;
	}
	grown = array_grow(side->stretches, side->nr_stretches, &side->room, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	side->stretches = grown;
	side->stretches[side->nr_stretches++] = (struct stretch){ start, bytes, what };
	return 0;
}

static int by_spaces(const void *left, const void *right, void *arg)
{
	const struct ipcshow_comparison *c = arg;
	const struct pair *l = *(struct pair *const *)left, *r = *(struct pair *const *)right;
	u32 la = c->sides[l->a].space, ra = c->sides[r->a].space;
	u32 lb = c->sides[l->b].space, rb = c->sides[r->b].space;

	if (la != ra)
		return la < ra ? -1 : 1;
	if (lb != rb)
		return lb < rb ? -1 : 1;
	if (l->a != r->a)
		return l->a < r->a ? -1 : 1;
	return l->b < r->b ? -1 : l->b > r->b;
}

int comparison_sort_pairs(struct ipcshow_comparison *c)
{
	size_t i;

	if (!c->pairs.nr)
		return 0;
	c->sorted = calloc(c->pairs.nr, sizeof(*c->sorted));
	if (!c->sorted)
		return -ENOMEM;
	for (i = 0; i <= c->pairs.mask; i++)
		if (c->pairs.slots[i].key)
			c->sorted[c->nr_sorted++] = c->pairs.slots[i].value;
	qsort_r(c->sorted, c->nr_sorted, sizeof(*c->sorted), by_spaces, c);
	return 0;
}
