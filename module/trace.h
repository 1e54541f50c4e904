/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of what the module does, for perf, bpftrace and tracefs. PIDs are those of
 * the initial PID namespace, but for what a caller named. No kernel address and no page
 * frame number is in them.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ipcshow

#if !defined(IPCSHOW_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define IPCSHOW_TRACE_H

#include <linux/ipcshow.h>
#include <linux/pid.h>
#include <linux/tracepoint.h>

#include "compare.h"
#include "ring.h"
#include "snapshot.h"
#include "target.h"

/* Who reads a format knows no enumerators. */
TRACE_DEFINE_ENUM(IPCSHOW_STEP_DONE);
TRACE_DEFINE_ENUM(IPCSHOW_STEP_PAUSE);
TRACE_DEFINE_ENUM(IPCSHOW_STEP_FULL);

/* Why a call came to its end: &enum ipcshow_step, or 0 with an error. */
#define ipcshow_trace_step(step)			\
	__print_symbolic(step,				\
			 { IPCSHOW_STEP_DONE, "done" },	\
			 { IPCSHOW_STEP_PAUSE, "pause" },	\
			 { IPCSHOW_STEP_FULL, "full" })

#define ipcshow_trace_role(role)				\
	__print_symbolic(role,					\
			 { IPCSHOW_ROLE_PRODUCER, "producer" },	\
			 { IPCSHOW_ROLE_CONSUMER, "consumer" },	\
			 { IPCSHOW_ROLE_OBSERVER, "observer" })

TRACE_EVENT(ipcshow_target,
	TP_PROTO(u32 pid, const struct ipcshow_targets *targets, int error),
	TP_ARGS(pid, targets, error),
	TP_STRUCT__entry(
		__field(u32, pid)
		__field(u32, tgid)
		__field(u32, index)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->pid = pid;
		__entry->tgid = error ? 0 : pid_nr(targets->pins[targets->nr - 1].tgid);
		__entry->index = error ? 0 : targets->nr - 1;
		__entry->error = error;
	),
	TP_printk("pid=%u tgid=%u index=%u error=%d",
		  __entry->pid, __entry->tgid, __entry->index, __entry->error)
);

TRACE_EVENT(ipcshow_snapshot_begin,
	TP_PROTO(const struct ipcshow_pin *pin, const struct ipcshow_snapshot_state *s),
	TP_ARGS(pin, s),
	TP_STRUCT__entry(
		__field(u32, tgid)
		__field(u32, flags)
		__field(u64, what)
		__field(u64, regions)
	),
	TP_fast_assign(
		__entry->tgid = pid_nr(pin->tgid);
		__entry->flags = s->flags;
		__entry->what = s->what;
		__entry->regions = s->end.regions;
	),
	TP_printk("tgid=%u flags=%#x what=%#llx regions=%llu",
		  __entry->tgid, __entry->flags, __entry->what, __entry->regions)
);

TRACE_EVENT(ipcshow_snapshot_end,
	TP_PROTO(const struct ipcshow_pin *pin, const struct ipcshow_snapshot_state *s,
		 const struct ipcshow_ringbuf *ring, int ret),
	TP_ARGS(pin, s, ring, ret),
	TP_STRUCT__entry(
		__field(u32, tgid)
		__field(u32, stopped)
		__field(int, error)
		__field(u64, bytes)
		__field(u64, regions)
		__field(u64, threads)
		__field(u64, refused)
		__field(u64, flags)
		__field(u64, lock_holds)
		__field(u64, lock_max_ns)
	),
	TP_fast_assign(
		__entry->tgid = pid_nr(pin->tgid);
		__entry->stopped = max(ret, 0);
		__entry->error = min(ret, 0);
		__entry->bytes = ring->tail - ring->begun;
		__entry->regions = s->end.regions;
		__entry->threads = s->end.threads;
		__entry->refused = s->end.threads_refused;
		__entry->flags = s->end.flags;
		__entry->lock_holds = s->end.lock_holds;
		__entry->lock_max_ns = s->end.lock_max_ns;
	),
	TP_printk("tgid=%u stopped=%s error=%d bytes=%llu regions=%llu threads=%llu refused=%llu flags=%#llx lock_holds=%llu lock_max_ns=%llu",
		  __entry->tgid, ipcshow_trace_step(__entry->stopped), __entry->error,
		  __entry->bytes, __entry->regions, __entry->threads, __entry->refused,
		  __entry->flags, __entry->lock_holds, __entry->lock_max_ns)
);

