// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What each two processes have in common, by mechanism. There may be many sets of address spaces,
 * and more pairs: they are gone through an address space at a time, so that no more is kept than
 * what that one has in common with each other.
 */
#include <errno.h>

#include "comparison.h"

static int see_pages(const struct ipcshow_record *rec, void *arg)
{
	const struct ipcshow_pages *pages = (const struct ipcshow_pages *)rec;
	struct space *space = arg;

	if (rec->type != IPCSHOW_REC_PAGES)
		return 0;
	space->rss += pages->rss + pages->shared_hugetlb + pages->private_hugetlb;
	space->swap += pages->swap;
	return 0;
}

/**
 * comparison_count_resident() - what is resident of address spaces that several have
 * @c: the comparison
 *
 * Return: 0 or a negative errno.
 */
int comparison_count_resident(struct ipcshow_comparison *c)
{
	size_t i;
	int err = 0;

	for (i = 0; i < c->nr_spaces && !err; i++) {
		struct space *space = &c->spaces[i];
		const struct ipcshow_query query = {
			.what = IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_PAGES,
			.target = space->process->target,
		};

		if (c->flags & IPCSHOW_COMPARISON_F_MECHANISMS && space->several && !space->gone)
			err = ipcshow_snapshot_take(c->device, &query, see_pages, space);
	}
	return err;
}

/**
 * struct index - address spaces of each set, or sets of each address space
 * @first: where those of each begin in @all, and one more
 * @all: their numbers, ascending
 */
struct index {
	size_t *first;
	u32 *all;
};

/**
 * struct ties - the ties at hand
 * @c: the comparison
 * @fn: @arg: the caller's callback
 * @with: what the space at hand has in common with each that comes after it
 * @touched: of @with: those that have something; @nr_touched of them
 * @is_touched: by space
 * @inverted: by set: it is one of most spaces, of which those are listed that are not in it
 * @spaces_of: by set
 * @sets_of: by space: the sets that it is listed in
 * @of_most: what the sets of most spaces have; @lack: by space, of that, what the space has not
 * @any_inverted: there are such sets
 * @first_process: by space: 1 and the number of a process that has it; 0: none is left
 * @next_process: by process: the same of the next one that has its space
 */
struct ties {
	const struct ipcshow_comparison *c;
	ipcshow_tie_fn *fn;
	void *arg;
	struct ipcshow_tie *with;
	u32 *touched;
	size_t nr_touched;
	bool *is_touched;
	bool *inverted;
	struct index spaces_of;
	struct index sets_of;
	struct ipcshow_tie of_most;
	struct ipcshow_tie *lack;
	bool any_inverted;
	u32 *first_process;
	u32 *next_process;
};

static void ties_free(struct ties *ties)
{
	free(ties->with);
	free(ties->touched);
	free(ties->is_touched);
	free(ties->inverted);
	free(ties->spaces_of.first);
	free(ties->spaces_of.all);
	free(ties->sets_of.first);
	free(ties->sets_of.all);
	free(ties->lack);
	free(ties->first_process);
	free(ties->next_process);
}

static const u64 *set_at(const struct ties *ties, size_t set)
{
	return &ties->c->totals.sets[set * ties->c->totals.words];
}

/* Which spaces are listed of each set: those that are in it, or those that are not. */
static int list_spaces(struct ties *ties)
{
	const struct ipcshow_comparison *c = ties->c;
	struct index *index = &ties->spaces_of;
	size_t i, nr, all = 0;

	for (i = 0; i < c->totals.nr; i++) {
		nr = totals_list(set_at(ties, i), c->nr_spaces, false, ties->touched);
		ties->inverted[i] = nr > c->nr_spaces / 2;
		ties->any_inverted |= ties->inverted[i];
		index->first[i] = all;
		all += ties->inverted[i] ? c->nr_spaces - nr : nr;
	}
	index->first[c->totals.nr] = all;
	index->all = calloc(all + 1, sizeof(*index->all));
	if (!index->all)
		return -ENOMEM;
	for (i = 0; i < c->totals.nr; i++)
		totals_list(set_at(ties, i), c->nr_spaces, ties->inverted[i],
			    index->all + index->first[i]);
	return 0;
}

