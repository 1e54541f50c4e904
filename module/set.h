/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_SET_H
#define IPCSHOW_SET_H

#include <linux/types.h>

/**
 * struct ipcshow_set_node - some sites, as the last of them and the others
 * @parent: the others: index of another node, lower than this; 0: none
 * @site: the last one
 * @size: how many
 * @place: where in &ipcshow_sets.index it stands
 * @next: node of the set that has @next_site besides; 0: not known
 * @next_site: the site that was added last
 */
struct ipcshow_set_node {
	u32 parent;
	u32 site;
	u32 size;
	u32 place;
	u32 next;
	u32 next_site;
};

/**
 * struct ipcshow_sets - sets of sites, as a tree that grows by what is found
 * @nodes: the sets; number 0 is the empty one
 * @nr: how many
 * @max: for how many there is room
 * @index: open-addressing hash table of @nodes
 * @mask: entries in @index, less 1
 * @full: a set did not fit
 *
 * A site is added to a set in one step, whatever the size of the set.
 */
struct ipcshow_sets {
	struct ipcshow_set_node *nodes;
	u32 nr;
	u32 max;
	u32 *index;
	u32 mask;
	bool full;
};

u64 ipcshow_sets_bytes(u32 max);
bool ipcshow_sets_create(struct ipcshow_sets *sets, u32 max);
void ipcshow_sets_destroy(struct ipcshow_sets *sets);
void ipcshow_sets_forget(struct ipcshow_sets *sets);
u32 ipcshow_sets_find(struct ipcshow_sets *sets, u32 set, u32 site);

/**
 * ipcshow_sets_add() - the set of those of another set and one more
 * @sets: the sets
 * @set: node of the set
 * @site: a site, higher than those in @set
 *
 * Return: its node; 0: there is no room, and @sets->full is set.
 */
static __always_inline u32 ipcshow_sets_add(struct ipcshow_sets *sets, u32 set, u32 site)
{
	const struct ipcshow_set_node *node = &sets->nodes[set];

	/* Mostly many pages that one site has lead from the same set to the same. */
	if (likely(node->next && node->next_site == site))
		return node->next;
	return ipcshow_sets_find(sets, set, site);
}

#endif
