// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Areas side by side: each with its partner, and beside that with all others that it has
 * pages in common with. What only one of them has is counted once: in the row of the two
 * whose places face each other if there is but one, and else in the first row of the area,
 * or that of it and its partner.
 */
#include <errno.h>

#include "rows.h"

/* What of an area is in no row as yet. */
static u64 rest_of(const struct rows *rows, const struct side *side, const struct account *account,
		   const struct space *other)
{
	return sub_u64(side->view.rss, account->counted +
		       facing_known(rows->c, (u32)(side - rows->c->sides),
				    (u32)(other - rows->c->spaces)));
}

static void add_rest(struct ipcshow_match *match, const struct row *row)
{
	const struct rows *rows = row->rows;
	const struct account *account;

	if (row->home_a) {
		account = rows_of_a(rows, row->a);
		match->only_a += rest_of(rows, side_of(match->a), account, rows->b);
		match->unsettled += sub_u64(match->a->unsettled, account->unsettled);
	}
	if (row->home_b) {
		account = rows_of_b(rows, row->b);
		match->only_b += rest_of(rows, side_of(match->b), account, rows->a);
		match->unsettled += sub_u64(match->b->unsettled, account->unsettled);
	}
}

static void fill_match(struct ipcshow_match *match, const struct row *row)
{
	const struct ipcshow_comparison *c = row->rows->c;
	const struct pair *pair = row->pair;
	const bool flipped = pair && pair->a != row->a;

	*match = (struct ipcshow_match){
		.a = row->a == NO_PARTNER ? NULL : &c->sides[row->a].view,
		.b = row->b == NO_PARTNER ? NULL : &c->sides[row->b].view,
		.row = row,
	};
	if (pair) {
		match->common = pair->common;
		match->same = pair->same[CLASS_ANON] + pair->same[CLASS_FILE] +
			      pair->same[CLASS_DEVICE] + pair->same[CLASS_LENT];
		match->different = pair->different;
		match->only_a = flipped ? pair->only_b : pair->only_a;
		match->only_b = flipped ? pair->only_a : pair->only_b;
		match->untouched = sub_u64(pair->common, pair->touched);
		match->swap_same = pair->same[CLASS_SWAP];
		match->unsettled = pair->unsettled;
	}
	add_rest(match, row);
}

static int emit(const struct row *row)
{
	struct ipcshow_match match;

	fill_match(&match, row);
	match_judge(row->rows->c, &match, row->pair);
	return row->rows->fn(&match, row->rows->arg);
}

static int by_link(const void *left, const void *right)
{
	const struct link *l = left, *r = right;

	if (l->a != r->a)
		return l->a < r->a ? -1 : 1;
	return l->b < r->b ? -1 : l->b > r->b;
}

