/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_SET_H
#define IPCSHOW_SET_H

#include <linux/types.h>

/* &ipcshow_set_node.id of a set that is to be told of. */
#define IPCSHOW_SET_WANTED	U64_MAX

/**
 * struct ipcshow_set_node - some sites, as the last run of them and the others
 * @parent: the others, the last of which is not the one before @first: index of another node,
 *	lower than this; 0: none
 * @first: the first site of the run
 * @site: the last one
 * @size: how many sites in all
 * @place: where in &ipcshow_sets.index it stands
 * @next: node of the set that has @next_site besides; 0: not known
 * @next_site: the site that was added last
 * @id: by which it was told of; IPCSHOW_SET_WANTED: it will be; 0: nobody refers to it
 */
struct ipcshow_set_node {
	u32 parent;
	u32 first;
	u32 site;
	u32 size;
	u32 place;
	u32 next;
	u32 next_site;
	u64 id;
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
 * A site is added to a set in one step, whatever the size of the set. What has the same
 * sites has the same node.
 */
struct ipcshow_sets {
	struct ipcshow_set_node *nodes;
	u32 nr;
	u32 max;
	u32 *index;
	u32 mask;
	bool full;
};

/**
 * struct ipcshow_growing_set - a set to which site after site is added
 * @set: node of its sites but the last run of them
 * @first: the first site of that run
 * @next: behind the last one; if that is @first, it is empty
 *
 * Most pages that many sites have are those of one site after the other: a run takes no
 * node before it ends.
 */
struct ipcshow_growing_set {
	u32 set;
	u32 first;
	u32 next;
};

u64 ipcshow_sets_bytes(u32 max);
bool ipcshow_sets_create(struct ipcshow_sets *sets, u32 max);
void ipcshow_sets_destroy(struct ipcshow_sets *sets);
void ipcshow_sets_forget(struct ipcshow_sets *sets);
u32 ipcshow_sets_find(struct ipcshow_sets *sets, u32 set, u32 site);
u32 ipcshow_sets_look_up(const struct ipcshow_sets *sets, u32 parent, u32 first, u32 site);
u32 ipcshow_growing_set_node(struct ipcshow_sets *sets, struct ipcshow_growing_set *growing);

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

/**
 * ipcshow_growing_set_add() - add a site
 * @sets: the sets
 * @growing: the set
 * @site: a site, higher than those in it
 */
static __always_inline void ipcshow_growing_set_add(struct ipcshow_sets *sets,
						    struct ipcshow_growing_set *growing, u32 site)
{
	if (unlikely(growing->next != site)) {
		ipcshow_growing_set_node(sets, growing);
		growing->first = site;
	}
	growing->next = site + 1;
}

/* How many sites does it have? */
static inline u32 ipcshow_growing_set_size(const struct ipcshow_sets *sets,
					   const struct ipcshow_growing_set *growing)
{
	return sets->nodes[growing->set].size + growing->next - growing->first;
}

/* Is that site the last one that it has? */
static inline bool ipcshow_growing_set_ends_with(const struct ipcshow_sets *sets,
						 const struct ipcshow_growing_set *growing,
						 u32 site)
{
	return growing->next == growing->first ? sets->nodes[growing->set].site == site :
						 growing->next - 1 == site;
}

/* Did they grow alike? If not, they may still have the same sites. */
static inline bool ipcshow_growing_sets_are_alike(const struct ipcshow_growing_set *a,
						  const struct ipcshow_growing_set *b)
{
	return a->set == b->set && a->first == b->first && a->next == b->next;
}

#endif
