// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Groups of sites, gathered for few calls of the module. A group that is too large for
 * one call is passed in parts: cut into pieces of few pages, and of each piece two blocks of
 * sites in a call, each two once.
 */
#include <errno.h>

#include "job.h"

/* A call's worth; a larger group has a call of its own. */
#define SITES_USUAL	8192

/**
 * struct block - some sites of a group
 * @ranges: of which ranges; @nr of them
 * @own: as &group.owns_first and @owns_second
 */
struct block {
	const u32 *ranges;
	u32 nr;
	bool own;
};

/**
 * struct part - what is the same of all sites of a group
 * @from: offset from where their key begins
 * @bytes: how long
 * @windowed: @uncached: @repeated: as in &struct group
 * @several: they are of several address spaces
 */
struct part {
	u64 from;
	u64 bytes;
	bool windowed;
	bool uncached;
	bool repeated;
	bool several;
};

int job_flush(struct job *job)
{
	int ret = job->nr_sites ? job_run(job) : 0;

	job->nr_sites = 0;
	job->nr_groups = 0;
	return ret;
}

static void put_site(struct job *job, u32 range, u64 offset, u64 bytes)
{
	const struct ipcshow_comparison *c = job->c;
	const struct range *r = &c->ranges[range];

	job->range_of[job->nr_sites] = range;
	job->sites[job->nr_sites++] = (struct ipcshow_site){
		.start = r->start + offset,
		.bytes = bytes,
		.target = c->spaces[r->space].process->target,
		.group = (u32)(job->nr_groups - 1),
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
		.first = job->nr_sites, .nr = nr, .split = nr, .bytes = bytes,
		.crowded = job->crowded, .owns_first = true,
	};
	return &job->groups[job->nr_groups++];
}

static int make_room(struct job *job, u32 nr)
{
	return job->nr_sites && job->nr_sites + nr > min_u64(SITES_USUAL, job->max_sites) ?
		job_flush(job) : 0;
}

static int count_common(struct job *job, struct pair *pair, u32 a, u32 b, const void *arg)
{
	const struct group *group = arg;

	(void)job;
	(void)a;
	(void)b;
	pair->common += group->bytes;
	return 0;
}

/* Areas are paired as soon as they may have pages in common, if they do or not. */
static int pair_up(struct job *job, const struct group *group)
{
	if (job->choosing)
		return job_choose_pairs(job, group, NULL, group->nr);
	return job_each_pair(job, group, NULL, group->nr, count_common, group);
}

static int add_blocks(struct job *job, const struct part *part, const struct block *first,
		      const struct block *second)
{
	const struct block *blocks[] = { first, second };
	struct group *group;
	u32 i, b, nr = first->nr + second->nr;
	int err = make_room(job, nr);

	if (err)
		return err;
	group = new_group(job, nr, part->bytes);
	if (!group)
		return -ENOMEM;
	group->split = first->nr;
	group->owns_first = first->own;
	group->owns_second = second->own;
	group->windowed = part->windowed;
	group->uncached = part->uncached;
	group->repeated = part->repeated;
	for (b = 0; b < ARRAY_SIZE(blocks); b++)
		for (i = 0; i < blocks[b]->nr; i++)
			put_site(job, blocks[b]->ranges[i],
				 part->from - job->c->ranges[blocks[b]->ranges[i]].key.offset,
				 part->bytes);
	return part->several && job->c->flags & IPCSHOW_COMPARISON_F_AREAS ?
		pair_up(job, group) : 0;
}

/* Of pages that the cache holds: address spaces that have them, whichever of their sites. */
static int count_cached(struct job *job, const u32 *ranges, size_t nr)
{
	struct ipcshow_comparison *c = job->c;
	u64 all = 0, page;
	size_t i;
	int err = 0;

	for (i = 0; i < c->nr_spaces; i++)
		all |= job->cached[i];
	for (; all && !err; all &= all - 1) {
		page = all & -all;
		memset(job->spaces, 0, c->totals.words * sizeof(*job->spaces));
		for (i = 0; i < c->nr_spaces; i++)
			if (job->cached[i] & page)
				job->spaces[i / 64] |= 1ULL << i % 64;
		cachers_begin(c, &job->cachers, job->spaces);
		for (i = 0; i < nr; i++)
			cachers_see(&job->cachers, &c->ranges[ranges[i]]);
		err = mechanism_add_cached(c, &job->cachers, c->page_size);
	}
	memset(job->cached, 0, c->nr_spaces * sizeof(*job->cached));
	return err;
}

