// SPDX-License-Identifier: LGPL-2.1-or-later
/* Processes that have one address space, and how they came to. */
#include "comparison.h"

static bool is_vfork(const struct ipcshow_task *child, const struct ipcshow_task *parent)
{
	return child->ppid == parent->tgid && child->flags & IPCSHOW_TASK_F_VFORK;
}

/**
 * comparison_one_space_by() - how two processes come to have one address space
 * @c: the comparison
 * @a: @b: the processes
 */
enum ipcshow_mechanism comparison_one_space_by(const struct ipcshow_comparison *c, size_t a,
					       size_t b)
{
	const struct ipcshow_task *x = &c->processes[a]->task, *y = &c->processes[b]->task;

	if (x->tgid == y->tgid)
		return IPCSHOW_MECHANISM_THREADS;
	if (is_vfork(x, y) || is_vfork(y, x))
		return IPCSHOW_MECHANISM_VFORK;
	return IPCSHOW_MECHANISM_CLONE_VM;
}

/**
 * comparison_rows_of_one() - the rows of two processes that have one address space
 * @c: the comparison
 * @a: @b: the processes
 * @fn: @arg: the caller's callback
 *
 * Return: 0, or what @fn gave.
 */
int comparison_rows_of_one(const struct ipcshow_comparison *c, size_t a, size_t b,
			   ipcshow_match_fn *fn, void *arg)
{
	const struct space *space = &c->spaces[c->space_of[a]];
	const enum ipcshow_mechanism mechanism = comparison_one_space_by(c, a, b);
	struct ipcshow_match match;
	size_t i;
	int ret = 0;

	for (i = 0; i < space->nr_sides && !ret; i++) {
		const struct side *side = &c->sides[space->first_side + i];

		match = (struct ipcshow_match){
			.a = &side->view,
			.b = &side->view,
			.one_space = true,
			.common = side->view.page_end - side->view.page_start,
			.same = side->view.rss,
			.swap_same = side->view.swap,
			.unsettled = side->view.unsettled,
			.verdict = IPCSHOW_VERDICT_SAME,
			.mechanisms = 1U << mechanism,
		};
		match.untouched = sub_u64(match.common,
					  match.same + match.swap_same + match.unsettled);
		ret = fn(&match, arg);
	}
	return ret;
}
