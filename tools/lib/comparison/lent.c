// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Pages that may be mapped anywhere (KSM's, drivers'), joined by identity. An identity
 * may be that of another page later, so both readings must tell the same.
 */
#include <errno.h>

#include "comparison.h"

int lents_add(struct lents *lents, const struct lent *lent)
{
	struct lent *grown = array_grow(lents->all, lents->nr, &lents->room, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	lents->all = grown;
	lents->all[lents->nr++] = *lent;
	return 0;
}

static int by_identity(const void *left, const void *right)
{
	const struct lent *l = left, *r = right;

	if (l->id != r->id)
		return l->id < r->id ? -1 : 1;
	if (l->space != r->space)
		return l->space < r->space ? -1 : 1;
	return l->address < r->address ? -1 : l->address > r->address;
}

/* Keeps what is in both, which are sorted. */
static size_t keep_held(struct lents *first, const struct lents *again)
{
	size_t i, j = 0, kept = 0;

	for (i = 0; i < first->nr; i++) {
		while (j < again->nr && by_identity(&again->all[j], &first->all[i]) < 0)
			j++;
		if (j < again->nr && !by_identity(&again->all[j], &first->all[i]))
			first->all[kept++] = first->all[i];
	}
	j = first->nr - kept;
	first->nr = kept;
	return j;
}

/* Of entries of one page that stand together: those of the side of the first. */
static size_t count_side(const struct lent *lent, size_t nr)
{
	size_t n = 1;

	while (n < nr && lent[n].side == lent->side && lent[n].space == lent->space)
		n++;
	return n;
}

static int pair_sides(struct ipcshow_comparison *c, const struct lent *a, size_t nr_a,
		      const struct lent *b, size_t nr_b)
{
	struct pair *pair = comparison_pair(c, a->side, b->side);

	if (!pair)
		return -ENOMEM;
	pair->same[CLASS_LENT] += c->page_size;
	if (a->flags & IPCSHOW_SHARE_F_KSM)
		pair->ksm += c->page_size;
	/* Sides ascend with address spaces, and so do the entries. */
	pair->lent_a += nr_a * c->page_size;
	pair->lent_b += nr_b * c->page_size;
	return 0;
}

/* All entries of one page. Sides ascend as addresses do. */
static int join_page(struct ipcshow_comparison *c, const struct lent *lent, size_t nr)
{
	size_t i, j, nr_i, nr_j;
	int err = 0;

	if (!(c->flags & IPCSHOW_COMPARISON_F_AREAS))
		return 0;
	for (i = 0; i < nr && !err; i += nr_i) {
		nr_i = count_side(lent + i, nr - i);
		for (j = i + nr_i; j < nr && !err; j += nr_j) {
			nr_j = count_side(lent + j, nr - j);
			if (lent[i].space != lent[j].space)
				err = pair_sides(c, lent + i, nr_i, lent + j, nr_j);
		}
	}
	return err;
}

static int count_page(struct ipcshow_comparison *c, const struct lent *lent, size_t nr, u64 *set)
{
	enum ipcshow_mechanism by = c->ranges[lent->range].mechanism;
	size_t i;

	memset(set, 0, c->totals.words * sizeof(*set));
	for (i = 0; i < nr; i++) {
		set[lent[i].space / 64] |= 1ULL << lent[i].space % 64;
		by = mechanism_of_lent(by, c->ranges[lent[i].range].mechanism);
	}
	return totals_add(&c->totals, set, lent->flags & IPCSHOW_SHARE_F_KSM ?
			  IPCSHOW_MECHANISM_KSM : by, c->page_size, 0);
}

/**
 * lents_join() - find pages that several address spaces have
 * @c: the comparison
 * @first: @again: what the two readings told
 *
 * Return: 0 or -ENOMEM.
 */
int lents_join(struct ipcshow_comparison *c, struct lents *first, struct lents *again)
{
	u64 *set = calloc(c->totals.words, sizeof(*set));
	size_t i, nr;
	int err = 0;

	if (!set)
		return -ENOMEM;
	if (first->nr)
		qsort(first->all, first->nr, sizeof(*first->all), by_identity);
	if (again->nr)
		qsort(again->all, again->nr, sizeof(*again->all), by_identity);
	c->facts.unsettled += keep_held(first, again) * c->page_size;
	for (i = 0; i < first->nr && !err; i += nr) {
		for (nr = 1; i + nr < first->nr && first->all[i + nr].id == first->all[i].id; nr++)
			;
		err = count_page(c, &first->all[i], nr, set);
		if (!err)
			err = join_page(c, &first->all[i], nr);
	}
	free(set);
	return err;
}
