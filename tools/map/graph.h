/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GRAPH_H
#define GRAPH_H

#include <stdio.h>

#include "run.h"

/* So many processes that have one thing in common are drawn around it, not each with each. */
#define HUB_PROCESSES	3

/**
 * struct hub - what several processes have in common
 * @least: @most: memory that two of them have in common, by mechanism
 * @kinds: channels that join them, by kind; @nr_channels of them
 * @channel: number of the last one
 * @nodes: numbers of the processes, ascending; @nr of them
 */
struct hub {
	__u64 least[IPCSHOW_NR_MECHANISMS];
	__u64 most[IPCSHOW_NR_MECHANISMS];
	size_t kinds[IPCSHOW_NR_CHANNEL_KINDS];
	size_t nr_channels;
	size_t channel;
	__u32 *nodes;
	size_t nr;
};

/**
 * struct graph - what is drawn
 * @map: of what
 * @ties: the strongest, with what is not drawn as a hub; @nr_ties of them
 * @hubs: hubs; @nr_hubs of them, room for @room
 * @drawn: by node: it has a tie
 */
struct graph {
	const struct map *map;
	struct tie *ties;
	size_t nr_ties;
	struct hub *hubs;
	size_t nr_hubs;
	size_t room;
	bool *drawn;
};

/* hubs.c */
int graph_make(struct graph *graph, const struct run *run, const struct map *map);
void graph_free(struct graph *graph);
enum ipcshow_mechanism kind_mechanism(enum ipcshow_channel_kind kind);

/* graph.c */
int graph_write(const struct graph *graph, FILE *to);

#endif
