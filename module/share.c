// SPDX-License-Identifier: GPL-2.0
/* What was found in a chunk, written to the ring, in as many pieces as that needs. */
#include <linux/ipcshow.h>
#include <linux/mm.h>

#include "join.h"
#include "ring.h"
#include "share.h"
#include "snapshot.h"

/* What gets PAGE records. */
#define WITH_ID		(IPCSHOW_SHARE_F_KSM | IPCSHOW_SHARE_F_OWNED)

enum part {
	PART_SETS,
	PART_FIRST,
	PART_OTHERS,
	PART_RUNS,
	PART_PAGES,
};

/**
 * ipcshow_shares_forget_sets() - make room for other sets
 * @c: the cursor
 * @join: the join that has them
 */
void ipcshow_shares_forget_sets(struct ipcshow_share_cursor *c, struct ipcshow_join *join)
{
	c->base += join->sets.nr;
	c->told = 1;
	ipcshow_sets_forget(&join->sets);
}

/**
 * ipcshow_shares_begin() - a chunk has been joined
 * @c: the cursor
 * @group: number of its group
 * @offset: where it begins
 */
void ipcshow_shares_begin(struct ipcshow_share_cursor *c, u32 group, u64 offset)
{
	c->group = group;
	c->offset = offset;
	c->part = PART_SETS;
}

static bool emit_set(struct ipcshow_share_cursor *c, const struct ipcshow_join *join,
		     struct ipcshow_ringbuf *ring, u32 i)
{
	const struct ipcshow_set_node *node = &join->sets.nodes[i];
	struct ipcshow_set *rec;

	rec = ipcshow_ring_reserve(ring, IPCSHOW_REC_SET, sizeof(*rec));
	if (!rec)
		return false;
	rec->id = c->base + i;
	rec->parent = node->parent ? c->base + node->parent : 0;
	rec->site = node->site;
	rec->flags = i == 1 ? IPCSHOW_SET_F_FIRST : 0;
	ipcshow_ring_commit(ring);
	return true;
}

static bool emit_sets(struct ipcshow_share_cursor *c, const struct ipcshow_join *join,
		      struct ipcshow_ringbuf *ring)
{
	for (; c->told < join->sets.nr; c->told++)
		if (!emit_set(c, join, ring, c->told))
			return false;
	return true;
}

static bool emit_share(struct ipcshow_share_cursor *c, struct ipcshow_ringbuf *ring, u32 set,
		       u32 flags, u32 column, u32 nr)
{
	struct ipcshow_share *rec;

	rec = ipcshow_ring_reserve(ring, IPCSHOW_REC_SHARE, sizeof(*rec));
	if (!rec)
		return false;
	rec->set = c->base + set;
	rec->offset = c->offset + ((u64)column << PAGE_SHIFT);
	rec->bytes = (u64)nr << PAGE_SHIFT;
	rec->group = c->group;
	rec->flags = flags;
	ipcshow_ring_commit(ring);
	return true;
}

/* How many slots from @slot on lie in consecutive columns and say the same; 1: it is unused. */
static u32 run_length(const struct ipcshow_slots *slots, u32 slot, u32 nr)
{
	const u32 column = slots->columns[slot] - slot;
	const u32 set = slots->sets[slot];
	const u32 flags = slots->flags[slot];
	u32 i = slot + 1;

	if (!slots->entries[slot])
		return 1;
	while (i < nr && slots->entries[i] && slots->sets[i] == set && slots->flags[i] == flags &&
	       slots->columns[i] - i == column)
		i++;
	return i - slot;
}

static bool emit_slots(struct ipcshow_share_cursor *c, const struct ipcshow_slots *slots,
		       struct ipcshow_ringbuf *ring, u32 nr)
{
	u32 i, n;

	for (; c->place < nr; c->place += n) {
		i = c->place;
		n = run_length(slots, i, nr);
		if (slots->entries[i] && slots->sets[i] &&
		    !emit_share(c, ring, slots->sets[i], slots->flags[i], slots->columns[i], n))
			return false;
	}
	return true;
}

static bool emit_runs(struct ipcshow_share_cursor *c, struct ipcshow_join *join,
		      struct ipcshow_ringbuf *ring)
{
	const struct ipcshow_run *run;
	u32 set;

