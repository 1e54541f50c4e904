// SPDX-License-Identifier: GPL-2.0
/*
 * What is drawn: the ties, but where several processes have the same in common, that. Ten processes
 * with one segment are ten lines to it, not forty-five.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph.h"

/* Through a channel of this kind, memory is shared by this mechanism; or IPCSHOW_NR_MECHANISMS. */
enum ipcshow_mechanism kind_mechanism(enum ipcshow_channel_kind kind)
{
	switch (kind) {
	case IPCSHOW_CHANNEL_SYSV_SHM:
		return IPCSHOW_MECHANISM_SYSV_SHM;
	case IPCSHOW_CHANNEL_POSIX_SHM:
		return IPCSHOW_MECHANISM_POSIX_SHM;
	case IPCSHOW_CHANNEL_MEMFD:
		return IPCSHOW_MECHANISM_MEMFD;
	case IPCSHOW_CHANNEL_SHARED_ANON:
		return IPCSHOW_MECHANISM_SHARED_ANON;
	case IPCSHOW_CHANNEL_RING:
		return IPCSHOW_MECHANISM_RING;
	default:
		return IPCSHOW_NR_MECHANISMS;
	}
}

static struct hub *add_hub(struct graph *graph, size_t nr_nodes)
{
	struct hub *hub;

	if (graph->nr_hubs == graph->room) {
		size_t room = graph->room ? graph->room * 2 : 16;

		hub = reallocarray(graph->hubs, room, sizeof(*hub));
		if (!hub)
			return NULL;
		graph->hubs = hub;
		graph->room = room;
	}
	hub = &graph->hubs[graph->nr_hubs];
	*hub = (struct hub){ .nodes = calloc(nr_nodes, sizeof(*hub->nodes)) };
	if (!hub->nodes)
		return NULL;
	graph->nr_hubs++;
	return hub;
}

/* ---- memory ---- */

/**
 * struct clique - processes of which each two have memory of one sort in common
 * @graph: the graph
 * @mechanism: the sort
 * @tie_of: by two nodes, in a square of @side: 1 and the number of the tie; 0: none
 * @place_of: by node: 1 and its place in @nodes; 0: none
 * @nodes: nodes that have such ties; @side of them
 * @degree: how many each has
 * @members: places in @nodes of those in the clique; @nr of them
 */
struct clique {
	struct graph *graph;
	unsigned int mechanism;
	__u32 *tie_of;
	__u32 *place_of;
	__u32 *nodes;
	size_t side;
	size_t *degree;
	size_t *members;
	size_t nr;
};

static size_t place_of(struct clique *clique, __u32 node)
{
	if (!clique->place_of[node]) {
		clique->nodes[clique->side++] = node;
		clique->place_of[node] = (__u32)clique->side;
	}
	return clique->place_of[node] - 1;
}

static __u32 *tie_at(const struct clique *clique, size_t x, size_t y)
{
	return &clique->tie_of[x * clique->side + y];
}

static bool is_tied_to_all(const struct clique *clique, size_t x)
{
	size_t i;

	for (i = 0; i < clique->nr; i++)
		if (clique->members[i] == x || !*tie_at(clique, clique->members[i], x))
			return false;
	return true;
}

/* Who has most ties first, then who is tied to all that are in it. */
static void find_clique(struct clique *clique)
{
	size_t x, best;

	clique->nr = 0;
	do {
		best = clique->side;
		for (x = 0; x < clique->side; x++)
			if (clique->degree[x] && is_tied_to_all(clique, x) &&
			    (best == clique->side || clique->degree[x] > clique->degree[best]))
				best = x;
		if (best < clique->side)
			clique->members[clique->nr++] = best;
	} while (best < clique->side);
}

static int by_number(const void *left, const void *right)
{
	const __u32 l = *(const __u32 *)left, r = *(const __u32 *)right;

	return l < r ? -1 : l > r;
}

/* Whatever else they have in common is at the same hub. */
static struct hub *hub_of(struct graph *graph, const __u32 *nodes, size_t nr)
{
	struct hub *hub;
	size_t i;

	for (i = 0; i < graph->nr_hubs; i++)
		if (graph->hubs[i].nr == nr &&
		    !memcmp(graph->hubs[i].nodes, nodes, nr * sizeof(*nodes)))
			return &graph->hubs[i];
	hub = add_hub(graph, nr);
	if (!hub)
		return NULL;
	memcpy(hub->nodes, nodes, nr * sizeof(*nodes));
	hub->nr = nr;
	return hub;
}

