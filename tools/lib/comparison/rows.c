// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Areas side by side: each with its partner, and beside that with all others that it has
 * pages in common with. Partners map the same part of an object, or of what a fork()
 * copied, as the same kind; else they are of one kind and name.
 */
#include <errno.h>

#include "comparison.h"

#define NO_PARTNER	UINT32_MAX

/* struct link - a pair as the caller sees it: @a in the first process */
struct link {
	u32 a;
	u32 b;
	const struct pair *pair;
};

/**
 * struct rows - two address spaces, to be shown side by side
 * @c: the comparison
 * @a: @b: the address spaces
 * @links: pairs of these, by @a and then @b; @nr_links of them
 * @partner: of each area of @a, by number in @a: the number of a side, or NO_PARTNER
 * @taken: of each area of @b: it is in some row
 * @fn: @arg: the caller's callback
 */
struct rows {
	const struct ipcshow_comparison *c;
	const struct space *a;
	const struct space *b;
	struct link *links;
	size_t nr_links;
	u32 *partner;
	bool *taken;
	ipcshow_match_fn *fn;
	void *arg;
};

/* Where one of them did not hold still, nobody can tell what only the other has. */
static void fill_unsettled(struct ipcshow_match *match, const struct pair *pair, bool flipped)
{
	u64 a = match->a ? match->a->unsettled : 0, b = match->b ? match->b->unsettled : 0;

	if (pair) {
		match->only_a = sub_u64(match->only_a,
					flipped ? pair->doubtful_b : pair->doubtful_a);
		match->only_b = sub_u64(match->only_b,
					flipped ? pair->doubtful_a : pair->doubtful_b);
		a = sub_u64(a, flipped ? pair->unsettled_b : pair->unsettled_a);
		b = sub_u64(b, flipped ? pair->unsettled_a : pair->unsettled_b);
	}
	match->unsettled = a + b + (pair ? pair->unsettled : 0);
}

static void fill_match(struct ipcshow_match *match, const struct side *a, const struct side *b,
		       const struct pair *pair, bool flipped)
{
	u64 there = pair ? pair->same[CLASS_ANON] + pair->same[CLASS_FILE] +
			   pair->same[CLASS_DEVICE] : 0;

	*match = (struct ipcshow_match){
		.a = a ? &a->view : NULL,
		.b = b ? &b->view : NULL,
		.only_a = a ? a->view.rss : 0,
		.only_b = b ? b->view.rss : 0,
		.pair = pair,
	};
	fill_unsettled(match, pair, flipped);
	if (!pair)
		return;
	match->common = pair->common;
	match->same = there + pair->same[CLASS_LENT];
	match->different = pair->different;
	match->only_a = sub_u64(match->only_a, there + pair->different +
			      (flipped ? pair->lent_b : pair->lent_a));
	match->only_b = sub_u64(match->only_b, there + pair->different +
			      (flipped ? pair->lent_a : pair->lent_b));
	match->untouched = sub_u64(pair->common, pair->touched);
	match->swap_same = pair->same[CLASS_SWAP];
}

static int emit(const struct rows *rows, u32 a, u32 b, const struct pair *pair)
{
	const struct ipcshow_comparison *c = rows->c;
	struct ipcshow_match match;

	fill_match(&match, a == NO_PARTNER ? NULL : &c->sides[a],
		   b == NO_PARTNER ? NULL : &c->sides[b], pair, pair && pair->a != a);
	match_judge(c, &match, pair);
	return rows->fn(&match, rows->arg);
}

/* ---- partners ---- */

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

static bool *taken(const struct rows *rows, u32 b)
{
	return &rows->taken[b - rows->b->first_side];
}

static u32 *partner(const struct rows *rows, u32 a)
{
	return &rows->partner[a - rows->a->first_side];
}

/* What maps the same, as much of it as may be, and the lower one of equals. */
static void choose_links(struct rows *rows)
{
	const struct side *sides = rows->c->sides;
	size_t i, best;
	u32 a;

	for (i = 0; i < rows->nr_links;) {
		a = rows->links[i].a;
		for (best = rows->nr_links; i < rows->nr_links && rows->links[i].a == a; i++) {
			const struct link *link = &rows->links[i];

			if (*taken(rows, link->b) || !link->pair->common ||
			    sides[a].view.kind != sides[link->b].view.kind)
				continue;
			if (best == rows->nr_links ||
			    link->pair->common > rows->links[best].pair->common)
				best = i;
		}
		if (best == rows->nr_links)
			continue;
		*partner(rows, a) = rows->links[best].b;
		*taken(rows, rows->links[best].b) = true;
	}
}

/* Of what has no name, nobody can tell which is which. */
static bool has_role(const struct ipcshow_comparison *c, const struct side *side)
{
	switch (side->view.kind) {
	case IPCSHOW_KIND_STACK:
	case IPCSHOW_KIND_TLS:
	case IPCSHOW_KIND_ALTSTACK:
	case IPCSHOW_KIND_GUARD:
		return side->view.tid == c->spaces[side->space].process->task.tgid;
	case IPCSHOW_KIND_HEAP:
		return true;
	case IPCSHOW_KIND_ANON:
	case IPCSHOW_KIND_RESERVED:
		return false;
	default:
		return side->view.name_size;
	}
}

