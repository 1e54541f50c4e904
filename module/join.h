/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_JOIN_H
#define IPCSHOW_JOIN_H

#include <linux/types.h>

#include "row.h"

struct ipcshow_salt;

/**
 * struct ipcshow_set_node - some sites, as the last of them and the others
 * @parent: the others: index of another node, lower than this; 0: none
 * @site: the last one
 * @size: how many
 * @place: where in &ipcshow_join.node_index it stands
 */
struct ipcshow_set_node {
	u32 parent;
	u32 site;
	u32 size;
	u32 place;
};

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
 *
 * What is found in a column has a slot, and a slot is an index of @entries to @columns. Slot
 * number n below IPCSHOW_ROW_MAX is for what the first site with a page in column n has there;
 * what else is found gets the slots behind them, as it comes.
 *
 * @salt: of the identities
 * @bulk: all sites so far have the same rows: those in @entries, as far as @nr_bulk; their
 *	sets are @bulk_set and @bulk_held, and not in @sets and @held
 * @nr_bulk: pages of these rows
 * @bulk_plain: and they are plain: @bulk_ptes is what the page tables have
 * @bulk_ptes: see @bulk_plain
 * @bulk_flags: IPCSHOW_SHARE_F_* of all of them, or U32_MAX: they are not all alike
 * @bulk_set: as in @sets, for all of them
 * @bulk_held: as in @held, for all of them
 * @low: the first of the slots below IPCSHOW_ROW_MAX that is used
 * @high: behind the last one of these
 * @nr_slots: behind the last slot of all
 * @max_slots: for how many there is room, also in @runs
 * @entries: the page, as in &ipcshow_row.entries; 0: an unused slot
 * @sets: node of the sites that had it when they were read first
 * @held: node of those that still had it when they were read again
 * @flags: IPCSHOW_SHARE_F_*
 * @columns: the column that it was found in
 * @ids: identity, where @flags say KSM or OWNED
 * @places: where in @index the slot stands
 * @index: open-addressing hash table of the slots from IPCSHOW_ROW_MAX on
 * @index_mask: entries in @index, less 1
 * @runs: pages that are mapped once only, if they have no slot
 * @nr_runs: how many
 * @nodes: the sets; number 0 is the empty one
 * @nr_nodes: how many
 * @max_nodes: for how many there is room
 * @node_index: hash table of @nodes
 * @node_mask: entries in @node_index, less 1
 * @last_try: what does not hold still this time is told as it is
 * @has_ids: some slot has an identity
 * @full: something did not fit: the chunk must be smaller
 * @unsettled: bytes of pages that did not hold still
 * @row: the entries of the site that is being read
 */
struct ipcshow_join {
	const struct ipcshow_salt *salt;
	bool bulk;
	u32 nr_bulk;
	bool bulk_plain;
	u32 bulk_flags;
	u32 bulk_set;
	u32 bulk_held;
	u32 low;
	u32 high;
	u32 nr_slots;
	u32 max_slots;
	u64 *entries;
	u32 *sets;
	u32 *held;
	u32 *flags;
	u32 *columns;
	u64 *ids;
	u32 *places;
	u32 *index;
	u32 index_mask;
	struct ipcshow_run *runs;
	u32 nr_runs;
	struct ipcshow_set_node *nodes;
	u32 nr_nodes;
	u32 max_nodes;
	u32 *node_index;
	u32 node_mask;
	bool last_try;
	bool has_ids;
	bool full;
	u64 unsettled;
	pte_t bulk_ptes[IPCSHOW_ROW_MAX];
	struct ipcshow_row row;
};

u64 ipcshow_join_bytes(u32 sites);
struct ipcshow_join *ipcshow_join_create(u32 sites, const struct ipcshow_salt *salt);
void ipcshow_join_destroy(struct ipcshow_join *join);
void ipcshow_join_begin(struct ipcshow_join *join, bool last_try);
void ipcshow_join_forget_sets(struct ipcshow_join *join);
u32 ipcshow_join_set_add(struct ipcshow_join *join, u32 set, u32 site);
void ipcshow_join_add(struct ipcshow_join *join, u32 site, unsigned int nr);
void ipcshow_join_verify(struct ipcshow_join *join, u32 site, unsigned int nr);
void ipcshow_join_add_same(struct ipcshow_join *join, u32 site);
void ipcshow_join_verify_same(struct ipcshow_join *join, u32 site);
bool ipcshow_join_is_uniform(const struct ipcshow_join *join);
void ipcshow_join_settle(struct ipcshow_join *join);

#endif
