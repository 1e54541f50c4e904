// SPDX-License-Identifier: GPL-2.0
/* The pages that were found in the columns of a chunk. */
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "quota.h"
#include "row.h"
#include "slot.h"

/* Bytes of a slot in all its arrays. */
#define SLOT_BYTES	(2 * sizeof(u64) + 5 * sizeof(u32))

/**
 * ipcshow_slots_bytes() - memory that ipcshow_slots_create() takes
 * @max: slots
 */
u64 ipcshow_slots_bytes(u32 max)
{
	return max * SLOT_BYTES + roundup_pow_of_two(2 * (u64)max) * sizeof(u32);
}

/**
 * ipcshow_slots_create() - room for slots
 * @slots: filled in; to be given to ipcshow_slots_destroy() in any case
 * @max: how many, more than IPCSHOW_ROW_MAX
 *
 * Return: false: out of memory.
 */
bool ipcshow_slots_create(struct ipcshow_slots *slots, u32 max)
{
	const u32 entries = roundup_pow_of_two(2 * max);
	u32 i;

	slots->max = max;
	slots->mask = entries - 1;
	slots->nr = IPCSHOW_ROW_MAX;
	slots->entries = kvcalloc(max, sizeof(*slots->entries), IPCSHOW_GFP);
	slots->sets = kvcalloc(max, sizeof(*slots->sets), IPCSHOW_GFP);
	slots->held = kvcalloc(max, sizeof(*slots->held), IPCSHOW_GFP);
	slots->flags = kvcalloc(max, sizeof(*slots->flags), IPCSHOW_GFP);
	slots->columns = kvcalloc(max, sizeof(*slots->columns), IPCSHOW_GFP);
	slots->ids = kvcalloc(max, sizeof(*slots->ids), IPCSHOW_GFP);
	slots->places = kvcalloc(max, sizeof(*slots->places), IPCSHOW_GFP);
	slots->index = kvcalloc(entries, sizeof(*slots->index), IPCSHOW_GFP);
	if (!slots->entries || !slots->sets || !slots->held || !slots->flags ||
	    !slots->columns || !slots->ids || !slots->places || !slots->index)
		return false;
	for (i = 0; i < IPCSHOW_ROW_MAX; i++)
		slots->columns[i] = i;
	return true;
}

/**
 * ipcshow_slots_destroy() - the end of ipcshow_slots_create()
 * @slots: the slots
 */
void ipcshow_slots_destroy(struct ipcshow_slots *slots)
{
	kvfree(slots->entries);
	kvfree(slots->sets);
	kvfree(slots->held);
	kvfree(slots->flags);
	kvfree(slots->columns);
	kvfree(slots->ids);
	kvfree(slots->places);
	kvfree(slots->index);
}

/**
 * ipcshow_slots_clear() - nothing was found yet
 * @slots: the slots
 */
void ipcshow_slots_clear(struct ipcshow_slots *slots)
{
	u32 i;

	for (i = IPCSHOW_ROW_MAX; i < slots->nr; i++)
		slots->index[slots->places[i]] = 0;
	for (i = slots->low; i < slots->high; i++)
		slots->entries[i] = 0;
	slots->low = IPCSHOW_ROW_MAX;
	slots->high = 0;
	slots->nr = IPCSHOW_ROW_MAX;
	slots->full = false;
}

static void fill(struct ipcshow_slots *slots, u32 slot, u64 entry)
{
	slots->entries[slot] = entry;
	slots->sets[slot] = 0;
	slots->held[slot] = 0;
	slots->flags[slot] = 0;
}

/**
 * ipcshow_slots_find() - a page that is not what the first site has there
 * @slots: the slots
 * @entry: the page
 * @column: where
 * @place: out: where it stands in the index, or would
 *
 * Return: the slot, or 0.
 */
u32 ipcshow_slots_find(const struct ipcshow_slots *slots, u64 entry, u32 column, u32 *place)
{
	u32 slot;

	*place = hash_64(entry + column, 32) & slots->mask;
	while ((slot = slots->index[*place]) != 0) {
		if (slots->entries[slot] == entry && slots->columns[slot] == column)
			return slot;
		*place = (*place + 1) & slots->mask;
	}
	return 0;
}

/**
 * ipcshow_slots_add() - a slot for a page that ipcshow_slots_find() did not find
 * @slots: the slots
 * @entry: the page
 * @column: where
 * @place: as ipcshow_slots_find() said
 *
 * Return: the slot; 0: there is no room, and @slots->full is set.
 */
u32 ipcshow_slots_add(struct ipcshow_slots *slots, u64 entry, u32 column, u32 place)
{
	u32 slot;

	if (slots->nr == slots->max) {
		slots->full = true;
		return 0;
	}
	slot = slots->nr++;
	slots->index[place] = slot;
	slots->places[slot] = place;
	slots->columns[slot] = column;
	fill(slots, slot, entry);
	return slot;
}

/**
 * ipcshow_slots_set_first() - what the first site with a page in a column has there
 * @slots: the slots
 * @entry: the page
 * @column: the column, whose slot is unused
 */
void ipcshow_slots_set_first(struct ipcshow_slots *slots, u64 entry, u32 column)
{
	fill(slots, column, entry);
	slots->low = min(slots->low, column);
	slots->high = max(slots->high, column + 1);
}