static int by_role(const void *left, const void *right, void *arg)
{
	const struct ipcshow_comparison *c = arg;
	const struct side *l = &c->sides[*(const u32 *)left];
	const struct side *r = &c->sides[*(const u32 *)right];
	size_t size = l->view.name_size < r->view.name_size ? l->view.name_size :
							      r->view.name_size;
	int order;

	if (l->view.kind != r->view.kind)
		return l->view.kind < r->view.kind ? -1 : 1;
	order = size ? memcmp(l->view.name, r->view.name, size) : 0;
	if (order)
		return order;
	return l->view.name_size < r->view.name_size ? -1 :
	       l->view.name_size > r->view.name_size;
}

static int by_role_and_place(const void *left, const void *right, void *arg)
{
	u32 l = *(const u32 *)left, r = *(const u32 *)right;
	int order = by_role(left, right, arg);

	return order ? order : l < r ? -1 : l > r;
}

static size_t list_roles(const struct rows *rows, const struct space *space, u32 *to)
{
	size_t i, nr = 0, end = space->first_side + space->nr_sides;
	bool of_a = space == rows->a;

	for (i = space->first_side; i < end; i++)
		if (has_role(rows->c, &rows->c->sides[i]) &&
		    (of_a ? *partner(rows, (u32)i) == NO_PARTNER : !*taken(rows, (u32)i)))
			to[nr++] = (u32)i;
	if (nr)
		qsort_r(to, nr, sizeof(*to), by_role_and_place, (void *)(uintptr_t)rows->c);
	return nr;
}

static int choose_roles(struct rows *rows)
{
	u32 *a = calloc(rows->a->nr_sides + rows->b->nr_sides + 1, sizeof(*a));
	size_t nr_a, nr_b, i = 0, j = 0;
	u32 *b;
	int order;

	if (!a)
		return -ENOMEM;
	b = a + rows->a->nr_sides;
	nr_a = list_roles(rows, rows->a, a);
	nr_b = list_roles(rows, rows->b, b);
	while (i < nr_a && j < nr_b) {
		order = by_role(&a[i], &b[j], (void *)(uintptr_t)rows->c);
		if (!order) {
			*partner(rows, a[i]) = b[j];
			*taken(rows, b[j]) = true;
		}
		i += order <= 0;
		j += order >= 0;
	}
	free(a);
	return 0;
}

/* ---- rows ---- */

static bool is_worth_a_row(const struct rows *rows, const struct link *link)
{
	const struct side *a = &rows->c->sides[link->a], *b = &rows->c->sides[link->b];
	const struct pair *pair = link->pair;

	return pair->same[CLASS_ANON] || pair->same[CLASS_FILE] || pair->same[CLASS_DEVICE] ||
	       pair->same[CLASS_LENT] || pair->same[CLASS_SWAP] || pair->unsettled ||
	       (pair->common && !a->device && !b->device &&
		(a->view.vma_flags & b->view.vma_flags & IPCSHOW_VMA_MAYSHARE));
}

static int emit_area(const struct rows *rows, u32 a, size_t *next)
{
	u32 with = *partner(rows, a);
	const struct pair *pair = NULL;
	bool alone = with == NO_PARTNER;
	size_t i, first = *next, end;
	int ret = 0;

	for (end = first; end < rows->nr_links && rows->links[end].a == a; end++) {
		if (rows->links[end].b == with)
			pair = rows->links[end].pair;
		else if (is_worth_a_row(rows, &rows->links[end]))
			alone = false;
	}
	*next = end;
	if (with != NO_PARTNER || alone)
		ret = emit(rows, a, with, pair);
	for (i = first; i < end && !ret; i++) {
		if (rows->links[i].b == with || !is_worth_a_row(rows, &rows->links[i]))
			continue;
		*taken(rows, rows->links[i].b) = true;
		ret = emit(rows, a, rows->links[i].b, rows->links[i].pair);
	}
	return ret;
}

static int emit_all(const struct rows *rows)
{
	size_t i, next = 0;
	int ret = 0;

	for (i = 0; i < rows->a->nr_sides && !ret; i++)
		ret = emit_area(rows, (u32)(rows->a->first_side + i), &next);
	for (i = 0; i < rows->b->nr_sides && !ret; i++)
		if (!rows->taken[i])
			ret = emit(rows, NO_PARTNER, (u32)(rows->b->first_side + i), NULL);
	return ret;
}

static int rows_of_two(struct rows *rows)
{
	size_t i;
	int ret;

	rows->partner = calloc(rows->a->nr_sides + 1, sizeof(*rows->partner));
	rows->taken = calloc(rows->b->nr_sides + 1, sizeof(*rows->taken));
	ret = rows->partner && rows->taken ? find_links(rows) : -ENOMEM;
	if (!ret) {
		for (i = 0; i < rows->a->nr_sides; i++)
			rows->partner[i] = NO_PARTNER;
		choose_links(rows);
		ret = choose_roles(rows);
	}
	if (!ret)
		ret = emit_all(rows);
	free(rows->links);
	free(rows->partner);
	free(rows->taken);
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
