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
 * struct ties - the ties at hand
 * @c: the comparison
 * @fn: @arg: the caller's callback
 * @with: what the space at hand has in common with each that comes after it
 * @touched: of @with: those that have something; @nr_touched of them
 * @is_touched: by space
 * @sets_of: by space: numbers of the sets that it is in
 * @first_set: by space: the first of @sets_of, and one more
 * @members: spaces of a set
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
	u32 *sets_of;
	size_t *first_set;
	u32 *members;
	u32 *first_process;
	u32 *next_process;
};

static void ties_free(struct ties *ties)
{
	free(ties->with);
	free(ties->touched);
	free(ties->is_touched);
	free(ties->sets_of);
	free(ties->first_set);
	free(ties->members);
	free(ties->first_process);
	free(ties->next_process);
}

static size_t members_of(const struct ties *ties, size_t set)
{
	return totals_list(&ties->c->totals.sets[set * ties->c->totals.words], ties->c->nr_spaces,
			   false, ties->members);
}

/* An index from spaces to sets: how many each has, where they begin, which they are. */
static int index_sets(struct ties *ties)
{
	const struct ipcshow_comparison *c = ties->c;
	size_t i, j, nr;

	for (i = 0; i < c->totals.nr; i++)
		for (nr = members_of(ties, i), j = 0; j < nr; j++)
			ties->first_set[ties->members[j] + 1]++;
	for (i = 0; i < c->nr_spaces; i++)
		ties->first_set[i + 1] += ties->first_set[i];
	ties->sets_of = calloc(ties->first_set[c->nr_spaces] + 1, sizeof(*ties->sets_of));
	if (!ties->sets_of)
		return -ENOMEM;
	for (i = 0; i < c->totals.nr; i++)
		for (nr = members_of(ties, i), j = 0; j < nr; j++)
			ties->sets_of[ties->first_set[ties->members[j]]++] = (u32)i;
	for (i = c->nr_spaces; i; i--)
		ties->first_set[i] = ties->first_set[i - 1];
	ties->first_set[0] = 0;
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

static int ties_begin(struct ties *ties)
{
	const size_t nr = ties->c->nr_spaces;

	ties->with = calloc(nr, sizeof(*ties->with));
	ties->touched = calloc(nr, sizeof(*ties->touched));
	ties->is_touched = calloc(nr, sizeof(*ties->is_touched));
	ties->first_set = calloc(nr + 1, sizeof(*ties->first_set));
	ties->members = calloc(nr, sizeof(*ties->members));
	ties->first_process = calloc(nr, sizeof(*ties->first_process));
	ties->next_process = calloc(ties->c->nr, sizeof(*ties->next_process));
	if (!ties->with || !ties->touched || !ties->is_touched || !ties->first_set ||
	    !ties->members || !ties->first_process || !ties->next_process)
		return -ENOMEM;
	list_processes(ties);
	return index_sets(ties);
}

static void add_bytes(struct ipcshow_tie *tie, u64 by, u64 bytes)
{
	if (by == MECHANISM_READ_ONLY) {
		tie->read_only += bytes;
		by = IPCSHOW_MECHANISM_FILE_SHARED;
	}
	tie->bytes[by] += bytes;
}

static void add_set(struct ties *ties, u32 space, size_t set)
{
	const struct totals *totals = &ties->c->totals;
	const u64 by = totals->sets[set * totals->words + totals->space_words];
	size_t i, nr = members_of(ties, set);

	for (i = nr; i-- && ties->members[i] > space;) {
		u32 other = ties->members[i];

		if (!ties->is_touched[other])
			ties->touched[ties->nr_touched++] = other;
		ties->is_touched[other] = true;
		add_bytes(&ties->with[other], by, totals->totals[set].bytes);
		ties->with[other].swap += totals->totals[set].swap;
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
	for (i = ties->first_set[space]; i < ties->first_set[space + 1]; i++)
		add_set(ties, space, ties->sets_of[i]);
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
