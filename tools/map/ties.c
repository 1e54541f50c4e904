// SPDX-License-Identifier: GPL-2.0
/* Ties: two processes, and all that joins them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "channel_words.h"
#include "map.h"

#define WEAK	(1U << IPCSHOW_MECHANISM_FILE_PRIVATE | 1U << IPCSHOW_MECHANISM_KERNEL)

static __u32 *find_slot(const struct map *map, __u32 a, __u32 b)
{
	size_t at = ((__u64)a << 32 | b) * 0x9e3779b97f4a7c15 >> 24 & map->mask;

	while (map->index[at] && (map->ties[map->index[at] - 1].a != a ||
				  map->ties[map->index[at] - 1].b != b))
		at = (at + 1) & map->mask;
	return &map->index[at];
}

static int resize_index(struct map *map)
{
	size_t i, mask = map->index ? map->mask * 2 + 1 : 255;
	__u32 *index = calloc(mask + 1, sizeof(*index));

	if (!index)
		return -ENOMEM;
	free(map->index);
	map->index = index;
	map->mask = mask;
	for (i = 0; i < map->nr_ties; i++)
		*find_slot(map, map->ties[i].a, map->ties[i].b) = (__u32)i + 1;
	return 0;
}

/*
 * With all tied to all there are as many as pairs: what is not used is not touched, and what need
 * not grow is not moved. Of very many processes, few are tied to most: some megabytes will do.
 */
static size_t first_room(const struct map *map)
{
	const size_t nr = map->nr_nodes < 256 ? map->nr_nodes : 256;

	return nr * nr / 2 + 1;
}

