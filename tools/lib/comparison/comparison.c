// SPDX-License-Identifier: LGPL-2.1-or-later
/* What processes have in common, page by page: the whole of it. */
#include <errno.h>

#include "comparison.h"

#define FLAGS_TOTALS									\
	(IPCSHOW_COMPARISON_F_MECHANISMS | IPCSHOW_COMPARISON_F_NO_PROGRAMS |		\
	 IPCSHOW_COMPARISON_F_SURVIVORS | IPCSHOW_COMPARISON_F_NO_LITTLE_CACHE |	\
	 IPCSHOW_COMPARISON_F_ONCE)
#define FLAGS_KNOWN									\
	(IPCSHOW_COMPARISON_F_AREAS | IPCSHOW_COMPARISON_F_RANGES | FLAGS_TOTALS)

static bool are_flags(unsigned int flags)
{
	const bool areas = flags & IPCSHOW_COMPARISON_F_AREAS;

	if (flags & ~FLAGS_KNOWN || (areas && flags & FLAGS_TOTALS) ||
	    (!areas && flags & IPCSHOW_COMPARISON_F_RANGES))
		return false;
	if (flags & IPCSHOW_COMPARISON_F_NO_LITTLE_CACHE &&
	    !(flags & IPCSHOW_COMPARISON_F_NO_PROGRAMS))
		return false;
	return flags & IPCSHOW_COMPARISON_F_MECHANISMS ||
	       !(flags & IPCSHOW_COMPARISON_F_NO_PROGRAMS);
}

static bool are_usable(struct ipcshow_process *const *processes, size_t nr, unsigned int flags)
{
	size_t i;

	if (!nr || nr >= NO_SIDE || !are_flags(flags))
		return false;
	for (i = 0; i < nr; i++) {
		if (processes[i]->device != processes[0]->device)
			return false;
		if ((flags & IPCSHOW_COMPARISON_F_AREAS) &&
		    (processes[i]->flags & IPCSHOW_PROCESS_F_BARE ||
		     !(processes[i]->flags & IPCSHOW_PROCESS_F_FAMILY)))
			return false;
	}
	return true;
}

/* Targets pin their address spaces, so an identity stays that of one. */
static int find_spaces(struct ipcshow_comparison *c)
{
	struct table known = { 0 };
	struct space *space;
	size_t i;
	int err = 0;

	for (i = 0; i < c->nr && !err; i++) {
		struct ipcshow_process *process = c->processes[i];

		space = table_find(&known, process->mm.id);
		if (!space) {
			space = &c->spaces[c->nr_spaces++];
			space->process = process;
			if (process->mm.id)
				err = table_put(&known, process->mm.id, space);
		}
		space->several |= space->process != process;
		c->space_of[i] = (u32)(space - c->spaces);
	}
	table_clear(&known, NULL);
	c->totals.space_words = (c->nr_spaces + 63) / 64;
	c->totals.words = c->totals.space_words;
	if (c->flags & IPCSHOW_COMPARISON_F_MECHANISMS)
		c->totals.words++;
	return err;
}

/*
 * There will be about as many as VMAs: room for them at once need not be moved to grow. If there is
 * no memory for it, there may be while it grows.
 */
static void reserve_ranges(struct ipcshow_comparison *c)
{
	size_t i, nr = 0;

	for (i = 0; i < c->nr_spaces; i++)
		nr += c->spaces[i].process->mm.nr_vmas;
	nr += nr / 16;
	c->ranges = reallocarray(NULL, nr, sizeof(*c->ranges));
	c->room_ranges = c->ranges ? nr : 0;
}

static int create(struct ipcshow_process *const *processes, size_t nr, unsigned int flags,
		  struct ipcshow_comparison **comparison)
{
	struct ipcshow_comparison *c = calloc(1, sizeof(*c));
	int err = -ENOMEM;

