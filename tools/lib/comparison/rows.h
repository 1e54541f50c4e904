/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_COMPARISON_ROWS_H
#define IPCSHOW_COMPARISON_ROWS_H

#include "comparison.h"

#define NO_PARTNER	UINT32_MAX
#define NO_LINK		SIZE_MAX

/**
 * struct link - a pair as the caller sees it
 * @a: in the first process; @b: in the second
 * @pair: the pair
 * @next_b: number of the next one of @b, or NO_LINK
 */
struct link {
	u32 a;
	u32 b;
	const struct pair *pair;
	size_t next_b;
};

/**
 * struct account - what of an area has its row, so that the rest comes in one
 * @counted: resident, and in both, or only in this one where rows say so
 * @unsettled: what did not hold still
 * @first: number of the first link, or NO_LINK
 */
struct account {
	u64 counted;
	u64 unsettled;
	size_t first;
};

/**
 * struct rows - two address spaces, to be shown side by side
 * @c: the comparison
 * @a: @b: the address spaces
 * @links: pairs of these, by @a and then @b; @nr_links of them
 * @partner: of each area of @a, by number in @a: the number of a side, or NO_PARTNER
 * @taken: of each area of @b: it is in some row
 * @of_a: @of_b: of each area
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
	struct account *of_a;
	struct account *of_b;
	ipcshow_match_fn *fn;
	void *arg;
};

/**
 * struct row - one that is handed over: &ipcshow_match.row
 * @rows: of which
 * @a: @b: the areas, or NO_PARTNER
 * @pair: what was found of both, or NULL
 * @home_a: @home_b: what of the area is in no other row is in this one
 */
struct row {
	const struct rows *rows;
	u32 a;
	u32 b;
	const struct pair *pair;
	bool home_a;
	bool home_b;
};

/* partners.c */
int rows_choose_partners(struct rows *rows);

/* rows.c */
bool rows_show(const struct rows *rows, const struct link *link);

static inline bool *rows_taken(const struct rows *rows, u32 b)
{
	return &rows->taken[b - rows->b->first_side];
}

static inline u32 *rows_partner(const struct rows *rows, u32 a)
{
	return &rows->partner[a - rows->a->first_side];
}

static inline struct account *rows_of_a(const struct rows *rows, u32 a)
{
	return &rows->of_a[a - rows->a->first_side];
}

static inline struct account *rows_of_b(const struct rows *rows, u32 b)
{
	return &rows->of_b[b - rows->b->first_side];
}

static inline bool is_flipped(const struct link *link)
{
	return link->pair->a != link->a;
}

#endif
