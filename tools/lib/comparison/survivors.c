// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A comparison of many: some leave while the others are looked at. Who left is left out, and what
 * was told of it is dropped.
 */
#include <errno.h>

#include "comparison.h"

bool ipcshow_comparison_gone(const struct ipcshow_comparison *comparison, size_t index)
{
	return comparison->gone[index];
}

static void drop_ranges(struct ipcshow_comparison *c, struct space *space)
{
	const size_t nr = space->nr_ranges, end = space->first_range + nr;
	size_t i;

	if (!nr)
		return;
	memmove(&c->ranges[space->first_range], &c->ranges[end],
		(c->nr_ranges - end) * sizeof(*c->ranges));
	c->nr_ranges -= nr;
	space->nr_ranges = 0;
	for (i = 0; i < c->nr_spaces; i++)
		if (c->spaces[i].first_range >= end)
			c->spaces[i].first_range -= nr;
}

/* Another process may have its address space. */
static void leave_out(struct ipcshow_comparison *c, u32 target)
{
	struct space *space = NULL;
	size_t i;

	for (i = 0; i < c->nr; i++)
		if (c->processes[i]->target == target) {
			c->gone[i] = true;
			space = &c->spaces[c->space_of[i]];
		}
	for (i = 0; i < c->nr; i++)
		if (!c->gone[i] && &c->spaces[c->space_of[i]] == space) {
			space->process = c->processes[i];
			return;
		}
	if (space) {
		drop_ranges(c, space);
		space->gone = true;
	}
}

typedef int space_fn(struct ipcshow_comparison *c, u32 space);

/* What was read of one that left is dropped; the next to have its address space has its turn. */
static int each_survivor(struct ipcshow_comparison *c, space_fn *fn)
{
	u32 i;
	int err = 0;

	for (i = 0; i < c->nr_spaces && !err; i++) {
		if (c->spaces[i].gone)
			continue;
		err = fn(c, i);
		if (err != -ESRCH)
			continue;
		leave_out(c, c->spaces[i].process->target);
		i -= !c->spaces[i].gone;
		err = 0;
	}
	return err;
}

/* Its ranges are the last, and may be there in part. */
static int read_afresh(struct ipcshow_comparison *c, u32 space)
{
	const size_t before = c->nr_ranges;
	int err = comparison_read(c, space);

	if (err) {
		c->nr_ranges = before;
		c->spaces[space].nr_ranges = 0;
	}
	return err;
}

static int read_again(struct ipcshow_comparison *c, u32 space)
{
	const struct space *s = &c->spaces[space];
	size_t i;

	for (i = 0; i < s->nr_ranges; i++)
		c->ranges[s->first_range + i].held = 0;
	return comparison_read_again(c, space);
}

static int compare(struct ipcshow_comparison *c)
{
	const struct ipcshow_comparison_facts none = { 0 };
	u32 gone;
	int err;

	while ((err = comparison_pages(c, &gone)) == -ESRCH) {
		leave_out(c, gone);
		totals_free(&c->totals);
		c->facts = none;
	}
	return err;
}

/**
 * comparison_run_survivors() - compare those that stay
 * @c: the comparison
 * @gone: unused: nobody's leaving is an error
 *
 * Return: 0 or a negative errno.
 */
int comparison_run_survivors(struct ipcshow_comparison *c, u32 *gone)
{
	int err = each_survivor(c, read_afresh);

	*gone = 0;
	if (!err)
		err = comparison_drop_little(c);
	if (!err)
		err = compare(c);
	if (!err)
		err = each_survivor(c, read_again);
	if (!err)
		err = comparison_count_resident(c);
	return err ? err : totals_matrix(c);
}
