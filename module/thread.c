// SPDX-License-Identifier: GPL-2.0
/* The threads of a group: the list, and a THREAD record for each. */
#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "arch.h"
#include "compat.h"
#include "regs.h"
#include "resources.h"
#include "ring.h"
#include "snapshot.h"
#include "target.h"
#include "task.h"
#include "thread.h"

/*
 * Threads that are made at the same time may join the list in another order than they
 * started in: behind so many that are too new, none is old enough.
 */
#define NEWER_MAX	64

static bool in_batch(const struct ipcshow_thread_cursor *cursor,
		     const struct task_struct *task)
{
	unsigned int i;

	for (i = 0; i < cursor->nr; i++)
		if (cursor->batch[i] == task)
			return true;
	return false;
}

/*
 * The last thread of the batch that is still in the list; RCU read lock held.
 * A task that pid_alive() says is there leaves the list later than now, so its
 * successor is valid until the end of this RCU section.
 */
static struct task_struct *last_linked(const struct ipcshow_thread_cursor *cursor)
{
	unsigned int i = cursor->nr;

	while (i--)
		if (pid_alive(cursor->batch[i]))
			return cursor->batch[i];
	return NULL;
}

static void drop_batch(struct ipcshow_thread_cursor *cursor)
{
	while (cursor->nr)
		put_task_struct(cursor->batch[--cursor->nr]);
	cursor->next = 0;
}

/*
 * Fetches the next threads. New threads join the list at its end, so what
 * lies behind the place has not been listed. When the place is lost, begin
 * again and leave out what had started before the last one listed.
 */
static void fetch_batch(struct ipcshow_thread_cursor *cursor,
			struct signal_struct *signal, struct ipcshow_end *end)
{
	struct task_struct *fresh[IPCSHOW_THREAD_BATCH];
	struct task_struct *place, *t;
	struct list_head *pos;
	unsigned int nr = 0, newer = 0;

	rcu_read_lock();
	place = last_linked(cursor);
	if (cursor->begun && !place)
		end->flags |= IPCSHOW_END_F_THREADS_LOST;
	pos = place ? &place->thread_node : &signal->thread_head;
	for (pos = rcu_dereference(list_next_rcu(pos));
	     pos != &signal->thread_head && nr < ARRAY_SIZE(fresh);
	     pos = rcu_dereference(list_next_rcu(pos))) {
		t = list_entry(pos, struct task_struct, thread_node);
		if (t->start_boottime > cursor->before) {
			if (++newer == NEWER_MAX)
				break;
			continue;
		}
		if (in_batch(cursor, t) ||
		    (!place && t->start_boottime < cursor->last_start))
			continue;
		fresh[nr++] = get_task_struct(t);
	}
	rcu_read_unlock();

	drop_batch(cursor);
	memcpy(cursor->batch, fresh, nr * sizeof(fresh[0]));
	cursor->nr = nr;
	cursor->begun = true;
}

/* The address space of @task: 1: the target's; 0: none any more; -1: another. */
static int whose_mm(struct ipcshow_thread_view *view, struct task_struct *task)
{
	struct mm_struct *mm;

	task_lock(task);
	mm = task->mm;
	task_unlock(task);
	return mm == view->pin->mm ? 1 : mm ? -1 : 0;
}

static void fill_public(struct ipcshow_thread *rec, struct task_struct *task, u32 tid)
{
	rec->flags = 0;
	rec->tid = tid;
	rec->state = task_state_to_char(task);
	rec->cpu = task_cpu(task);
	rec->reserved = 0;
	rec->ip = 0;
	rec->sp = 0;
	rec->tls = 0;
	rec->altstack = 0;
	rec->altstack_size = 0;
	rec->start_time = task->start_boottime;
	rec->voluntary_switches = task->nvcsw;
	rec->involuntary_switches = task->nivcsw;
	ipcshow_task_comm(rec->comm, task);
	if (task->flags & COMPAT_PF_WORKER)
		rec->flags |= IPCSHOW_THREAD_F_KERNEL_WORKER;
	if (thread_group_leader(task))
		rec->flags |= IPCSHOW_THREAD_F_LEADER;
}

/* What only who may attach may see. */
struct private {
	struct ipcshow_cpu_regs regs;
	u64 altstack;
	u64 altstack_size;
};

static void fill_private(struct ipcshow_thread *rec, struct private *private)
{
	rec->ip = instruction_pointer(&private->regs.regs);
	rec->sp = user_stack_pointer(&private->regs.regs);
	rec->tls = private->regs.tls;
	rec->altstack_size = private->altstack_size;
	rec->altstack = private->altstack_size ? private->altstack : 0;
}

static void emit_regs(struct ipcshow_ringbuf *ring, u32 tid,
		      const struct ipcshow_cpu_regs *regs)
{
	struct ipcshow_regs *rec;

	rec = ipcshow_ring_reserve(ring, IPCSHOW_REC_REGS,
				   struct_size(rec, reg, ARCH_NR_REGS));
	rec->tid = tid;
	rec->nr = ARCH_NR_REGS;
	arch_list_regs(rec->reg, regs);
	ipcshow_ring_commit(ring);
}

/*
 * Return: IPCSHOW_THREAD_F_* that tell what came of it, in @flags; 0, or an error
 * that stops the list here.
 */
static int read_private(struct ipcshow_thread_view *view, struct task_struct *task,
			struct private *private, u64 *flags)
{
	int ret;

