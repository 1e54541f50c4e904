// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which page is where: the module tells of a set's pages at a time, and in which order
 * within a chunk is its own affair. So what it tells is laid out page by page, and read
 * off for each pair of areas when no more can come.
 */
#include <errno.h>

#include "job.h"

#define SERIAL_MAX	(UINT32_MAX >> PAGE_CLASS_BITS)

static enum page_class word_class(u32 word)
{
	return (enum page_class)(word & ((1U << PAGE_CLASS_BITS) - 1));
}

static bool is_resident(u32 word)
{
	return word && word_class(word) <= CLASS_DEVICE;
}

static bool is_unsettled(u32 word)
{
	return word && word_class(word) == CLASS_UNSETTLED;
}

static bool is_lent(u32 word)
{
	return word && word_class(word) == CLASS_LENT;
}

/*
 * Whether the other has something at its place, so that it is not the one's only. What is lent may
 * be anywhere, and is looked for by identity.
 */
static bool faces(u32 one, u32 other)
{
	/* Nobody can tell what only the one has. */
	if (is_unsettled(other))
		return is_resident(one) || is_lent(one);
	return is_resident(one) && is_resident(other);
}

static enum ipcshow_range_what what_alone(u32 word)
{
	switch (word_class(word)) {
	case CLASS_SWAP:
		return IPCSHOW_RANGE_SWAP;
	case CLASS_LENT:
		return IPCSHOW_RANGE_MERGED;
	case CLASS_UNSETTLED:
		return IPCSHOW_RANGE_UNSETTLED;
	default:
		return IPCSHOW_RANGE_ONLY_A;
	}
}

static enum ipcshow_range_what what_of(u32 a, u32 b)
{
	/* The page that did not hold still may be the other's, too. */
	if (is_unsettled(a) || is_unsettled(b))
		return IPCSHOW_RANGE_UNSETTLED;
	if (a == b) {
		if (!a)
			return IPCSHOW_RANGE_UNTOUCHED;
		return word_class(a) == CLASS_SWAP ? IPCSHOW_RANGE_SWAP_SAME : IPCSHOW_RANGE_SAME;
	}
	if (is_resident(a) && is_resident(b))
		return IPCSHOW_RANGE_DIFFERENT;
	if (is_lent(a) || is_lent(b))
		return IPCSHOW_RANGE_MERGED;
	if (is_resident(a))
		return IPCSHOW_RANGE_ONLY_A;
	return is_resident(b) ? IPCSHOW_RANGE_ONLY_B : IPCSHOW_RANGE_SWAP;
}

/* How many pages from @i on are as that one is, by class in the one, too. */
static u32 run_length(const u32 *a, const u32 *b, u32 i, u32 nr)
{
	enum ipcshow_range_what what = what_of(a[i], b[i]);
	u32 n = i + 1;

	while (n < nr && what_of(a[n], b[n]) == what && is_lent(a[n]) == is_lent(a[i]))
		n++;
	return n - i;
}

static void count_run(struct pair *pair, enum ipcshow_range_what what, u64 bytes)
{
	if (what == IPCSHOW_RANGE_UNTOUCHED)
		return;
	pair->touched += bytes;
	if (what == IPCSHOW_RANGE_UNSETTLED)
		pair->unsettled += bytes;
	else if (what == IPCSHOW_RANGE_DIFFERENT)
		pair->different += bytes;
}

static void count_faced(struct pair *pair, u32 a, u32 b, u64 bytes)
{
	if (faces(a, b))
		pair->faced_a += bytes;
	else if (is_resident(a))
		pair->only_a += bytes;
	if (faces(b, a))
		pair->faced_b += bytes;
	else if (is_resident(b))
		pair->only_b += bytes;
}

static void count_unsettled(struct pair *pair, u32 a, u32 b, u64 bytes)
{
	if (is_unsettled(a))
		pair->unsettled_a += bytes;
	if (is_unsettled(b))
		pair->unsettled_b += bytes;
}

/* Of these, pages of a run are not all alike. Rare, so that it may take its time: page by page. */
static bool is_mixed(enum ipcshow_range_what what)
{
	return what == IPCSHOW_RANGE_MERGED || what == IPCSHOW_RANGE_UNSETTLED;
}

/* What of them is whose, of a run of @n pages. */
static void count_each(struct pair *pair, const u32 *a, const u32 *b, u32 n, u64 page,
		       const struct group *group)
{
	const bool mixed = is_mixed(what_of(a[0], b[0]));
	u32 i, step = mixed ? 1 : n;

	for (i = 0; i < n; i += step) {
		if (mixed)
			count_unsettled(pair, a[i], b[i], page);
		if (!group->repeated)
			count_faced(pair, a[i], b[i], step * page);
	}
}