static int grow(struct map *map)
{
	size_t room = map->room_ties ? map->room_ties * 2 : first_room(map);
	struct tie *grown;

	if (map->nr_ties < map->room_ties)
		return 0;
	grown = reallocarray(map->ties, room, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	map->ties = grown;
	map->room_ties = room;
	return 0;
}

/**
 * map_tie() - the tie of two processes, which is made if there is none
 * @map: the map, whose ties are not sorted yet
 * @a: @b: numbers of the nodes
 *
 * Return: the tie, until the next one is made; NULL: out of memory.
 */
struct tie *map_tie(struct map *map, size_t a, size_t b)
{
	const __u32 first = (__u32)(a < b ? a : b), second = (__u32)(a < b ? b : a);
	__u32 *slot;

	if ((!map->index || map->nr_ties >= map->mask / 2) && resize_index(map))
		return NULL;
	slot = find_slot(map, first, second);
	if (!*slot) {
		if (grow(map))
			return NULL;
		map->ties[map->nr_ties++] = (struct tie){ .a = first, .b = second };
		*slot = (__u32)map->nr_ties;
	}
	return &map->ties[*slot - 1];
}

/* One end that is selected will do, unless both must be. */
static bool is_selected(const struct map *map, size_t a, size_t b)
{
	const bool x = map->nodes[a].selected, y = map->nodes[b].selected;

	return map->filter->inside ? x && y : x || y;
}

/* Of one sort, what counts. */
static __u64 wanted_bytes(const struct filter *filter, const struct ipcshow_tie *found,
			  unsigned int mechanism)
{
	return filter->mechanisms & 1U << mechanism ? found->bytes[mechanism] : 0;
}

static __u64 weak_bytes(const struct filter *filter, const struct ipcshow_tie *found)
{
	__u64 weak = 0;
	unsigned int i;

	for (i = 0; i < IPCSHOW_NR_MECHANISMS; i++)
		if (WEAK & 1U << i)
			weak += wanted_bytes(filter, found, i);
	if (filter->mechanisms & 1U << IPCSHOW_MECHANISM_FILE_SHARED)
		weak += found->read_only;
	return weak;
}

static void take_bytes(const struct map *map, struct tie *tie, const struct ipcshow_tie *found)
{
	const struct filter *filter = map->filter;
	const __u64 weak = weak_bytes(filter, found);
	const bool is_little = weak < filter->cache_min;
	unsigned int i;

	for (i = 0; i < IPCSHOW_NR_MECHANISMS; i++) {
		tie->bytes[i] = is_little && WEAK & 1U << i ? 0 : wanted_bytes(filter, found, i);
		tie->strong += tie->bytes[i];
	}
	if (is_little && tie->bytes[IPCSHOW_MECHANISM_FILE_SHARED]) {
		tie->bytes[IPCSHOW_MECHANISM_FILE_SHARED] -= found->read_only;
		tie->strong -= found->read_only;
	}
	tie->weak = is_little ? 0 : weak;
	tie->strong -= tie->weak;
	if (filter->mechanisms & 1U << IPCSHOW_MECHANISM_FORK)
		tie->swap = found->swap;
}

/**
 * map_add_memory() - two processes have memory in common
 * @map: the map
 * @a: @b: numbers of the nodes
 * @found: what; of it, what is not of interest is dropped
 *
 * Return: 0 or -ENOMEM.
 */
int map_add_memory(struct map *map, size_t a, size_t b, const struct ipcshow_tie *found)
{
	struct tie wanted = { 0 };
	struct tie *tie;

	if (!is_selected(map, a, b))
		return 0;
	take_bytes(map, &wanted, found);
	if ((!tie_shared(&wanted) && !wanted.swap) || tie_shared(&wanted) < map->filter->min)
		return 0;
	tie = map_tie(map, a, b);
	if (!tie)
		return -ENOMEM;
	wanted.a = tie->a;
	wanted.b = tie->b;
	*tie = wanted;
	return 0;
}

static int add_link(struct tie *tie, size_t channel, unsigned int flow)
{
	if (tie->nr_links == tie->room) {
		size_t room = tie->room ? tie->room * 2 : 2;
		struct link *grown = reallocarray(tie->links, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		tie->links = grown;
		tie->room = room;
	}
	tie->links[tie->nr_links++] = (struct link){ channel, flow };
	return 0;
}

/* What a channel is to those who have an end of it, each two once. */
static int join(struct map *map, size_t number, const __u32 *subjects, size_t nr)
{
	const struct ipcshow_channel *channel = ipcshow_channels_get(map->channels, number);
	unsigned int flow;
	struct tie *tie;
	size_t i, j;
	int err = 0;

	for (i = 0; i < nr; i++)
		for (j = i + 1; j < nr && !err; j++) {
			const size_t a = map->node_of[subjects[i]], b = map->node_of[subjects[j]];

			if (!is_selected(map, a, b) ||
			    !ipcshow_channel_joins(channel, subjects[i], subjects[j], &flow) ||
			    (channel_is_idle(channel, flow) && !map->filter->everything))
				continue;
			/* Subjects ascend as nodes do. */
			tie = map_tie(map, a, b);
			err = tie ? add_link(tie, number, flow) : -ENOMEM;
		}
	return err;
}

/* Ends stand by subject. */
static size_t list_subjects(const struct ipcshow_channel *channel, __u32 *subjects)
{
	size_t i, nr = 0;

	for (i = 0; i < channel->nr_ends; i++)
		if (!nr || subjects[nr - 1] != channel->ends[i].subject)
			subjects[nr++] = channel->ends[i].subject;
	return nr;
}

/**
 * map_add_channels() - tie who is joined by channels
 * @map: the map, with @channels
 *
 * Return: 0 or -ENOMEM.
 */
int map_add_channels(struct map *map)
{
	__u32 *subjects = calloc(ipcshow_survey_count(map->survey) + 1, sizeof(*subjects));
	size_t i, nr;
	int err = 0;

	if (!subjects)
		return -ENOMEM;
	for (i = 0; i < ipcshow_channels_count(map->channels) && !err; i++) {
		const struct ipcshow_channel *channel = ipcshow_channels_get(map->channels, i);

		if (!(map->filter->kinds & 1U << channel->kind))
			continue;
		nr = list_subjects(channel, subjects);
		if (nr > CROWD && !map->filter->everything)
			map->crowds++;
		else
			err = join(map, i, subjects, nr);
	}
	free(subjects);
	return err;
}

/* Memory alone is too little, or there is a channel. */
static bool tie_is_wanted(const struct map *map, const struct tie *tie)
{
	if (map->nodes[tie->a].gone || map->nodes[tie->b].gone)
		return false;
	return map->filter->min ? tie_shared(tie) >= map->filter->min :
				  tie_shared(tie) || tie->swap || tie->nr_links;
}

/* They are to be found again. */
void map_forget_ties(struct map *map)
{
	size_t i;

	for (i = 0; i < map->nr_ties; i++)
		free(map->ties[i].links);
	map->nr_ties = 0;
	free(map->index);
	map->index = NULL;
	map->passes = 0;
	map->unsettled = 0;
}

static int by_number(__u64 left, __u64 right)
{
	return left > right ? -1 : left < right;
}

/**
 * tie_order() - which of two ties, maybe of two maps, is the stronger
 * @l: @r: the ties
 *
 * Return: less than 0: @l, which comes first; more: @r.
 */
int tie_order(const struct tie *l, const struct tie *r)
{
	int order = by_number(l->strong, r->strong);

	if (!order)
		order = by_number(l->weak, r->weak);
	if (!order)
		order = by_number(l->nr_links, r->nr_links);
	if (!order)
		order = by_number(r->a, l->a);
	return order ? order : by_number(r->b, l->b);
}

static int by_strength(const void *left, const void *right)
{
	return tie_order(left, right);
}

/**
 * map_sort_ties() - keep the ties that are wanted, the strongest first
 * @map: the map; no tie is looked up or added any more
 */
void map_sort_ties(struct map *map)
{
	size_t i, kept = 0;

	for (i = 0; i < map->nr_ties; i++) {
		if (!tie_is_wanted(map, &map->ties[i])) {
			free(map->ties[i].links);
			continue;
		}
		map->ties[kept++] = map->ties[i];
		map->nodes[map->ties[i].a].nr_ties++;
		map->nodes[map->ties[i].b].nr_ties++;
	}
	map->nr_ties = kept;
	if (kept)
		qsort(map->ties, kept, sizeof(*map->ties), by_strength);
	free(map->index);
	map->index = NULL;
}
