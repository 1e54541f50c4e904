// SPDX-License-Identifier: GPL-2.0
/*
 * A snapshot: its parts one after the other, in as many calls as the ring
 * needs. Each part keeps a cursor and goes on from there.
 */
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "ring.h"
#include "snapshot.h"
#include "target.h"
#include "task.h"
#include "trace.h"

#define OF_REGIONS	(IPCSHOW_WHAT_PAGES | IPCSHOW_WHAT_FAMILY | IPCSHOW_WHAT_SHARED)
#define OF_THREADS	(IPCSHOW_WHAT_REGS | IPCSHOW_WHAT_RESOURCES | IPCSHOW_WHAT_FDS)

/* Of the present call, not of all that the snapshot takes. */
#define FLAGS_A_CALL	(IPCSHOW_SNAPSHOT_F_INTERRUPT | IPCSHOW_SNAPSHOT_F_NO_FILES)

enum stage {
	STAGE_NONE,
	STAGE_TASK,
	STAGE_MM,
	STAGE_THREADS,
	STAGE_REGIONS,
	STAGE_END,
};

/* Copies the cuts in, and checks that they ascend in whole pages. */
static u64 *read_cuts(u64 uptr, u32 nr)
{
	u64 *cuts;
	u32 i;

	cuts = kvmalloc_array(nr, sizeof(*cuts), IPCSHOW_GFP);
	if (!cuts)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(cuts, u64_to_user_ptr(uptr), nr * sizeof(*cuts))) {
		kvfree(cuts);
		return ERR_PTR(-EFAULT);
	}
	for (i = 0; i < nr; i++)
		if (cuts[i] % PAGE_SIZE || (i && cuts[i] <= cuts[i - 1])) {
			kvfree(cuts);
			return ERR_PTR(-EINVAL);
		}
	return cuts;
}

/**
 * ipcshow_snapshot_begin() - drop the former snapshot and begin a new one
 * @s: the state, zeroed at first
 * @arg: what the caller asks for
 *
 * Return: 0, or an error as the uapi header lists, which leaves the former
 * snapshot as it was.
 */
int ipcshow_snapshot_begin(struct ipcshow_snapshot_state *s,
			   const struct ipcshow_snapshot *arg)
{
	struct ipcshow_charge charge = {};
	u64 what = arg->what;
	u64 *cuts = NULL;
	int ret;

	if (arg->flags & ~FLAGS_A_CALL)
		return -EINVAL;
	if (!what || what & ~IPCSHOW_WHAT_ALL)
		return -EINVAL;
	if (what & OF_THREADS && !(what & IPCSHOW_WHAT_THREADS))
		return -EINVAL;
	if (what & OF_REGIONS && !(what & IPCSHOW_WHAT_REGIONS))
		return -EINVAL;
	if (arg->nr_cuts && !(what & IPCSHOW_WHAT_PAGES))
		return -EINVAL;
	if (arg->end && arg->end <= arg->start)
		return -EINVAL;

	if (arg->nr_cuts > IPCSHOW_CUTS_MAX)
		return -EINVAL;

	if (arg->nr_cuts) {
		ret = ipcshow_quota_charge(&charge, arg->nr_cuts * sizeof(*cuts));
		if (ret)
			return ret;
		cuts = read_cuts(arg->cuts, arg->nr_cuts);
		if (IS_ERR(cuts)) {
			ipcshow_quota_uncharge(&charge);
			return PTR_ERR(cuts);
		}
	}

	ipcshow_snapshot_end(s);
	s->charge = charge;
	s->vmas.cuts = cuts;
	s->vmas.nr_cuts = arg->nr_cuts;
	s->stage = STAGE_TASK;
	s->flags = arg->flags;
	s->what = what;
	s->threads.before = ktime_get_boottime_ns();
	s->vmas.addr = arg->start;
	s->vmas.end = arg->end ?: U64_MAX;
	return 0;
}

/**
 * ipcshow_snapshot_resume() - check a call that continues
 * @s: the state
 * @arg: what the caller asks for
 *
 * Return: 0; -EBADFD: nothing to continue; -EINVAL.
 */
int ipcshow_snapshot_resume(struct ipcshow_snapshot_state *s,
			    const struct ipcshow_snapshot *arg)
{
	if (arg->flags & ~(IPCSHOW_SNAPSHOT_F_CONTINUE | FLAGS_A_CALL) || arg->what ||
	    arg->start || arg->end || arg->cuts || arg->nr_cuts || arg->target)
		return -EINVAL;
	if (s->stage == STAGE_NONE)
		return -EBADFD;
	s->flags = arg->flags;
	return 0;
}

static bool wanted(const struct ipcshow_snapshot_state *s, enum stage stage)
{
	static const u64 bits[] = {
		[STAGE_TASK] = IPCSHOW_WHAT_TASK,
		[STAGE_MM] = IPCSHOW_WHAT_MM,
		[STAGE_THREADS] = IPCSHOW_WHAT_THREADS,
		[STAGE_REGIONS] = IPCSHOW_WHAT_REGIONS,
		[STAGE_END] = U64_MAX,
	};

	return s->what & bits[stage];
}

