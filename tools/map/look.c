// SPDX-License-Identifier: GPL-2.0
/*
 * One look at all processes: open them, compare their memory, read what they use. A user may
 * have only so many open at a time: with more of them, they are compared by blocks, each two once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "look.h"
#include "progress.h"

static bool is_shortage(int err)
{
	return err == -EDQUOT || err == -ENOSPC || err == -EMFILE;
}

/* The numbers of a node that is left out. 0; or it is no reason to leave it out. */
static int note_failure(struct map *map, struct node *node, int err)
{
	if (is_of_no_process(err))
		return err;
	switch (err) {
	case -ESRCH:
	case -EAGAIN:
		map->vanished++;
		break;
	case -ENODATA:
		map->zombies++;
		break;
	case -ENXIO:
		map->kernel_threads++;
		break;
	default:
		map->refused++;
	}
	node->gone = true;
	node->err = err;
	return 0;
}

/* Beside those that are open, or instead of them. */
static int open_node(struct look *look, struct node *node, bool beside)
{
	unsigned int flags = IPCSHOW_PROCESS_F_BARE;
	const struct ipcshow_task *task;
	const struct ipcshow_mm *mm;
	int err;

	if (beside && look->any_open)
		flags |= IPCSHOW_PROCESS_F_ADD;
	err = ipcshow_process_open(look->device, (pid_t)node->task.tgid, flags, &node->process);
	if (err) {
		node->process = NULL;
		return err;
	}
	look->any_open = true;
	task = ipcshow_process_task(node->process);
	/* Its number may be that of a thread by now, and the thread's process is another node. */
	if (ipcshow_process_gone(node->process) || task->tgid != node->task.tgid)
		return -ESRCH;
	node->task = *task;
	mm = ipcshow_process_mm(node->process);
	node->rss = mm->rss_anon + mm->rss_file + mm->rss_shmem;
	node->swap = mm->swap;
	return 0;
}

static void close_node(struct node *node)
{
	ipcshow_process_close(node->process);
	node->process = NULL;
}

static void close_nodes(struct map *map)
{
	size_t i;

	for (i = 0; i < map->nr_nodes; i++)
		close_node(&map->nodes[i]);
}

/* Those that cannot be looked at are no nodes. */
static void keep_nodes(struct map *map)
{
	size_t i, kept = 0;

	for (i = 0; i < map->nr_nodes; i++) {
		struct node *node = &map->nodes[i];

		if (node->gone) {
			close_node(node);
			continue;
		}
		node->selected = node_is_selected(map->filter, node);
		map->nodes[kept++] = *node;
	}
	map->nr_nodes = kept;
}

/* Who is asked for by name, and cannot be looked at, is told of: nobody else can be. */
static void check_named(const struct map *map)
{
	const struct filter *filter = map->filter;
	size_t i, node;

	for (i = 0; i < filter->nr_pids; i++) {
		node = map_find_node(map, filter->pids[i]);
		if (node == map->nr_nodes || !map->nodes[node].gone)
			continue;
		progress_end(map->progress);
		complain_of(filter->pids[i], reason_of(map->nodes[node].err));
		exit(EXIT_FAILED);
	}
}

/*
 * As many are open as may be. One that takes the place of others comes before they go, so there
 * must be room for one more; and all go with the device.
 */
static void begin_afresh(struct look *look, size_t nr_open)
{
	surveyor_dismiss(&look->surveyor);
	look->limit = nr_open > 1 ? nr_open - 1 : 1;
	look->any_open = false;
	close_nodes(look->map);
	ipcshow_device_close(look->device);
	look->device = open_device();
	ipcshow_device_on_call(look->device, progress_step, look->map->progress);
}

