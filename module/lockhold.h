/* SPDX-License-Identifier: GPL-2.0 */
/* Holds of the target's mmap lock, with the time that they took. */
#ifndef IPCSHOW_LOCKHOLD_H
#define IPCSHOW_LOCKHOLD_H

#include <linux/ipcshow.h>
#include <linux/mmap_lock.h>
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

/* Return: 0, or -EINTR: the caller was killed while it waited. */
static inline int ipcshow_lockhold_begin(struct ipcshow_lockhold *hold,
					 struct mm_struct *mm)
{
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