/* What one only has may be in another of its areas, too: that is told of by area, see ranges.c. */
static bool is_told(const struct group *group, enum ipcshow_range_what what)
{
	return !group->repeated ||
	       (what != IPCSHOW_RANGE_ONLY_A && what != IPCSHOW_RANGE_ONLY_B);
}

static int tell_range(struct job *job, struct pair *pair, const struct ipcshow_range *range)
{
	return job->c->flags & IPCSHOW_COMPARISON_F_RANGES ? pair_add_range(pair, range) : 0;
}

/* struct telling - a window of a group that is being told of: its pages from @from to @nr */
struct telling {
	const struct window *window;
	const struct group *group;
	u32 from;
	u32 nr;
};

static const u32 *pages_of(const struct job *job, const struct telling *telling, u32 site)
{
	return &telling->window->pages[(u64)(site - telling->group->first) * job->stride];
}

static int tell_pair(struct job *job, struct pair *pair, u32 i, u32 j, const void *arg)
{
	const struct telling *telling = arg;
	const u32 *a = pages_of(job, telling, i), *b = pages_of(job, telling, j);
	u64 page = job->c->page_size, base = telling->window->number * WINDOW_PAGES * page;
	struct ipcshow_range range;
	u32 at, n;
	int err = 0;

	for (at = 0; at < telling->nr && !err; at += n) {
		n = run_length(a, b, at, telling->nr);
		range = (struct ipcshow_range){
			.a = job->sites[i].start + base + at * page,
			.b = job->sites[j].start + base + at * page,
			.bytes = n * page,
			.what = what_of(a[at], b[at]),
		};
		count_run(pair, range.what, range.bytes);
		count_each(pair, a + at, b + at, n, page, telling->group);
		if (is_told(telling->group, range.what))
			err = tell_range(job, pair, &range);
	}
	return err;
}

static u64 find_faced(const u32 *one, const u32 *other, u32 nr)
{
	u64 faced = 0;
	u32 i;

	for (i = 0; i < nr; i++)
		faced |= (u64)faces(one[i], other[i]) << i;
	return faced;
}

static int see_facing(struct job *job, u32 one, u32 other, u64 pages)
{
	struct facing *facing;

	if (!pages)
		return 0;
	facing = facing_make(job->c, site_range(job, one)->side, site_range(job, other)->space);
	if (!facing)
		return -ENOMEM;
	facing_see(facing, job->piece, pages, job->c->page_size);
	return 0;
}

static int see_faced(struct job *job, struct pair *pair, u32 i, u32 j, const void *arg)
{
	const struct telling *telling = arg;
	const u32 *a = pages_of(job, telling, i) + telling->from;
	const u32 *b = pages_of(job, telling, j) + telling->from;
	const u32 nr = (u32)min_u64(telling->nr - telling->from, PIECE_PAGES);
	int err = see_facing(job, i, j, find_faced(a, b, nr));

	(void)pair;
	return err ? err : see_facing(job, j, i, find_faced(b, a, nr));
}

/* Of a group in blocks, all calls for one piece have one number. */
static int see_pieces(struct job *job, const struct telling *window)
{
	struct telling telling = *window;
	int err = 0;

	for (; telling.from < telling.nr && !err; telling.from += PIECE_PAGES) {
		if (!job->in_blocks)
			job->piece++;
		err = job_each_pair(job, telling.group, NULL, telling.group->nr, see_faced,
				    &telling);
	}
	return err;
}

static int tell_side(struct job *job, const struct window *w, const struct group *group,
		     u32 i, u32 nr)
{
	const u32 *pages = &w->pages[(u64)i * job->stride];
	struct side *side = &job->c->sides[site_range(job, group->first + i)->side];
	u64 page = job->c->page_size;
	u64 start = job->sites[group->first + i].start + w->number * WINDOW_PAGES * page;
	u32 at;
	int err = 0;

	for (at = 0; at < nr && !err; at++)
		if (pages[at])
			err = side_add_stretch(side, start + at * page, page,
					       what_alone(pages[at]));
	return err;
}

static int tell_untouched(struct job *job, struct pair *pair, u32 a, u32 b, const void *arg)
{
	const u64 *until = arg;
	const struct ipcshow_range range = {
		.a = job->sites[a].start + job->flushed,
		.b = job->sites[b].start + job->flushed,
		.bytes = *until - job->flushed,
		.what = IPCSHOW_RANGE_UNTOUCHED,
	};

	return tell_range(job, pair, &range);
}

/* What nobody has, up to where the next window begins. */
static int tell_gap(struct job *job, const struct group *group, u64 until)
{
	if (!(job->c->flags & IPCSHOW_COMPARISON_F_RANGES) || until == job->flushed)
		return 0;
	return job_each_pair(job, group, NULL, group->nr, tell_untouched, &until);
}

