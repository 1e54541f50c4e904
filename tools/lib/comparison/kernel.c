// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the kernel lends to each address space, be it touched or not: the vDSO, one image for
 * all programs of one kind, and its data, of which each time namespace has a page of its own.
 */
#include <errno.h>

#include "comparison.h"

/* The first thread that may be looked at speaks for all: they have one address space. */
static int see_resources(const struct ipcshow_record *rec, void *arg)
{
	const struct ipcshow_resources *resources = (const struct ipcshow_resources *)rec;
	struct space *space = arg;

	if (rec->type != IPCSHOW_REC_RESOURCES ||
	    resources->flags & (IPCSHOW_RESOURCES_F_REFUSED | IPCSHOW_RESOURCES_F_EXITING))
		return 0;
	space->clock = resources->ns[IPCSHOW_NS_TIME];
	space->has_clock = true;
	return 1;
}

/**
 * kernel_read() - see what of the kernel's an address space has
 * @c: the comparison
 * @space: which
 *
 * Return: 0 or a negative errno.
 */
int kernel_read(struct ipcshow_comparison *c, u32 space)
{
	struct space *s = &c->spaces[space];
	const struct ipcshow_query query = {
		.what = IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_RESOURCES,
		.target = s->process->target,
	};
	int ret = ipcshow_snapshot_take(c->device, &query, see_resources, s);

	return ret < 0 ? ret : 0;
}

static const struct space *space_of(const struct ipcshow_comparison *c, const struct side *side)
{
	return &c->spaces[side->space];
}

/* 32-bit programs may be of two kinds (i386 and x32), with images of their own. */
static bool is_usual(const struct space *space)
{
	return !(space->process->task.flags & IPCSHOW_TASK_F_COMPAT);
}

/**
 * kernel_lends_one() - whether two areas are of one thing that the kernel lends
 * @c: the comparison
 * @a: @b: the areas
 *
 * Return: true: what one of them touches is what the other gets there. False: only
 * pages can tell.
 */
bool kernel_lends_one(const struct ipcshow_comparison *c, const struct side *a,
		      const struct side *b)
{
	const struct space *x = space_of(c, a), *y = space_of(c, b);

	if (a->key.type != KEY_SPECIAL || a->view.kind != b->view.kind ||
	    a->view.end - a->view.start != b->view.end - b->view.start ||
	    !is_usual(x) || !is_usual(y))
		return false;
	if (a->view.kind == IPCSHOW_KIND_VDSO)
		return true;
	return a->view.kind == IPCSHOW_KIND_VVAR && x->has_clock && y->has_clock &&
	       x->clock == y->clock;
}
