// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the module says of the pages of one call. Runs of pages are added to their set; what
 * the set is made of is looked at once for all of them.
 */
#include <errno.h>

#include "job.h"

static enum page_class class_of(u32 flags)
{
	if (flags & IPCSHOW_SHARE_F_UNSETTLED)
		return CLASS_UNSETTLED;
	if (flags & IPCSHOW_SHARE_F_SWAP)
		return CLASS_SWAP;
	if (flags & (IPCSHOW_SHARE_F_KSM | IPCSHOW_SHARE_F_OWNED))
		return CLASS_LENT;
	if (flags & IPCSHOW_SHARE_F_FILE)
		return CLASS_FILE;
	return flags & IPCSHOW_SHARE_F_ANON ? CLASS_ANON : CLASS_DEVICE;
}

/* The sites of a set, descending, at the end of @job->members. */
static u32 *list_members(const struct job *job, u32 set, u32 *nr)
{
	u32 *const end = job->members + job->max_sites, *to = end;
	u32 site;

	/* Sites ascend along a set, so that there are no more than fit. */
	for (; set; set = job->nodes[set].parent) {
		*--to = site = job->nodes[set].site;
		while (site != job->nodes[set].first)
			*--to = --site;
	}
	*nr = (u32)(end - to);
	return to;
}

static void count_side(struct side *side, const struct node *node)
{
	const u64 *bytes = node->bytes;

	side->view.rss += bytes[CLASS_ANON] + bytes[CLASS_FILE] + bytes[CLASS_DEVICE] +
			  bytes[CLASS_LENT];
	side->view.swap += bytes[CLASS_SWAP];
	side->view.unsettled += bytes[CLASS_UNSETTLED];
	side->anon += bytes[CLASS_ANON] + node->ksm;
}

static int count_pair(struct job *job, struct pair *pair, u32 a, u32 b, const void *arg)
{
	const u64 *bytes = arg;

	(void)job;
	(void)a;
	(void)b;
	pair->same[CLASS_ANON] += bytes[CLASS_ANON];
	pair->same[CLASS_FILE] += bytes[CLASS_FILE];
	pair->same[CLASS_DEVICE] += bytes[CLASS_DEVICE];
	pair->same[CLASS_SWAP] += bytes[CLASS_SWAP];
	return 0;
}

static int count_areas(struct job *job, const u32 *members, u32 nr, const struct node *node)
{
	const struct group *group = site_group(job, members[0]);
	u32 i;

	for (i = 0; i < nr; i++)
		if (is_own(group, members[i] - group->first))
			count_side(&job->c->sides[site_range(job, members[i])->side], node);
	return job_each_pair(job, group, members, nr, count_pair, node->bytes);
}

/* The address spaces of @members that are sites from @from to @to, in the group. */
static bool find_spaces(struct job *job, const u32 *members, u32 nr, u32 from, u32 to)
{
	const u32 first = site_group(job, members[0])->first;
	bool any = false;
	u32 i, space;

	memset(job->spaces, 0, job->c->totals.words * sizeof(*job->spaces));
	for (i = 0; i < nr; i++) {
		if (members[i] - first < from || members[i] - first >= to)
			continue;
		space = site_range(job, members[i])->space;
		job->spaces[space / 64] |= 1ULL << space % 64;
		any = true;
	}
	return any;
}

static int add_lent(struct job *job, const u32 *members, u32 nr, u64 bytes)
{
	enum ipcshow_mechanism by = site_range(job, members[0])->mechanism;
	u32 i;

	for (i = 0; i < nr; i++)
		by = mechanism_of_lent(by, site_range(job, members[i])->mechanism);
	return totals_add(&job->c->totals, job->spaces, by, bytes, 0);
}

static int add_cached(struct job *job, const u32 *members, u32 nr, u64 bytes)
{
	u32 i;

	cachers_begin(job->c, &job->cachers, job->spaces);
	for (i = 0; i < nr; i++)
		cachers_see(&job->cachers, site_range(job, members[i]));
	return mechanism_add_cached(job->c, &job->cachers, bytes);
}

/* What the set @job->spaces has, times @sign. */
static int add_by_mechanism(struct job *job, const u32 *members, u32 nr, const u64 *bytes,
			    u64 sign)
{
	int err = 0;

	if (bytes[CLASS_ANON] || bytes[CLASS_SWAP])
		err = totals_add(&job->c->totals, job->spaces, IPCSHOW_MECHANISM_FORK,
				 sign * bytes[CLASS_ANON], sign * bytes[CLASS_SWAP]);
	if (!err && bytes[CLASS_DEVICE])
		err = add_lent(job, members, nr, sign * bytes[CLASS_DEVICE]);
	if (!err && bytes[CLASS_FILE] && !job->in_blocks && !site_group(job, members[0])->uncached)
		err = add_cached(job, members, nr, sign * bytes[CLASS_FILE]);
	return err;
}

