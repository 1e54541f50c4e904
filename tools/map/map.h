/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MAP_H
#define MAP_H

#include "column.h"
#include "ipcshow.h"
#include "tool.h"

#define PROGRAM	"ipcshow-map"

/**
 * struct node - a process
 * @task: as the module reported it
 * @rss: resident, by the kernel's own running count
 * @swap: swapped out, likewise
 * @cgroup: its path, from malloc(); NULL: not read, or none
 * @selected: the filters are for it
 * @gone: it is left out: it left meanwhile, or for the reason @err
 * @err: a negative errno, or 0
 * @nr_ties: ties that it has
 * @process: where it is open at present, or NULL
 */
struct node {
	struct ipcshow_task task;
	__u64 rss;
	__u64 swap;
	char *cgroup;
	bool selected;
	bool gone;
	int err;
	size_t nr_ties;
	struct ipcshow_process *process;
};

/**
 * struct link - a channel, as it concerns two processes
 * @channel: its number
 * @flow: IPCSHOW_FLOW_*
 */
struct link {
	size_t channel;
	unsigned int flow;
};

/* What happened to a tie since the map was drawn last. */
enum change {
	CHANGE_NONE,
	CHANGE_NEW,
	CHANGE_GREW,
	CHANGE_SHRANK,
	CHANGE_OTHER,
	CHANGE_GONE,
};

/**
 * struct tie - what joins two processes
 * @a: @b: numbers of the nodes, @a < @b
 * @bytes: memory that they have in common, by enum ipcshow_mechanism
 * @swap: swapped out, in the same place
 * @strong: sum of @bytes, but for @weak
 * @weak: of it: page cache that both only read, and what the kernel lends
 * @links: channels; @nr_links of them, room for @room
 * @change: since the last map
 * @before: @strong and @weak as they were then
 */
struct tie {
	__u32 a;
	__u32 b;
	__u64 bytes[IPCSHOW_NR_MECHANISMS];
	__u64 swap;
	__u64 strong;
	__u64 weak;
	struct link *links;
	size_t nr_links;
	size_t room;
	enum change change;
	__u64 before;
};

/**
 * struct filter - what is of interest
 * @uids: of these users; @nr_uids of them, or all if 0
 * @pids: of these processes; @nr_pids of them, or all if 0
 * @cgroup: in this cgroup or below, or NULL
 * @inside: both ends of a tie must be so; else one of them
 * @mechanisms: bits, 1 << enum ipcshow_mechanism
 * @kinds: bits, 1 << enum ipcshow_channel_kind
 * @min: least memory of a tie, bytes
 * @cache_min: less than this of page cache that both only read is left out
 * @everything: also what ties everybody to everybody
 * @cgroups: those of the processes are to be read
 */
struct filter {
	uid_t *uids;
	size_t nr_uids;
	pid_t *pids;
	size_t nr_pids;
	const char *cgroup;
	bool inside;
	unsigned int mechanisms;
	unsigned int kinds;
	__u64 min;
	__u64 cache_min;
	bool everything;
	bool cgroups;
};

struct progress;

/**
 * struct map - who is tied to whom
 * @filter: what is of interest
 * @again: who is named in it was there before, and may have left
 * @nodes: processes, by ascending PID; @nr_nodes of them
 * @ties: the strongest first, once they are sorted; @nr_ties of them, room for @room_ties
 * @index: open-addressing hash table: number of a tie, and 1; @mask + 1 entries
 * @survey: what the processes use
 * @node_of: of each of its subjects
 * @channels: between them
 * @refused: processes that may not be looked at
 * @kernel_threads: which have no memory
 * @zombies: which have none any more
 * @vanished: processes that ended meanwhile
 * @crowds: channels that join so many that they are not counted as ties
 * @unsettled: bytes of pages that did not hold still, and of which nothing is said
 * @passes: comparisons that it took
 * @progress: told how far it is
 */
struct map {
	const struct filter *filter;
	bool again;
	struct node *nodes;
	size_t nr_nodes;
	struct tie *ties;
	size_t nr_ties;
	size_t room_ties;
	__u32 *index;
	size_t mask;
	struct ipcshow_survey *survey;
	__u32 *node_of;
	struct ipcshow_channels *channels;
	size_t refused;
	size_t kernel_threads;
	size_t zombies;
	size_t vanished;
	size_t crowds;
	__u64 unsettled;
	size_t passes;
	struct progress *progress;
};

/* More than these make a crowd. */
#define CROWD	32

/* Of page cache that two only read, less than this is not worth a word. */
#define CACHE_MIN	IPCSHOW_LITTLE_CACHE

/* people.c: who is there */
int map_find_processes(struct map *map);
bool node_is_selected(const struct filter *filter, struct node *node);
void map_check_named(const struct map *map);
size_t map_find_node(const struct map *map, pid_t pid);
bool is_of_no_process(int err);

/* changes.c */
int map_compare(struct map *map, const struct map *before, struct tie ***gone, size_t *nr_gone);
const char *change_word(enum change change);

/* words.c */
size_t tie_mechanisms_text(const struct tie *tie, bool bytes, char *to, size_t room);
size_t tie_channels_text(const struct map *map, const struct tie *tie, char *to, size_t room);
unsigned int tie_flow(const struct tie *tie);

/* look.c: the memory, and what is used */
int map_take(struct map *map);
void map_free(struct map *map);

/* ties.c */
struct tie *map_tie(struct map *map, size_t a, size_t b);
int tie_order(const struct tie *l, const struct tie *r);
void map_sort_ties(struct map *map);
void map_forget_ties(struct map *map);
int map_add_memory(struct map *map, size_t a, size_t b, const struct ipcshow_tie *tie);
int map_add_channels(struct map *map);

/* The sum that a tie's column SHARED has. */
static inline __u64 tie_shared(const struct tie *tie)
{
	return tie->strong + tie->weak;
}

#endif