/* The same the other way: how many sets each space has, where they begin, which they are. */
static int list_sets(struct ties *ties)
{
	const size_t nr_sets = ties->c->totals.nr, nr = ties->c->nr_spaces;
	const struct index *from = &ties->spaces_of;
	struct index *to = &ties->sets_of;
	size_t i, j;

	for (i = 0; i < from->first[nr_sets]; i++)
		to->first[from->all[i] + 1]++;
	for (i = 0; i < nr; i++)
		to->first[i + 1] += to->first[i];
	to->all = calloc(to->first[nr] + 1, sizeof(*to->all));
	if (!to->all)
		return -ENOMEM;
	for (i = 0; i < nr_sets; i++)
		for (j = from->first[i]; j < from->first[i + 1]; j++)
			to->all[to->first[from->all[j]]++] = (u32)i;
	for (i = nr; i; i--)
		to->first[i] = to->first[i - 1];
	to->first[0] = 0;
	return 0;
}

static void list_processes(struct ties *ties)
{
	const struct ipcshow_comparison *c = ties->c;
	size_t i;

	for (i = c->nr; i--;) {
		if (c->gone[i])
			continue;
		ties->next_process[i] = ties->first_process[c->space_of[i]];
		ties->first_process[c->space_of[i]] = (u32)i + 1;
	}
}

/* What a set has, as part of a tie. */
static void add_total(const struct ties *ties, struct ipcshow_tie *tie, size_t set)
{
	const struct spaces_total *total = &ties->c->totals.totals[set];
	u64 by = set_at(ties, set)[ties->c->totals.space_words];

	if (by == MECHANISM_READ_ONLY) {
		tie->read_only += total->bytes;
		by = IPCSHOW_MECHANISM_FILE_SHARED;
	}
	tie->bytes[by] += total->bytes;
	tie->swap += total->swap;
}

static void add_tie(struct ipcshow_tie *to, const struct ipcshow_tie *tie, u64 times)
{
	size_t i;

	for (i = 0; i < IPCSHOW_NR_MECHANISMS; i++)
		to->bytes[i] += times * tie->bytes[i];
	to->read_only += times * tie->read_only;
	to->swap += times * tie->swap;
}

/* See add_set() of totals.c: what most have, is told by those who have not. */
static void count_of_most(struct ties *ties)
{
	const struct index *index = &ties->spaces_of;
	size_t i, j;

	for (i = 0; i < ties->c->totals.nr; i++) {
		if (!ties->inverted[i])
			continue;
		add_total(ties, &ties->of_most, i);
		for (j = index->first[i]; j < index->first[i + 1]; j++)
			add_total(ties, &ties->lack[index->all[j]], i);
	}
}

static int ties_begin(struct ties *ties)
{
	const size_t nr = ties->c->nr_spaces, nr_sets = ties->c->totals.nr;
	int err;

	ties->with = calloc(nr, sizeof(*ties->with));
	ties->touched = calloc(nr, sizeof(*ties->touched));
	ties->is_touched = calloc(nr, sizeof(*ties->is_touched));
	ties->inverted = calloc(nr_sets + 1, sizeof(*ties->inverted));
	ties->spaces_of.first = calloc(nr_sets + 1, sizeof(*ties->spaces_of.first));
	ties->sets_of.first = calloc(nr + 1, sizeof(*ties->sets_of.first));
	ties->lack = calloc(nr, sizeof(*ties->lack));
	ties->first_process = calloc(nr, sizeof(*ties->first_process));
	ties->next_process = calloc(ties->c->nr, sizeof(*ties->next_process));
	if (!ties->with || !ties->touched || !ties->is_touched || !ties->inverted ||
	    !ties->spaces_of.first || !ties->sets_of.first || !ties->lack ||
	    !ties->first_process || !ties->next_process)
		return -ENOMEM;
	list_processes(ties);
	err = list_spaces(ties);
	if (!err)
		err = list_sets(ties);
	if (!err)
		count_of_most(ties);
	return err;
}