static int add_total(struct job *job, const u32 *members, u32 nr, const u64 *bytes, u64 sign)
{
	u64 resident = bytes[CLASS_ANON] + bytes[CLASS_DEVICE];

	if (job->c->flags & IPCSHOW_COMPARISON_F_MECHANISMS)
		return add_by_mechanism(job, members, nr, bytes, sign);
	if (!job->in_blocks)
		resident += bytes[CLASS_FILE];
	if (!resident && !bytes[CLASS_SWAP])
		return 0;
	return totals_add(&job->c->totals, job->spaces, 0, sign * resident,
			  sign * bytes[CLASS_SWAP]);
}

/* What concerns one block only, and is counted in another call, is taken off again. */
static int count_total(struct job *job, const u32 *members, u32 nr, const u64 *bytes)
{
	const struct group *group = site_group(job, members[0]);
	int err = 0;

	if (find_spaces(job, members, nr, 0, group->nr))
		err = add_total(job, members, nr, bytes, 1);
	if (!err && !group->owns_first && find_spaces(job, members, nr, 0, group->split))
		err = add_total(job, members, nr, bytes, -1ULL);
	if (!err && !group->owns_second && group->split < group->nr &&
	    find_spaces(job, members, nr, group->split, group->nr))
		err = add_total(job, members, nr, bytes, -1ULL);
	return err;
}

static int count_set(struct job *job, u32 set)
{
	const u64 *bytes = job->nodes[set].bytes;
	u32 nr, *members = list_members(job, set, &nr);
	int err = 0;

	if (job->choosing)
		return job_choose_pairs(job, site_group(job, members[0]), members, nr);
	if (bytes[CLASS_ANON] || bytes[CLASS_FILE] || bytes[CLASS_DEVICE] || bytes[CLASS_SWAP])
		err = count_total(job, members, nr, bytes);
	if (!err && (job->c->flags & IPCSHOW_COMPARISON_F_AREAS))
		err = count_areas(job, members, nr, &job->nodes[set]);
	return err;
}

static bool is_empty(const struct node *node)
{
	u64 any = 0;
	size_t i;

	for (i = 0; i < NR_CLASSES; i++)
		any |= node->bytes[i];
	return !any;
}

/* Sets are not referred to any more. */
static int count_sets(struct job *job)
{
	u32 set;
	int err = 0;

	for (set = 1; set < job->nr_nodes && !err; set++)
		if (!is_empty(&job->nodes[set]))
			err = count_set(job, set);
	job->nr_nodes = 0;
	return err;
}

