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

	sets->nodes = kvmalloc_array(max, sizeof(*sets->nodes), IPCSHOW_GFP);
	sets->index = kvcalloc(entries, sizeof(*sets->index), IPCSHOW_GFP);
	sets->max = max;
	sets->mask = entries - 1;
	sets->nr = 1;
	if (!sets->nodes || !sets->index)
		return false;
	sets->nodes[0] = (struct ipcshow_set_node){};
	return true;
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

static u32 add(struct ipcshow_sets *sets, u32 parent, u32 first, u32 site, u32 place)
{
	u32 i;

	if (sets->nr == sets->max) {
		sets->full = true;
		return 0;
	}
	i = sets->nr++;
	sets->index[place] = i;
	sets->nodes[i] = (struct ipcshow_set_node){
		.parent = parent,
		.first = first,
		.site = site,
		.size = sets->nodes[parent].size + site - first + 1,
		.place = place,
	};
	return i;
}

/* Return: the node, or 0. @place: out: where it stands in the index, or would. */
static u32 look_up(const struct ipcshow_sets *sets, u32 parent, u32 first, u32 site, u32 *place)
{
	const struct ipcshow_set_node *node;
	u32 i;

	*place = jhash_3words(parent, first, site, 0) & sets->mask;
	while ((i = sets->index[*place]) != 0) {
		node = &sets->nodes[i];
		if (node->parent == parent && node->first == first && node->site == site)
			break;
		*place = (*place + 1) & sets->mask;
	}
	return i;
}

/**
 * ipcshow_sets_look_up() - is there a set?
 * @sets: the sets
 * @parent: as &ipcshow_set_node.parent
 * @first: as &ipcshow_set_node.first
 * @site: as &ipcshow_set_node.site
 *
 * Return: its node, or 0.
 */
u32 ipcshow_sets_look_up(const struct ipcshow_sets *sets, u32 parent, u32 first, u32 site)
{
	u32 place;

	return look_up(sets, parent, first, site, &place);
}

/* A run that goes on where the last one of the set ends is one with that. */
static u32 add_run(struct ipcshow_sets *sets, u32 set, u32 first, u32 site)
{
	u32 parent = set, place, i;

	if (set && sets->nodes[set].site + 1 == first) {
		parent = sets->nodes[set].parent;
		first = sets->nodes[set].first;
	}
	i = look_up(sets, parent, first, site, &place);
	return i ?: add(sets, parent, first, site, place);
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
	u32 i = add_run(sets, set, site, site);

	sets->nodes[set].next = i;
	sets->nodes[set].next_site = site;
	return i;
}

/**
 * ipcshow_growing_set_node() - the node of a set as it is now
 * @sets: the sets
 * @growing: the set, which may go on to grow
 *
 * Return: the node; 0: it is empty, or there is no room, and @sets->full is set.
 */
u32 ipcshow_growing_set_node(struct ipcshow_sets *sets, struct ipcshow_growing_set *growing)
{
	if (growing->first != growing->next)
		growing->set = add_run(sets, growing->set, growing->first, growing->next - 1);
	growing->first = growing->next;
	return growing->set;
}
