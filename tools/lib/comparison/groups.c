// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which ranges may have pages in common: those whose keys overlap. They are cut so
 * that in a group all sites are of one length, and given to the module in few calls.
 */
#include <errno.h>

#include "job.h"

/* struct active - the ranges that overlap where the sweep is */
struct active {
	u32 *ranges;
	size_t nr;
	size_t room;
};

static u64 key_end(const struct range *range)
{
	return add_u64(range->key.offset, range->end - range->start);
}

static int activate(struct active *active, u32 range)
{
	u32 *grown = array_grow(active->ranges, active->nr, &active->room, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	active->ranges = grown;
	active->ranges[active->nr++] = range;
	return 0;
}

/* Drops what ends at or below @offset; returns the lowest end of the others. */
static u64 deactivate(const struct ipcshow_comparison *c, struct active *active, u64 offset)
{
	u64 end, lowest = UINT64_MAX;
	size_t i, kept = 0;

	for (i = 0; i < active->nr; i++) {
		end = key_end(&c->ranges[active->ranges[i]]);
		if (end <= offset)
			continue;
		lowest = min_u64(lowest, end);
		active->ranges[kept++] = active->ranges[i];
	}
	active->nr = kept;
	return lowest;
}

static int by_number(const void *left, const void *right)
{
	u32 l = *(const u32 *)left, r = *(const u32 *)right;

	return l < r ? -1 : l > r;
}

/* By address space, so that those of a pair come in one order: mostly they do as it is. */
static void sort(struct active *active)
{
	size_t i = 1;

	while (i < active->nr && active->ranges[i - 1] < active->ranges[i])
		i++;
	if (i < active->nr)
		qsort(active->ranges, active->nr, sizeof(*active->ranges), by_number);
}

/* Called for ranges @ranges[0..nr), which have @bytes in common from offset @from of their key on. */
typedef int common_fn(struct job *job, const u32 *ranges, size_t nr, u64 from, u64 bytes,
		      bool uncached);

/* Ranges @order[0..nr) have one key, and ascend by offset. */
static int sweep(struct job *job, const u32 *order, size_t nr, struct active *active,
		 bool uncached, common_fn *fn)
{
	const struct ipcshow_comparison *c = job->c;
	u64 at, next;
	size_t i = 0;
	int err = 0;

	active->nr = 0;
	while (!err && (i < nr || active->nr)) {
		at = active->nr ? job->sweep : c->ranges[order[i]].key.offset;
		while (!err && i < nr && c->ranges[order[i]].key.offset == at)
			err = activate(active, order[i++]);
		if (err)
			break;
		sort(active);
		next = deactivate(c, active, at);
		if (i < nr)
			next = min_u64(next, c->ranges[order[i]].key.offset);
		err = fn(job, active->ranges, active->nr, at, next - at, uncached);
		deactivate(c, active, next);
		job->sweep = next;
	}
	return err;
}

static size_t same_key(const struct ipcshow_comparison *c, size_t first)
{
	const struct key *key = &c->ranges[c->order[first]].key;
	size_t i = first + 1;

	/* Without a key, none may have anything in common with another. */
	if (key->type == KEY_NONE)
		return 1;
	while (i < c->nr_ranges && c->ranges[c->order[i]].key.type == key->type &&
	       c->ranges[c->order[i]].key.id == key->id)
		i++;
	return i - first;
}

/* A file that is mapped private by all, and executable by some. */
static bool is_program(const struct ipcshow_comparison *c, const u32 *order, size_t nr)
{
	bool executable = false;
	size_t i;

	for (i = 0; i < nr; i++) {
		if (c->ranges[order[i]].key.type != KEY_OBJECT ||
		    c->ranges[order[i]].mechanism != IPCSHOW_MECHANISM_FILE_PRIVATE)
			return false;
		executable |= c->ranges[order[i]].executable;
	}
	return executable;
}

/* Those that may have copies of what they map, first. */
static size_t keep_own(const struct ipcshow_comparison *c, u32 *order, size_t nr)
{
	size_t i, kept = 0;

	for (i = 0; i < nr; i++)
		if (c->ranges[order[i]].own)
			order[kept++] = order[i];
	return kept;
}

static int see_crowd(struct job *job, const u32 *ranges, size_t nr, u64 from, u64 bytes,
		     bool uncached)
{
	struct crowd crowd = { 0 };
	size_t i;

	(void)from;
	(void)bytes;
	(void)uncached;
	for (i = 0; i < nr; i++)
		crowd_see(&crowd, job->c->ranges[ranges[i]].space);
	job->crowded |= crowd_is_one(&crowd);
	return 0;
}

/* An area has one key, so that of each pair all is counted in one way. */
static int choose_pairs(struct job *job, const u32 *order, size_t nr, struct active *active)
{
	int err = 0;

	job->crowded = false;
	if (job->c->flags & IPCSHOW_COMPARISON_F_AREAS)
		err = sweep(job, order, nr, active, false, see_crowd);
	if (err || !job->crowded)
		return err;
	err = job_flush(job);
	job->choosing = true;
	if (!err)
		err = sweep(job, order, nr, active, false, job_add);
	if (!err)
		err = job_flush(job);
	job->choosing = false;
	return err;
}

static int compare_key(struct job *job, u32 *order, size_t nr, struct active *active)
{
	const struct ipcshow_comparison *c = job->c;
	const bool no_programs = c->flags & IPCSHOW_COMPARISON_F_NO_PROGRAMS;
	bool uncached = no_programs && is_program(c, order, nr);
	int err;

	if (no_programs && c->ranges[order[0]].key.type == KEY_SPECIAL)
		return 0;
	if (uncached)
		nr = keep_own(c, order, nr);
	err = choose_pairs(job, order, nr, active);
	return err ? err : sweep(job, order, nr, active, uncached, job_add);
}

static int compare_all(struct job *job)
{
	struct ipcshow_comparison *c = job->c;
	struct active active = { 0 };
	size_t i, nr;
	int err = comparison_order(c);

	for (i = 0; i < c->nr_ranges && !err; i += nr) {
		nr = same_key(c, i);
		err = compare_key(job, &c->order[i], nr, &active);
	}
	free(active.ranges);
	return err ? err : job_flush(job);
}

/* What has identities is looked at again, each range alone. */
static int identify_again(struct job *job)
{
	struct ipcshow_comparison *c = job->c;
	size_t i;
	int err = 0;

	for (i = 0; i < c->nr_ranges && !err; i++)
		if (c->ranges[i].identified)
			err = job_add_alone(job, (u32)i);
	return err ? err : job_flush(job);
}

static int job_prepare(struct job *job)
{
	struct ipcshow_comparison *c = job->c;

	job->max_sites = ipcshow_device_info(c->device)->sites_max;
	if (job->max_sites < 2)
		return -EOPNOTSUPP;
	/* Large, and mostly used in part: not to be cleared, and so not to be touched. */
	job->sites = reallocarray(NULL, job->max_sites, sizeof(*job->sites));
	job->range_of = reallocarray(NULL, job->max_sites, sizeof(*job->range_of));
	job->members = reallocarray(NULL, job->max_sites, sizeof(*job->members));
	job->sides = reallocarray(NULL, job->max_sites, sizeof(*job->sides));
	job->spaces = calloc(c->totals.words, sizeof(*job->spaces));
	job->cachers.all = calloc(c->totals.words, sizeof(*job->spaces));
	job->cachers.readers = calloc(c->totals.words, sizeof(*job->spaces));
	job->cachers.private = calloc(c->totals.words, sizeof(*job->spaces));
	job->cached = calloc(c->nr_spaces, sizeof(*job->cached));
	return job->sites && job->range_of && job->members && job->sides && job->spaces &&
	       job->cachers.all && job->cachers.readers && job->cachers.private && job->cached ?
	       0 : -ENOMEM;
}

static void job_free(struct job *job)
{
	window_free(job);
	free(job->sites);
	free(job->range_of);
	free(job->groups);
	free(job->nodes);
	free(job->members);
	free(job->sides);
	free(job->spaces);
	free(job->cachers.all);
	free(job->cachers.readers);
	free(job->cachers.private);
	free(job->cached);
}

/**
 * comparison_pages() - have the module compare pages, and count what it says
 * @c: the comparison, whose ranges have been read
 * @gone: out, on -ESRCH: number of the target that left
 *
 * Return: 0; -ESRCH; or a negative errno.
 */
int comparison_pages(struct ipcshow_comparison *c, u32 *gone)
{
	struct job job = { .c = c };
	struct lents first = { 0 }, again = { 0 };
	int err;

	err = job_prepare(&job);
	if (!err) {
		job.lents = &first;
		err = compare_all(&job);
	}
	if (!err && first.nr) {
		job.lents = &again;
		job.again = true;
		err = identify_again(&job);
	}
	if (!err)
		err = lents_join(c, &first, &again);
	*gone = job.end.target;
	free(first.all);
	free(again.all);
	job_free(&job);
	return err;
}
