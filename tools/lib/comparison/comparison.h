/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_COMPARISON_H
#define IPCSHOW_COMPARISON_H

#include "process.h"
#include "table.h"

#define NO_SIDE		UINT32_MAX

/* Page cache of a file that is mapped shared, but to read only: told apart as long as it is counted. */
#define MECHANISM_READ_ONLY	((enum ipcshow_mechanism)IPCSHOW_NR_MECHANISMS)

/* What makes ranges comparable: by what their offsets are meant. */
enum key_type {
	KEY_NONE,
	KEY_OBJECT,
	KEY_FAMILY,
	KEY_SPECIAL,
};

/**
 * struct key - where the first page of a range lies
 * @type: in what
 * @id: in which
 * @offset: where in it
 */
struct key {
	enum key_type type;
	u64 id;
	u64 offset;
};

/**
 * struct range - consecutive pages that are compared as one: an area or a VMA
 * @key: what it maps
 * @start: @end: its addresses
 * @space: of which address space
 * @side: its area, or NO_SIDE
 * @lent: its pages may be anywhere else, too (KSM, drivers)
 * @identified: PAGE records of it came
 * @executable: code may be run there
 * @shared: what is written there is written to what it maps
 * @own: it may have anonymous pages
 * @mechanism: for F_MECHANISMS: how others come to have its pages, those that are not anonymous
 * @held: bytes that were mapped alike when regions were read again
 */
struct range {
	struct key key;
	u64 start;
	u64 end;
	u32 space;
	u32 side;
	bool lent;
	bool identified;
	bool executable;
	bool shared;
	bool own;
	enum ipcshow_mechanism mechanism;
	u64 held;
};

/**
 * struct crowd - how many areas of which address spaces there are of something
 * @space: of which the last ones were; @nr of them
 * @most: @second: how many the two others have that have most
 */
struct crowd {
	u32 space;
	u64 nr;
	u64 most;
	u64 second;
};

/* struct stretch - a range of pages of one area, for F_RANGES */
struct stretch {
	u64 start;
	u64 bytes;
	enum ipcshow_range_what what;
};

/**
 * struct side - an area, and what was counted of it
 * @view: what the caller sees; first, so that it leads to the rest
 * @space: of which address space
 * @key: what its first page maps
 * @device: mapped from a driver
 * @ring: from ours
 * @anon: part of @view.rss that is anonymous, whether or not KSM merged it
 * @stretches: what it has, in ascending order; @nr_stretches of them, room for @room
 * @mates: sides behind it that it is in a pair with; @nr_mates of them, room for @room_mates
 */
struct side {
	struct ipcshow_side view;
	u32 space;
	struct key key;
	bool device;
	bool ring;
	u64 anon;
	struct stretch *stretches;
	size_t nr_stretches;
	size_t room;
	u32 *mates;
	size_t nr_mates;
	size_t room_mates;
};

/* Pages by what they are. */
enum page_class {
	CLASS_ANON,
	CLASS_FILE,
	CLASS_DEVICE,
	CLASS_LENT,
	CLASS_SWAP,
	CLASS_UNSETTLED,
	NR_CLASSES
};

/**
 * struct pair - two areas of different address spaces
 * @a: @b: their sides, @a < @b
 * @common: as in &struct ipcshow_match
 * @same: in both and the same, by class; CLASS_LENT: found by identity
 * @ksm: part of @same[CLASS_LENT]
 * @different: as in &struct ipcshow_match
 * @only_a: @only_b: pages of each with nothing at their place in the other, nor in another area of
 *	the other's address space
 * @faced_a: @faced_b: pages of each that are the same, or others, or may be, at their place in the
 *	other. In all four, only what no address space of the comparison maps twice: for the rest
 *	see &struct facing
 * @unsettled: of @common: where one of them, or both, did not hold still
 * @unsettled_a: @unsettled_b: part of @unsettled: where that one did not
 * @touched: of @common: not untouched
 * @ranges: in ascending order of @a's address; @nr_ranges of them, room for @room
 */
