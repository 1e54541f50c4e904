// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Page cache that processes only read, little of it each: what two of them have in common of it is
 * no more than what the one maps. Who maps too little to matter need not be looked at.
 */
#include <errno.h>

#include "comparison.h"

/**
 * struct object - what ranges map
 * @space: the last address space that maps it
 * @several: it is not the only one
 * @is_cache: page cache of a file that nobody maps to be written to
 * @is_private: all map it private
 * @is_executable: some may run code there
 */
struct object {
	u32 space;
	bool several;
	bool is_cache;
	bool is_private;
	bool is_executable;
};

/**
 * struct objects - those of a comparison
 * @all: by number; @nr of them, room for @room
 * @by_id: their numbers, and 1
 * @of_range: number of each range's, and 1; 0: it maps none
 */
struct objects {
	struct object *all;
	size_t nr;
	size_t room;
	struct table by_id;
	u32 *of_range;
};

static u32 find_object(struct objects *objects, u64 id, u32 space)
{
	size_t number = (size_t)(uintptr_t)table_find(&objects->by_id, id);
	struct object *grown;

	if (number)
		return (u32)number;
	grown = array_grow(objects->all, objects->nr, &objects->room, sizeof(*grown));
	if (!grown)
		return 0;
	objects->all = grown;
	grown[objects->nr++] = (struct object){
		.space = space, .is_cache = true, .is_private = true,
	};
	number = objects->nr;
	return table_put(&objects->by_id, id, (void *)(uintptr_t)number) ? 0 : (u32)number;
}

static void see_range(struct object *object, const struct range *range)
{
	const bool is_private = range->mechanism == IPCSHOW_MECHANISM_FILE_PRIVATE;

	object->several |= range->space != object->space;
	object->space = range->space;
	object->is_cache &= is_private || range->mechanism == MECHANISM_READ_ONLY;
	object->is_private &= is_private;
	object->is_executable |= range->executable;
}

/* Ranges of one file often follow one another. */
static int find_objects(struct objects *objects, const struct ipcshow_comparison *c)
{
	u64 last = 0;
	u32 number = 0;
	size_t i;

	objects->of_range = calloc(c->nr_ranges + 1, sizeof(*objects->of_range));
	if (!objects->of_range)
		return -ENOMEM;
	for (i = 0; i < c->nr_ranges; i++) {
		const struct range *range = &c->ranges[i];

		if (range->key.type != KEY_OBJECT)
			continue;
		if (range->key.id != last)
			number = find_object(objects, range->key.id, range->space);
		if (!number)
			return -ENOMEM;
		last = range->key.id;
		objects->of_range[i] = number;
		see_range(&objects->all[number - 1], range);
	}
	return 0;
}

/* Of programs, the cache is not looked at in any case: see compare_key(). */
static bool counts(const struct objects *objects, size_t range)
{
	const u32 number = objects->of_range[range];
	const struct object *object = number ? &objects->all[number - 1] : NULL;

	return object && object->several && object->is_cache &&
	       !(object->is_private && object->is_executable);
}

/* @kept: how many ranges those before it have; and it, after that. */
static void drop_little(struct ipcshow_comparison *c, struct space *space,
			const struct objects *objects, size_t *kept)
{
	const size_t first = space->first_range, end = first + space->nr_ranges;
	u64 bytes = 0;
	size_t i;

	for (i = first; i < end; i++)
		if (counts(objects, i))
			bytes += c->ranges[i].end - c->ranges[i].start;
	space->first_range = *kept;
	for (i = first; i < end; i++)
		if (bytes >= IPCSHOW_LITTLE_CACHE || c->ranges[i].own || c->ranges[i].lent ||
		    !counts(objects, i))
			c->ranges[(*kept)++] = c->ranges[i];
	space->nr_ranges = *kept - space->first_range;
}

/**
 * comparison_drop_little() - with F_NO_LITTLE_CACHE, drop ranges that are not of interest
 * @c: the comparison, whose ranges have been read
 *
 * What may be a copy of what is mapped, or lie anywhere, is kept.
 *
 * Return: 0 or -ENOMEM.
 */
int comparison_drop_little(struct ipcshow_comparison *c)
{
	struct objects objects = { 0 };
	size_t i, kept = 0;
	int err;

	if (!(c->flags & IPCSHOW_COMPARISON_F_NO_LITTLE_CACHE))
		return 0;
	err = find_objects(&objects, c);
	for (i = 0; i < c->nr_spaces && !err; i++)
		drop_little(c, &c->spaces[i], &objects, &kept);
	if (!err)
		c->nr_ranges = kept;
	table_clear(&objects.by_id, NULL);
	free(objects.all);
	free(objects.of_range);
	return err;
}