/* All at once, if that many may be open; else one after the other. */
static int open_all(struct look *look)
{
	struct map *map = look->map;
	size_t i, nr_open = 0;
	int err = 0;

	for (i = 0; i < map->nr_nodes && !err; i++) {
		struct node *node = &map->nodes[i];

		err = open_node(look, node, !look->limit);
		if (is_shortage(err) && !look->limit && nr_open) {
			begin_afresh(look, nr_open);
			err = open_node(look, node, false);
		}
		nr_open += !err;
		if (err)
			err = note_failure(map, node, err);
		if (look->limit)
			close_node(node);
	}
	if (!err && !map->again)
		check_named(map);
	if (!err)
		keep_nodes(map);
	return err;
}

/* struct block - nodes from @first to @end; what concerns only them counts if they are @own */
struct block {
	size_t first;
	size_t end;
	bool own;
};

/**
 * struct pass - some nodes that are compared
 * @map: the map
 * @blocks: which they are; the second may be empty
 * @processes: those that are open; @nodes: their numbers; @nr of them
 */
struct pass {
	struct map *map;
	const struct block *blocks;
	struct ipcshow_process **processes;
	size_t *nodes;
	size_t nr;
};

static bool is_in(const struct block *block, size_t node)
{
	return node >= block->first && node < block->end;
}

static int see_tie(const struct ipcshow_tie *tie, void *arg)
{
	const struct pass *pass = arg;
	const size_t a = pass->nodes[tie->a], b = pass->nodes[tie->b];
	size_t i;

	for (i = 0; i < 2; i++)
		if (is_in(&pass->blocks[i], a) && is_in(&pass->blocks[i], b) &&
		    !pass->blocks[i].own)
			return 0;
	return map_add_memory(pass->map, a, b, tie);
}

static void note_gone(const struct pass *pass, const struct ipcshow_comparison *comparison)
{
	size_t i;

	for (i = 0; i < pass->nr; i++)
		if (ipcshow_comparison_gone(comparison, i))
			pass->map->nodes[pass->nodes[i]].gone = true;
}

static int compare(struct pass *pass)
{
	unsigned int flags = IPCSHOW_COMPARISON_F_MECHANISMS | IPCSHOW_COMPARISON_F_SURVIVORS |
			     IPCSHOW_COMPARISON_F_ONCE;
	struct ipcshow_comparison_facts facts;
	struct ipcshow_comparison *comparison;
	size_t failed;
	int err;

	if (!pass->map->filter->everything)
		flags |= IPCSHOW_COMPARISON_F_NO_PROGRAMS;
	if (pass->map->filter->cache_min)
		flags |= IPCSHOW_COMPARISON_F_NO_LITTLE_CACHE;
	err = ipcshow_comparison_run(pass->processes, pass->nr, flags, &comparison, &failed);
	if (err)
		return err;
	ipcshow_comparison_facts(comparison, &facts);
	pass->map->unsettled += facts.unsettled;
	pass->map->passes++;
	note_gone(pass, comparison);
	err = ipcshow_comparison_ties(comparison, see_tie, pass);
	ipcshow_comparison_free(comparison);
	return err;
}

static int add_block(struct look *look, struct pass *pass, const struct block *block)
{
	size_t i;
	int err = 0;

	for (i = block->first; i < block->end && !err; i++) {
		struct node *node = &look->map->nodes[i];
		const __u64 start = node->task.start_time;

		if (node->gone)
			continue;
		if (!node->process)
			err = open_node(look, node, true);
		if (!err && node->task.start_time == start) {
			pass->nodes[pass->nr] = i;
			pass->processes[pass->nr++] = node->process;
			continue;
		}
		node->gone = !is_of_no_process(err);
		if (node->gone)
			err = 0;
	}
	return err;
}

static int run_pass(struct look *look, const struct block *blocks)
{
	struct pass pass = {
		.map = look->map,
		.blocks = blocks,
		.processes = calloc(look->map->nr_nodes, sizeof(*pass.processes)),
		.nodes = calloc(look->map->nr_nodes, sizeof(*pass.nodes)),
	};
	int err = pass.processes && pass.nodes ? 0 : -ENOMEM;

	if (!err)
		err = add_block(look, &pass, &blocks[0]);
	if (!err)
		err = add_block(look, &pass, &blocks[1]);
	if (!err && pass.nr)
		err = compare(&pass);
	free(pass.processes);
	free(pass.nodes);
	return err;
}

