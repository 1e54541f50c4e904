// SPDX-License-Identifier: GPL-2.0
/*
 * A comparison: group by group, chunk by chunk: the sites' rows are joined (pass.c),
 * then what was found is written to the ring, in as many calls as that needs.
 */
#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "compare.h"
#include "join.h"
#include "pass.h"
#include "ring.h"
#include "snapshot.h"
#include "target.h"
#include "trace.h"

enum stage {
	STAGE_NONE,
	STAGE_GROUP,
	STAGE_CHUNK,
	STAGE_SHARES,
	STAGE_END,
};

static int prepare(struct ipcshow_compare_state *c, const struct ipcshow_compare *arg,
		   u32 nr_targets, const struct ipcshow_salt *salt)
{
	u32 largest;
	int ret;

	ret = ipcshow_sites_read(&c->sites, arg, nr_targets);
	if (ret)
		return ret;
	largest = ipcshow_sites_largest_group(&c->sites);
	ret = ipcshow_quota_charge(&c->charge, ipcshow_join_bytes(largest));
	if (ret)
		return ret;
	c->join = ipcshow_join_create(largest, salt);
	return c->join ? 0 : -ENOMEM;
}

/**
 * ipcshow_compare_begin() - drop the former comparison and begin a new one
 * @c: the state, zeroed at first
 * @arg: what the caller asks for
 * @nr_targets: targets that there are
 * @salt: of the identities; outlives the comparison
 *
 * Return: 0, or an error as the uapi header lists, which leaves the former
 * comparison as it was.
 */
int ipcshow_compare_begin(struct ipcshow_compare_state *c, const struct ipcshow_compare *arg,
			  u32 nr_targets, const struct ipcshow_salt *salt)
{
	struct ipcshow_compare_state fresh = { .stage = STAGE_GROUP };
	int ret;

	if (arg->flags & ~IPCSHOW_COMPARE_F_RUNS || !arg->nr_sites ||
	    arg->nr_sites > IPCSHOW_SITES_MAX)
		return -EINVAL;
	fresh.shares.runs = arg->flags & IPCSHOW_COMPARE_F_RUNS;
	ret = prepare(&fresh, arg, nr_targets, salt);
	if (ret) {
		ipcshow_compare_end(&fresh);
		return ret;
	}
	ipcshow_compare_end(c);
	*c = fresh;
	return 0;
}

/**
 * ipcshow_compare_resume() - check a call that continues
 * @c: the state
 * @arg: what the caller asks for
 *
 * Return: 0; -EBADFD: nothing to continue; -EINVAL.
 */
int ipcshow_compare_resume(struct ipcshow_compare_state *c, const struct ipcshow_compare *arg)
{
	if (arg->flags != IPCSHOW_COMPARE_F_CONTINUE || arg->sites || arg->nr_sites)
		return -EINVAL;
	return c->stage == STAGE_NONE ? -EBADFD : 0;
}

static int next_group(struct ipcshow_compare_state *c)
{
	u32 i;

	c->first += c->nr;
	c->nr = 0;
	if (c->first == c->sites.nr) {
		c->stage = STAGE_END;
		return IPCSHOW_STEP_AGAIN;
	}
	c->nr = ipcshow_sites_group(&c->sites, c->first);
	c->bytes = 0;
	for (i = c->first; i < c->first + c->nr; i++)
		c->bytes = max(c->bytes, c->sites.site[i].bytes);
	c->offset = 0;
	c->tries = 0;
	c->width = IPCSHOW_ROW_MAX;
	ipcshow_shares_forget_sets(&c->shares, c->join);
	c->stage = STAGE_CHUNK;
	return IPCSHOW_STEP_AGAIN;
}

/**
 * ipcshow_compare_gone() - a target has left its address space: the comparison ends
 * @c: the state
 * @target: which
 *
 * Return: IPCSHOW_STEP_GONE.
 */
int ipcshow_compare_gone(struct ipcshow_compare_state *c, u32 target)
{
	c->end.flags |= IPCSHOW_COMPARE_END_F_GONE;
	c->end.target = target;
	c->stage = STAGE_END;
	return IPCSHOW_STEP_GONE;
}

/* Where the next chunk begins: behind what no site has a page in. */
static u64 skip_empty(const struct ipcshow_compare_state *c)
{
	const struct ipcshow_compare_site *sites = c->sites.site;
	u64 next = c->bytes;
	u32 i;

	for (i = c->first; i < c->first + c->nr; i++)
		if (sites[i].bytes > c->offset && sites[i].empty < sites[i].bytes)
			next = min(next, sites[i].empty);
	return max(next, c->offset + ((u64)c->columns << PAGE_SHIFT));
}

static void next_chunk(struct ipcshow_compare_state *c, u64 offset)
{
	c->offset = offset;
	c->tries = 0;
	if (ipcshow_join_has_room_for_twice(c->join))
		c->width = min(2 * c->width, (unsigned int)IPCSHOW_ROW_MAX);
	c->stage = offset < c->bytes ? STAGE_CHUNK : STAGE_GROUP;
}

