/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_COMPARISON_JOB_H
#define IPCSHOW_COMPARISON_JOB_H

#include "comparison.h"

/* Pages of a window: a chunk of the module's (&struct ipcshow_share) spans two at most. */
#define WINDOW_PAGES	2048

/**
 * struct node - a set of sites, as the module tells it
 * @parent: the others, or 0
 * @first: @site: the last run of them
 * @bytes: pages that the set has in common, by class; not yet counted elsewhere
 * @ksm: part of @bytes[CLASS_LENT]
 */
struct node {
	u32 parent;
	u32 first;
	u32 site;
	u64 bytes[NR_CLASSES];
	u64 ksm;
};

/*
 * Pages of each site that are kept at a time, where there are as many sites as a call takes;
 * no more than an u64 has bits.
 */
#define PIECE_PAGES	64

/**
 * struct group - sites that are compared with each other
 * @first: the first; @nr: how many
 * @split: from the one of this number on they are of another block than those before
 * @bytes: how long each is
 * @windowed: which page is where matters, not only how many
 * @uncached: pages of the cache are not of interest
 * @crowded: not each two are paired
 * @repeated: some are of one address space
 * @owns_first: @owns_second: what concerns sites of one block only is counted here, not in
 *	another call that has them, too
 */
struct group {
	u32 first;
	u32 nr;
	u32 split;
	u64 bytes;
	bool windowed;
	bool uncached;
	bool crowded;
	bool repeated;
	bool owns_first;
	bool owns_second;
};

/**
 * struct window - the pages of a group that are being told of
 * @number: which they are, in units of WINDOW_PAGES; UINT64_MAX: unused
 * @pages: for each site what it has, &job.stride words: a number that is the same for
 *	the same page, and below that its class
 */
struct window {
	u64 number;
	u32 *pages;
};

#define PAGE_CLASS_BITS	3

/**
 * struct job - one call after the other
 * @c: the comparison
 * @sites: for the next call; @range_of: the range of each; @nr_sites, of @max_sites
 * @groups: of these; @nr_groups, room for @room_groups
 * @nodes: sets that the module told of; number 0 is the empty one; @nr_nodes, room for @room_nodes
 * @first_id: what the module calls number 1
 * @members: sites of a set, room for @max_sites
 * @sides: areas of some sites, likewise
 * @spaces: a set of address spaces
 * @cachers: of these, who has pages of the cache, and how
 * @crowded: of some page of the key at hand not each two sites are paired
 * @choosing: its pairs are being chosen: nothing is counted
 * @in_blocks: the group at hand is one of several that are parts of one
 * @cached: then: by address space, a bit for each page of the cache that it has
 * @group: the group at hand; @nr_groups: none
 * @windows: two of them
 * @stride: words of a site in each
 * @window_words: for how many words they have room
 * @flushed: what was told of the group at hand, for F_RANGES: all up to this offset
 * @serial: numbers pages
 * @piece: numbers pieces of groups, of PIECE_PAGES at most
 * @sweep: up to which offset ranges were put into groups
 * @lents: where identities go
 * @again: the second reading: only identities count
 * @end: the last COMPARE_END
 * @has_end: it came
 */
struct job {
	struct ipcshow_comparison *c;
	struct ipcshow_site *sites;
	u32 *range_of;
	u32 nr_sites;
	u32 max_sites;
	struct group *groups;
	size_t nr_groups;
	size_t room_groups;
	struct node *nodes;
	size_t nr_nodes;
	size_t room_nodes;
	u64 first_id;
	u32 *members;
	u32 *sides;
	u64 *spaces;
	struct cachers cachers;
	bool crowded;
	bool choosing;
	bool in_blocks;
	u64 *cached;
	size_t group;
	struct window windows[2];
	u32 stride;
	u64 window_words;
	u64 flushed;
	u32 serial;
	u64 piece;
	u64 sweep;
	struct lents *lents;
	bool again;
	struct ipcshow_compare_end end;
	bool has_end;
};

/* sites.c */
int job_add(struct job *job, const u32 *ranges, size_t nr, u64 from, u64 bytes, bool uncached);
int job_add_alone(struct job *job, u32 range);
int job_flush(struct job *job);

/* mates.c */
typedef int job_pair_fn(struct job *job, struct pair *pair, u32 a, u32 b, const void *arg);

int job_each_pair(struct job *job, const struct group *group, const u32 *members, u32 nr,
		  job_pair_fn *fn, const void *arg);
int job_choose_pairs(struct job *job, const struct group *group, const u32 *members, u32 nr);

/* pages.c */
int job_run(struct job *job);

/* window.c */
int window_begin(struct job *job, const struct group *group);
int window_see(struct job *job, const struct ipcshow_share *share, enum page_class class,
	       const u32 *members, u32 nr);
int window_end(struct job *job, const struct group *group);
void window_free(struct job *job);

static inline struct range *site_range(const struct job *job, u32 site)
{
	return &job->c->ranges[job->range_of[site]];
}

/* The group that a site is of. */
static inline const struct group *site_group(const struct job *job, u32 site)
{
	return &job->groups[job->sites[site].group];
}

/* Whether what concerns this site alone, by number in the group, is counted in this call. */
static inline bool is_own(const struct group *group, u32 i)
{
	return i < group->split ? group->owns_first : group->owns_second;
}

/* The same of what concerns two. */
static inline bool is_own_pair(const struct group *group, u32 i, u32 j)
{
	return (i < group->split) != (j < group->split) || is_own(group, i);
}

/* And they are of two address spaces. */
static inline bool are_paired(const struct job *job, const struct group *group, u32 i, u32 j)
{
	return is_own_pair(group, i, j) && site_range(job, group->first + i)->space !=
					   site_range(job, group->first + j)->space;
}

#endif
