/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_JOIN_H
#define IPCSHOW_JOIN_H

#include <linux/bitmap.h>
#include <linux/types.h>

#include "block.h"
#include "row.h"
#include "set.h"
#include "slot.h"

struct ipcshow_salt;

/**
 * struct ipcshow_run - consecutive pages that only one site has
 * @site: the site
 * @column: of the first
 * @nr: how many
 * @flags: IPCSHOW_SHARE_F_*
 */
struct ipcshow_run {
	u32 site;
	u32 column;
	u32 nr;
	u32 flags;
};

/**
 * struct ipcshow_join - one chunk of a group: which sites have which pages
 * @sets: the sets of sites that were found
 * @slots: the pages that were found
 * @blocks: the columns that the first row has
 * @runs: pages that are mapped once only, if they have no slot
 * @nr_runs: how many
 * @last_try: what does not hold still this time is told as it is
 * @plain: all rows that were added are &ipcshow_row.reachable, and no page got its slot after a
 *	site may have had it that needed none
 * @alone: columns in which some site has a page that needs no slot
 * @unsettled: bytes of pages that did not hold still
 * @uniform: all that was found is one run of pages, from the slots' low to high, of the set and
 *	flags of the block of the first; no slot was filled in
 * @row: of the site that is being read, see ipcshow_join_row()
 * @entries: room for it
 * @ptes: room for it
 */
struct ipcshow_join {
	struct ipcshow_sets sets;
	struct ipcshow_slots slots;
	struct ipcshow_blocks blocks;
	struct ipcshow_run *runs;
	u32 nr_runs;
	bool last_try;
	bool plain;
	DECLARE_BITMAP(alone, IPCSHOW_ROW_MAX);
	u64 unsettled;
	bool uniform;
	struct ipcshow_row row;
	u64 entries[IPCSHOW_ROW_MAX];
	pte_t ptes[IPCSHOW_ROW_MAX];
};

/* Something did not fit: the chunk must be smaller. */
static inline bool ipcshow_join_is_full(const struct ipcshow_join *join)
{
	return join->sets.full || join->slots.full;
}

/* Would a chunk twice as large, of pages like these, fit? */
static inline bool ipcshow_join_has_room_for_twice(const struct ipcshow_join *join)
{
	return join->slots.nr - IPCSHOW_ROW_MAX <= (join->slots.max - IPCSHOW_ROW_MAX) / 2 &&
	       join->nr_runs <= join->slots.max / 2;
}

/* If it is uniform, all that was found is of this one. */
static inline struct ipcshow_class *ipcshow_join_uniform_class(struct ipcshow_join *join)
{
	return &join->blocks.block[join->slots.low / IPCSHOW_BLOCK].classes[0];
}

/* To be filled in. The first one of a chunk is read to where it is kept. */
static inline struct ipcshow_row *ipcshow_join_row(struct ipcshow_join *join)
{
	bool first = !join->blocks.nr;

	join->row.entries = first ? join->slots.entries : join->entries;
	join->row.ptes = first ? join->blocks.ptes : join->ptes;
	return &join->row;
}

u64 ipcshow_join_bytes(u32 sites);
struct ipcshow_join *ipcshow_join_create(u32 sites, const struct ipcshow_salt *salt);
void ipcshow_join_destroy(struct ipcshow_join *join);
void ipcshow_join_begin(struct ipcshow_join *join, bool last_try);
void ipcshow_join_add_run(struct ipcshow_join *join, u32 site, u32 column, u32 flags);
void ipcshow_join_add(struct ipcshow_join *join, u32 site, u32 first, u32 nr);
bool ipcshow_join_look(struct ipcshow_join *join);
void ipcshow_join_hold(struct ipcshow_join *join);
void ipcshow_join_again(struct ipcshow_join *join);
void ipcshow_join_verify(struct ipcshow_join *join, u32 site, u32 first, u32 nr);
void ipcshow_join_add_same(struct ipcshow_join *join, u32 site, u32 first, u32 nr);
void ipcshow_join_verify_same(struct ipcshow_join *join, u32 site, u32 first, u32 nr);
void ipcshow_join_settle(struct ipcshow_join *join);

#endif