	for (; c->place < join->nr_runs; c->place++) {
		run = &join->runs[c->place];
		/* It is there: see ipcshow_join_add_run(). */
		set = ipcshow_sets_add(&join->sets, 0, run->site);
		if (!emit_share(c, ring, set, run->flags, run->column, run->nr))
			return false;
	}
	return true;
}

static bool emit_page(struct ipcshow_share_cursor *c, const struct ipcshow_slots *slots,
		      struct ipcshow_ringbuf *ring, u32 slot, u32 site)
{
	struct ipcshow_page *rec;

	rec = ipcshow_ring_reserve(ring, IPCSHOW_REC_PAGE, sizeof(*rec));
	if (!rec)
		return false;
	rec->id = slots->ids[slot];
	rec->offset = c->offset + ((u64)slots->columns[slot] << PAGE_SHIFT);
	rec->site = site;
	rec->flags = slots->flags[slot] & WITH_ID;
	ipcshow_ring_commit(ring);
	return true;
}

/* A record for each site of the slot's set, the last site first. */
static bool emit_page_sites(struct ipcshow_share_cursor *c, const struct ipcshow_join *join,
			    struct ipcshow_ringbuf *ring, u32 slot)
{
	const struct ipcshow_set_node *nodes = join->sets.nodes;
	u32 i = c->step ?: join->slots.sets[slot];

	for (; i; i = nodes[i].parent)
		if (!emit_page(c, &join->slots, ring, slot, nodes[i].site)) {
			c->step = i;
			return false;
		}
	c->step = 0;
	return true;
}

static bool emit_pages(struct ipcshow_share_cursor *c, const struct ipcshow_join *join,
		       struct ipcshow_ringbuf *ring)
{
	const struct ipcshow_slots *slots = &join->slots;
	u32 i;

	for (; slots->has_ids && c->place < slots->nr; c->place++) {
		i = c->place;
		if (i >= slots->high && i < IPCSHOW_ROW_MAX)
			continue;
		if (slots->entries[i] && slots->flags[i] & WITH_ID &&
		    !emit_page_sites(c, join, ring, i))
			return false;
	}
	return true;
}

/* Where each part begins. */
static void begin_part(struct ipcshow_share_cursor *c, const struct ipcshow_join *join,
		       enum part part)
{
	c->part = part;
	c->step = 0;
	c->place = part == PART_OTHERS ? IPCSHOW_ROW_MAX :
		   part == PART_RUNS ? 0 : join->slots.low;
}

/* All of the chunk is one run of pages: no slot was filled in. */
static bool emit_uniform(struct ipcshow_share_cursor *c, const struct ipcshow_join *join,
			 struct ipcshow_ringbuf *ring)
{
	const struct ipcshow_slots *slots = &join->slots;
	const struct ipcshow_class *class =
		&join->blocks.block[slots->low / IPCSHOW_BLOCK].classes[0];

	return emit_share(c, ring, class->set, class->flags, slots->low, slots->high - slots->low);
}

/**
 * ipcshow_shares_emit() - write the next SET, SHARE and PAGE records of a chunk
 * @c: how far it is; goes on
 * @join: the chunk
 * @ring: where to
 *
 * Return: IPCSHOW_STEP_DONE or IPCSHOW_STEP_FULL.
 */
int ipcshow_shares_emit(struct ipcshow_share_cursor *c, struct ipcshow_join *join,
			struct ipcshow_ringbuf *ring)
{
	bool fits = true;

	if (c->part == PART_SETS) {
		if (!emit_sets(c, join, ring))
			return IPCSHOW_STEP_FULL;
		begin_part(c, join, PART_FIRST);
	}
	if (ipcshow_join_is_uniform(join))
		return emit_uniform(c, join, ring) ? IPCSHOW_STEP_DONE : IPCSHOW_STEP_FULL;

	for (;;) {
		switch (c->part) {
		case PART_FIRST:
			fits = emit_slots(c, &join->slots, ring, join->slots.high);
			break;
		case PART_OTHERS:
			fits = emit_slots(c, &join->slots, ring, join->slots.nr);
			break;
		case PART_RUNS:
			fits = emit_runs(c, join, ring);
			break;
		default:
			return emit_pages(c, join, ring) ? IPCSHOW_STEP_DONE :
							   IPCSHOW_STEP_FULL;
		}
		if (!fits)
			return IPCSHOW_STEP_FULL;
		begin_part(c, join, c->part + 1);
	}
}
