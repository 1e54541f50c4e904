/* SPDX-License-Identifier: GPL-2.0 */
/* Holds of the target's mmap lock, with the time that they took. */
#ifndef IPCSHOW_LOCKHOLD_H
#define IPCSHOW_LOCKHOLD_H

#include <linux/ipcshow.h>
#include <linux/mmap_lock.h>
#include <linux/processor.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

/**
 * struct ipcshow_lockhold - a hold of an mmap lock for reading
 * @mm: whose
 * @since: when it was taken, ns
 */
struct ipcshow_lockhold {
	struct mm_struct *mm;
	u64 since;
};

/*
 * How long a writer that has been woken may take until it runs. A virtual CPU that is
 * not running itself takes longer than 200 us, as measured. This is but a bound: the
 * wait is over when the writer has the lock, and less than the 4 ms that it saves.
 */
#define LOCKHOLD_YIELD_NS	NSEC_PER_MSEC

/*
 * A reader that lets go of the lock for a writer's sake must not be back before
 * the writer has woken: a reader may overtake the first in the queue, who would
 * then get in by its timeout only (4 ms, kernel/locking/rwsem.c).
 */
static inline void ipcshow_lockhold_yield(struct mm_struct *mm)
{
	u64 end;

	if (!mmap_lock_is_contended(mm))
		return;
	end = ktime_get_ns() + LOCKHOLD_YIELD_NS;
	while (mmap_lock_is_contended(mm) && ktime_get_ns() < end && !need_resched())
		cpu_relax();
}

/* Return: 0, or -EINTR: the caller was killed while it waited. */
static inline int ipcshow_lockhold_begin(struct ipcshow_lockhold *hold,
					 struct mm_struct *mm)
{
	ipcshow_lockhold_yield(mm);
	if (mmap_read_lock_killable(mm))
		return -EINTR;
	hold->mm = mm;
	hold->since = ktime_get_ns();
	return 0;
}

static inline void ipcshow_lockhold_end(struct ipcshow_lockhold *hold,
					struct ipcshow_end *end)
{
	u64 ns;

	mmap_read_unlock(hold->mm);
	ns = ktime_get_ns() - hold->since;
	end->lock_holds++;
	end->lock_total_ns += ns;
	end->lock_max_ns = max(end->lock_max_ns, ns);
}

#endif
