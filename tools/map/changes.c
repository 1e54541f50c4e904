// SPDX-License-Identifier: GPL-2.0
/* What is different from the map before. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "map.h"

const char *change_word(enum change change)
{
	static const char *const words[] = {
		[CHANGE_NEW] = "new",
		[CHANGE_GREW] = "grew",
		[CHANGE_SHRANK] = "shrank",
		[CHANGE_OTHER] = "changed",
		[CHANGE_GONE] = "gone",
	};

	return words[change];
}

/**
 * struct named - a tie, as it can be found again in another map
 * @pids: @starts: of both processes
 * @tie: the tie
 */
struct named {
	__u64 pids;
	__u64 starts[2];
	struct tie *tie;
};

static int by_name(const void *left, const void *right)
{
	const struct named *l = left, *r = right;

	if (l->pids != r->pids)
		return l->pids < r->pids ? -1 : 1;
	return memcmp(l->starts, r->starts, sizeof(l->starts));
}

static struct named *name_ties(const struct map *map)
{
	struct named *names = calloc(map->nr_ties + 1, sizeof(*names));
	size_t i;

	for (i = 0; names && i < map->nr_ties; i++) {
		struct tie *tie = &map->ties[i];
		const struct ipcshow_task *a = &map->nodes[tie->a].task;
		const struct ipcshow_task *b = &map->nodes[tie->b].task;

		names[i] = (struct named){
			.pids = (__u64)a->tgid << 32 | b->tgid,
			.starts = { a->start_time, b->start_time },
			.tie = tie,
		};
	}
	if (names && map->nr_ties)
		qsort(names, map->nr_ties, sizeof(*names), by_name);
	return names;
}

/* Channels are told by how many there are of each kind. */
static bool same_channels(const struct map *map, const struct tie *tie, const struct map *before,
			  const struct tie *old)
{
	long counts[IPCSHOW_NR_CHANNEL_KINDS] = { 0 };
	size_t i;

	for (i = 0; i < tie->nr_links; i++)
		counts[ipcshow_channels_get(map->channels, tie->links[i].channel)->kind]++;
	for (i = 0; i < old->nr_links; i++)
		counts[ipcshow_channels_get(before->channels, old->links[i].channel)->kind]--;
	for (i = 0; i < IPCSHOW_NR_CHANNEL_KINDS; i++)
		if (counts[i])
			return false;
	return true;
}

static enum change change_of(const struct map *map, const struct tie *tie,
			     const struct map *before, const struct tie *old)
{
	if (tie_shared(tie) != tie_shared(old))
		return tie_shared(tie) > tie_shared(old) ? CHANGE_GREW : CHANGE_SHRANK;
	if (memcmp(tie->bytes, old->bytes, sizeof(tie->bytes)) || tie->swap != old->swap)
		return CHANGE_OTHER;
	return same_channels(map, tie, before, old) ? CHANGE_NONE : CHANGE_OTHER;
}

/* The strongest first, as in the map. */
static int by_strength(const void *left, const void *right)
{
	return tie_order(*(struct tie *const *)left, *(struct tie *const *)right);
}

/* Both ascend. */
static size_t match(struct map *map, struct named *now, const struct map *before,
		    struct named *then, struct tie **gone)
{
	size_t i = 0, j = 0, nr_gone = 0;
	int order;

	while (i < map->nr_ties || j < before->nr_ties) {
		order = i == map->nr_ties ? 1 : j == before->nr_ties ? -1 :
			by_name(&now[i], &then[j]);
		if (order < 0) {
			now[i++].tie->change = CHANGE_NEW;
		} else if (order > 0) {
			then[j].tie->change = CHANGE_GONE;
			then[j].tie->before = tie_shared(then[j].tie);
			gone[nr_gone++] = then[j++].tie;
		} else {
			now[i].tie->before = tie_shared(then[j].tie);
			now[i].tie->change = change_of(map, now[i].tie, before, then[j].tie);
			i++;
			j++;
		}
	}
	return nr_gone;
}

/**
 * map_compare() - see what changed
 * @map: the map; &tie.change and &tie.before are filled in
 * @before: the map before
 * @gone: out: ties of @before that are no more, the strongest first, from malloc()
 * @nr_gone: out: how many
 *
 * Return: 0 or -ENOMEM.
 */
int map_compare(struct map *map, const struct map *before, struct tie ***gone, size_t *nr_gone)
{
	struct named *now = name_ties(map), *then = name_ties(before);

	*nr_gone = 0;
	*gone = calloc(before->nr_ties + 1, sizeof(**gone));
	if (now && then && *gone)
		*nr_gone = match(map, now, before, then, *gone);
	if (*nr_gone)
		qsort(*gone, *nr_gone, sizeof(**gone), by_strength);
	free(now);
	free(then);
	if (now && then && *gone)
		return 0;
	free(*gone);
	*gone = NULL;
	return -ENOMEM;
}
