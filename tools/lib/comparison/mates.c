// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which areas are paired. Usually that is each two that map the same. Where two address spaces
 * map it many times each, those are too many, and all but a few say what others said: there,
 * for each page, the first area of one that has it is paired with the first of the other, the
 * second with the second, and what one has left over with the last of the other. So each area
 * that has something in common with another address space has a partner there that shows it.
 * Pages are told of before they are counted, so that of those that are paired all counts.
 */
#include <errno.h>

#include "job.h"

/* So many pairs of two address spaces are no crowd. */
#define PAIRS_USUAL	16

/**
 * crowd_see() - count an area that has, or maps, a page
 * @crowd: zeroes at first
 * @space: whose the area is; those of one come one after the other
 */
void crowd_see(struct crowd *crowd, u32 space)
{
	if (!crowd->nr || crowd->space != space) {
		crowd->second = max_u64(crowd->second, min_u64(crowd->nr, crowd->most));
		crowd->most = max_u64(crowd->most, crowd->nr);
		crowd->space = space;
		crowd->nr = 0;
	}
	crowd->nr++;
}

/**
 * crowd_is_one() - whether not each two of those seen are to be paired
 * @crowd: the areas
 */
bool crowd_is_one(const struct crowd *crowd)
{
	const u64 second = max_u64(crowd->second, min_u64(crowd->nr, crowd->most));
	const u64 most = max_u64(crowd->most, crowd->nr);

	return second && most > PAIRS_USUAL / second;
}

/* From @first on: those of one address space. */
static size_t count_space(const struct ipcshow_comparison *c, const u32 *sides, size_t first,
			  size_t nr)
{
	size_t i = first + 1;

	while (i < nr && c->sides[sides[i]].space == c->sides[sides[first]].space)
		i++;
	return i - first;
}

static int choose(struct ipcshow_comparison *c, const u32 *a, size_t nr_a, const u32 *b,
		  size_t nr_b)
{
	size_t i;

	for (i = 0; i < max_u64(nr_a, nr_b); i++)
		if (!comparison_pair(c, a[min_u64(i, nr_a - 1)], b[min_u64(i, nr_b - 1)]))
			return -ENOMEM;
	return 0;
}

/**
 * mates_choose() - pair areas that have a page in common, a few of many
 * @c: the comparison
 * @sides: the areas, ascending; @nr of them
 *
 * Return: 0 or -ENOMEM.
 */
int mates_choose(struct ipcshow_comparison *c, const u32 *sides, size_t nr)
{
	size_t i, j, nr_i, nr_j;
	int err = 0;

	for (i = 0; i < nr && !err; i += nr_i) {
		nr_i = count_space(c, sides, i, nr);
		for (j = i + nr_i; j < nr && !err; j += nr_j) {
			nr_j = count_space(c, sides, j, nr);
			err = choose(c, &sides[i], nr_i, &sides[j], nr_j);
		}
	}
	return err;
}

/**
 * mates_each() - go through the pairs of some areas
 * @c: the comparison
 * @sides: the areas, ascending; @nr of them
 * @fn: what to call with the places of two in @sides; @arg: for it
 *
 * Return: 0, or what @fn gave.
 */
int mates_each(struct ipcshow_comparison *c, const u32 *sides, size_t nr, mates_fn *fn, void *arg)
{
	size_t i, k, low, high, mid;
	int err = 0;

	for (i = 0; i < nr; i++) {
		const struct side *side = &c->sides[sides[i]];

		for (k = 0; k < side->nr_mates && !err; k++) {
			for (low = i + 1, high = nr; low < high;) {
				mid = low + (high - low) / 2;
				if (sides[mid] < side->mates[k])
					low = mid + 1;
				else
					high = mid;
			}
			if (low < nr && sides[low] == side->mates[k])
				err = fn(i, low, arg);
		}
	}
	return err;
}

/* struct pairing - the pairs of some sites that are being gone through */
struct pairing {
	struct job *job;
	const struct group *group;
	const u32 *members;
	job_pair_fn *fn;
	const void *arg;
};

static u32 member(const struct pairing *pairing, size_t i)
{
	return pairing->members ? pairing->members[i] : pairing->group->first + (u32)i;
}

static int see_two(size_t i, size_t j, void *arg)
{
	const struct pairing *pairing = arg;
	struct job *job = pairing->job;
	const u32 first = pairing->group->first, a = member(pairing, i), b = member(pairing, j);
	struct pair *pair;

	if (!are_paired(job, pairing->group, a - first, b - first))
		return 0;
	pair = comparison_pair(job->c, site_range(job, a)->side, site_range(job, b)->side);
	return pair ? pairing->fn(job, pair, a, b, pairing->arg) : -ENOMEM;
}

static const u32 *sides_of(const struct pairing *pairing, u32 nr)
{
	struct job *job = pairing->job;
	u32 i;

	for (i = 0; i < nr; i++)
		job->sides[i] = site_range(job, member(pairing, i))->side;
	return job->sides;
}

/**
 * job_each_pair() - go through the pairs of some sites of a group
 * @job: with areas
 * @group: the group
 * @members: the sites, ascending, or NULL: all of the group; @nr of them
 * @fn: what to call with each; @arg: for it
 *
 * Where not each two are pairs, those are that were chosen before.
 *
 * Return: 0; what @fn gave; or -ENOMEM.
 */
int job_each_pair(struct job *job, const struct group *group, const u32 *members, u32 nr,
		  job_pair_fn *fn, const void *arg)
{
	struct pairing pairing = { job, group, members, fn, arg };
	u32 i, j;
	int err = 0;

	if (group->crowded)
		return mates_each(job->c, sides_of(&pairing, nr), nr, see_two, &pairing);
	for (i = 0; i < nr; i++)
		for (j = i + 1; j < nr && !err; j++)
			err = see_two(i, j, &pairing);
	return err;
}

/**
 * job_choose_pairs() - pair areas of some sites of a group, a few of many
 * @job: @group: @members: @nr: as for job_each_pair()
 *
 * Return: 0 or -ENOMEM.
 */
int job_choose_pairs(struct job *job, const struct group *group, const u32 *members, u32 nr)
{
	const struct pairing pairing = { .job = job, .group = group, .members = members };

	return mates_choose(job->c, sides_of(&pairing, nr), nr);
}