static int emit_end(struct ipcshow_snapshot_state *s, struct ipcshow_ringbuf *ring)
{
	if (s->end.lock_holds > 1)
		s->end.flags |= IPCSHOW_END_F_CHANGED;
	return ipcshow_ring_put(ring, IPCSHOW_REC_END, &s->end, sizeof(s->end)) ?
	       IPCSHOW_STEP_DONE : IPCSHOW_STEP_FULL;
}

static int step(struct ipcshow_snapshot_state *s, const struct ipcshow_pin *pin,
		const struct ipcshow_salt *salt, struct ipcshow_thread_view *view,
		struct ipcshow_ringbuf *ring)
{
	switch (s->stage) {
	case STAGE_TASK:
		return ipcshow_task_emit(pin, ring);
	case STAGE_MM:
		return ipcshow_mm_emit(pin->mm, salt, ring, &s->end);
	case STAGE_THREADS:
		return ipcshow_threads_emit(&s->threads, view, ring, &s->end);
	case STAGE_REGIONS:
		return ipcshow_vmas_emit(&s->vmas, pin->mm, salt, ring, &s->end);
	default:
		return emit_end(s, ring);
	}
}

/*
 * Runs steps until one stops for the caller's sake. Each holds its locks for
 * a bounded time; between them others may run, and signals are noticed.
 */
static int run(struct ipcshow_snapshot_state *s, const struct ipcshow_pin *pin,
	       const struct ipcshow_salt *salt, struct ipcshow_ringbuf *ring)
{
	struct ipcshow_thread_view view = {
		.pin = pin,
		.salt = salt,
		.regs = s->what & IPCSHOW_WHAT_REGS,
		.interrupt = s->flags & IPCSHOW_SNAPSHOT_F_INTERRUPT,
		.resources = s->what & IPCSHOW_WHAT_RESOURCES,
		.fds = s->what & IPCSHOW_WHAT_FDS,
		.access.mm = pin->mm,
	};
	int ret = IPCSHOW_STEP_DONE;

	while (s->stage <= STAGE_END) {
		ret = wanted(s, s->stage) ? step(s, pin, salt, &view, ring) :
					    IPCSHOW_STEP_DONE;
		if (ret == IPCSHOW_STEP_DONE) {
			s->stage++;
		} else if (ret == IPCSHOW_STEP_GONE) {
			s->end.flags |= IPCSHOW_END_F_GONE;
			s->stage = STAGE_END;
		} else if (ret != IPCSHOW_STEP_AGAIN) {
			break;
		}
		if (signal_pending(current)) {
			ret = IPCSHOW_STEP_PAUSE;
			break;
		}
		cond_resched();
	}
	ipcshow_access_view_end(&view.access);
	return ret;
}

/**
 * ipcshow_snapshot_fill() - write the next piece
 * @s: the state, begun or resumed
 * @pin: the target
 * @salt: of the identities, the same until the snapshot is done
 * @ring: where to
 * @status: out: IPCSHOW_SNAPSHOT_MORE or IPCSHOW_SNAPSHOT_DONE
 *
 * Return: 0, or an error as the uapi header lists. The snapshot stays in
 * progress after an error.
 */
int ipcshow_snapshot_fill(struct ipcshow_snapshot_state *s,
			  const struct ipcshow_pin *pin,
			  const struct ipcshow_salt *salt,
			  struct ipcshow_ringbuf *ring, u32 *status)
{
	bool alive;
	int ret;

	ret = ipcshow_ring_begin(ring);
	if (ret)
		return ret;
	trace_ipcshow_snapshot_begin(pin, s);

	s->vmas.pages = s->what & IPCSHOW_WHAT_PAGES;
	s->vmas.family = s->what & IPCSHOW_WHAT_FAMILY;
	s->vmas.shared = s->what & IPCSHOW_WHAT_SHARED;
	s->vmas.no_files = s->flags & IPCSHOW_SNAPSHOT_F_NO_FILES;
	alive = mmget_not_zero(pin->mm);
	if (s->stage < STAGE_END && !(alive && ipcshow_pin_holds(pin))) {
		s->end.flags |= IPCSHOW_END_F_GONE;
		s->stage = STAGE_END;
	}
	ret = run(s, pin, salt, ring);
	ipcshow_ring_publish(ring);
	if (alive)
		mmput_async(pin->mm);
	trace_ipcshow_snapshot_end(pin, s, ring, ret);

	if (s->stage > STAGE_END) {
		ipcshow_snapshot_end(s);
		*status = IPCSHOW_SNAPSHOT_DONE;
		return 0;
	}
	*status = IPCSHOW_SNAPSHOT_MORE;
	if (ipcshow_ring_wrote(ring))
		return 0;
	if (ret == IPCSHOW_STEP_FULL)
		return -ENOSPC;
	return ret < 0 ? ret : 0;
}

/**
 * ipcshow_snapshot_end() - drop a snapshot and what it holds
 * @s: the state, which is zeroed
 */
void ipcshow_snapshot_end(struct ipcshow_snapshot_state *s)
{
	ipcshow_thread_cursor_end(&s->threads);
	kvfree(s->vmas.cuts);
	ipcshow_quota_uncharge(&s->charge);
	*s = (struct ipcshow_snapshot_state){};
}
