// SPDX-License-Identifier: GPL-2.0
/*
 * A pass over the sites of a chunk: one after the other, their rows are read and given to the
 * join (join.c). It takes a second one to verify what the first has found (verify.c), unless all of
 * that is known to have held meanwhile.
 */
#include <linux/mm.h>
#include <linux/mm_inline.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

#include "arch.h"
#include "compare.h"
#include "join.h"
#include "lockhold.h"
#include "pass.h"
#include "snapshot.h"
#include "target.h"

/* Of more sites, it takes too long to ask all of them at once. */
#define ASKED_MAX	1024

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

/* Pages of the chunk that a site has. */
static unsigned int row_size(const struct ipcshow_compare_state *c,
			     const struct ipcshow_compare_site *site)
{
	if (site->bytes <= c->offset)
		return 0;
	return min(site->bytes - c->offset, (u64)c->columns << PAGE_SHIFT) >> PAGE_SHIFT;
}

/* Was nothing found in a row of so many pages, in this call? */
static bool was_empty(const struct ipcshow_compare_state *c,
		      const struct ipcshow_compare_site *site, unsigned int nr)
{
	return site->empty >= c->offset + ((u64)nr << PAGE_SHIFT);
}

/*
 * Reads some columns and does with them what is to be done. What is behind a hole is looked
 * at as far as @limit. Return: as &ipcshow_row.empty_until.
 */
static u64 take_columns(struct ipcshow_compare_state *c, struct mm_struct *mm, u32 i, u32 first,
			u32 nr, u64 limit, const struct pass *pass)
{
	const struct ipcshow_compare_site *site = &c->sites.site[i];
	const u64 addr = site->start + c->offset + ((u64)first << PAGE_SHIFT);
	struct ipcshow_join *join = c->join;

	ipcshow_row_read(ipcshow_join_row(join), mm, addr, nr, limit);
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
			matched = first + ipcshow_row_match(blocks->ptes + first, blocks->holes,
					mm, addr + ((u64)first << PAGE_SHIFT),
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
		take_columns(c, mm, i, first, n, 0, pass);
		matched = max(matched, first + n);
	}
}

