// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What tasks have the ends of a channel by. Owners are tables of descriptors and address spaces:
 * to have one in common is a channel of its own. Files are open file descriptions. Both are of
 * some of a channel's tasks, and are asked for of two.
 */
#include <errno.h>

#include "channel.h"

static int by_subject(const void *a, const void *b)
{
	const struct hold *x = a, *y = b;

	if (x->subject != y->subject)
		return x->subject < y->subject ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

/* By task, each once. */
static void sort(struct hold_set *set)
{
	size_t i, kept = 0;

	if (set->nr)
		qsort(set->all, set->nr, sizeof(*set->all), by_subject);
	for (i = 0; i < set->nr; i++)
		if (!kept || by_subject(&set->all[kept - 1], &set->all[i]))
			set->all[kept++] = set->all[i];
	set->nr = kept;
}

static u64 owner_of(const struct ipcshow_survey *survey, const struct end *end)
{
	return end->fd ? end->fd->files : survey->subjects[end->subject].reading.mm.id;
}

/* @holds: zeroed; it is to be freed, whatever is returned. */
int holds_collect(struct holds *holds, const struct ipcshow_survey *survey, const struct end *ends,
		  size_t nr)
{
	struct hold_set *owners = &holds->owners, *files = &holds->files;
	size_t i;

	owners->all = calloc(nr, sizeof(*owners->all));
	files->all = calloc(nr, sizeof(*files->all));
	if (!owners->all || !files->all)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		const u32 subject = ends[i].subject;

		owners->all[owners->nr++] = (struct hold){ subject, owner_of(survey, &ends[i]) };
		if (ends[i].fd && ends[i].fd->file)
			files->all[files->nr++] = (struct hold){ subject, ends[i].fd->file };
	}
	sort(owners);
	sort(files);
	return 0;
}

void holds_free(struct holds *holds)
{
	free(holds->owners.all);
	free(holds->files.all);
	*holds = (struct holds){ 0 };
}

/* Of one task. */
static struct hold_set holds_of(const struct hold_set *set, size_t subject)
{
	size_t low = 0, high = set->nr;
	struct hold_set found;

	if (!set->nr)
		return *set;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (set->all[mid].subject < subject)
			low = mid + 1;
		else
			high = mid;
	}
	found = (struct hold_set){ set->all + low, 0 };
	while (low + found.nr < set->nr && found.all[found.nr].subject == subject)
		found.nr++;
	return found;
}

static bool are_equal(const struct hold_set *a, const struct hold_set *b)
{
	size_t i;

	for (i = 0; i < a->nr && i < b->nr; i++)
		if (a->all[i].id != b->all[i].id)
			return false;
	return a->nr == b->nr;
}

static bool have_common(const struct hold_set *a, const struct hold_set *b)
{
	size_t i = 0, j = 0;

	while (i < a->nr && j < b->nr) {
		if (a->all[i].id == b->all[j].id)
			return true;
		if (a->all[i].id < b->all[j].id)
			i++;
		else
			j++;
	}
	return false;
}

/* Whether two tasks have their ends by the same owners, and so no ends of their own. */
bool holds_same_owners(const struct holds *holds, size_t a, size_t b)
{
	const struct hold_set of_a = holds_of(&holds->owners, a), of_b = holds_of(&holds->owners, b);

	return of_a.nr && are_equal(&of_a, &of_b);
}

/* Whether any two tasks have ends of their own. */
bool holds_differ(const struct holds *holds)
{
	const struct hold_set *owners = &holds->owners;
	struct hold_set first = holds_of(owners, owners->all->subject), next = first;

	while (next.all + next.nr < owners->all + owners->nr) {
		next = holds_of(owners, next.all[next.nr].subject);
		if (!are_equal(&first, &next))
			return true;
	}
	return false;
}

static bool is_of_all(const struct holds *holds, u64 file)
{
	const struct hold_set *owners = &holds->owners;
	struct hold key = { .id = file };
	size_t i;

	for (i = 0; i < owners->nr; i++) {
		key.subject = owners->all[i].subject;
		if (!bsearch(&key, holds->files.all, holds->files.nr, sizeof(key), by_subject))
			return false;
	}
	return true;
}

/* Whether all tasks have one open file description. */
bool holds_one_file(const struct holds *holds)
{
	const struct hold_set files = holds_of(&holds->files, holds->owners.all->subject);
	size_t i;

	for (i = 0; i < files.nr; i++)
		if (is_of_all(holds, files.all[i].id))
			return true;
	return false;
}

unsigned int ipcshow_channel_flags(const struct ipcshow_channel *channel, size_t a, size_t b)
{
	const struct hold_set *files = &channel_of(channel)->holds.files;
	const struct hold_set of_a = holds_of(files, a), of_b = holds_of(files, b);

	return (channel->flags & ~IPCSHOW_CHANNEL_F_SAME_FILE) |
	       (have_common(&of_a, &of_b) ? IPCSHOW_CHANNEL_F_SAME_FILE : 0);
}
