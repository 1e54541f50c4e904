// SPDX-License-Identifier: LGPL-2.1-or-later
/* The pages of two areas: what was found of both, and beside that what each has. */
#include <errno.h>

#include "rows.h"

struct list {
	struct ipcshow_range *ranges;
	size_t nr;
	size_t room;
	bool failed;
};

static void add(struct list *list, u64 a, u64 b, u64 bytes, enum ipcshow_range_what what)
{
	struct ipcshow_range *grown;

	grown = array_grow(list->ranges, list->nr, &list->room, sizeof(*grown));
	if (!grown) {
		list->failed = true;
		return;
	}
	list->ranges = grown;
	list->ranges[list->nr++] = (struct ipcshow_range){ a, b, bytes, what };
}

static int by_a(const void *left, const void *right)
{
	const struct ipcshow_range *l = left, *r = right;

	/* What only the other has comes last. */
	if (!l->a != !r->a)
		return l->a ? -1 : 1;
	if (l->a != r->a)
		return l->a < r->a ? -1 : 1;
	return l->b < r->b ? -1 : l->b > r->b;
}

static int by_b(const void *left, const void *right)
{
	const struct ipcshow_range *l = left, *r = right;

	return l->b < r->b ? -1 : l->b > r->b;
}

static u64 place(const struct ipcshow_range *range, bool of_b)
{
	return of_b ? range->b : range->a;
}

static void add_one(struct list *list, u64 start, u64 end, enum ipcshow_range_what what, bool of_b)
{
	if (start >= end)
		return;
	if (of_b && what == IPCSHOW_RANGE_ONLY_A)
		what = IPCSHOW_RANGE_ONLY_B;
	add(list, of_b ? 0 : start, of_b ? start : 0, end - start, what);
}

/*
 * Stretches of one side, but for where @known (@nr of them, sorted by that side) speaks. These
 * overlap where the other address space has the same twice.
 */
static void add_unknown(struct list *list, const struct side *side,
			const struct ipcshow_range *known, size_t nr, bool of_b)
{
	size_t i, k = 0;

	for (i = 0; i < side->nr_stretches; i++) {
		const struct stretch *s = &side->stretches[i];
		u64 at = s->start, end = s->start + s->bytes;

		while (k < nr && place(&known[k], of_b) + known[k].bytes <= at)
			k++;
		for (; k < nr && place(&known[k], of_b) < end; k++) {
			add_one(list, at, place(&known[k], of_b), s->what, of_b);
			at = max_u64(at, place(&known[k], of_b) + known[k].bytes);
			if (at >= end)
				break;
		}
		add_one(list, at, end, s->what, of_b);
	}
}

static struct ipcshow_range flip(struct ipcshow_range range)
{
	u64 a = range.a;

	range.a = range.b;
	range.b = a;
	if (range.what == IPCSHOW_RANGE_ONLY_A)
		range.what = IPCSHOW_RANGE_ONLY_B;
	else if (range.what == IPCSHOW_RANGE_ONLY_B)
		range.what = IPCSHOW_RANGE_ONLY_A;
	return range;
}

static void add_pair(struct list *list, const struct pair *pair, bool flipped)
{
	size_t i;

	for (i = 0; i < pair->nr_ranges; i++) {
		struct ipcshow_range r = flipped ? flip(pair->ranges[i]) : pair->ranges[i];

		add(list, r.a, r.b, r.bytes, r.what);
	}
}

static void add_one_space(struct list *list, const struct side *side)
{
	size_t i;

	for (i = 0; i < side->nr_stretches; i++) {
		const struct stretch *s = &side->stretches[i];

		add(list, s->start, s->start, s->bytes,
		    s->what == IPCSHOW_RANGE_SWAP ? IPCSHOW_RANGE_SWAP_SAME :
		    s->what == IPCSHOW_RANGE_UNSETTLED ? s->what : IPCSHOW_RANGE_SAME);
	}
}

/* The parts of an area may have been compared in any order. */
static int by_start(const void *left, const void *right)
{
	const struct stretch *l = left, *r = right;

	return l->start < r->start ? -1 : l->start > r->start;
}

static void sort_stretches(struct side *side)
{
	if (side && side->nr_stretches)
		qsort(side->stretches, side->nr_stretches, sizeof(*side->stretches), by_start);
}

/* The next link of the area, those of one in @a being together. */
static size_t next_link(const struct rows *rows, size_t i, bool of_b)
{
	if (of_b)
		return rows->links[i].next_b;
	return i + 1 < rows->nr_links && rows->links[i + 1].a == rows->links[i].a ? i + 1 : NO_LINK;
}

/* What rows tell of one area. */
static void find_known(struct list *known, const struct row *row, bool of_b)
{
	const struct rows *rows = row->rows;
	size_t i = of_b ? rows_of_b(rows, row->b)->first : rows_of_a(rows, row->a)->first;

	for (; i != NO_LINK; i = next_link(rows, i, of_b))
		if (rows_show(rows, &rows->links[i]))
			add_pair(known, rows->links[i].pair, is_flipped(&rows->links[i]));
	if (known->nr)
		qsort(known->ranges, known->nr, sizeof(*known->ranges), of_b ? by_b : by_a);
}

/* What is in no other row. */
static void add_rest(struct list *list, const struct row *row, const struct side *side, bool of_b)
{
	struct list known = { 0 };

	find_known(&known, row, of_b);
	add_unknown(list, side, known.ranges, known.nr, of_b);
	list->failed |= known.failed;
	free(known.ranges);
}

static void add_two(struct list *list, const struct row *row, struct side *a, struct side *b)
{
	if (row->pair)
		add_pair(list, row->pair, row->pair->a != row->a);
	if (row->home_a)
		add_rest(list, row, a, false);
	if (row->home_b)
		add_rest(list, row, b, true);
}

struct ipcshow_range *ipcshow_comparison_ranges(const struct ipcshow_comparison *comparison,
						const struct ipcshow_match *match, size_t *nr)
{
	struct side *a = match->a ? side_of(match->a) : NULL;
	struct side *b = match->b ? side_of(match->b) : NULL;
	struct list list = { 0 };

	(void)comparison;
	sort_stretches(a);
	sort_stretches(b);
	if (match->one_space)
		add_one_space(&list, a);
	else
		add_two(&list, match->row, a, b);
	if (list.failed) {
		free(list.ranges);
		list = (struct list){ 0 };
	}
	if (list.nr)
		qsort(list.ranges, list.nr, sizeof(*list.ranges), by_a);
	*nr = list.nr;
	return list.ranges;
}
