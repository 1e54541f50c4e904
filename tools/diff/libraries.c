// SPDX-License-Identifier: GPL-2.0
/* Areas of libraries: one row for those of which the same is said. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "libraries.h"

/* struct name - of a file, not terminated */
struct name {
	const char *text;
	size_t size;
};

/**
 * struct library_group - areas of which the same is said
 * @first: the first of them
 * @sum: all of them; @sum.a and @sum.b are @a and @b, or NULL as in all
 * @a: @b: likewise, for each side
 * @notes: 1 << enum area_note
 * @names: of each area; @nr of them, room for @room
 */
struct library_group {
	struct ipcshow_match first;
	struct ipcshow_match sum;
	struct ipcshow_side a;
	struct ipcshow_side b;
	unsigned int notes;
	struct name *names;
	size_t nr;
	size_t room;
};

static bool is_library_kind(enum ipcshow_kind kind)
{
	return kind == IPCSHOW_KIND_LIB_CODE || kind == IPCSHOW_KIND_LIB_RODATA ||
	       kind == IPCSHOW_KIND_LIB_DATA || kind == IPCSHOW_KIND_LIB_BSS;
}

static const struct ipcshow_side *either(const struct ipcshow_match *match)
{
	return match->a ? match->a : match->b;
}

/* Of one kind in both: what is a library's here and something else there is a row of its own. */
bool is_library(const struct ipcshow_match *match)
{
	return is_library_kind(either(match)->kind) &&
	       (!match->a || !match->b || match->a->kind == match->b->kind);
}

static bool is_alike(const struct library_group *group, const struct ipcshow_match *match,
		     unsigned int notes)
{
	const struct ipcshow_match *first = &group->first;

	return either(first)->kind == either(match)->kind && !first->a == !match->a &&
	       !first->b == !match->b && first->one_space == match->one_space &&
	       first->verdict == match->verdict && first->mechanisms == match->mechanisms &&
	       group->notes == notes;
}

static struct library_group *find_group(struct libraries *libraries,
					const struct ipcshow_match *match, unsigned int notes)
{
	struct library_group *grown;
	size_t i, room;

	for (i = 0; i < libraries->nr; i++)
		if (is_alike(&libraries->groups[i], match, notes))
			return &libraries->groups[i];
	if (libraries->nr == libraries->room) {
		room = libraries->room ? libraries->room * 2 : 16;
		grown = reallocarray(libraries->groups, room, sizeof(*grown));
		if (!grown)
			return NULL;
		libraries->groups = grown;
		libraries->room = room;
	}
	grown = &libraries->groups[libraries->nr++];
	*grown = (struct library_group){
		.first = *match, .sum = *match, .notes = notes,
	};
	return grown;
}

static int add_name(struct library_group *group, const struct ipcshow_side *side)
{
	struct name *grown;
	size_t room;

	if (group->nr == group->room) {
		room = group->room ? group->room * 2 : 16;
		grown = reallocarray(group->names, room, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		group->names = grown;
		group->room = room;
	}
	group->names[group->nr++] = (struct name){ side->name, side->name_size };
	return 0;
}

/* Addresses are of no use but for the size. The file may be relocated read-only in part only. */
static void add_side(struct ipcshow_side *to, const struct ipcshow_side *side)
{
	if (!side)
		return;
	to->end += side->end - side->start;
	to->flags &= side->flags;
	to->rss += side->rss;
	to->swap += side->swap;
	to->unsettled += side->unsettled;
}

static void add_match(struct ipcshow_match *to, const struct ipcshow_match *match)
{
	to->common += match->common;
	to->same += match->same;
	to->only_a += match->only_a;
	to->only_b += match->only_b;
	to->different += match->different;
	to->untouched += match->untouched;
	to->swap_same += match->swap_same;
	to->unsettled += match->unsettled;
}

/**
 * libraries_add() - keep an area for libraries_show()
 * @libraries: where
 * @match: the area, is_library()
 * @notes: what is said of it, 1 << enum area_note
 *
 * Return: 0 or -ENOMEM.
 */
int libraries_add(struct libraries *libraries, const struct ipcshow_match *match,
		  unsigned int notes)
{
	struct library_group *group = find_group(libraries, match, notes);

	if (!group)
		return -ENOMEM;
	if (group->nr) {
		add_side(&group->a, match->a);
		add_side(&group->b, match->b);
		add_match(&group->sum, match);
	} else {
		group->a = match->a ? *match->a : (struct ipcshow_side){ 0 };
		group->b = match->b ? *match->b : (struct ipcshow_side){ 0 };
	}
	return add_name(group, either(match));
}

static int by_name(const void *left, const void *right)
{
	const struct name *l = left, *r = right;
	size_t size = l->size < r->size ? l->size : r->size;
	int order = size ? memcmp(l->text, r->text, size) : 0;

	if (order)
		return order;
	return l->size < r->size ? -1 : l->size > r->size;
}

static size_t count_files(struct library_group *group)
{
	size_t i, files = 1;

	qsort(group->names, group->nr, sizeof(*group->names), by_name);
	for (i = 1; i < group->nr; i++)
		files += by_name(&group->names[i - 1], &group->names[i]) != 0;
	return files;
}

/* What both have comes first. */
static int rank(const struct ipcshow_match *match)
{
	return match->a ? !match->b : 2;
}

static int by_kind(const void *left, const void *right)
{
	const struct library_group *l = left, *r = right;
	const struct ipcshow_side *a = either(&l->first), *b = either(&r->first);

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (rank(&l->first) != rank(&r->first))
		return rank(&l->first) - rank(&r->first);
	if (l->first.verdict != r->first.verdict)
		return l->first.verdict < r->first.verdict ? -1 : 1;
	return l->sum.same > r->sum.same ? -1 : l->sum.same < r->sum.same;
}

static int show_group(struct library_group *group, struct diff *diff)
{
	struct area_row row = { .match = &group->first, .notes = group->notes };

	if (group->nr > 1) {
		group->sum.a = group->first.a ? &group->a : NULL;
		group->sum.b = group->first.b ? &group->b : NULL;
		row.match = &group->sum;
		row.merged = group->nr;
		row.files = count_files(group);
	}
	diff->row.area = &row;
	return diff_row(diff);
}

/* A row for each group. */
int libraries_show(struct libraries *libraries, struct diff *diff)
{
	size_t i;
	int ret = 0;

	if (libraries->nr)
		qsort(libraries->groups, libraries->nr, sizeof(*libraries->groups), by_kind);
	for (i = 0; i < libraries->nr && !ret; i++)
		ret = show_group(&libraries->groups[i], diff);
	return ret;
}

void libraries_free(struct libraries *libraries)
{
	size_t i;

	for (i = 0; i < libraries->nr; i++)
		free(libraries->groups[i].names);
	free(libraries->groups);
	*libraries = (struct libraries){ 0 };
}
