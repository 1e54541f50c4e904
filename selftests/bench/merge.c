// SPDX-License-Identifier: GPL-2.0
/*
 * For each page frame, the set of processes that were seen to map it. Frames are small
 * numbers, so a table of two levels finds them without a hash or a sort; sets are few, and
 * numbered: a process that comes to a set makes another one, the same one each time. So an
 * entry costs a look at the frame's set and at where that leads, and neither how many
 * processes there are nor how many have the page matters. A radix sort of (frame, process),
 * of two passes of 11 bits, and groups by hash of the sharers took 2.5 times as many
 * instructions for two processes.
 */
#include <string.h>

#include "merge.h"

#define LEAF_SHIFT	16
#define LEAF_FRAMES	(1UL << LEAF_SHIFT)

/* The set of those of @parent, and @process; number 0 is the empty one. */
struct set {
	u32 parent;
	u32 process;
	/* Where it leads with the process at hand, if @next_of is that. */
	u32 next;
	u32 next_of;
	u64 pages;
};

#define NO_PROCESS	UINT32_MAX

struct merge {
	u64 nothing;
	size_t nr_processes;
	u32 **leaves;
	size_t nr_leaves;
	struct set *sets;
	size_t nr_sets;
	size_t room;
};

static void *grow(void *memory, size_t nr, size_t size)
{
	memory = reallocarray(memory, nr, size);
	if (!memory)
		die("%zu times %zu bytes", nr, size);
	return memory;
}

static u32 add_set(struct merge *merge, u32 parent, u32 process)
{
	if (merge->nr_sets == merge->room) {
		merge->room = merge->room ? 2 * merge->room : 64;
		merge->sets = grow(merge->sets, merge->room, sizeof(*merge->sets));
	}
	merge->sets[merge->nr_sets] = (struct set){
		.parent = parent, .process = process, .next_of = NO_PROCESS,
	};
	return (u32)merge->nr_sets++;
}

struct merge *merge_create(size_t nr_processes, u64 nothing)
{
	struct merge *merge = calloc(1, sizeof(*merge));

	if (!merge)
		die("merge");
	merge->nothing = nothing;
	merge->nr_processes = nr_processes;
	add_set(merge, 0, NO_PROCESS);
	return merge;
}

static u32 *make_leaf(struct merge *merge, u64 number)
{
	if (number >= merge->nr_leaves) {
		merge->leaves = grow(merge->leaves, number + 1, sizeof(*merge->leaves));
		memset(&merge->leaves[merge->nr_leaves], 0,
		       (number + 1 - merge->nr_leaves) * sizeof(*merge->leaves));
		merge->nr_leaves = number + 1;
	}
	if (!merge->leaves[number]) {
		merge->leaves[number] = calloc(LEAF_FRAMES, sizeof(u32));
		if (!merge->leaves[number])
			die("page frames");
	}
	return merge->leaves[number];
}

static u32 make_next(struct merge *merge, u32 set, u32 process)
{
	u32 next = add_set(merge, set, process);

	merge->sets[set].next = next;
	merge->sets[set].next_of = process;
	return next;
}

void merge_add(struct merge *merge, size_t process, const u64 *entries, size_t nr)
{
	u64 frame, number, last = UINT64_MAX;
	u32 *slot, *leaf = NULL;
	struct set *set;

	for (size_t i = 0; i < nr; i++) {
		if (!(entries[i] & PAGEMAP_PRESENT))
			continue;
		frame = entries[i] & PAGEMAP_FRAME;
		number = frame >> LEAF_SHIFT;
		if (number != last) {
			leaf = make_leaf(merge, number);
			last = number;
		}
		slot = &leaf[frame % LEAF_FRAMES];
		set = &merge->sets[*slot];
		/* It may map a page more than once. */
		if (set->process == process || frame == merge->nothing)
			continue;
		set->pages--;
		*slot = set->next_of == process ? set->next :
						  make_next(merge, *slot, (u32)process);
		merge->sets[*slot].pages++;
	}
}

/* The processes of a set; the last one that came is the highest. */
static size_t list_members(const struct merge *merge, size_t number, u32 *members)
{
	const struct set *set;
	size_t nr = 0;

	for (; number; number = set->parent) {
		set = &merge->sets[number];
		members[nr++] = set->process;
	}
	return nr;
}

void merge_finish(struct merge *merge, struct matrix *matrix)
{
	u32 *members = grow(NULL, merge->nr_processes, sizeof(*members));
	size_t nr;

	for (size_t i = 1; i < merge->nr_sets; i++) {
		u64 bytes = merge->sets[i].pages * PAGE;

		if (!bytes)
			continue;
		nr = list_members(merge, i, members);
		for (size_t a = 1; a < nr; a++) {
			for (size_t b = 0; b < a; b++)
				*matrix_at(matrix, members[a], members[b]) += bytes;
		}
	}
	free(members);
}

void merge_free(struct merge *merge)
{
	for (size_t i = 0; i < merge->nr_leaves; i++)
		free(merge->leaves[i]);
	free(merge->leaves);
	free(merge->sets);
	free(merge);
}
