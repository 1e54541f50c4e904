// SPDX-License-Identifier: GPL-2.0
/*
 * The user registers of a thread lie at the top of its kernel stack, where the
 * last entry into the kernel put them. For a thread that is not on a CPU they
 * are what it will go on with; for one that runs in user space they are old.
 */
#include <linux/ipcshow.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/smp.h>
#include <linux/uaccess.h>

#include "arch.h"
#include "regs.h"

static unsigned long switches(const struct task_struct *task)
{
	return READ_ONCE(task->nvcsw) + READ_ONCE(task->nivcsw);
}

static bool on_cpu(const struct task_struct *task)
{
#ifdef CONFIG_SMP
	return READ_ONCE(task->on_cpu);
#else
	return task == current;
#endif
}

struct remote_read {
	struct ipcshow_cpu_regs *to;
	struct task_struct *task;
	bool done;
};

/* On the CPU of the task, if it has not moved: its entry just now saved them. */
static void read_here(void *info)
{
	struct remote_read *read = info;

	if (current != read->task)
		return;
	read->to->regs = *task_pt_regs(current);
	arch_read_bases(read->to, current, true);
	read->done = true;
}

static bool read_there(struct ipcshow_cpu_regs *to, struct task_struct *task)
{
	struct remote_read read = { .to = to, .task = task };

	smp_call_function_single(task_cpu(task), read_here, &read, true);
	return read.done;
}

/*
 * The stack is not pinned (put_task_stack() is not exported): copy with care,
 * then see whether it was the task's. A task that has not begun to exit still
 * owns its stack.
 */
static bool read_saved(struct ipcshow_cpu_regs *to, struct task_struct *task)
{
	void *stack = READ_ONCE(task->stack);

	if (!stack ||
	    copy_from_kernel_nofault(&to->regs, task_pt_regs(task), sizeof(to->regs)))
		return false;
	arch_read_bases(to, task, false);

	/* Orders the copy before the look at the flag, which is set before the free. */
	smp_rmb();
	return !(READ_ONCE(task->flags) & PF_EXITING) && READ_ONCE(task->stack) == stack;
}

/**
 * ipcshow_regs_read() - read the user registers of a thread
 * @to: where to
 * @task: the thread; the caller holds a reference and has the permission
 * @interrupt: if it runs on another CPU, ask there
 *
 * Return: IPCSHOW_THREAD_F_NO_REGS: @to is not filled in; or else
 * IPCSHOW_THREAD_F_STALE, IPCSHOW_THREAD_F_INTERRUPTED, or 0.
 */
u64 ipcshow_regs_read(struct ipcshow_cpu_regs *to, struct task_struct *task,
		      bool interrupt)
{
	unsigned long before;
	bool ran, saved;

	if (task == current) {
		to->regs = *task_pt_regs(current);
		arch_read_bases(to, current, true);
		return 0;
	}
	if (interrupt && on_cpu(task) && read_there(to, task))
		return IPCSHOW_THREAD_F_INTERRUPTED;

	/* One that waits for this CPU must not get it meanwhile. */
	preempt_disable();
	before = switches(task);
	ran = on_cpu(task);
	/* The copy must lie between the two looks, which tell whether it ran. */
	smp_rmb();
	saved = read_saved(to, task);
	/* As above: the copy, then the second look. */
	smp_rmb();
	ran |= on_cpu(task) || switches(task) != before;
	preempt_enable();

	if (!saved)
		return IPCSHOW_THREAD_F_NO_REGS;
	return ran ? IPCSHOW_THREAD_F_STALE : 0;
}