/* The first pair whose address spaces are not below these. */
static size_t first_pair(const struct ipcshow_comparison *c, u32 a, u32 b)
{
	size_t low = 0, high = c->nr_sorted, mid;

	while (low < high) {
		const struct pair *pair;

		mid = low + (high - low) / 2;
		pair = c->sorted[mid];
		if (c->sides[pair->a].space < a ||
		    (c->sides[pair->a].space == a && c->sides[pair->b].space < b))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int find_links(struct rows *rows)
{
	const struct ipcshow_comparison *c = rows->c;
	u32 a = (u32)(rows->a - c->spaces), b = (u32)(rows->b - c->spaces);
	bool flipped = a > b;
	size_t i, first = flipped ? first_pair(c, b, a) : first_pair(c, a, b);
	size_t end = flipped ? first_pair(c, b, a + 1) : first_pair(c, a, b + 1);

	rows->links = calloc(end - first + 1, sizeof(*rows->links));
	if (!rows->links)
		return -ENOMEM;
	for (i = first; i < end; i++) {
		const struct pair *pair = c->sorted[i];

		rows->links[rows->nr_links++] = (struct link){
			.a = flipped ? pair->b : pair->a,
			.b = flipped ? pair->a : pair->b,
			.pair = pair,
		};
	}
	if (flipped)
		qsort(rows->links, rows->nr_links, sizeof(*rows->links), by_link);
	return 0;
}

static bool is_worth_a_row(const struct rows *rows, const struct link *link)
{
	const struct side *a = &rows->c->sides[link->a], *b = &rows->c->sides[link->b];
	const struct pair *pair = link->pair;

	return pair->same[CLASS_ANON] || pair->same[CLASS_FILE] || pair->same[CLASS_DEVICE] ||
	       pair->same[CLASS_LENT] || pair->same[CLASS_SWAP] || pair->different ||
	       pair->unsettled ||
	       (pair->common && !a->device && !b->device &&
		(a->view.vma_flags & b->view.vma_flags & IPCSHOW_VMA_MAYSHARE));
}

/* Whether two areas have a row, of which @link is. */
bool rows_show(const struct rows *rows, const struct link *link)
{
	return *rows_partner(rows, link->a) == link->b || is_worth_a_row(rows, link);
}

/* Without a row, what one only has is in that of another. */
static void take_account(const struct rows *rows, const struct link *link)
{
	const struct pair *pair = link->pair;
	struct account *a = rows_of_a(rows, link->a), *b = rows_of_b(rows, link->b);
	struct account *first = is_flipped(link) ? b : a;
	struct account *second = is_flipped(link) ? a : b;

	if (!rows_show(rows, link))
		return;
	first->counted += pair->faced_a + pair->only_a;
	first->unsettled += pair->unsettled_a;
	second->counted += pair->faced_b + pair->only_b;
	second->unsettled += pair->unsettled_b;
}

static void take_accounts(const struct rows *rows)
{
	size_t i;

	for (i = 0; i < rows->a->nr_sides; i++)
		rows->of_a[i].first = NO_LINK;
	for (i = 0; i < rows->b->nr_sides; i++)
		rows->of_b[i].first = NO_LINK;
	for (i = rows->nr_links; i--;) {
		struct link *link = &rows->links[i];

		take_account(rows, link);
		link->next_b = rows_of_b(rows, link->b)->first;
		rows_of_a(rows, link->a)->first = i;
		rows_of_b(rows, link->b)->first = i;
	}
}

/* The row of two partners is home to both, the first one to each that has none. */
static int emit_area(const struct rows *rows, u32 a, size_t *next)
{
	u32 with = *rows_partner(rows, a);
	struct row row = { .rows = rows, .a = a, .b = with, .home_a = true };
	size_t i, first = *next, end;
	bool shown = false;
	int ret = 0;

	for (end = first; end < rows->nr_links && rows->links[end].a == a; end++) {
		if (rows->links[end].b == with)
			row.pair = rows->links[end].pair;
		shown |= rows_show(rows, &rows->links[end]);
	}
	*next = end;
	if (with != NO_PARTNER || !shown) {
		row.home_b = with != NO_PARTNER;
		ret = emit(&row);
		row.home_a = false;
	}
	for (i = first; i < end && !ret; i++) {
		if (rows->links[i].b == with || !rows_show(rows, &rows->links[i]))
			continue;
		row.b = rows->links[i].b;
		row.pair = rows->links[i].pair;
		row.home_b = !*rows_taken(rows, row.b);
		*rows_taken(rows, row.b) = true;
		ret = emit(&row);
		row.home_a = false;
	}
	return ret;
}

static int emit_all(const struct rows *rows)
{
	struct row row = { .rows = rows, .a = NO_PARTNER, .home_b = true };
	size_t i, next = 0;
	int ret = 0;

	for (i = 0; i < rows->a->nr_sides && !ret; i++)
		ret = emit_area(rows, (u32)(rows->a->first_side + i), &next);
	for (i = 0; i < rows->b->nr_sides && !ret; i++) {
		row.b = (u32)(rows->b->first_side + i);
		if (!rows->taken[i])
			ret = emit(&row);
	}
	return ret;
}

static int rows_of_two(struct rows *rows)
{
	int ret = -ENOMEM;

	rows->partner = calloc(rows->a->nr_sides + 1, sizeof(*rows->partner));
	rows->taken = calloc(rows->b->nr_sides + 1, sizeof(*rows->taken));
	rows->of_a = calloc(rows->a->nr_sides + 1, sizeof(*rows->of_a));
	rows->of_b = calloc(rows->b->nr_sides + 1, sizeof(*rows->of_b));
	if (rows->partner && rows->taken && rows->of_a && rows->of_b)
		ret = find_links(rows);
	if (!ret)
		ret = rows_choose_partners(rows);
	if (!ret) {
		take_accounts(rows);
		ret = emit_all(rows);
	}
	free(rows->links);
	free(rows->partner);
	free(rows->taken);
	free(rows->of_a);
	free(rows->of_b);
	return ret;
}

int ipcshow_comparison_rows(const struct ipcshow_comparison *comparison, size_t a, size_t b,
			    ipcshow_match_fn *fn, void *arg)
{
	const struct ipcshow_comparison *c = comparison;
	struct rows rows = {
		.c = c,
		.a = &c->spaces[c->space_of[a]],
		.b = &c->spaces[c->space_of[b]],
		.fn = fn,
		.arg = arg,
	};

	if (rows.a == rows.b)
		return comparison_rows_of_one(c, a, b, fn, arg);
	return rows_of_two(&rows);
}
