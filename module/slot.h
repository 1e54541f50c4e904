/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_SLOT_H
#define IPCSHOW_SLOT_H

#include <linux/types.h>

struct ipcshow_salt;

/* Flags of pages that are not all alike, or not all there. */
#define IPCSHOW_SLOTS_MIXED	U32_MAX

/**
 * struct ipcshow_slots - the pages that were found in the columns of a chunk
 *
 * Slot number n below IPCSHOW_ROW_MAX is for what the first site with a page in column n has
 * there; what else is found gets the slots behind them, as it comes.
 *
 * @salt: of the identities
 * @low: the first of the slots below IPCSHOW_ROW_MAX that is used
 * @high: behind the last one of these
 * @dirty: behind the last one of these that is not all 0
 * @nr: behind the last slot of all
 * @max: for how many there is room
 * @entries: the page, as in &ipcshow_row.entries; 0: an unused slot
 * @sets: node of the sites that had it when they were read first
 * @held: node of those that had it when they were read again
 * @flags: IPCSHOW_SHARE_F_*
 * @columns: the column that it was found in
 * @ids: identity, where @flags say KSM or OWNED
 * @has_ids: some slot has an identity
 * @places: where in @index the slot stands
 * @index: open-addressing hash table of the slots from IPCSHOW_ROW_MAX on
 * @mask: entries in @index, less 1
 * @full: a page did not fit
 */
struct ipcshow_slots {
	const struct ipcshow_salt *salt;
	u32 low;
	u32 high;
	u32 dirty;
	u32 nr;
	u32 max;
	u64 *entries;
	u32 *sets;
	u32 *held;
	u32 *flags;
	u32 *columns;
	u64 *ids;
	bool has_ids;
	u32 *places;
	u32 *index;
	u32 mask;
	bool full;
};

u64 ipcshow_slots_bytes(u32 max);
bool ipcshow_slots_create(struct ipcshow_slots *slots, u32 max, const struct ipcshow_salt *salt);
void ipcshow_slots_destroy(struct ipcshow_slots *slots);
void ipcshow_slots_clear(struct ipcshow_slots *slots);
void ipcshow_slots_begin(struct ipcshow_slots *slots, u32 nr);
u32 ipcshow_slots_find(const struct ipcshow_slots *slots, u64 entry, u32 column, u32 *place);
u32 ipcshow_slots_add(struct ipcshow_slots *slots, u64 entry, u32 column, u32 place);
void ipcshow_slots_set_first(struct ipcshow_slots *slots, u64 entry, u32 column);
u32 ipcshow_slots_look(struct ipcshow_slots *slots, u32 from, u32 to, u32 said);
bool ipcshow_entry_is_exclusive(u64 entry, u32 *flags);

#endif
