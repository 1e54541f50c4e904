// SPDX-License-Identifier: GPL-2.0
/*
 * A comparison: group by group, chunk by chunk: the sites' rows are joined (join.c),
 * then what was found is written to the ring, in as many calls as that needs.
 */
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mm_inline.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

#include "arch.h"
#include "compare.h"
#include "join.h"
#include "lockhold.h"
#include "ring.h"
#include "snapshot.h"
#include "target.h"
#include "trace.h"

/* A chunk that does not settle is read so many times. */
#define TRIES_MAX	4

/* Of more sites, it takes too long to ask all of them at once. */
#define ASKED_MAX	1024

enum stage {
	STAGE_NONE,
	STAGE_GROUP,
	STAGE_CHUNK,
	STAGE_SHARES,
	STAGE_END,
};

/**
 * struct pass - what is done with the rows of a chunk
 * @row: with some columns of each row, as they were read
 * @same: with blocks of a row that are the same as in the first row
 * @again: with some columns of each row, once more, or NULL
 */
struct pass {
	void (*row)(struct ipcshow_join *join, u32 site, u32 first, u32 nr);
	void (*same)(struct ipcshow_join *join, u32 site, u32 first, u32 nr);
	void (*again)(struct ipcshow_join *join, u32 site, u32 first, u32 nr);
};

static const struct pass add_pass = {
	.row = ipcshow_join_add,
	.same = ipcshow_join_add_same,
};

static const struct pass verify_pass = {
	.row = ipcshow_join_verify,
	.same = ipcshow_join_verify_same,
};