static int tell_sides(struct job *job, const struct window *w, const struct group *group, u32 nr)
{
	u32 i;
	int err = 0;

	if (!(job->c->flags & IPCSHOW_COMPARISON_F_RANGES))
		return 0;
	for (i = 0; i < group->nr && !err; i++)
		if (is_own(group, i))
			err = tell_side(job, w, group, i, nr);
	return err;
}

static int tell_window(struct job *job, struct window *w, const struct group *group)
{
	u64 page = job->c->page_size, base;
	struct telling telling = { .window = w, .group = group };
	int err;

	if (w->number == UINT64_MAX)
		return 0;
	base = w->number * WINDOW_PAGES * page;
	telling.nr = (u32)min_u64(WINDOW_PAGES, (group->bytes - base) / page);
	err = tell_gap(job, group, base);
	if (!err)
		err = job_each_pair(job, group, NULL, group->nr, tell_pair, &telling);
	if (!err && group->repeated)
		err = see_pieces(job, &telling);
	if (!err)
		err = tell_sides(job, w, group, telling.nr);
	job->flushed = base + telling.nr * page;
	w->number = UINT64_MAX;
	return err;
}

static int reserve(struct job *job, u64 words)
{
	u32 *grown;
	int i;

	if (words <= job->window_words)
		return 0;
	for (i = 0; i < 2; i++) {
		grown = reallocarray(job->windows[i].pages, words, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		job->windows[i].pages = grown;
	}
	job->window_words = words;
	return 0;
}

/* A group follows. */
int window_begin(struct job *job, const struct group *group)
{
	job->windows[0].number = UINT64_MAX;
	job->windows[1].number = UINT64_MAX;
	job->flushed = 0;
	job->stride = (u32)min_u64(WINDOW_PAGES, group->bytes / job->c->page_size);
	return reserve(job, (u64)group->nr * job->stride);
}

static struct window *open_window(struct job *job, u64 number, const struct group *group,
				  int *err)
{
	struct window *w = &job->windows[number & 1], *other = &job->windows[~number & 1];

	if (w->number == number)
		return w;
	/* Nothing comes any more for what is two windows back, or the one before that. */
	if (other->number < number && other->number + 1 != number)
		*err = tell_window(job, other, group);
	if (!*err && w->number > number && w->number != UINT64_MAX)
		*err = -EUCLEAN;
	if (!*err)
		*err = tell_window(job, w, group);
	if (*err)
		return NULL;
	w->number = number;
	memset(w->pages, 0, (u64)group->nr * job->stride * sizeof(*w->pages));
	return w;
}

static void fill(const struct job *job, struct window *w, const struct group *group, u32 from,
		 u32 nr, u32 word, const u32 *members, u32 nr_members)
{
	u32 i, at, *pages;

	for (i = 0; i < nr_members; i++) {
		pages = &w->pages[(u64)(members[i] - group->first) * job->stride];
		for (at = from; at < from + nr; at++)
			pages[at] = word;
	}
}

/* Sites @members have pages in common. */
int window_see(struct job *job, const struct ipcshow_share *share, enum page_class class,
	       const u32 *members, u32 nr_members)
{
	const struct group *group = &job->groups[job->group];
	u64 page = share->offset / job->c->page_size;
	u64 end = page + share->bytes / job->c->page_size;
	struct window *w;
	u32 from, nr, word;
	int err = 0;

	if (share->offset > group->bytes || share->bytes > group->bytes - share->offset ||
	    members[0] < group->first || members[nr_members - 1] >= group->first + group->nr)
		return -EUCLEAN;
	job->serial = job->serial == SERIAL_MAX ? 1 : job->serial + 1;
	word = job->serial << PAGE_CLASS_BITS | class;
	for (; page < end; page += nr) {
		w = open_window(job, page / WINDOW_PAGES, group, &err);
		if (!w)
			return err;
		from = page % WINDOW_PAGES;
		nr = (u32)min_u64(WINDOW_PAGES - from, end - page);
		fill(job, w, group, from, nr, word, members, nr_members);
	}
	return 0;
}

/* The group is complete. */
int window_end(struct job *job, const struct group *group)
{
	struct window *first = &job->windows[0], *second = &job->windows[1];
	int err;

	if (first->number > second->number) {
		first = &job->windows[1];
		second = &job->windows[0];
	}
	err = tell_window(job, first, group);
	if (!err)
		err = tell_window(job, second, group);
	return err ? err : tell_gap(job, group, group->bytes);
}

void window_free(struct job *job)
{
	free(job->windows[0].pages);
	free(job->windows[1].pages);
}
