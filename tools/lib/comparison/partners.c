// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Who stands beside whom. Partners map the same part of an object, or of what a fork()
 * copied, as the same kind; else they are of one kind and name, or empty and at one address.
 */
#include <errno.h>

#include "rows.h"

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

			if (*rows_taken(rows, link->b) || !link->pair->common ||
			    sides[a].view.kind != sides[link->b].view.kind)
				continue;
			if (best == rows->nr_links ||
			    link->pair->common > rows->links[best].pair->common)
				best = i;
		}
		if (best == rows->nr_links)
			continue;
		*rows_partner(rows, a) = rows->links[best].b;
		*rows_taken(rows, rows->links[best].b) = true;
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
		    (of_a ? *rows_partner(rows, (u32)i) == NO_PARTNER : !*rows_taken(rows, (u32)i)))
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
			*rows_partner(rows, a[i]) = b[j];
			*rows_taken(rows, b[j]) = true;
		}
		i += order <= 0;
		j += order >= 0;
	}
	free(a);
	return 0;
}

/* Nothing is in it that could tell what it is from: a reserve, a guard. */
static bool is_empty(const struct side *side)
{
	return (side->view.kind == IPCSHOW_KIND_RESERVED ||
		side->view.kind == IPCSHOW_KIND_GUARD) &&
	       !side->view.rss && !side->view.swap && !side->view.unsettled && !side->view.object;
}

/*
 * What a fork() left to both is where it was, but has no pages that show it. One of them may have
 * taken something from its reserve since.
 */
static void choose_places(struct rows *rows)
{
	const struct side *sides = rows->c->sides;
	u32 a = (u32)rows->a->first_side, end_a = a + (u32)rows->a->nr_sides;
	u32 b = (u32)rows->b->first_side, end_b = b + (u32)rows->b->nr_sides;

	while (a < end_a && b < end_b) {
		const struct ipcshow_side *x = &sides[a].view, *y = &sides[b].view;

		if (*rows_partner(rows, a) != NO_PARTNER || !is_empty(&sides[a]) ||
		    x->end <= y->start) {
			a++;
		} else if (*rows_taken(rows, b) || !is_empty(&sides[b]) || y->end <= x->start) {
			b++;
		} else {
			*rows_partner(rows, a++) = b;
			*rows_taken(rows, b++) = true;
		}
	}
}

/**
 * rows_choose_partners() - fill in @partner, and what of @b is @taken by that
 * @rows: with links
 *
 * Return: 0 or -ENOMEM.
 */
int rows_choose_partners(struct rows *rows)
{
	size_t i;
	int err;

	for (i = 0; i < rows->a->nr_sides; i++)
		rows->partner[i] = NO_PARTNER;
	choose_links(rows);
	err = choose_roles(rows);
	if (!err)
		choose_places(rows);
	return err;
}
