// SPDX-License-Identifier: GPL-2.0
/*
 * From the number that a caller names to a thread group and an address space
 * that it may look at.
 */
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "access.h"
#include "target.h"

/* An execve() at each try is a target that plays with us. */
#define EXEC_RETRIES	16

/*
 * What a pinned target keeps from being freed when it has died: its task_struct,
 * signal_struct, mm_struct, top-level page table and LDT. None of it is charged to who pins
 * it. A snapshot that has begun and not ended keeps task_structs besides, which are not
 * counted: those of a batch of threads, and IPCSHOW_TABLES_KEPT.
 */
#define PIN_COST	(64 << 10)

/*
 * A thread of the group of @task that has an address space: @task itself, if
 * it can be. The leader may have exited, and @task as well.
 */
static struct task_struct *get_live_thread(struct task_struct *task,
					   struct mm_struct **mm)
{
	struct task_struct *t;

	*mm = get_task_mm(task);
	if (*mm)
		return get_task_struct(task);

	rcu_read_lock();
	for_each_thread(task, t) {
		*mm = get_task_mm(t);
		if (*mm) {
			get_task_struct(t);
			break;
		}
	}
	rcu_read_unlock();
	return *mm ? t : NULL;
}

/*
 * References to an address space are dropped by mmput_async(): ours may be the last,
 * and tearing down what a dying target has mapped is not for the caller to wait for.
 */

/*
 * Check the permission for @mm, which is checked through the task: it must be
 * the task's before and after, or it is not what procfs was asked about.
 */
static int check_mm(struct task_struct *task, struct mm_struct *mm)
{
	struct pid *pid = get_task_pid(task, PIDTYPE_PID);
	struct mm_struct *now;
	int ret;

	if (!pid)
		return -ESRCH;
	ret = ipcshow_access_check(pid, task, IPCSHOW_ACCESS_READ);
	put_pid(pid);
	if (ret)
		return ret;

	now = get_task_mm(task);
	if (!now)
		return -ESRCH;
	if (now != mm)
		ret = -EAGAIN;
	mmput_async(now);
	return ret;
}

static int try_pin(struct ipcshow_pin *pin, struct task_struct *task)
{
	struct task_struct *thread;
	struct mm_struct *mm;
	int ret;

	if (task->flags & PF_KTHREAD)
		return -ENXIO;

	thread = get_live_thread(task, &mm);
	if (!thread)
		return -ENODATA;

	ret = check_mm(thread, mm);
	if (!ret) {
		pin->tgid = get_task_pid(thread, PIDTYPE_TGID);
		if (!pin->tgid)
			ret = -ESRCH;
	}
	if (!ret) {
		mmgrab(mm);
		pin->mm = mm;
		pin->task = thread;
	} else {
		put_task_struct(thread);
	}
	mmput_async(mm);
	return ret;
}

/*
 * Pins the thread group and the address space of a task.
 *
 * Return: 0 or an error as the uapi header lists for IPCSHOW_IOC_TARGET.
 */
static int pin_get(struct ipcshow_pin *pin, pid_t nr)
{
	struct ipcshow_charge charge = {};
	struct task_struct *task;
	struct pid *pid;
	int tries, ret;

	pid = find_get_pid(nr);
	if (!pid)
		return -ESRCH;
	task = get_pid_task(pid, PIDTYPE_PID);
	put_pid(pid);
	if (!task)
		return -ESRCH;
	ret = ipcshow_quota_charge(&charge, PIN_COST);
	if (ret)
		goto put_task;

	/*
	 * The number is not looked up again: whatever it may mean later, @task is
	 * what it meant. A thread that exits while it is checked is no error as long
	 * as another of its group lives.
	 */
	for (tries = 0; tries < EXEC_RETRIES; tries++) {
		ret = try_pin(pin, task);
		if (ret != -EAGAIN && ret != -ESRCH)
			break;
	}
	if (ret)
		ipcshow_quota_uncharge(&charge);
	else
		pin->charge = charge;
put_task:
	put_task_struct(task);
	return ret;
}

/**
 * ipcshow_pin_holds() - does the group still use the address space?
 * @pin: the target
 *
 * The address space may well live on without the group, in a process that was made with
 * vfork() or clone(CLONE_VM), and the group without it, after execve(), which
 * changes the address space before the name and the credentials. So what was read of the
 * group is about this target if the answer is yes afterwards.
 */
bool ipcshow_pin_holds(const struct ipcshow_pin *pin)
{
	struct task_struct *t;
	bool holds = false;

	rcu_read_lock();
	for_each_thread(pin->task, t) {
		task_lock(t);
		holds = t->mm == pin->mm;
		task_unlock(t);
		if (holds)
			break;
	}
	rcu_read_unlock();
	return holds;
}

static void pin_put(struct ipcshow_pin *pin)
{
	mmdrop(pin->mm);
	put_pid(pin->tgid);
	put_task_struct(pin->task);
	ipcshow_quota_uncharge(&pin->charge);
}

static int make_room(struct ipcshow_targets *targets)
{
	u32 room = max(4U, 2 * targets->room);
	struct ipcshow_pin *pins;

	if (targets->nr < targets->room)
		return 0;
	pins = kvmalloc_array(room, sizeof(*pins), IPCSHOW_GFP);
	if (!pins)
		return -ENOMEM;
	if (targets->nr)
		memcpy(pins, targets->pins, targets->nr * sizeof(*pins));
	kvfree(targets->pins);
	targets->pins = pins;
	targets->room = room;
	return 0;
}

/**
 * ipcshow_targets_add() - one more target
 * @targets: the targets of an open file
 * @nr: PID or TID in the caller's PID namespace
 *
 * Return: 0 or an error as the uapi header lists for IPCSHOW_IOC_TARGET, which leaves
 * the targets as they were.
 */
int ipcshow_targets_add(struct ipcshow_targets *targets, pid_t nr)
{
	struct ipcshow_pin pin = {};
	int ret;

	if (targets->nr == IPCSHOW_TARGETS_MAX)
		return -EMFILE;
	ret = make_room(targets);
	if (!ret)
		ret = pin_get(&pin, nr);
	if (!ret)
		targets->pins[targets->nr++] = pin;
	return ret;
}

/**
 * ipcshow_targets_set() - one target instead of all
 * @targets: the targets of an open file
 * @nr: PID or TID in the caller's PID namespace
 *
 * Return: as ipcshow_targets_add().
 */
int ipcshow_targets_set(struct ipcshow_targets *targets, pid_t nr)
{
	struct ipcshow_targets fresh = {};
	int ret;

	ret = ipcshow_targets_add(&fresh, nr);
	if (ret) {
		ipcshow_targets_end(&fresh);
		return ret;
	}
	ipcshow_targets_end(targets);
	*targets = fresh;
	return 0;
}

/**
 * ipcshow_targets_end() - let go of all targets
 * @targets: the targets, zeroed afterwards
 */
void ipcshow_targets_end(struct ipcshow_targets *targets)
{
	while (targets->nr)
		pin_put(&targets->pins[--targets->nr]);
	kvfree(targets->pins);
	*targets = (struct ipcshow_targets){};
}
