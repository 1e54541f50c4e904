// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which ranges may have pages in common: those whose keys overlap. They are cut so
 * that in a group all sites are of one length, and given to the module in few calls.
 */
#include <errno.h>

#include "comparison_job.h"

/* A call's worth; a larger group has a call of its own. */
#define SITES_USUAL	8192

/* Sites of a group of which is kept which page is where. */
#define WINDOW_SITES_MAX	4096

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

static int by_key(const void *left, const void *right, void *arg)
{
	const struct ipcshow_comparison *c = arg;
	const struct range *l = &c->ranges[*(const u32 *)left];
	const struct range *r = &c->ranges[*(const u32 *)right];

	if (l->key.type != r->key.type)
		return l->key.type < r->key.type ? -1 : 1;
	if (l->key.id != r->key.id)
		return l->key.id < r->key.id ? -1 : 1;
	if (l->key.offset != r->key.offset)
		return l->key.offset < r->key.offset ? -1 : 1;
	return l < r ? -1 : l > r;
}

static int flush(struct job *job)
{
	int ret = job->nr_sites ? job_run(job) : 0;

	job->nr_sites = 0;
	job->nr_groups = 0;
	return ret;
}

static void put_site(struct job *job, u32 range, u64 offset, u64 bytes, u32 group)
{
	const struct ipcshow_comparison *c = job->c;
	const struct range *r = &c->ranges[range];

	job->range_of[job->nr_sites] = range;
	job->sites[job->nr_sites++] = (struct ipcshow_site){
		.start = r->start + offset,
		.bytes = bytes,
		.target = c->spaces[r->space].process->target,
		.group = group,
	};
}

static struct group *new_group(struct job *job, u32 nr, u64 bytes)
{
	struct group *grown;

	grown = array_grow(job->groups, job->nr_groups, &job->room_groups, sizeof(*grown));
	if (!grown)
		return NULL;
	job->groups = grown;
	job->groups[job->nr_groups] = (struct group){
		.first = job->nr_sites, .nr = nr, .bytes = bytes,
	};
	return &job->groups[job->nr_groups++];
}

/* Areas are paired as soon as they may have pages in common, if they do or not. */
static int pair_up(struct job *job, const struct group *group)
{
	u32 i, j, end = group->first + group->nr;
	struct pair *pair;

	for (i = group->first; i < end; i++)
		for (j = i + 1; j < end; j++) {
			if (site_range(job, i)->space == site_range(job, j)->space)
				continue;
			pair = comparison_pair(job->c, site_range(job, i)->side,
					       site_range(job, j)->side);
			if (!pair)
				return -ENOMEM;
			pair->common += group->bytes;
		}
	return 0;
}

static bool is_of_interest(const struct ipcshow_comparison *c, const u32 *ranges, size_t nr,
			   bool several)
{
	size_t i;

	if (several || (c->flags & IPCSHOW_COMPARISON_F_AREAS))
		return true;
	for (i = 0; i < nr; i++)
		if (c->ranges[ranges[i]].lent)
			return true;
	return false;
}

/* Some ranges from the offset @from of their common key on. */
static int add_group(struct job *job, const u32 *ranges, size_t nr, u64 from, u64 bytes)
{
	struct ipcshow_comparison *c = job->c;
	bool areas = c->flags & IPCSHOW_COMPARISON_F_AREAS;
	bool several = false;
	struct group *group;
	size_t i;
	int err;

	for (i = 1; i < nr; i++)
		several |= c->ranges[ranges[i]].space != c->ranges[ranges[0]].space;
	if (!is_of_interest(c, ranges, nr, several))
		return 0;
	if (nr > job->max_sites || (areas && several && nr > WINDOW_SITES_MAX))
		return -E2BIG;
	if (job->nr_sites && job->nr_sites + nr > min_u64(SITES_USUAL, job->max_sites)) {
		err = flush(job);
		if (err)
			return err;
	}
	group = new_group(job, (u32)nr, bytes);
	if (!group)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		put_site(job, ranges[i], from - c->ranges[ranges[i]].key.offset, bytes,
			 (u32)(job->nr_groups - 1));
	if (!areas)
		return 0;
	group->windowed = several || (c->flags & IPCSHOW_COMPARISON_F_RANGES);
	return several ? pair_up(job, group) : 0;
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

/* Ranges @order[0..nr) have one key, and ascend by offset. */
static int sweep(struct job *job, const u32 *order, size_t nr, struct active *active)
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
		/* By address space, so that those of a pair come in one order. */
		qsort(active->ranges, active->nr, sizeof(*active->ranges), by_number);
		next = deactivate(c, active, at);
		if (i < nr)
			next = min_u64(next, c->ranges[order[i]].key.offset);
		err = add_group(job, active->ranges, active->nr, at, next - at);
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

static int compare_all(struct job *job)
{
	struct ipcshow_comparison *c = job->c;
	struct active active = { 0 };
	size_t i, nr;
	int err = 0;

	c->order = calloc(c->nr_ranges + 1, sizeof(*c->order));
	if (!c->order)
		return -ENOMEM;
	for (i = 0; i < c->nr_ranges; i++)
		c->order[i] = (u32)i;
	qsort_r(c->order, c->nr_ranges, sizeof(*c->order), by_key, c);
	for (i = 0; i < c->nr_ranges && !err; i += nr) {
		nr = same_key(c, i);
		err = sweep(job, &c->order[i], nr, &active);
	}
	free(active.ranges);
	return err ? err : flush(job);
}

/* What has identities is looked at again, each range alone. */
static int identify_again(struct job *job)
{
	struct ipcshow_comparison *c = job->c;
	size_t i;
	int err = 0;

	for (i = 0; i < c->nr_ranges && !err; i++) {
		if (!c->ranges[i].identified)
			continue;
		if (job->nr_sites == min_u64(SITES_USUAL, job->max_sites))
			err = flush(job);
		if (!err && !new_group(job, 1, c->ranges[i].end - c->ranges[i].start))
			err = -ENOMEM;
		if (!err)
			put_site(job, (u32)i, 0, c->ranges[i].end - c->ranges[i].start,
				 (u32)(job->nr_groups - 1));
	}
	return err ? err : flush(job);
}

static int job_prepare(struct job *job)
{
	struct ipcshow_comparison *c = job->c;

	job->max_sites = ipcshow_device_info(c->device)->sites_max;
	if (!job->max_sites)
		return -EOPNOTSUPP;
	job->sites = calloc(job->max_sites, sizeof(*job->sites));
	job->range_of = calloc(job->max_sites, sizeof(*job->range_of));
	job->members = calloc(job->max_sites, sizeof(*job->members));
	job->spaces = calloc(c->totals.words, sizeof(*job->spaces));
	return job->sites && job->range_of && job->members && job->spaces ? 0 : -ENOMEM;
}

static void job_free(struct job *job)
{
	window_free(job);
	free(job->sites);
	free(job->range_of);
	free(job->groups);
	free(job->nodes);
	free(job->members);
	free(job->spaces);
}

/**
 * comparison_pages() - have the module compare pages, and count what it says
 * @c: the comparison, whose ranges have been read
 * @gone: out, on -ESRCH: number of the target that left
 *
 * Return: 0; -ESRCH; -E2BIG; or a negative errno.
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