static void touch(struct ties *ties, u32 other)
{
	if (!ties->is_touched[other])
		ties->touched[ties->nr_touched++] = other;
	ties->is_touched[other] = true;
}

/* Of a set of most spaces, what both lack was taken off twice. */
static void add_set(struct ties *ties, u32 space, size_t set)
{
	const struct index *index = &ties->spaces_of;
	size_t i;

	for (i = index->first[set + 1]; i-- > index->first[set] && index->all[i] > space;) {
		touch(ties, index->all[i]);
		add_total(ties, &ties->with[index->all[i]], set);
	}
}

static void add_of_most(struct ties *ties, u32 space)
{
	struct ipcshow_tie left = ties->of_most;
	u32 other;

	if (!ties->any_inverted)
		return;
	add_tie(&left, &ties->lack[space], -1ULL);
	for (other = space + 1; other < ties->c->nr_spaces; other++) {
		touch(ties, other);
		add_tie(&ties->with[other], &left, 1);
		add_tie(&ties->with[other], &ties->lack[other], -1ULL);
	}
}

static bool is_nothing(const struct ipcshow_tie *tie)
{
	size_t i;

	for (i = 0; i < IPCSHOW_NR_MECHANISMS; i++)
		if (tie->bytes[i])
			return false;
	return !tie->swap;
}

/* Each process of a space with each of another. */
static int tell(const struct ties *ties, u32 space, u32 other, struct ipcshow_tie *tie)
{
	u32 i, j;
	int ret = 0;

	if (is_nothing(tie))
		return 0;
	for (i = ties->first_process[space]; i; i = ties->next_process[i - 1])
		for (j = ties->first_process[other]; j && !ret; j = ties->next_process[j - 1]) {
			tie->a = (i < j ? i : j) - 1;
			tie->b = (i < j ? j : i) - 1;
			ret = ties->fn(tie, ties->arg);
		}
	return ret;
}

static int tell_one_space(const struct ties *ties, u32 space)
{
	const struct space *s = &ties->c->spaces[space];
	u32 i, j;
	int ret = 0;

	for (i = ties->first_process[space]; i; i = ties->next_process[i - 1])
		for (j = ties->next_process[i - 1]; j && !ret; j = ties->next_process[j - 1]) {
			struct ipcshow_tie tie = { .a = i - 1, .b = j - 1, .swap = s->swap };

			tie.bytes[comparison_one_space_by(ties->c, tie.a, tie.b)] = s->rss;
			ret = ties->fn(&tie, ties->arg);
		}
	return ret;
}

static int tell_space(struct ties *ties, u32 space)
{
	size_t i;
	int ret = tell_one_space(ties, space);

	ties->nr_touched = 0;
	add_of_most(ties, space);
	for (i = ties->sets_of.first[space]; i < ties->sets_of.first[space + 1]; i++)
		add_set(ties, space, ties->sets_of.all[i]);
	for (i = 0; i < ties->nr_touched; i++) {
		u32 other = ties->touched[i];

		if (!ret)
			ret = tell(ties, space, other, &ties->with[other]);
		ties->with[other] = (struct ipcshow_tie){ 0 };
		ties->is_touched[other] = false;
	}
	return ret;
}

int ipcshow_comparison_ties(const struct ipcshow_comparison *comparison, ipcshow_tie_fn *fn,
			    void *arg)
{
	struct ties ties = { .c = comparison, .fn = fn, .arg = arg };
	size_t i;
	int ret;

	if (!(comparison->flags & IPCSHOW_COMPARISON_F_MECHANISMS))
		return -EINVAL;
	ret = ties_begin(&ties);
	for (i = 0; i < comparison->nr_spaces && !ret; i++)
		if (!comparison->spaces[i].gone)
			ret = tell_space(&ties, (u32)i);
	ties_free(&ties);
	return ret;
}