/* What was found did not fit: there is always room for one column, and no old sets. */
static void make_room(struct ipcshow_compare_state *c)
{
	if (!c->shares.told)
		c->width = max(1U, c->columns / 2);
	ipcshow_shares_forget_sets(&c->shares, c->join);
}

static int join_chunk(struct ipcshow_compare_state *c, const struct ipcshow_targets *targets)
{
	int ret;

	c->columns = min_t(u64, c->width, (c->bytes - c->offset) >> PAGE_SHIFT);
	ret = ipcshow_pass_join(c, targets);
	if (ret != IPCSHOW_STEP_DONE)
		return ret;
	if (ipcshow_join_is_full(c->join)) {
		make_room(c);
		return IPCSHOW_STEP_AGAIN;
	}
	if (ipcshow_pass_is_empty(c)) {
		next_chunk(c, skip_empty(c));
		return IPCSHOW_STEP_AGAIN;
	}
	ipcshow_join_settle(c->join);
	if (ipcshow_join_is_full(c->join)) {
		make_room(c);
		return IPCSHOW_STEP_AGAIN;
	}
	if (c->join->unsettled && ++c->tries < IPCSHOW_PASS_TRIES_MAX) {
		c->end.retries++;
		return IPCSHOW_STEP_AGAIN;
	}
	c->end.unsettled += c->join->unsettled;
	ipcshow_shares_begin(&c->shares, c->join, c->sites.site[c->first].group, c->offset);
	c->stage = STAGE_SHARES;
	return IPCSHOW_STEP_AGAIN;
}

static int emit_shares(struct ipcshow_compare_state *c, struct ipcshow_ringbuf *ring)
{
	int ret = ipcshow_shares_emit(&c->shares, c->join, ring);

	if (ret != IPCSHOW_STEP_DONE)
		return ret;
	next_chunk(c, c->offset + ((u64)c->columns << PAGE_SHIFT));
	return IPCSHOW_STEP_AGAIN;
}

static int emit_end(struct ipcshow_compare_state *c, struct ipcshow_ringbuf *ring)
{
	c->end.lock_holds = c->locks.lock_holds;
	c->end.lock_max_ns = c->locks.lock_max_ns;
	c->end.lock_total_ns = c->locks.lock_total_ns;
	return ipcshow_ring_put(ring, IPCSHOW_REC_COMPARE_END, &c->end, sizeof(c->end)) ?
	       IPCSHOW_STEP_DONE : IPCSHOW_STEP_FULL;
}

static int step(struct ipcshow_compare_state *c, const struct ipcshow_targets *targets,
		struct ipcshow_ringbuf *ring)
{
	switch (c->stage) {
	case STAGE_GROUP:
		return next_group(c);
	case STAGE_CHUNK:
		return join_chunk(c, targets);
	case STAGE_SHARES:
		return emit_shares(c, ring);
	default:
		return emit_end(c, ring);
	}
}

/* What was read is about the targets if they still are what they were. */
static void check_pins(struct ipcshow_compare_state *c, const struct ipcshow_targets *targets)
{
	u32 i;

	for_each_set_bit(i, c->sites.used, targets->nr)
		if (!ipcshow_pin_holds(&targets->pins[i])) {
			ipcshow_compare_gone(c, i);
			return;
		}
}

static int run(struct ipcshow_compare_state *c, const struct ipcshow_targets *targets,
	       struct ipcshow_ringbuf *ring)
{
	int ret;

	for (;;) {
		if (c->stage == STAGE_END)
			check_pins(c, targets);
		ret = step(c, targets, ring);
		if (ret != IPCSHOW_STEP_AGAIN && ret != IPCSHOW_STEP_GONE)
			return ret;
		if (signal_pending(current))
			return IPCSHOW_STEP_PAUSE;
		cond_resched();
	}
}

/**
 * ipcshow_compare_fill() - write the next piece
 * @c: the state, begun or resumed
 * @targets: the targets
 * @ring: where to
 * @status: out: IPCSHOW_SNAPSHOT_MORE or IPCSHOW_SNAPSHOT_DONE
 *
 * Return: 0, or an error as the uapi header lists. The comparison stays in progress
 * after an error.
 */
int ipcshow_compare_fill(struct ipcshow_compare_state *c,
			 const struct ipcshow_targets *targets,
			 struct ipcshow_ringbuf *ring, u32 *status)
{
	int ret;

	ret = ipcshow_ring_begin(ring);
	if (ret)
		return ret;
	trace_ipcshow_compare_begin(c, targets);
	check_pins(c, targets);
	ipcshow_pass_resume(c);
	ret = run(c, targets, ring);
	ipcshow_ring_publish(ring);
	trace_ipcshow_compare_end(c, ring, ret);

	if (ret == IPCSHOW_STEP_DONE) {
		ipcshow_compare_end(c);
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
 * ipcshow_compare_end() - drop a comparison and what it holds
 * @c: the state, which is zeroed
 */
void ipcshow_compare_end(struct ipcshow_compare_state *c)
{
	ipcshow_join_destroy(c->join);
	ipcshow_quota_uncharge(&c->charge);
	ipcshow_sites_end(&c->sites);
	*c = (struct ipcshow_compare_state){};
}