	*flags = IPCSHOW_THREAD_F_NO_REGS;
	if (task->flags & COMPAT_PF_WORKER)
		return 0;
	ret = ipcshow_access_ask(&view->access, task, IPCSHOW_ACCESS_ATTACH);
	if (ret == -ESRCH)
		return 0;
	if (ret == -EACCES) {
		*flags = IPCSHOW_THREAD_F_REFUSED;
		return 0;
	}
	if (ret)
		return ret;
	*flags = ipcshow_regs_read(&private->regs, task, view->interrupt);
	private->altstack = READ_ONCE(task->sas_ss_sp);
	private->altstack_size = READ_ONCE(task->sas_ss_size);
	/* All of it was the target's if the thread is still. */
	if (!ipcshow_access_stands(&view->access, task, IPCSHOW_ACCESS_ATTACH))
		*flags = IPCSHOW_THREAD_F_NO_REGS;
	return 0;
}

/* The most that is written of one thread, its descriptors excepted. */
static u32 room_for(const struct ipcshow_thread_view *view)
{
	u32 room = sizeof(struct ipcshow_thread) +
		   struct_size((struct ipcshow_regs *)NULL, reg, ARCH_NR_REGS);

	if (view->resources)
		room += sizeof(struct ipcshow_resources);
	return room;
}

static int emit_thread(struct ipcshow_thread_view *view, struct task_struct *task,
		       struct ipcshow_ringbuf *ring, struct ipcshow_end *end)
{
	const u64 unread = IPCSHOW_THREAD_F_NO_REGS | IPCSHOW_THREAD_F_REFUSED;
	struct ipcshow_resources resources;
	struct ipcshow_thread thread;
	struct private private;
	u64 flags = IPCSHOW_THREAD_F_NO_REGS;
	int whose, ret = 0;
	u32 tid;

	/* It has gone since it was fetched, and its number with it. */
	tid = task_pid_nr_ns(task, task_active_pid_ns(current));
	if (!tid)
		return IPCSHOW_STEP_DONE;
	if (!ipcshow_ring_has_room(ring, room_for(view)))
		return IPCSHOW_STEP_FULL;
	whose = whose_mm(view, task);
	if (whose < 0)
		return IPCSHOW_STEP_GONE;
	if (whose > 0)
		ret = read_private(view, task, &private, &flags);
	if (!ret && view->resources)
		ret = ipcshow_resources_read(&resources, view->salt, &view->access, task, tid);
	if (ret)
		return ret == -EAGAIN ? IPCSHOW_STEP_PAUSE : ret;

	fill_public(&thread, task, tid);
	/*
	 * execve() changes the address space before the name: this was the target's. Who has none
	 * any more may have had another one meanwhile, unless the group has the target's still.
	 */
	whose = whose_mm(view, task);
	if (whose < 0 || (!whose && !ipcshow_pin_holds(view->pin)))
		return IPCSHOW_STEP_GONE;
	thread.flags |= flags;
	if (!(flags & unread))
		fill_private(&thread, &private);
	ipcshow_ring_put(ring, IPCSHOW_REC_THREAD, &thread, sizeof(thread));
	if (view->regs && !(flags & unread))
		emit_regs(ring, tid, &private.regs);
	if (view->resources)
		ipcshow_ring_put(ring, IPCSHOW_REC_RESOURCES, &resources, sizeof(resources));

	end->threads++;
	if (flags & IPCSHOW_THREAD_F_REFUSED)
		end->threads_refused++;
	return IPCSHOW_STEP_DONE;
}

/* A thread with all that stands behind it; what was written is not written again. */
static int emit_all(struct ipcshow_thread_cursor *cursor, struct ipcshow_thread_view *view,
		    struct task_struct *task, struct ipcshow_ringbuf *ring,
		    struct ipcshow_end *end)
{
	int ret;

	if (!cursor->fds.open) {
		ret = emit_thread(view, task, ring, end);
		if (ret != IPCSHOW_STEP_DONE || !view->fds)
			return ret;
		ipcshow_fds_begin(&cursor->fds);
	}
	return ipcshow_fds_emit(&cursor->fds, view->salt, &view->access, task, ring, end);
}

/**
 * ipcshow_threads_emit() - write the THREAD records of the next threads
 * @cursor: how far it is; goes on
 * @view: how to look at them
 * @ring: where to
 * @end: what is noted for the END record
 *
 * Return: an enum ipcshow_step, or an error: -ENOMEM and the like.
 */
int ipcshow_threads_emit(struct ipcshow_thread_cursor *cursor,
			 struct ipcshow_thread_view *view,
			 struct ipcshow_ringbuf *ring, struct ipcshow_end *end)
{
	struct task_struct *task;
	int ret;

	if (cursor->next == cursor->nr) {
		fetch_batch(cursor, view->pin->task->signal, end);
		if (!cursor->nr)
			return IPCSHOW_STEP_DONE;
	}
	while (cursor->next < cursor->nr) {
		task = cursor->batch[cursor->next];
		ret = emit_all(cursor, view, task, ring, end);
		if (ret != IPCSHOW_STEP_DONE)
			return ret;
		cursor->last_start = task->start_boottime;
		cursor->next++;
	}
	return IPCSHOW_STEP_AGAIN;
}

/**
 * ipcshow_thread_cursor_end() - let go of what a cursor holds
 * @cursor: the cursor
 */
void ipcshow_thread_cursor_end(struct ipcshow_thread_cursor *cursor)
{
	drop_batch(cursor);
	ipcshow_fds_end(&cursor->fds);
}