static int see_set(struct job *job, const struct ipcshow_set *set)
{
	const bool is_run = set->rec.size >= sizeof(*set);
	const u32 first = is_run ? set->first : set->site;
	u64 parent = set->parent ? set->parent - job->first_id + 1 : 0;
	struct node *grown;
	int err;

	if (set->flags & IPCSHOW_SET_F_FIRST) {
		err = count_sets(job);
		if (err)
			return err;
		job->first_id = set->id;
		job->nr_nodes = 1;
		parent = 0;
	}
	if (!job->nr_nodes || set->id != job->first_id + job->nr_nodes - 1 ||
	    parent >= job->nr_nodes || set->site >= job->nr_sites || first > set->site ||
	    (parent && job->nodes[parent].site >= first))
		return -EUCLEAN;
	grown = array_grow(job->nodes, job->nr_nodes, &job->room_nodes, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	job->nodes = grown;
	job->nodes[job->nr_nodes++] = (struct node){
		.parent = (u32)parent, .first = first, .site = set->site,
	};
	return 0;
}

static int leave_group(struct job *job)
{
	const struct group *group = &job->groups[job->group];

	if (job->group == job->nr_groups || !group->windowed)
		return 0;
	return window_end(job, group);
}

/* A group without a resident page is not told of. */
static int enter_group(struct job *job, size_t number)
{
	int err = leave_group(job);

	while (!err) {
		job->group = job->group == job->nr_groups ? 0 : job->group + 1;
		if (job->groups[job->group].windowed)
			err = window_begin(job, &job->groups[job->group]);
		if (err || job->group == number)
			break;
		err = leave_group(job);
	}
	return err;
}

/*
 * An address space may have a page of the cache in several sites, which may be in several calls.
 * Other pages it has but once.
 */
static int see_cached(struct job *job, const struct ipcshow_share *share, const u32 *members,
		      u32 nr)
{
	const u64 first = share->offset / job->c->page_size;
	const u64 pages = share->bytes / job->c->page_size;
	u32 i;

	if (first >= PIECE_PAGES || !pages || pages > PIECE_PAGES - first)
		return -EUCLEAN;
	for (i = 0; i < nr; i++)
		job->cached[site_range(job, members[i])->space] |=
			(UINT64_MAX >> (64 - pages)) << first;
	return 0;
}

static int see_share(struct job *job, const struct ipcshow_share *share)
{
	enum page_class class = class_of(share->flags);
	u64 set = share->set - job->first_id + 1;
	u32 nr, *members;
	bool cached;
	int err = 0;

	if (!set || set >= job->nr_nodes || share->group >= job->nr_groups ||
	    (job->group != job->nr_groups && share->group < job->group))
		return -EUCLEAN;
	if (share->group != job->group) {
		err = enter_group(job, share->group);
		if (err)
			return err;
	}
	job->nodes[set].bytes[class] += share->bytes;
	if (class == CLASS_LENT && share->flags & IPCSHOW_SHARE_F_KSM)
		job->nodes[set].ksm += share->bytes;
	cached = job->in_blocks && class == CLASS_FILE && !job->groups[share->group].uncached;
	if (!job->groups[share->group].windowed && !cached)
		return 0;
	members = list_members(job, (u32)set, &nr);
	if (cached)
		err = see_cached(job, share, members, nr);
	if (err || !job->groups[share->group].windowed)
		return err;
	return window_see(job, share, class, members, nr);
}

static int see_page(struct job *job, const struct ipcshow_page *page)
{
	const struct group *group;
	struct range *range;
	struct lent lent;

	if (page->site >= job->nr_sites)
		return -EUCLEAN;
	group = site_group(job, page->site);
	if (!is_own(group, page->site - group->first))
		return 0;
	range = site_range(job, page->site);
	range->identified = true;
	lent = (struct lent){
		.id = page->id,
		.address = job->sites[page->site].start + page->offset,
		.space = range->space,
		.side = range->side,
		.flags = page->flags,
		.range = job->range_of[page->site],
	};
	return lents_add(job->lents, &lent);
}

static int see_end(struct job *job, const struct ipcshow_compare_end *end)
{
	struct ipcshow_comparison_facts *facts = &job->c->facts;

	job->end = *end;
	job->has_end = true;
	/* In blocks, each call has but one group. */
	if (!job->again && !job->choosing && (job->groups->owns_first || job->groups->owns_second))
		facts->unsettled += end->unsettled;
	facts->retries += end->retries;
	facts->lock_holds += end->lock_holds;
	facts->lock_max_ns = max_u64(facts->lock_max_ns, end->lock_max_ns);
	facts->lock_total_ns += end->lock_total_ns;
	if (end->flags & IPCSHOW_COMPARE_END_F_UNMAPPED)
		facts->changed = true;
	return end->flags & IPCSHOW_COMPARE_END_F_GONE ? -ESRCH : 0;
}

static int see_record(const struct ipcshow_record *rec, void *arg)
{
	struct job *job = arg;

	switch (rec->type) {
	case IPCSHOW_REC_SET:
		return job->again ? 0 : see_set(job, (const struct ipcshow_set *)rec);
	case IPCSHOW_REC_SHARE:
		return job->again ? 0 : see_share(job, (const struct ipcshow_share *)rec);
	case IPCSHOW_REC_PAGE:
		return job->choosing ? 0 : see_page(job, (const struct ipcshow_page *)rec);
	case IPCSHOW_REC_COMPARE_END:
		return see_end(job, (const struct ipcshow_compare_end *)rec);
	default:
		return 0;
	}
}

/**
 * job_run() - compare the sites at hand
 * @job: with sites and groups
 *
 * Return: 0; -ESRCH: a target left (@job->end); or a negative errno.
 */
int job_run(struct job *job)
{
	int err;

	job->group = job->nr_groups;
	job->nr_nodes = 0;
	job->has_end = false;
	err = ipcshow_compare_take(job->c->device, job->sites, job->nr_sites, see_record, job);
	if (!err && !job->has_end)
		err = -EPROTO;
	if (err || job->again)
		return err;
	err = count_sets(job);
	/* Those behind the last one that was told of, too. */
	if (!err && (job->group == job->nr_groups || job->group + 1 < job->nr_groups))
		err = enter_group(job, job->nr_groups - 1);
	return err ? err : leave_group(job);
}