static struct block block_of(const struct map *map, size_t number, size_t size, bool own)
{
	const size_t first = number * size, end = first + size;

	return (struct block){ first, end < map->nr_nodes ? end : map->nr_nodes, own };
}

/* Each two blocks in a pass; what concerns only one block is counted in one pass. */
static int compare_blocks(struct look *look, size_t size)
{
	struct map *map = look->map;
	const size_t nr = (map->nr_nodes + size - 1) / size;
	size_t i, j;
	int err = 0;

	progress_phase(map->progress, "comparing memory", map->nr_nodes * (nr - 1) * 4);
	for (i = 0; i < nr; i++)
		for (j = i + 1; j < nr && !err; j++) {
			const struct block blocks[] = {
				block_of(map, i, size, j == i + 1),
				block_of(map, j, size, i + 2 == nr),
			};

			look->any_open = false;
			err = run_pass(look, blocks);
			close_nodes(map);
		}
	return err;
}

static int compare_once(struct look *look)
{
	const struct block blocks[] = { { 0, look->map->nr_nodes, true }, { 0 } };

	if (!look->map->nr_nodes)
		return 0;
	if (look->limit && look->limit < 2)
		return -EDQUOT;
	if (look->limit && look->limit < look->map->nr_nodes)
		return compare_blocks(look, look->limit / 2);
	progress_phase(look->map->progress, "comparing memory", look->map->nr_nodes * 3);
	look->any_open = !look->limit;
	return run_pass(look, blocks);
}

/* The module needs memory to compare with, too: fewer at a time leave it more. */
static bool can_do_with_less(struct look *look)
{
	const size_t most = look->limit ? look->limit : look->map->nr_nodes;
	const size_t less = most * 3 / 4;

	if (less < 2)
		return false;
	map_forget_ties(look->map);
	begin_afresh(look, less + 1);
	return true;
}

static int compare_all(struct look *look)
{
	int err;

	do {
		err = compare_once(look);
	} while (is_shortage(err) && can_do_with_less(look));
	return err;
}

static void count_vanished(struct map *map)
{
	size_t i;

	for (i = 0; i < map->nr_nodes; i++)
		map->vanished += map->nodes[i].gone;
}

/**
 * map_take() - look at all processes
 * @map: empty, but for @filter, @again and @progress
 *
 * Does not return if there is no module, or not what the filters name.
 *
 * Return: 0 or a negative errno; map_free() is due all the same.
 */
int map_take(struct map *map)
{
	struct look look = { .map = map, .device = open_device() };
	int err = map_find_processes(map);

	ipcshow_device_on_call(look.device, progress_step, map->progress);
	map->progress->all = map->nr_nodes * 5;
	progress_phase(map->progress, "looking at processes", map->nr_nodes);
	if (!err && !map->again)
		map_check_named(map);
	if (!err)
		err = open_all(&look);
	if (!err && !look.limit)
		surveyor_send(&look.surveyor, map);
	if (!err)
		err = compare_all(&look);
	if (!err)
		err = look_find_channels(&look);
	surveyor_dismiss(&look.surveyor);
	close_nodes(map);
	count_vanished(map);
	if (!err)
		map_sort_ties(map);
	ipcshow_device_close(look.device);
	progress_end(map->progress);
	return err;
}

void map_free(struct map *map)
{
	size_t i;

	for (i = 0; i < map->nr_ties; i++)
		free(map->ties[i].links);
	for (i = 0; i < map->nr_nodes; i++)
		free(map->nodes[i].cgroup);
	ipcshow_channels_free(map->channels);
	ipcshow_survey_free(map->survey);
	free(map->node_of);
	free(map->ties);
	free(map->index);
	free(map->nodes);
	*map = (struct map){ .filter = map->filter, .progress = map->progress };
}