	if (!c)
		return -ENOMEM;
	c->device = processes[0]->device;
	c->flags = flags;
	c->page_size = ipcshow_device_info(c->device)->page_size;
	c->nr = nr;
	c->processes = reallocarray(NULL, nr, sizeof(*processes));
	c->space_of = calloc(nr, sizeof(*c->space_of));
	c->gone = calloc(nr, sizeof(*c->gone));
	c->spaces = calloc(nr, sizeof(*c->spaces));
	if (c->processes && c->space_of && c->gone && c->spaces) {
		memcpy(c->processes, processes, nr * sizeof(*processes));
		err = find_spaces(c);
	}
	if (!err)
		reserve_ranges(c);
	if (err)
		ipcshow_comparison_free(c);
	else
		*comparison = c;
	return err;
}

typedef int space_fn(struct ipcshow_comparison *c, u32 space);

static int each_space(struct ipcshow_comparison *c, space_fn *fn, u32 *gone)
{
	size_t i;
	int err = 0;

	for (i = 0; i < c->nr_spaces && !err; i++) {
		err = fn(c, (u32)i);
		if (err == -ESRCH)
			*gone = c->spaces[i].process->target;
	}
	return err;
}

static int run(struct ipcshow_comparison *c, u32 *gone)
{
	int err = each_space(c, comparison_read, gone);

	if (!err)
		err = comparison_drop_little(c);
	if (!err)
		err = comparison_pages(c, gone);
	if (!err)
		err = each_space(c, comparison_read_again, gone);
	if (!err)
		err = comparison_count_resident(c);
	if (!err)
		err = totals_matrix(c);
	return err ? err : comparison_sort_pairs(c);
}

int ipcshow_comparison_run(struct ipcshow_process *const *processes, size_t nr,
			   unsigned int flags, struct ipcshow_comparison **comparison,
			   size_t *failed)
{
	struct ipcshow_comparison *c;
	u32 gone = 0;
	size_t i;
	int err;

	if (!are_usable(processes, nr, flags))
		return -EINVAL;
	err = create(processes, nr, flags, &c);
	if (err)
		return err;
	err = flags & IPCSHOW_COMPARISON_F_SURVIVORS ? comparison_run_survivors(c, &gone) :
						       run(c, &gone);
	if (!err) {
		*comparison = c;
		return 0;
	}
	for (i = 0; err == -ESRCH && i < nr; i++)
		if (processes[i]->target == gone)
			*failed = i;
	ipcshow_comparison_free(c);
	return err;
}

void ipcshow_comparison_free(struct ipcshow_comparison *comparison)
{
	struct ipcshow_comparison *c = comparison;
	size_t i;

	if (!c)
		return;
	for (i = 0; i < c->nr_sides; i++) {
		free((void *)(uintptr_t)c->sides[i].view.name);
		free(c->sides[i].stretches);
		free(c->sides[i].mates);
	}
	table_clear(&c->pairs, pair_free);
	table_clear(&c->facings, free);
	totals_free(&c->totals);
	free(c->sorted);
	free(c->matrix);
	free(c->sides);
	free(c->order);
	free(c->ranges);
	free(c->spaces);
	free(c->gone);
	free(c->space_of);
	free(c->processes);
	free(c);
}

void ipcshow_comparison_shared(const struct ipcshow_comparison *comparison, size_t a, size_t b,
			       struct ipcshow_shared *shared)
{
	const struct ipcshow_comparison *c = comparison;
	u32 x = c->space_of[a], y = c->space_of[b];
	const struct spaces_total *total = x < y ? &c->matrix[x * c->nr_spaces + y] :
						   &c->matrix[y * c->nr_spaces + x];

	*shared = (struct ipcshow_shared){
		.bytes = total->bytes,
		.swap = total->swap,
		.one_space = x == y,
	};
}

void ipcshow_comparison_facts(const struct ipcshow_comparison *comparison,
			      struct ipcshow_comparison_facts *facts)
{
	*facts = comparison->facts;
}