/* What the hub stands for is no part of the ties any more. */
static void move_bytes(struct clique *clique, struct hub *hub, size_t x, size_t y)
{
	struct tie *tie = &clique->graph->ties[*tie_at(clique, x, y) - 1];
	__u64 *bytes = &tie->bytes[clique->mechanism];
	__u64 *least = &hub->least[clique->mechanism], *most = &hub->most[clique->mechanism];

	*most = *bytes > *most ? *bytes : *most;
	*least = !*least || *bytes < *least ? *bytes : *least;
	*bytes = 0;
	*tie_at(clique, x, y) = 0;
	*tie_at(clique, y, x) = 0;
}

/* A seed that led to none is not tried again. */
static int take_clique(struct clique *clique, __u32 *nodes)
{
	struct hub *hub;
	size_t i, j;

	if (clique->nr < HUB_PROCESSES) {
		clique->degree[clique->members[0]] = 0;
		return 0;
	}
	for (i = 0; i < clique->nr; i++)
		nodes[i] = clique->nodes[clique->members[i]];
	qsort(nodes, clique->nr, sizeof(*nodes), by_number);
	hub = hub_of(clique->graph, nodes, clique->nr);
	if (!hub)
		return -ENOMEM;
	for (i = 0; i < clique->nr; i++) {
		clique->degree[clique->members[i]] -= clique->nr - 1;
		for (j = 0; j < i; j++)
			move_bytes(clique, hub, clique->members[i], clique->members[j]);
	}
	return 0;
}

static void see_ties(struct clique *clique)
{
	const struct graph *graph = clique->graph;
	size_t i;

	for (i = 0; i < graph->nr_ties; i++) {
		size_t x, y;

		if (!graph->ties[i].bytes[clique->mechanism])
			continue;
		x = place_of(clique, graph->ties[i].a);
		y = place_of(clique, graph->ties[i].b);
		clique->degree[x]++;
		clique->degree[y]++;
	}
}

static void fill_square(struct clique *clique)
{
	const struct graph *graph = clique->graph;
	size_t i;

	for (i = 0; i < graph->nr_ties; i++) {
		size_t x, y;

		if (!graph->ties[i].bytes[clique->mechanism])
			continue;
		x = place_of(clique, graph->ties[i].a);
		y = place_of(clique, graph->ties[i].b);
		*tie_at(clique, x, y) = (__u32)i + 1;
		*tie_at(clique, y, x) = (__u32)i + 1;
	}
}

static int find_hubs(struct graph *graph, unsigned int mechanism)
{
	const size_t most = graph->map->nr_nodes;
	struct clique clique = {
		.graph = graph,
		.mechanism = mechanism,
		.place_of = calloc(most + 1, sizeof(*clique.place_of)),
		.nodes = calloc(most + 1, sizeof(*clique.nodes)),
		.degree = calloc(most + 1, sizeof(*clique.degree)),
		.members = calloc(most + 1, sizeof(*clique.members)),
	};
	__u32 *nodes = calloc(most + 1, sizeof(*nodes));
	int err = clique.place_of && clique.nodes && clique.degree && clique.members && nodes ?
		0 : -ENOMEM;

	if (!err)
		see_ties(&clique);
	if (!err && clique.side >= HUB_PROCESSES) {
		clique.tie_of = calloc(clique.side * clique.side, sizeof(*clique.tie_of));
		err = clique.tie_of ? 0 : -ENOMEM;
		if (!err)
			fill_square(&clique);
		for (find_clique(&clique); !err && clique.nr; find_clique(&clique))
			err = take_clique(&clique, nodes);
	}
	free(clique.tie_of);
	free(clique.place_of);
	free(clique.nodes);
	free(clique.degree);
	free(clique.members);
	free(nodes);
	return err;
}

/* ---- channels ---- */

/* Both have memory in common by what the channel is: one line is enough. */
static bool is_told(const struct map *map, const struct tie *tie, size_t channel)
{
	unsigned int by = kind_mechanism(ipcshow_channels_get(map->channels, channel)->kind);

	return by < IPCSHOW_NR_MECHANISMS && tie->bytes[by];
}

static bool has_node(const struct hub *hub, __u32 node)
{
	size_t i;

	for (i = 0; i < hub->nr && hub->nodes[i] != node; i++)
		;
	return i < hub->nr;
}