/* With nobody to share with, what a site has is looked at once. */
static const struct pass alone_pass = {
	.row = ipcshow_join_add,
	.same = ipcshow_join_add_same,
	.again = ipcshow_join_verify,
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
	struct ipcshow_compare_state fresh = { .stage = STAGE_GROUP, .shares.told = 1 };
	int ret;

	if (arg->flags || !arg->nr_sites || arg->nr_sites > IPCSHOW_SITES_MAX)
		return -EINVAL;
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

/* What an earlier call found empty may have been filled since. */
static void forget_empty(struct ipcshow_compare_state *c)
{
	u32 i;

	for (i = c->first; i < c->first + c->nr; i++)
		c->sites.site[i].empty = 0;
}

/* Pages of the chunk that a site has, as far as they are not known to be empty. */
static unsigned int row_size(const struct ipcshow_compare_state *c,
			     const struct ipcshow_compare_site *site)
{
	u64 bytes;

	if (site->bytes <= c->offset)
		return 0;
	bytes = min(site->bytes - c->offset, (u64)c->columns << PAGE_SHIFT);
	return site->empty >= c->offset + bytes ? 0 : bytes >> PAGE_SHIFT;
}

/* Reads some columns and does with them what is to be done. Return: as &ipcshow_row.empty_until. */
static u64 take_columns(struct ipcshow_compare_state *c, struct mm_struct *mm, u32 i, u32 first,
			u32 nr, const struct pass *pass)
{
	const struct ipcshow_compare_site *site = &c->sites.site[i];
	const u64 addr = site->start + c->offset + ((u64)first << PAGE_SHIFT);
	struct ipcshow_join *join = c->join;

	ipcshow_row_read(ipcshow_join_row(join), mm, addr, nr, site->start + site->bytes);
	pass->row(join, i, first, nr);
	if (pass->again)
		pass->again(join, i, first, nr);
	if (join->row.unmapped)
		c->end.flags |= IPCSHOW_COMPARE_END_F_UNMAPPED;
	return join->row.empty_until;
}

/*
 * Block by block, where most rows are the same, and this may be. What matches is looked for
 * once as far as it goes, and once more behind each block that does not.
 */
static void take_blocks(struct ipcshow_compare_state *c, struct mm_struct *mm, u32 i, u32 nr,
			const struct pass *pass)
{
	const u64 addr = c->sites.site[i].start + c->offset;
	struct ipcshow_blocks *blocks = &c->join->blocks;
	u32 first, n, matched = 0;

	for (first = 0; first < nr; first += n) {
		if (first >= matched)
			matched = first + ipcshow_row_match(blocks->ptes + first, mm,
					addr + ((u64)first << PAGE_SHIFT),
					min(nr, blocks->nr) - min(first, blocks->nr));
		n = ipcshow_blocks_run(blocks, first, matched);
		/* A row that goes on where the first one ends has more in that block. */
		if (first + n < nr)
			n = round_down(n, IPCSHOW_BLOCK);
		if (n) {
			pass->same(c->join, i, first, n);
			continue;
		}
		n = min_t(u32, nr - first, IPCSHOW_BLOCK);
		take_columns(c, mm, i, first, n, pass);
		matched = max(matched, first + n);
	}
}

static void take_row(struct ipcshow_compare_state *c, struct mm_struct *mm, u32 i, u32 nr,
		     const struct pass *pass)
{
	struct ipcshow_compare_site *site = &c->sites.site[i];
	u64 empty_until;

	site->empty = 0;
	site->flushes = arch_mm_flushes(mm);
	/* What is read from here on was not given up before that: see has_flushed(). */
	smp_rmb();
	if (c->join->blocks.nr && c->join->blocks.plain) {
		take_blocks(c, mm, i, nr, pass);
		return;
	}
	empty_until = take_columns(c, mm, i, 0, nr, pass);
	if (empty_until)
		site->empty = empty_until - site->start;
}

static int read_row(struct ipcshow_compare_state *c, struct mm_struct *mm, u32 i,
		    unsigned int nr, const struct pass *pass)
{
	struct ipcshow_lockhold hold;

	if (ipcshow_lockhold_begin(&hold, mm))
		return -EINTR;
	rcu_read_lock();
	take_row(c, mm, i, nr, pass);
	rcu_read_unlock();
	ipcshow_lockhold_end(&hold, &c->locks);
	return 0;
}

static int gone(struct ipcshow_compare_state *c, u32 target)
{
	c->end.flags |= IPCSHOW_COMPARE_END_F_GONE;
	c->end.target = target;
	c->stage = STAGE_END;
	return IPCSHOW_STEP_GONE;
}

/*
 * A signal ends the call between two rows, and the chunk begins anew: a smaller one, so that
 * signals that come often do not keep it from getting on. One column goes on where it was.
 */
static bool interrupted(struct ipcshow_compare_state *c)
{
	if (!signal_pending(current))
		return false;
	if (c->columns > 1) {
		c->width = c->columns / 2;
		c->pass = NULL;
	}
	return true;
}

static int take_site(struct ipcshow_compare_state *c, const struct ipcshow_targets *targets,
		     u32 i)
{
	const u32 target = c->sites.site[i].target;
	const struct ipcshow_pin *pin = &targets->pins[target];
	unsigned int nr = row_size(c, &c->sites.site[i]);
	int ret;

	if (!nr)
		return IPCSHOW_STEP_DONE;
	if (!mmget_not_zero(pin->mm))
		return gone(c, target);
	ret = read_row(c, pin->mm, i, nr, c->pass);
	mmput_async(pin->mm);
	cond_resched();
	return ret;
}

/* At least one row is read, so that one column gets on whatever signals come. */
static int each_row(struct ipcshow_compare_state *c, const struct ipcshow_targets *targets)
{
	int ret = IPCSHOW_STEP_DONE;

	while (c->next < c->first + c->nr && !ipcshow_join_is_full(c->join)) {
		ret = take_site(c, targets, c->next);
		if (ret != IPCSHOW_STEP_DONE)
			return ret;
		c->next++;
		if (interrupted(c))
			return IPCSHOW_STEP_PAUSE;
	}
	return IPCSHOW_STEP_DONE;
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
	c->width = min(2 * c->width, (unsigned int)IPCSHOW_ROW_MAX);
	c->stage = offset < c->bytes ? STAGE_CHUNK : STAGE_GROUP;
}

/* What was found did not fit: there is always room for one column, and no old sets. */
static void make_room(struct ipcshow_compare_state *c)
{
	if (c->shares.told == 1)
		c->width = max(1U, c->columns / 2);
	ipcshow_shares_forget_sets(&c->shares, c->join);
}

static bool is_empty(const struct ipcshow_compare_state *c)
{
	u32 i;

	for (i = c->first; i < c->first + c->nr; i++)
		if (row_size(c, &c->sites.site[i]))
			return false;
	return true;
}

/*
 * A batch of PTEs is cleared, and their pages are no longer counted as mapped, long before the
 * flush of it is counted; but that it has begun is told before the first, and that it is
 * over not until it was counted.
 */
static bool gave_up(struct mm_struct *mm, u64 flushes)
{
	if (mm_tlb_flush_pending(mm))
		return true;
	/* What is over was counted: pairs with the flush before dec_tlb_flush_pending(). */
	smp_rmb();
	return arch_mm_flushes(mm) != flushes;
}

/* Has a site given up pages since it was read? */
static bool has_flushed(const struct ipcshow_compare_state *c,
			const struct ipcshow_targets *targets)
{
	const struct ipcshow_compare_site *site = &c->sites.site[c->first];
	u32 i;

	/* What is asked now is asked after all was read: pairs with that in take_row(). */
	smp_rmb();
	for (i = 0; i < c->nr; i++, site++)
		if (row_size(c, site) &&
		    gave_up(targets->pins[site->target].mm, site->flushes))
			return true;
	return false;
}

/*
 * Is what was added true of all sites at once? Pages are looked at while nobody gave them up:
 * between two questions about that, in one RCU section.
 */
static bool did_hold(const struct ipcshow_compare_state *c, const struct ipcshow_targets *targets)
{
	struct ipcshow_join *join = c->join;
	bool held;

	if (!arch_counts_flushes() || !join->plain || c->nr > ASKED_MAX ||
	    ipcshow_join_is_full(join))
		return false;
	rcu_read_lock();
	held = !has_flushed(c, targets) && ipcshow_join_look(join) && !has_flushed(c, targets);
	rcu_read_unlock();
	if (held)
		ipcshow_join_hold(join);
	return held;
}

static void begin_pass(struct ipcshow_compare_state *c, const struct pass *pass)
{
	c->pass = pass;
	c->next = c->first;
}

static int join_rows(struct ipcshow_compare_state *c, const struct ipcshow_targets *targets)
{
	int ret;

	if (!c->pass) {
		ipcshow_join_begin(c->join, c->tries == TRIES_MAX - 1);
		begin_pass(c, c->nr == 1 ? &alone_pass : &add_pass);
	}
	ret = each_row(c, targets);
	if (ret != IPCSHOW_STEP_DONE)
		return ret;
	if (c->pass == &add_pass && !is_empty(c) && !did_hold(c, targets)) {
		ipcshow_join_again(c->join);
		begin_pass(c, &verify_pass);
		ret = each_row(c, targets);
	}
	if (ret == IPCSHOW_STEP_DONE)
		c->pass = NULL;
	return ret;
}

static int join_chunk(struct ipcshow_compare_state *c, const struct ipcshow_targets *targets)
{
	int ret;

	c->columns = min_t(u64, c->width, (c->bytes - c->offset) >> PAGE_SHIFT);
	ret = join_rows(c, targets);
	if (ret != IPCSHOW_STEP_DONE)
		return ret;
	if (ipcshow_join_is_full(c->join)) {
		make_room(c);
		return IPCSHOW_STEP_AGAIN;
	}
	if (is_empty(c)) {
		next_chunk(c, skip_empty(c));
		return IPCSHOW_STEP_AGAIN;
	}
	ipcshow_join_settle(c->join);
	if (c->join->unsettled && ++c->tries < TRIES_MAX) {
		c->end.retries++;
		return IPCSHOW_STEP_AGAIN;
	}
	c->end.unsettled += c->join->unsettled;
	ipcshow_shares_begin(&c->shares, c->sites.site[c->first].group, c->offset);
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
	struct ipcshow_compare_end *rec;

	rec = ipcshow_ring_reserve(ring, IPCSHOW_REC_COMPARE_END, sizeof(*rec));
	if (!rec)
		return IPCSHOW_STEP_FULL;
	c->end.rec = rec->rec;
	c->end.lock_holds = c->locks.lock_holds;
	c->end.lock_max_ns = c->locks.lock_max_ns;
	c->end.lock_total_ns = c->locks.lock_total_ns;
	*rec = c->end;
	ipcshow_ring_commit(ring);
	return IPCSHOW_STEP_DONE;
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
			gone(c, i);
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
	forget_empty(c);
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