static void take_row(struct ipcshow_compare_state *c, struct mm_struct *mm, u32 i, u32 nr,
		     const struct pass *pass)
{
	struct ipcshow_compare_site *site = &c->sites.site[i];
	const u64 empty = was_empty(c, site, nr) ? site->empty : 0;
	u64 empty_until;

	site->empty = 0;
	site->flushes = arch_mm_flushes(mm);
	/* What is read from here on was not given up before that: see did_change(). */
	smp_rmb();
	if (c->join->blocks.nr && c->join->blocks.plain && !empty) {
		take_blocks(c, mm, i, nr, pass);
		return;
	}
	/* How far a hole goes was looked at when it was found. */
	empty_until = take_columns(c, mm, i, 0, nr, empty ? 0 : site->start + site->bytes, pass);
	if (empty_until)
		site->empty = max(empty, empty_until - site->start);
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

/* What was found empty is not looked at again, until it is to be verified. */
static bool has_row(const struct ipcshow_compare_state *c, u32 i)
{
	const struct ipcshow_compare_site *site = &c->sites.site[i];
	const unsigned int nr = row_size(c, site);

	return nr && (c->pass == &verify_pass || !was_empty(c, site, nr));
}

static int take_site(struct ipcshow_compare_state *c, const struct ipcshow_targets *targets,
		     u32 i)
{
	const struct ipcshow_compare_site *site = &c->sites.site[i];
	const u32 target = site->target;
	const struct ipcshow_pin *pin = &targets->pins[target];
	int ret;

	if (!mmget_not_zero(pin->mm))
		return ipcshow_compare_gone(c, target);
	ret = read_row(c, pin->mm, i, row_size(c, site), c->pass);
	mmput_async(pin->mm);
	cond_resched();
	return ret;
}

/*
 * At least one row is read, so that one column gets on whatever signals come; and none that comes
 * before that leaves a pass which knows of nothing but what was empty.
 */
static int each_row(struct ipcshow_compare_state *c, const struct ipcshow_targets *targets)
{
	int ret = IPCSHOW_STEP_DONE;

	for (; c->next < c->first + c->nr && !ipcshow_join_is_full(c->join); c->next++) {
		if (!has_row(c, c->next))
			continue;
		ret = take_site(c, targets, c->next);
		if (ret != IPCSHOW_STEP_DONE)
			return ret;
		if (interrupted(c)) {
			c->next++;
			return IPCSHOW_STEP_PAUSE;
		}
	}
	return IPCSHOW_STEP_DONE;
}

/**
 * ipcshow_pass_is_empty() - is there nothing to be read in the present chunk?
 * @c: the state
 */
bool ipcshow_pass_is_empty(const struct ipcshow_compare_state *c)
{
	const struct ipcshow_compare_site *site = &c->sites.site[c->first];
	unsigned int nr;
	u32 i;

	for (i = 0; i < c->nr; i++, site++) {
		nr = row_size(c, site);
		if (nr && !was_empty(c, site, nr))
			return false;
	}
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

/* May a site have given up pages since it was read, or got some since it was empty? */
static bool did_change(const struct ipcshow_compare_state *c,
		       const struct ipcshow_targets *targets)
{
	const struct ipcshow_compare_site *site = &c->sites.site[c->first];
	unsigned int nr;
	u32 i;

	/* What is asked now is asked after all was read: pairs with that in take_row(). */
	smp_rmb();
	for (i = 0; i < c->nr; i++, site++) {
		nr = row_size(c, site);
		if (nr && (was_empty(c, site, nr) ||
			   gave_up(targets->pins[site->target].mm, site->flushes)))
			return true;
	}
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
	held = !did_change(c, targets) && ipcshow_join_look(join) && !did_change(c, targets);
	rcu_read_unlock();
	if (held)
		ipcshow_join_hold(join);
	return held;
}

/**
 * ipcshow_pass_resume() - a call goes on with what the last one began
 * @c: the state
 *
 * What was found empty then may have been filled since, and is forgotten. Of a pass that has left
 * such sites out, only verifying tells whether what it found is true of them.
 */
void ipcshow_pass_resume(struct ipcshow_compare_state *c)
{
	u32 i;

	for (i = c->first; i < c->first + c->nr; i++)
		c->sites.site[i].empty = 0;
	if (c->pass)
		c->join->plain = false;
}

static void begin_pass(struct ipcshow_compare_state *c, const struct pass *pass)
{
	c->pass = pass;
	c->next = c->first;
}

/**
 * ipcshow_pass_join() - read the rows of the present chunk, as often as it takes, and join them
 * @c: the state; goes on
 * @targets: the targets
 *
 * Return: IPCSHOW_STEP_DONE: they are joined, or there was no room; else an enum ipcshow_step, or
 * -EINTR: call again.
 */
int ipcshow_pass_join(struct ipcshow_compare_state *c, const struct ipcshow_targets *targets)
{
	int ret;

	if (!c->pass) {
		ipcshow_join_begin(c->join, c->tries == IPCSHOW_PASS_TRIES_MAX - 1);
		begin_pass(c, c->nr == 1 ? &alone_pass : &add_pass);
	}
	ret = each_row(c, targets);
	if (ret != IPCSHOW_STEP_DONE)
		return ret;
	if (c->pass == &add_pass && !ipcshow_pass_is_empty(c) && !did_hold(c, targets)) {
		ipcshow_join_again(c->join);
		begin_pass(c, &verify_pass);
		ret = each_row(c, targets);
	}
	if (ret == IPCSHOW_STEP_DONE)
		c->pass = NULL;
	return ret;
}