TRACE_EVENT(ipcshow_compare_begin,
	TP_PROTO(const struct ipcshow_compare_state *c, const struct ipcshow_targets *targets),
	TP_ARGS(c, targets),
	TP_STRUCT__entry(
		__field(u32, targets)
		__field(u32, sites)
		__field(u32, site)
		__field(u64, offset)
	),
	TP_fast_assign(
		__entry->targets = targets->nr;
		__entry->sites = c->sites.nr;
		__entry->site = c->first;
		__entry->offset = c->offset;
	),
	TP_printk("targets=%u sites=%u site=%u offset=%#llx",
		  __entry->targets, __entry->sites, __entry->site, __entry->offset)
);

TRACE_EVENT(ipcshow_compare_end,
	TP_PROTO(const struct ipcshow_compare_state *c, const struct ipcshow_ringbuf *ring,
		 int ret),
	TP_ARGS(c, ring, ret),
	TP_STRUCT__entry(
		__field(u32, sites)
		__field(u32, stopped)
		__field(int, error)
		__field(u32, site)
		__field(u64, bytes)
		__field(u64, retries)
		__field(u64, unsettled)
		__field(u64, flags)
		__field(u64, lock_holds)
		__field(u64, lock_max_ns)
	),
	TP_fast_assign(
		__entry->sites = c->sites.nr;
		__entry->stopped = max(ret, 0);
		__entry->error = min(ret, 0);
		__entry->site = c->first;
		__entry->bytes = ring->tail - ring->begun;
		__entry->retries = c->end.retries;
		__entry->unsettled = c->end.unsettled;
		__entry->flags = c->end.flags;
		__entry->lock_holds = c->locks.lock_holds;
		__entry->lock_max_ns = c->locks.lock_max_ns;
	),
	TP_printk("sites=%u stopped=%s error=%d site=%u bytes=%llu retries=%llu unsettled=%llu flags=%#llx lock_holds=%llu lock_max_ns=%llu",
		  __entry->sites, ipcshow_trace_step(__entry->stopped), __entry->error,
		  __entry->site, __entry->bytes, __entry->retries, __entry->unsettled,
		  __entry->flags, __entry->lock_holds, __entry->lock_max_ns)
);

TRACE_EVENT(ipcshow_ring_create,
	TP_PROTO(u64 ring, u64 size, u32 flags),
	TP_ARGS(ring, size, flags),
	TP_STRUCT__entry(
		__field(u64, ring)
		__field(u64, size)
		__field(u32, flags)
	),
	TP_fast_assign(
		__entry->ring = ring;
		__entry->size = size;
		__entry->flags = flags;
	),
	TP_printk("ring=%llu size=%llu flags=%#x",
		  __entry->ring, __entry->size, __entry->flags)
);

TRACE_EVENT(ipcshow_ring_wait_begin,
	TP_PROTO(u64 ring, u32 role, u64 timeout_ns),
	TP_ARGS(ring, role, timeout_ns),
	TP_STRUCT__entry(
		__field(u64, ring)
		__field(u32, role)
		__field(u64, timeout_ns)
	),
	TP_fast_assign(
		__entry->ring = ring;
		__entry->role = role;
		__entry->timeout_ns = timeout_ns;
	),
	TP_printk("ring=%llu role=%s timeout_ns=%lld",
		  __entry->ring, ipcshow_trace_role(__entry->role),
		  (long long)__entry->timeout_ns)
);

TRACE_EVENT(ipcshow_ring_wait_end,
	TP_PROTO(u64 ring, u32 role, int error),
	TP_ARGS(ring, role, error),
	TP_STRUCT__entry(
		__field(u64, ring)
		__field(u32, role)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->ring = ring;
		__entry->role = role;
		__entry->error = error;
	),
	TP_printk("ring=%llu role=%s error=%d",
		  __entry->ring, ipcshow_trace_role(__entry->role), __entry->error)
);

DECLARE_EVENT_CLASS(ipcshow_ring_end,
	TP_PROTO(u64 ring, u32 role),
	TP_ARGS(ring, role),
	TP_STRUCT__entry(
		__field(u64, ring)
		__field(u32, role)
	),
	TP_fast_assign(
		__entry->ring = ring;
		__entry->role = role;
	),
	TP_printk("ring=%llu role=%s", __entry->ring, ipcshow_trace_role(__entry->role))
);

/* @role: who is woken */
DEFINE_EVENT(ipcshow_ring_end, ipcshow_ring_wake,
	TP_PROTO(u64 ring, u32 role),
	TP_ARGS(ring, role)
);

/* @role: whose file is gone */
DEFINE_EVENT(ipcshow_ring_end, ipcshow_ring_gone,
	TP_PROTO(u64 ring, u32 role),
	TP_ARGS(ring, role)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
