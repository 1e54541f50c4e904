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
	c->base += c->told;
	c->told = 0;
	ipcshow_sets_forget(&join->sets);
}

/* A set, and those that it is told by. */
static void want_set(struct ipcshow_share_cursor *c, struct ipcshow_sets *sets, u32 set)
{
	for (; set && !sets->nodes[set].id; set = sets->nodes[set].parent) {
		sets->nodes[set].id = IPCSHOW_SET_WANTED;
		c->place = min(c->place, set);
		c->end = max(c->end, set + 1);
	}
}

static void want_slots(struct ipcshow_share_cursor *c, struct ipcshow_join *join, u32 from, u32 to)
{
	const struct ipcshow_slots *slots = &join->slots;
	u32 slot;

	for (slot = from; slot < to; slot++)
		if (slots->entries[slot])
			want_set(c, &join->sets, slots->sets[slot]);
}

/* The set of a run: it is there, see ipcshow_join_add_run(). */
static u32 run_set(struct ipcshow_join *join, const struct ipcshow_run *run)
{
	return ipcshow_sets_add(&join->sets, 0, run->site);
}

/**
 * ipcshow_shares_begin() - a chunk has been joined
 * @c: the cursor
 * @join: the chunk
 * @group: number of its group
 * @offset: where it begins
 */
void ipcshow_shares_begin(struct ipcshow_share_cursor *c, struct ipcshow_join *join, u32 group,
			  u64 offset)
{
	u32 i;

	c->group = group;
	c->offset = offset;
	c->part = PART_SETS;
	c->place = join->sets.nr;
	c->end = 0;
	c->step = 0;
	if (join->uniform) {
		want_set(c, &join->sets, ipcshow_join_uniform_class(join)->set.set);
		return;
	}
	want_slots(c, join, join->slots.low, join->slots.high);
	want_slots(c, join, IPCSHOW_ROW_MAX, join->slots.nr);
	for (i = 0; i < join->nr_runs; i++)
		want_set(c, &join->sets, run_set(join, &join->runs[i]));
}

static bool emit_set(struct ipcshow_share_cursor *c, struct ipcshow_ringbuf *ring, u64 parent,
		     u32 first, u32 site)
{
	/* Who does not know runs does not know of the members that came with them. */
	const u32 size = c->runs ? sizeof(struct ipcshow_set) :
				   offsetofend(struct ipcshow_set, flags);
	struct ipcshow_set *rec;

	rec = ipcshow_ring_reserve(ring, IPCSHOW_REC_SET, size);
	if (!rec)
		return false;
	rec->id = c->base + c->told + 1;
	rec->parent = parent;
	rec->site = site;
	rec->flags = c->told ? 0 : IPCSHOW_SET_F_FIRST;
	if (c->runs) {
		rec->first = first;
		rec->reserved = 0;
	}
	ipcshow_ring_commit(ring);
	c->told++;
	return true;
}

static u64 id_of(const struct ipcshow_share_cursor *c, const struct ipcshow_sets *sets, u32 set)
{
	return set ? c->base + sets->nodes[set].id : 0;
}

/* The longest set that was told of as the beginning of the run of a node, or its parent. */
static u32 told_part(const struct ipcshow_sets *sets, const struct ipcshow_set_node *node)
{
	u32 site, part;

	for (site = node->site; site > node->first; site--) {
		part = ipcshow_sets_look_up(sets, node->parent, node->first, site - 1);
		if (part && sets->nodes[part].id && sets->nodes[part].id != IPCSHOW_SET_WANTED)
			return part;
	}
	return node->parent;
}

/* A node as sets of one more site each. */
static bool emit_sites(struct ipcshow_share_cursor *c, const struct ipcshow_sets *sets,
		       const struct ipcshow_set_node *node, struct ipcshow_ringbuf *ring)
{
	u64 parent = c->base + c->told;
	u32 part;

	if (!c->step) {
		part = told_part(sets, node);
		parent = id_of(c, sets, part);
		c->site = part == node->parent ? node->first : sets->nodes[part].site + 1;
	}
	for (; c->site <= node->site; c->site++) {
		if (!emit_set(c, ring, parent, c->site, c->site))
			return false;
		c->step = 1;
		parent = c->base + c->told;
	}
	c->step = 0;
	return true;
}

static bool emit_sets(struct ipcshow_share_cursor *c, struct ipcshow_join *join,
		      struct ipcshow_ringbuf *ring)
{
	struct ipcshow_sets *sets = &join->sets;
	struct ipcshow_set_node *node;

	for (; c->place < c->end; c->place++) {
		node = &sets->nodes[c->place];
		if (node->id != IPCSHOW_SET_WANTED)
			continue;
		if (c->runs ? !emit_set(c, ring, id_of(c, sets, node->parent), node->first,
					node->site) :
			      !emit_sites(c, sets, node, ring))
			return false;
		node->id = c->told;
	}
	return true;
}

static bool emit_share(const struct ipcshow_share_cursor *c, struct ipcshow_ringbuf *ring,
		       u64 set, u32 flags, u32 column, u32 nr)
{
	struct ipcshow_share *rec;

	rec = ipcshow_ring_reserve(ring, IPCSHOW_REC_SHARE, sizeof(*rec));
	if (!rec)
		return false;
	rec->set = set;
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

static bool emit_slots(struct ipcshow_share_cursor *c, const struct ipcshow_join *join,
		       struct ipcshow_ringbuf *ring, u32 nr)
{
	const struct ipcshow_slots *slots = &join->slots;
	u32 i, n;

	for (; c->place < nr; c->place += n) {
		i = c->place;
		n = run_length(slots, i, nr);
		if (slots->entries[i] && slots->sets[i] &&
		    !emit_share(c, ring, id_of(c, &join->sets, slots->sets[i]), slots->flags[i],
				slots->columns[i], n))
			return false;
	}
	return true;
}

static bool emit_runs(struct ipcshow_share_cursor *c, struct ipcshow_join *join,
		      struct ipcshow_ringbuf *ring)
{
	const struct ipcshow_run *run;

	for (; c->place < join->nr_runs; c->place++) {
		run = &join->runs[c->place];
		if (!emit_share(c, ring, id_of(c, &join->sets, run_set(join, run)), run->flags,
				run->column, run->nr))
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

	if (!c->step) {
		c->step = join->slots.sets[slot];
		c->site = nodes[c->step].site;
	}
	while (c->step) {
		if (!emit_page(c, &join->slots, ring, slot, c->site))
			return false;
		if (c->site-- != nodes[c->step].first)
			continue;
		c->step = nodes[c->step].parent;
		c->site = nodes[c->step].site;
	}
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
static bool emit_uniform(struct ipcshow_share_cursor *c, struct ipcshow_join *join,
			 struct ipcshow_ringbuf *ring)
{
	const struct ipcshow_slots *slots = &join->slots;
	const struct ipcshow_class *class = ipcshow_join_uniform_class(join);

	return emit_share(c, ring, id_of(c, &join->sets, class->set.set), class->flags, slots->low,
			  slots->high - slots->low);
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
	if (join->uniform)
		return emit_uniform(c, join, ring) ? IPCSHOW_STEP_DONE : IPCSHOW_STEP_FULL;

	for (;;) {
		switch (c->part) {
		case PART_FIRST:
			fits = emit_slots(c, join, ring, join->slots.high);
			break;
		case PART_OTHERS:
			fits = emit_slots(c, join, ring, join->slots.nr);
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