struct pair {
	u32 a;
	u32 b;
	u64 common;
	u64 same[NR_CLASSES];
	u64 ksm;
	u64 different;
	u64 only_a;
	u64 only_b;
	u64 faced_a;
	u64 faced_b;
	u64 unsettled;
	u64 unsettled_a;
	u64 unsettled_b;
	u64 touched;
	struct ipcshow_range *ranges;
	size_t nr_ranges;
	size_t room;
};

/**
 * struct facing - what an area has in common with an address space that maps it several times
 * @bytes: pages of it that face something in one of the areas there that it is paired with
 * @lent: pages of it that are there by identity, bytes
 * @piece: the last pages that were looked at
 * @pages: which of them are in @bytes
 */
struct facing {
	u64 bytes;
	u64 lent;
	u64 piece;
	u64 pages;
};

/**
 * struct spaces_total - what a set of address spaces have in common
 * @bytes: resident
 * @swap: swapped out
 */
struct spaces_total {
	u64 bytes;
	u64 swap;
};

/**
 * struct totals - by set of address spaces, and with F_MECHANISMS by mechanism
 * @space_words: words of a set, a bit for each space
 * @words: the same, and one for the mechanism, if they are told apart
 * @sets: one after the other
 * @totals: of each
 * @nr: how many
 * @room: of both
 * @index: open-addressing hash table: number of a set, and 1
 * @mask: entries in @index, less 1
 */
struct totals {
	size_t space_words;
	size_t words;
	u64 *sets;
	struct spaces_total *totals;
	size_t nr;
	size_t room;
	u32 *index;
	size_t mask;
};

/* struct lent - a page with an identity, where it was found */
struct lent {
	u64 id;
	u64 address;
	u32 space;
	u32 side;
	u32 flags;
	u32 range;
};

/* struct lents - some of them */
struct lents {
	struct lent *all;
	size_t nr;
	size_t room;
};

/**
 * struct space - an address space
 * @process: whose it is, one of them
 * @first_range: of &ipcshow_comparison.ranges; @nr_ranges of them
 * @first_side: of &ipcshow_comparison.sides; @nr_sides of them
 * @clock: the time namespace, if @has_clock
 * @several: more than one process has it
 * @gone: none has it any more, for F_SURVIVORS
 * @rss: @swap: with F_MECHANISMS, and if @several have it: what is resident, and swapped out
 */
struct space {
	struct ipcshow_process *process;
	size_t first_range;
	size_t nr_ranges;
	size_t first_side;
	size_t nr_sides;
	u64 clock;
	bool has_clock;
	bool several;
	bool gone;
	u64 rss;
	u64 swap;
};

/**
 * struct cachers - address spaces that have pages of one object of the cache
 * @by: the mechanism, if that is the same for all
 * @all: who they are, a set
 * @readers: of these, who does not map it shared and to be written to
 * @private: of these, who maps it private only
 */
struct cachers {
	enum ipcshow_mechanism by;
	u64 *all;
	u64 *readers;
	u64 *private;
};

/**
 * struct ipcshow_comparison - see ipcshow_comparison_run()
 * @device: what the processes are open on
 * @flags: IPCSHOW_COMPARISON_F_*
 * @page_size: bytes
 * @processes: the caller's array, copied; @nr of them
 * @space_of: the address space of each
 * @gone: of each: it left meanwhile
 * @spaces: address spaces, each once; @nr_spaces of them
 * @ranges: of all address spaces, each one's together and in ascending order
 * @order: indices of @ranges, by key
 * @sides: areas, likewise; none without F_AREAS
 * @pairs: pairs by their sides; after the comparison @sorted has them by address spaces
 * @facings: of areas and address spaces
 * @totals: by set of address spaces
 * @matrix: the same by two address spaces
 * @facts: what is said of it all
 */