/* Ties come with their channels: of each, who is joined by it. */
static size_t gather_channel(struct graph *graph, struct hub *hub, size_t channel)
{
	size_t i, j;

	hub->nr = 0;
	for (i = 0; i < graph->nr_ties; i++) {
		const struct tie *tie = &graph->ties[i];

		for (j = 0; j < tie->nr_links && tie->links[j].channel != channel; j++)
			;
		if (j == tie->nr_links)
			continue;
		if (!has_node(hub, tie->a))
			hub->nodes[hub->nr++] = tie->a;
		if (!has_node(hub, tie->b))
			hub->nodes[hub->nr++] = tie->b;
	}
	return hub->nr;
}

static void drop_told(struct graph *graph)
{
	size_t i, j;

	for (i = 0; i < graph->nr_ties; i++) {
		struct tie *tie = &graph->ties[i];
		size_t kept = 0;

		for (j = 0; j < tie->nr_links; j++)
			if (!is_told(graph->map, tie, tie->links[j].channel))
				tie->links[kept++] = tie->links[j];
		tie->nr_links = kept;
	}
}

static void drop_channel(struct graph *graph, size_t channel)
{
	size_t i, j;

	for (i = 0; i < graph->nr_ties; i++) {
		struct tie *tie = &graph->ties[i];
		size_t kept = 0;

		for (j = 0; j < tie->nr_links; j++)
			if (tie->links[j].channel != channel)
				tie->links[kept++] = tie->links[j];
		tie->nr_links = kept;
	}
}

static int find_crowded(struct graph *graph)
{
	const size_t nr = graph->map->channels ? ipcshow_channels_count(graph->map->channels) : 0;
	struct hub found = { .nodes = calloc(graph->map->nr_nodes + 1, sizeof(*found.nodes)) };
	struct hub *hub;
	size_t i;
	int err = found.nodes ? 0 : -ENOMEM;

	for (i = 0; i < nr && !err; i++) {
		if (gather_channel(graph, &found, i) < HUB_PROCESSES)
			continue;
		qsort(found.nodes, found.nr, sizeof(*found.nodes), by_number);
		hub = hub_of(graph, found.nodes, found.nr);
		if (!hub) {
			err = -ENOMEM;
			break;
		}
		hub->kinds[ipcshow_channels_get(graph->map->channels, i)->kind]++;
		hub->nr_channels++;
		hub->channel = i;
		drop_channel(graph, i);
	}
	free(found.nodes);
	return err;
}

/* ---- the whole ---- */

static int copy_ties(struct graph *graph, const struct map *map, size_t nr)
{
	size_t i;

	graph->ties = calloc(nr + 1, sizeof(*graph->ties));
	if (!graph->ties)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		struct tie *tie = &graph->ties[i];

		*tie = map->ties[i];
		tie->links = calloc(tie->nr_links + 1, sizeof(*tie->links));
		graph->nr_ties++;
		if (!tie->links)
			return -ENOMEM;
		if (tie->nr_links)
			memcpy(tie->links, map->ties[i].links,
			       tie->nr_links * sizeof(*tie->links));
		graph->drawn[tie->a] = true;
		graph->drawn[tie->b] = true;
	}
	return 0;
}

/**
 * graph_make() - decide what is drawn
 * @graph: out: the graph; graph_free() is due in any case
 * @run: how many ties
 * @map: of what
 *
 * Return: 0 or -ENOMEM.
 */
int graph_make(struct graph *graph, const struct run *run, const struct map *map)
{
	unsigned int i;
	int err;

	*graph = (struct graph){
		.map = map, .drawn = calloc(map->nr_nodes + 1, sizeof(*graph->drawn)),
	};
	if (!graph->drawn)
		return -ENOMEM;
	err = copy_ties(graph, map, run_top(run, map));
	if (!err)
		drop_told(graph);
	for (i = 0; i < IPCSHOW_NR_MECHANISMS && !err; i++)
		err = find_hubs(graph, i);
	return err ? err : find_crowded(graph);
}

void graph_free(struct graph *graph)
{
	size_t i;

	for (i = 0; i < graph->nr_ties; i++)
		free(graph->ties[i].links);
	for (i = 0; i < graph->nr_hubs; i++)
		free(graph->hubs[i].nodes);
	free(graph->ties);
	free(graph->hubs);
	free(graph->drawn);
}
