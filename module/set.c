// SPDX-License-Identifier: GPL-2.0
/* Sets of sites. */
#include <linux/jhash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "quota.h"
#include "set.h"

/**
 * ipcshow_sets_bytes() - memory that ipcshow_sets_create() takes
 * @max: sets
 */
u64 ipcshow_sets_bytes(u32 max)
{
	return (u64)max * sizeof(struct ipcshow_set_node) +
	       roundup_pow_of_two(2 * (u64)max) * sizeof(u32);
}

/**
 * ipcshow_sets_create() - room for sets
 * @sets: filled in; to be given to ipcshow_sets_destroy() in any case
 * @max: how many, the empty one included
 *
 * Return: false: out of memory.
 */
bool ipcshow_sets_create(struct ipcshow_sets *sets, u32 max)
{
	const u32 entries = roundup_pow_of_two(2 * max);

	sets->nodes = kvcalloc(max, sizeof(*sets->nodes), IPCSHOW_GFP);
	sets->index = kvcalloc(entries, sizeof(*sets->index), IPCSHOW_GFP);
	sets->max = max;
	sets->mask = entries - 1;
	sets->nr = 1;
	return sets->nodes && sets->index;
}

/**
 * ipcshow_sets_destroy() - the end of ipcshow_sets_create()
 * @sets: the sets
 */
void ipcshow_sets_destroy(struct ipcshow_sets *sets)
{
	kvfree(sets->nodes);
	kvfree(sets->index);
}

/**
 * ipcshow_sets_forget() - make room for other sets
 * @sets: the sets; only the empty one is left
 */
void ipcshow_sets_forget(struct ipcshow_sets *sets)
{
	u32 i;

	for (i = 1; i < sets->nr; i++)
		sets->index[sets->nodes[i].place] = 0;
	sets->nr = 1;
	sets->nodes[0].next = 0;
}

static u32 add(struct ipcshow_sets *sets, u32 set, u32 site, u32 place)
{
	u32 i;

	if (sets->nr == sets->max) {
		sets->full = true;
		return 0;
	}
	i = sets->nr++;
	sets->index[place] = i;
	sets->nodes[i] = (struct ipcshow_set_node){
		.parent = set,
		.site = site,
		.size = sets->nodes[set].size + 1,
		.place = place,
	};
	return i;
}

/**
 * ipcshow_sets_find() - as ipcshow_sets_add(), which is to be called
 * @sets: the sets
 * @set: node of the set
 * @site: a site, higher than those in @set
 *
 * Return: its node; 0: there is no room, and @sets->full is set.
 */
u32 ipcshow_sets_find(struct ipcshow_sets *sets, u32 set, u32 site)
{
	u32 place = jhash_2words(set, site, 0) & sets->mask;
	u32 i;

	while ((i = sets->index[place]) != 0) {
		if (sets->nodes[i].parent == set && sets->nodes[i].site == site)
			break;
		place = (place + 1) & sets->mask;
	}
	if (!i)
		i = add(sets, set, site, place);
	sets->nodes[set].next = i;
	sets->nodes[set].next_site = site;
	return i;
}