struct ipcshow_comparison {
	struct ipcshow_device *device;
	unsigned int flags;
	u64 page_size;
	struct ipcshow_process **processes;
	size_t nr;
	u32 *space_of;
	bool *gone;
	struct space *spaces;
	size_t nr_spaces;
	struct range *ranges;
	size_t nr_ranges;
	size_t room_ranges;
	u32 *order;
	struct side *sides;
	size_t nr_sides;
	size_t room_sides;
	struct table pairs;
	struct pair **sorted;
	size_t nr_sorted;
	struct table facings;
	struct totals totals;
	struct spaces_total *matrix;
	struct ipcshow_comparison_facts facts;
};

/* read.c */
int comparison_read(struct ipcshow_comparison *c, u32 space);
int comparison_read_again(struct ipcshow_comparison *c, u32 space);

/* cache.c */
int comparison_drop_little(struct ipcshow_comparison *c);

/* kernel.c */
int kernel_read(struct ipcshow_comparison *c, u32 space);
bool kernel_lends_one(const struct ipcshow_comparison *c, const struct side *a,
		      const struct side *b);

/* one_space.c */
enum ipcshow_mechanism comparison_one_space_by(const struct ipcshow_comparison *c, size_t a,
					       size_t b);
int comparison_rows_of_one(const struct ipcshow_comparison *c, size_t a, size_t b,
			   ipcshow_match_fn *fn, void *arg);

/* order.c */
int comparison_order(struct ipcshow_comparison *c);

/* groups.c */
int comparison_pages(struct ipcshow_comparison *c, u32 *gone);

/* totals.c */
int totals_add(struct totals *totals, u64 *set, enum ipcshow_mechanism mechanism, u64 bytes,
	       u64 swap);
size_t totals_list(const u64 *set, size_t nr_spaces, bool inverted, u32 *to);
int totals_matrix(struct ipcshow_comparison *c);
void totals_free(struct totals *totals);

/* mechanism.c */
enum ipcshow_mechanism mechanism_of_region(struct ipcshow_process *process,
					   const struct ipcshow_region *region,
					   const struct ipcshow_file *file);
enum ipcshow_mechanism mechanism_of_lent(enum ipcshow_mechanism a, enum ipcshow_mechanism b);
int mechanism_add_cached(struct ipcshow_comparison *c, struct cachers *cachers, u64 bytes);
void cachers_begin(struct ipcshow_comparison *c, struct cachers *cachers, const u64 *spaces);
void cachers_see(struct cachers *cachers, const struct range *range);
bool file_is_ring(const struct ipcshow_file *file);

/* ties.c */
int comparison_count_resident(struct ipcshow_comparison *c);

/* survivors.c */
int comparison_run_survivors(struct ipcshow_comparison *c, u32 *gone);

/* lent.c */
int lents_add(struct lents *lents, const struct lent *lent);
int lents_join(struct ipcshow_comparison *c, struct lents *first, struct lents *again);

/* mates.c */
typedef int mates_fn(size_t i, size_t j, void *arg);

void crowd_see(struct crowd *crowd, u32 space);
bool crowd_is_one(const struct crowd *crowd);
int mates_choose(struct ipcshow_comparison *c, const u32 *sides, size_t nr);
int mates_each(struct ipcshow_comparison *c, const u32 *sides, size_t nr, mates_fn *fn, void *arg);

/* pair.c */
struct pair *comparison_pair(struct ipcshow_comparison *c, u32 a, u32 b);
int comparison_sort_pairs(struct ipcshow_comparison *c);
void pair_free(void *pair);
int pair_add_range(struct pair *pair, const struct ipcshow_range *range);
u64 mix_numbers(u32 high, u32 low);
int side_add_stretch(struct side *side, u64 start, u64 bytes, enum ipcshow_range_what what);

/* facing.c */
struct facing *facing_make(struct ipcshow_comparison *c, u32 side, u32 space);
void facing_see(struct facing *facing, u64 piece, u64 pages, u64 page_size);
u64 facing_known(const struct ipcshow_comparison *c, u32 side, u32 space);

/* verdict.c */
void match_judge(const struct ipcshow_comparison *c, struct ipcshow_match *match,
		 const struct pair *pair);

static inline struct side *side_of(const struct ipcshow_side *view)
{
	return (struct side *)(uintptr_t)view;
}

#endif