static struct block block_of(const u32 *ranges, size_t nr, size_t number, size_t size, bool own)
{
	return (struct block){
		.ranges = ranges + number * size,
		.nr = (u32)min_u64(size, nr - number * size),
		.own = own,
	};
}

/* Each two blocks in a call; what concerns only one block is counted in one call. */
static int add_in_blocks(struct job *job, const u32 *ranges, size_t nr, const struct part *part)
{
	const size_t size = max_u64(job->max_sites / 2, 1), blocks = (nr + size - 1) / size;
	size_t i, j;
	int err = job_flush(job);

	job->in_blocks = true;
	job->piece++;
	for (i = 0; i < blocks; i++)
		for (j = i + 1; j < blocks && !err; j++) {
			const struct block first = block_of(ranges, nr, i, size, j == i + 1);
			const struct block second = block_of(ranges, nr, j, size, i + 2 == blocks);

			err = add_blocks(job, part, &first, &second);
			if (!err)
				err = job_flush(job);
		}
	job->in_blocks = false;
	return err || part->uncached ? err : count_cached(job, ranges, nr);
}

static int add_piece(struct job *job, const u32 *ranges, size_t nr, const struct part *part)
{
	static const struct block none;
	const struct block all = { ranges, (u32)nr, true };

	return nr > job->max_sites ? add_in_blocks(job, ranges, nr, part) :
				     add_blocks(job, part, &all, &none);
}

/* So long that of all sites it can be kept which page is where. */
static u64 piece_of(const struct job *job, size_t nr)
{
	const u64 sites = min_u64(nr, job->max_sites);

	if (nr <= job->max_sites && sites * WINDOW_PAGES <= job->max_sites * PIECE_PAGES)
		return UINT64_MAX;
	return job->max_sites * PIECE_PAGES / sites * job->c->page_size;
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

/**
 * job_add() - have ranges compared
 * @job: with room for calls
 * @ranges: which, ascending; @nr of them
 * @from: offset of their common key from where on
 * @bytes: how many from there
 * @uncached: pages of the cache are not of interest
 *
 * Return: 0; -ESRCH; or a negative errno.
 */
int job_add(struct job *job, const u32 *ranges, size_t nr, u64 from, u64 bytes, bool uncached)
{
	const struct ipcshow_comparison *c = job->c;
	struct part part = { .uncached = uncached || job->choosing };
	u64 at, piece;
	size_t i;
	int err = 0;

	for (i = 1; i < nr; i++) {
		part.several |= c->ranges[ranges[i]].space != c->ranges[ranges[0]].space;
		part.repeated |= c->ranges[ranges[i]].space == c->ranges[ranges[i - 1]].space;
	}
	if (!is_of_interest(c, ranges, nr, part.several))
		return 0;
	if (c->flags & IPCSHOW_COMPARISON_F_AREAS && !job->choosing)
		part.windowed = part.several || (c->flags & IPCSHOW_COMPARISON_F_RANGES);
	piece = part.windowed || nr > job->max_sites ? piece_of(job, nr) : UINT64_MAX;
	for (at = 0; at < bytes && !err; at += part.bytes) {
		part.from = from + at;
		part.bytes = min_u64(piece, bytes - at);
		err = add_piece(job, ranges, nr, &part);
	}
	return err;
}

/**
 * job_add_alone() - have a range looked at by itself
 * @job: with room for calls
 * @range: which
 *
 * Return: 0; -ESRCH; or a negative errno.
 */
int job_add_alone(struct job *job, u32 range)
{
	const u64 bytes = job->c->ranges[range].end - job->c->ranges[range].start;
	int err = make_room(job, 1);

	if (!err && !new_group(job, 1, bytes))
		err = -ENOMEM;
	if (!err)
		put_site(job, range, 0, bytes);
	return err;
}
