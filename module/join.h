/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_JOIN_H
#define IPCSHOW_JOIN_H

#include <linux/types.h>

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

/* Columns that are treated as one as long as most rows are the same there. */
#define IPCSHOW_BLOCK		64
#define IPCSHOW_CLASSES_MAX	6

/**
 * struct ipcshow_block - some columns, by class: those of one class have the same sets
 * @classified: @classes and &ipcshow_join.class_of tell the sets of the pages of the first
 *	row, not the slots
 * @nr: classes
 * @flags: IPCSHOW_SHARE_F_* of all pages, or U32_MAX: they are not all alike
 * @classes: the sets of each class, as &ipcshow_slots.sets and &ipcshow_slots.held
 */
struct ipcshow_block {
	bool classified;
	u32 nr;
	u32 flags;
	struct {
		u32 set;
		u32 held;
	} classes[IPCSHOW_CLASSES_MAX];
};

/**
 * struct ipcshow_join - one chunk of a group: which sites have which pages
 * @salt: of the identities
 * @sets: the sets of sites that were found
 * @slots: the pages that were found
 * @runs: pages that are mapped once only, if they have no slot
 * @nr_runs: how many
 * @nr_bulk: pages of the first row, which is in the slots' entries
 * @bulk_plain: it is plain: @bulk_ptes is what the page tables have
 * @bulk_ptes: see @bulk_plain
 * @blocks: the columns, IPCSHOW_BLOCK at a time
 * @class_of: the class of each column in its block
 * @last_try: what does not hold still this time is told as it is
 * @has_ids: some slot has an identity
 * @unsettled: bytes of pages that did not hold still
 * @row: the entries of the site that is being read
 */
struct ipcshow_join {
	const struct ipcshow_salt *salt;
	struct ipcshow_sets sets;
	struct ipcshow_slots slots;
	struct ipcshow_run *runs;
	u32 nr_runs;
	u32 nr_bulk;
	bool bulk_plain;
	struct ipcshow_block blocks[IPCSHOW_ROW_MAX / IPCSHOW_BLOCK];
	u8 class_of[IPCSHOW_ROW_MAX];
	bool last_try;
	bool has_ids;
	u64 unsettled;
	pte_t bulk_ptes[IPCSHOW_ROW_MAX];
	struct ipcshow_row row;
};

/* Something did not fit: the chunk must be smaller. */
static inline bool ipcshow_join_is_full(const struct ipcshow_join *join)
{
	return join->sets.full || join->slots.full;
}

u64 ipcshow_join_bytes(u32 sites);
struct ipcshow_join *ipcshow_join_create(u32 sites, const struct ipcshow_salt *salt);
void ipcshow_join_destroy(struct ipcshow_join *join);
void ipcshow_join_begin(struct ipcshow_join *join, bool last_try);
void ipcshow_join_add(struct ipcshow_join *join, u32 site, u32 first, u32 nr);
void ipcshow_join_verify(struct ipcshow_join *join, u32 site, u32 first, u32 nr);
void ipcshow_join_add_same(struct ipcshow_join *join, u32 site, u32 block);
void ipcshow_join_verify_same(struct ipcshow_join *join, u32 site, u32 block);
bool ipcshow_join_is_classified(const struct ipcshow_join *join, u32 block, u32 nr);
bool ipcshow_join_is_uniform(const struct ipcshow_join *join);
void ipcshow_join_settle(struct ipcshow_join *join);

#endif
