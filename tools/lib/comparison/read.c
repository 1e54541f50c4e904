// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which ranges of pages an address space has, and whether it has them still. */
#include <errno.h>

#include "comparison.h"

/* What a driver may map: see vm_insert_page() and remap_vmalloc_range() in the kernel. */
#define DRIVER_FLAGS	(IPCSHOW_VMA_PFNMAP | IPCSHOW_VMA_IO | IPCSHOW_VMA_MIXEDMAP |	\
			 IPCSHOW_VMA_DONTEXPAND)

#define WHAT	(IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_FAMILY)

/**
 * struct reading - an address space that is being read
 * @c: the comparison
 * @space: which
 * @next: first range that does not end below what was read again
 * @gone: it has ended
 * @mechanism: what mechanism_of_region() said of @last, a VMA with a file
 */
struct reading {
	struct ipcshow_comparison *c;
	u32 space;
	size_t next;
	bool gone;
	enum ipcshow_mechanism mechanism;
	struct ipcshow_region last;
};

/* FNV-1a. */
static u64 hash_bytes(const u8 *bytes, size_t size)
{
	u64 hash = 0xcbf29ce484222325;
	size_t i;

	for (i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3;
	return hash;
}

/* 32-bit programs have a vDSO of their own of the same name. */
static u64 key_of_special(const struct space *space, const struct ipcshow_region *region)
{
	u64 id = hash_bytes(region->name, region->name_size);

	return space->process->task.flags & IPCSHOW_TASK_F_COMPAT &&
	       id == hash_bytes((const u8 *)"[vdso]", 6) ? ~id : id;
}

/* The key of the page at @address of a VMA. */
static struct key key_at(const struct space *space, const struct ipcshow_region *region,
			 u64 address)
{
	u64 skipped = address - region->start;

	if (region->object)
		return (struct key){ KEY_OBJECT, region->object, region->offset + skipped };
	if (region->flags & IPCSHOW_REGION_F_SPECIAL)
		return (struct key){ KEY_SPECIAL, key_of_special(space, region), skipped };
	if (region->family)
		return (struct key){ KEY_FAMILY, region->family, region->offset + skipped };
	return (struct key){ 0 };
}

/*
 * What goes on where the last one ends, in memory and in what it maps, is one with that: the
 * segments of a program. Not where areas are asked for, nor where it matters what maps each.
 */
static bool goes_on(const struct ipcshow_comparison *c, const struct range *last,
		    const struct range *range)
{
	return range->side == NO_SIDE && !(c->flags & IPCSHOW_COMPARISON_F_MECHANISMS) &&
	       last->end == range->start && last->lent == range->lent &&
	       last->shared == range->shared &&
	       range->key.type != KEY_NONE && last->key.type == range->key.type &&
	       last->key.id == range->key.id &&
	       last->key.offset + (last->end - last->start) == range->key.offset;
}

static int add_range(struct reading *reading, const struct ipcshow_region *region, u64 start,
		     u64 end, u32 side)
{
	struct ipcshow_comparison *c = reading->c;
	struct range *grown, *last = c->spaces[reading->space].nr_ranges ?
				     &c->ranges[c->nr_ranges - 1] : NULL;
	struct range range;

	/* Where the mapping changed while it was read, an area may begin in the former. */
	if (last && last->end > start)
		start = min_u64(last->end, end);
	if (start >= end || end >= 1ULL << 63)
		return 0;
	range = (struct range){
		.key = key_at(&c->spaces[reading->space], region, start),
		.start = start,
		.end = end,
		.space = reading->space,
		.side = side,
		.lent = (region->flags & IPCSHOW_REGION_F_SPECIAL) ||
			(region->vma_flags & (DRIVER_FLAGS | IPCSHOW_VMA_MERGEABLE)),
		.executable = region->vma_flags & IPCSHOW_VMA_EXEC,
		.shared = region->vma_flags & IPCSHOW_VMA_MAYSHARE,
		.own = region->family,
	};
	if (last && goes_on(c, last, &range)) {
		last->end = end;
		return 0;
	}
	grown = array_grow(c->ranges, c->nr_ranges, &c->room_ranges, sizeof(*c->ranges));
	if (!grown)
		return -ENOMEM;
	c->ranges = grown;
	c->ranges[c->nr_ranges++] = range;
	c->spaces[reading->space].nr_ranges++;
	return 0;
}

static int copy_name(struct side *side, const struct ipcshow_area *area)
{
	char *name;

	if (!area->name_size)
		return 0;
	name = malloc(area->name_size);
	if (!name)
		return -ENOMEM;
	memcpy(name, area->name, area->name_size);
	side->view.name = name;
	side->view.name_size = area->name_size;
	return 0;
}

static int fill_side(struct ipcshow_comparison *c, struct side *side,
		     const struct ipcshow_area *area, u32 space)
{
	*side = (struct side){
		.space = space,
		.key = key_at(&c->spaces[space], area->region, area->page_start),
		.device = area->kind == IPCSHOW_KIND_DEVICE,
		.ring = area->kind == IPCSHOW_KIND_DEVICE && file_is_ring(area->file),
		.view = {
			.start = area->start,
			.end = area->end,
			.page_start = area->page_start,
			.page_end = area->page_end,
			.kind = area->kind,
			.flags = area->flags,
			.vma_flags = area->region->vma_flags,
			.object = area->region->object,
			.tid = area->thread ? area->thread->tid : 0,
			.ino = area->file ? area->file->ino : 0,
			.sysv_key = area->file ? area->file->sysv_key : 0,
		},
	};
	if (area->thread)
		memcpy(side->view.comm, area->thread->comm, sizeof(side->view.comm));
	return copy_name(side, area);
}

static int see_area(const struct ipcshow_area *area, void *arg)
{
	struct reading *reading = arg;
	struct ipcshow_comparison *c = reading->c;
	struct side *grown;
	int err;

	if (c->nr_sides == NO_SIDE)
		return -ENOMEM;
	grown = array_grow(c->sides, c->nr_sides, &c->room_sides, sizeof(*c->sides));
	if (!grown)
		return -ENOMEM;
	c->sides = grown;
	err = fill_side(c, &c->sides[c->nr_sides], area, reading->space);
	if (err)
		return err;
	c->spaces[reading->space].nr_sides++;
	return add_range(reading, area->region, area->page_start, area->page_end,
			 (u32)c->nr_sides++);
}

static int see_end(struct reading *reading, const struct ipcshow_end *end)
{
	if (end->flags & IPCSHOW_END_F_GONE)
		reading->gone = true;
	return 0;
}

/* All that it takes to say the same of their mechanism. */
static bool is_mapped_alike(const struct ipcshow_region *a, const struct ipcshow_region *b)
{
	return a->file == b->file && a->object == b->object && a->vma_flags == b->vma_flags &&
	       a->flags == b->flags;
}

/* VMAs of one file often follow one another. */
static void see_mechanism(struct reading *reading, const struct ipcshow_region *region,
			  struct range *range)
{
	struct ipcshow_process *process = reading->c->spaces[reading->space].process;

	if (!region->file || !is_mapped_alike(region, &reading->last)) {
		reading->mechanism = mechanism_of_region(process, region,
							 files_pin(&process->files, region->file));
		reading->last = *region;
	}
	range->mechanism = reading->mechanism;
}

static int see_region(const struct ipcshow_record *rec, void *arg)
{
	const struct ipcshow_region *region = (const struct ipcshow_region *)rec;
	struct reading *reading = arg;
	struct ipcshow_comparison *c = reading->c;
	const bool told = c->flags & IPCSHOW_COMPARISON_F_MECHANISMS;
	size_t nr = c->nr_ranges;
	int err;

	if (rec->type == IPCSHOW_REC_END)
		return see_end(reading, (const struct ipcshow_end *)rec);
	if (rec->type == IPCSHOW_REC_FILE && told)
		return files_put(&c->spaces[reading->space].process->files,
				 (const struct ipcshow_file *)rec);
	if (rec->type != IPCSHOW_REC_REGION)
		return 0;
	if (region->start >= region->end)
		return -EUCLEAN;
	err = add_range(reading, region, region->start, region->end, NO_SIDE);
	if (told && c->nr_ranges > nr)
		see_mechanism(reading, region, &c->ranges[nr]);
	return err;
}

static int take(struct reading *reading, u64 what, bool files, ipcshow_record_fn *fn)
{
	struct ipcshow_process *process = reading->c->spaces[reading->space].process;
	const struct ipcshow_query query = {
		.what = what,
		.flags = files ? 0 : IPCSHOW_SNAPSHOT_F_NO_FILES,
		.target = process->target,
	};

	return ipcshow_snapshot_take(reading->c->device, &query, fn, reading);
}

/**
 * comparison_read() - read the ranges of an address space
 * @c: the comparison
 * @space: which
 *
 * Return: 0; -ESRCH: it has ended; or a negative errno.
 */
int comparison_read(struct ipcshow_comparison *c, u32 space)
{
	struct reading reading = { .c = c, .space = space };
	struct ipcshow_process *process = c->spaces[space].process;
	int err;

	c->spaces[space].first_range = c->nr_ranges;
	c->spaces[space].first_side = c->nr_sides;
	if (c->flags & IPCSHOW_COMPARISON_F_AREAS)
		err = ipcshow_process_areas(process, false, see_area, &reading);
	else
		err = take(&reading, WHAT, c->flags & IPCSHOW_COMPARISON_F_MECHANISMS, see_region);
	if (!err && (reading.gone || process->gone))
		err = -ESRCH;
	return err || !(c->flags & IPCSHOW_COMPARISON_F_AREAS) ? err : kernel_read(c, space);
}

/*
 * Anonymous memory that was never touched may have got a family since. The same object as before, but
 * shared where it was private, is another mapping.
 */
static bool is_alike(const struct space *space, const struct range *range,
		     const struct ipcshow_region *region)
{
	u64 start = max_u64(range->start, region->start);
	struct key now = key_at(space, region, start);

	if (range->shared != !!(region->vma_flags & IPCSHOW_VMA_MAYSHARE))
		return false;
	if (range->key.type == KEY_NONE)
		return now.type == KEY_NONE || now.type == KEY_FAMILY;
	return now.type == range->key.type && now.id == range->key.id &&
	       now.offset - range->key.offset == start - range->start;
}

static int see_region_again(const struct ipcshow_record *rec, void *arg)
{
	const struct ipcshow_region *region = (const struct ipcshow_region *)rec;
	struct reading *reading = arg;
	struct ipcshow_comparison *c = reading->c;
	size_t i, end = c->spaces[reading->space].first_range +
			c->spaces[reading->space].nr_ranges;

	if (rec->type == IPCSHOW_REC_END)
		return see_end(reading, (const struct ipcshow_end *)rec);
	if (rec->type != IPCSHOW_REC_REGION)
		return 0;
	while (reading->next < end && c->ranges[reading->next].end <= region->start)
		reading->next++;
	for (i = reading->next; i < end && c->ranges[i].start < region->end; i++)
		if (is_alike(&c->spaces[reading->space], &c->ranges[i], region))
			c->ranges[i].held += min_u64(c->ranges[i].end, region->end) -
					     max_u64(c->ranges[i].start, region->start);
	return 0;
}

/**
 * comparison_read_again() - see which ranges are as they were
 * @c: the comparison
 * @space: which address space
 *
 * With F_ONCE, only whether it is still there.
 *
 * Return: 0; -ESRCH: it has ended; or a negative errno.
 */
int comparison_read_again(struct ipcshow_comparison *c, u32 space)
{
	const struct space *s = &c->spaces[space];
	struct reading reading = { .c = c, .space = space, .next = s->first_range };
	const bool once = c->flags & IPCSHOW_COMPARISON_F_ONCE;
	size_t i;
	int err = take(&reading, once ? IPCSHOW_WHAT_TASK : WHAT, false, see_region_again);

	if (!err && reading.gone)
		err = -ESRCH;
	for (i = s->first_range; !err && !once && i < s->first_range + s->nr_ranges; i++) {
		const struct range *range = &c->ranges[i];

		if (range->held == range->end - range->start)
			continue;
		c->facts.changed = true;
		if (range->side != NO_SIDE)
			c->sides[range->side].view.changed = true;
	}
	return err;
}
