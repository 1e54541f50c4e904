// SPDX-License-Identifier: LGPL-2.1-or-later
/* Processes that have one address space, and how they came to. */
#include "call.h"
#include "comparison.h"

/**
 * struct wait - what a thread that sleeps deeply waits for
 * @machine: ELF machine of registers
 * @compat: it is a 32-bit one
 * @tid: the thread at hand, if it sleeps deeply, or 0
 * @in_vfork: out: one waits for a child; or its registers are not for us to see, so
 *	that it may
 */
struct wait {
	u32 machine;
	bool compat;
	u32 tid;
	bool in_vfork;
};

static int see_record(const struct ipcshow_record *rec, void *arg)
{
	const struct ipcshow_thread *thread = (const struct ipcshow_thread *)rec;
	const struct ipcshow_regs *regs = (const struct ipcshow_regs *)rec;
	struct wait *wait = arg;
	struct call call;

	if (rec->type == IPCSHOW_REC_THREAD) {
		wait->tid = thread->state == 'D' ? thread->tid : 0;
		if (wait->tid && thread->flags & IPCSHOW_THREAD_F_REFUSED)
			wait->in_vfork = true;
	} else if (rec->type == IPCSHOW_REC_REGS && wait->tid && regs->tid == wait->tid) {
		if (!call_read(&call, regs, wait->machine, wait->compat) ||
		    call_is_vfork(&call, (pid_t)regs->tid))
			wait->in_vfork = true;
	}
	return 0;
}

static int read_waits(struct ipcshow_comparison *c, size_t index)
{
	const struct ipcshow_process *process = c->processes[index];
	const struct ipcshow_query query = {
		.what = IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_REGS,
		.target = process->target,
	};
	struct wait wait = {
		.machine = ipcshow_device_info(c->device)->machine,
		.compat = process->task.flags & IPCSHOW_TASK_F_COMPAT,
	};
	int err = ipcshow_snapshot_take(c->device, &query, see_record, &wait);

	c->in_vfork[index] = wait.in_vfork;
	return err;
}

static bool sleeps_deeply(const struct ipcshow_process *process)
{
	size_t i;

	for (i = 0; i < process->threads.nr; i++)
		if (process->threads.all[i].rec.state == 'D')
			return true;
	return false;
}

/**
 * comparison_find_vforks() - see who waits for a child that has its memory
 * @c: the comparison
 *
 * Return: 0 or a negative errno.
 */
int comparison_find_vforks(struct ipcshow_comparison *c)
{
	size_t i;
	int err = 0;

	if (c->nr_spaces == c->nr)
		return 0;
	for (i = 0; !err && i < c->nr; i++)
		if (sleeps_deeply(c->processes[i]))
			err = read_waits(c, i);
	return err;
}

static enum ipcshow_mechanism one_space_by(const struct ipcshow_comparison *c, size_t a, size_t b)
{
	const struct ipcshow_task *x = &c->processes[a]->task, *y = &c->processes[b]->task;

	if (x->tgid == y->tgid)
		return IPCSHOW_MECHANISM_THREADS;
	if ((x->ppid == y->tgid && c->in_vfork[b]) || (y->ppid == x->tgid && c->in_vfork[a]))
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
	const enum ipcshow_mechanism mechanism = one_space_by(c, a, b);
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
