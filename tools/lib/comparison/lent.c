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

/**
 * struct finds - where one page was found, by area
 * @c: the comparison
 * @lent: the first entry of each area, and one more that is the end
 * @sides: the areas, ascending
 * @nr: how many
 * @room: of both
 * @crowded: there was a page that not each two of them are paired for
 */
struct finds {
	struct ipcshow_comparison *c;
	const struct lent **lent;
	u32 *sides;
	size_t nr;
	size_t room;
	bool crowded;
};

static int reserve(struct finds *finds, size_t nr)
{
	const struct lent **lent;
	u32 *sides;

	if (nr <= finds->room)
		return 0;
	lent = reallocarray(finds->lent, nr + 1, sizeof(*lent));
	if (!lent)
		return -ENOMEM;
	finds->lent = lent;
	sides = reallocarray(finds->sides, nr, sizeof(*sides));
	if (!sides)
		return -ENOMEM;
	finds->sides = sides;
	finds->room = nr;
	return 0;
}

/* All entries of one page. Sides ascend with address spaces, and in each as addresses do. */
static int find_sides(struct finds *finds, const struct lent *lent, size_t nr)
{
	size_t i;
	int err = reserve(finds, nr);

	if (err)
		return err;
	finds->nr = 0;
	for (i = 0; i < nr; i++) {
		if (finds->nr && finds->sides[finds->nr - 1] == lent[i].side)
			continue;
		finds->lent[finds->nr] = &lent[i];
		finds->sides[finds->nr++] = lent[i].side;
	}
	finds->lent[finds->nr] = &lent[nr];
	return 0;
}

static bool is_crowd(const struct finds *finds)
{
	struct crowd crowd = { 0 };
	size_t i;

	for (i = 0; i < finds->nr; i++)
		crowd_see(&crowd, finds->lent[i]->space);
	return crowd_is_one(&crowd);
}

static int join_two(size_t i, size_t j, void *arg)
{
	const struct finds *finds = arg;
	const struct lent **lent = finds->lent;
	const u64 page = finds->c->page_size;
	struct pair *pair;

	if (lent[i]->space == lent[j]->space)
		return 0;
	pair = comparison_pair(finds->c, finds->sides[i], finds->sides[j]);
	if (!pair)
		return -ENOMEM;
	pair->same[CLASS_LENT] += page;
	if (lent[i]->flags & IPCSHOW_SHARE_F_KSM)
		pair->ksm += page;
	return 0;
}

static int join_all(struct finds *finds)
{
	size_t i, j;
	int err = 0;

	for (i = 0; i < finds->nr; i++)
		for (j = i + 1; j < finds->nr && !err; j++)
			err = join_two(i, j, finds);
	return err;
}

/* Pages of a crowd choose who is paired before they are counted, when all pairs are there. */
static int join_page(struct finds *finds, bool again)
{
	if (!is_crowd(finds))
		return again ? 0 : join_all(finds);
	finds->crowded = true;
	return again ? mates_each(finds->c, finds->sides, finds->nr, join_two, finds) :
		       mates_choose(finds->c, finds->sides, finds->nr);
}

/* Whichever of the other's areas it is in, it is not the one's alone. */
static int see_elsewhere(struct finds *finds)
{
	const struct lent **lent = finds->lent;
	struct facing *facing;
	size_t i, j;

	for (i = 0; i < finds->nr; i++)
		for (j = 0; j < finds->nr; j++) {
			if (lent[j]->space == lent[i]->space ||
			    (j && lent[j]->space == lent[j - 1]->space))
				continue;
			facing = facing_make(finds->c, finds->sides[i], lent[j]->space);
			if (!facing)
				return -ENOMEM;
			facing->lent += (u64)(lent[i + 1] - lent[i]) * finds->c->page_size;
		}
	return 0;
}

static size_t count_entries(const struct lents *lents, size_t first)
{
	size_t i = first + 1;

	while (i < lents->nr && lents->all[i].id == lents->all[first].id)
		i++;
	return i - first;
}

static int join_areas(struct finds *finds, const struct lents *lents, bool again)
{
	size_t i, nr;
	int err = 0;

	for (i = 0; i < lents->nr && !err; i += nr) {
		nr = count_entries(lents, i);
		err = find_sides(finds, &lents->all[i], nr);
		if (!err)
			err = join_page(finds, again);
		if (!err && !again)
			err = see_elsewhere(finds);
	}
	return err;
}

static int pair_areas(struct ipcshow_comparison *c, const struct lents *lents)
{
	struct finds finds = { .c = c };
	int err = join_areas(&finds, lents, false);

	if (!err && finds.crowded)
		err = join_areas(&finds, lents, true);
	free(finds.lent);
	free(finds.sides);
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
		nr = count_entries(first, i);
		err = count_page(c, &first->all[i], nr, set);
	}
	free(set);
	if (!err && c->flags & IPCSHOW_COMPARISON_F_AREAS)
		err = pair_areas(c, first);
	return err;
}
