// SPDX-License-Identifier: GPL-2.0
/*
 * --prometheus: the text format that node_exporter's textfile collector reads. What is shared and
 * what is private is counted as in smaps, whoever else it is that maps a page.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "markup.h"
#include "progress.h"
#include "run.h"
#include "whole_file.h"

/* Behind the mechanisms: memory that may have been shared by fork() or KSM, or never. */
#define ANONYMOUS	IPCSHOW_NR_MECHANISMS
#define NR_SORTS	(IPCSHOW_NR_MECHANISMS + 1)

enum count {
	COUNT_SHARED,
	COUNT_PRIVATE,
	COUNT_PSS,
	COUNT_SWAP,
	NR_COUNTS
};

static const struct {
	const char *name;
	const char *help;
} counts[NR_COUNTS] = {
	[COUNT_SHARED] = {
		"ipcshow_process_shared_bytes",
		"Resident memory that is mapped more than once, by what is mapped, as smaps counts it.",
	},
	[COUNT_PRIVATE] = {
		"ipcshow_process_private_bytes",
		"Resident memory that is mapped once, by what is mapped, as smaps counts it.",
	},
	[COUNT_PSS] = {
		"ipcshow_process_proportional_bytes",
		"Resident memory with each page divided by its mappings (PSS): what may be summed up.",
	},
	[COUNT_SWAP] = {
		"ipcshow_process_swap_bytes",
		"Memory that is swapped out, by what is mapped, as smaps counts it.",
	},
};

/**
 * struct measure - what a process has
 * @node: the process
 * @bytes: by count, and by mechanism, or ANONYMOUS
 * @resident: shared and private of all sorts
 */
struct measure {
	const struct node *node;
	__u64 bytes[NR_COUNTS][NR_SORTS];
	__u64 resident;
};

/**
 * struct metrics - all that is written
 * @map: the processes
 * @all: what each has; @nr of them
 * @others: the sum of those that are not shown each
 * @nr_shown: how many of @all are, the largest
 */
struct metrics {
	struct map map;
	struct measure *all;
	size_t nr;
	struct measure others;
	size_t nr_shown;
};

static const char *sort_name(unsigned int sort)
{
	return sort == ANONYMOUS ? "anonymous" :
				   ipcshow_mechanism_name((enum ipcshow_mechanism)sort);
}

static unsigned int sort_of(const struct ipcshow_area *area)
{
	const enum ipcshow_mechanism by = ipcshow_mechanism_of_kind(area->kind);

	if (by != IPCSHOW_MECHANISM_FILE_PRIVATE)
		return by;
	if (!area->region->object)
		return ANONYMOUS;
	return area->region->vma_flags & IPCSHOW_VMA_MAYSHARE ? IPCSHOW_MECHANISM_FILE_SHARED :
								by;
}

static int see_area(const struct ipcshow_area *area, void *arg)
{
	const struct ipcshow_pages *pages = area->pages;
	const unsigned int sort = sort_of(area);
	struct measure *measure = arg;

	measure->bytes[COUNT_SHARED][sort] += pages->shared_clean + pages->shared_dirty +
					      pages->shared_hugetlb;
	measure->bytes[COUNT_PRIVATE][sort] += pages->private_clean + pages->private_dirty +
					       pages->private_hugetlb;
	measure->bytes[COUNT_PSS][sort] += pages->pss;
	measure->bytes[COUNT_SWAP][sort] += pages->swap;
	return 0;
}

/* PSS is in 1/4096 bytes. */
static void conclude(struct measure *measure)
{
	unsigned int i;

	for (i = 0; i < NR_SORTS; i++) {
		measure->bytes[COUNT_PSS][i] >>= 12;
		measure->resident += measure->bytes[COUNT_SHARED][i] +
				     measure->bytes[COUNT_PRIVATE][i];
	}
}

/* 0; 1: it is of no interest; or a negative errno. */
static int measure_node(struct ipcshow_device *device, const struct filter *filter,
			struct node *node, struct measure *measure)
{
	const struct ipcshow_task *task;
	struct ipcshow_process *process;
	int err = ipcshow_process_open(device, (pid_t)node->task.tgid, IPCSHOW_PROCESS_F_BARE,
				       &process);

	if (err)
		return err;
	*measure = (struct measure){ .node = node };
	task = ipcshow_process_task(process);
	/* By now it is a thread's number, and the thread's process is another node. */
	if (task->tgid != node->task.tgid) {
		ipcshow_process_close(process);
		return -ESRCH;
	}
	node->task = *task;
	if (!node_is_selected(filter, node))
		err = 1;
	else
		err = ipcshow_process_areas(process, true, see_area, measure);
	if (!err && ipcshow_process_gone(process))
		err = -ESRCH;
	conclude(measure);
	ipcshow_process_close(process);
	return err;
}

/* 0, or an error that is none of a process. */
static int note_result(struct metrics *metrics, int result)
{
	if (is_of_no_process(result))
		return result;
	switch (result) {
	case 0:
		metrics->nr++;
		return 0;
	case 1:
	case -ENXIO:
	case -ENODATA:
		return 0;
	case -ESRCH:
	case -EAGAIN:
		metrics->map.vanished++;
		return 0;
	default:
		metrics->map.refused++;
		return 0;
	}
}

static int by_size(const void *left, const void *right)
{
	const struct measure *l = left, *r = right;

	if (l->resident != r->resident)
		return l->resident > r->resident ? -1 : 1;
	return l->node->task.tgid < r->node->task.tgid ? -1 :
	       l->node->task.tgid > r->node->task.tgid;
}

static void sum_others(struct metrics *metrics, size_t top)
{
	unsigned int count, sort;
	size_t i;

	if (metrics->nr)
		qsort(metrics->all, metrics->nr, sizeof(*metrics->all), by_size);
	metrics->nr_shown = top && top < metrics->nr ? top : metrics->nr;
	for (i = metrics->nr_shown; i < metrics->nr; i++)
		for (count = 0; count < NR_COUNTS; count++)
			for (sort = 0; sort < NR_SORTS; sort++)
				metrics->others.bytes[count][sort] +=
					metrics->all[i].bytes[count][sort];
}

static int measure_all(struct metrics *metrics, const struct run *run)
{
	struct ipcshow_device *device = open_device();
	struct progress progress;
	size_t i;
	int err = map_find_processes(&metrics->map);

	if (!err)
		map_check_named(&metrics->map);
	metrics->all = calloc(metrics->map.nr_nodes + 1, sizeof(*metrics->all));
	if (!err && !metrics->all)
		err = -ENOMEM;
	progress_begin(&progress);
	progress_phase(&progress, "counting pages", metrics->map.nr_nodes * 2);
	ipcshow_device_on_call(device, progress_step, &progress);
	for (i = 0; i < metrics->map.nr_nodes && !err; i++)
		err = note_result(metrics, measure_node(device, &run->filter,
							&metrics->map.nodes[i],
							&metrics->all[metrics->nr]));
	progress_end(&progress);
	ipcshow_device_close(device);
	if (!err)
		sum_others(metrics, run->top);
	return err;
}

/* ---- writing ---- */

static void write_who(FILE *to, const struct measure *measure)
{
	const struct ipcshow_task *task;

	if (!measure->node) {
		fputs("pid=\"others\",comm=\"\",uid=\"\"", to);
		return;
	}
	task = &measure->node->task;
	fprintf(to, "pid=\"%u\",comm=\"", task->tgid);
	markup_label(to, task->comm, strnlen((const char *)task->comm, IPCSHOW_COMM_LEN));
	fprintf(to, "\",uid=\"%u\"", task->euid);
}

/* What is nothing has no line. */
static void write_measure(FILE *to, enum count count, const struct measure *measure)
{
	unsigned int i;

	for (i = 0; i < NR_SORTS; i++) {
		if (!measure->bytes[count][i])
			continue;
		fprintf(to, "%s{", counts[count].name);
		write_who(to, measure);
		fprintf(to, ",mechanism=\"%s\"} %llu\n", sort_name(i), measure->bytes[count][i]);
	}
}

static void write_count(FILE *to, enum count count, const struct metrics *metrics)
{
	size_t i;

	fprintf(to, "# HELP %s %s\n# TYPE %s gauge\n", counts[count].name, counts[count].help,
		counts[count].name);
	for (i = 0; i < metrics->nr_shown; i++)
		write_measure(to, count, &metrics->all[i]);
	write_measure(to, count, &metrics->others);
}

static void write_all(FILE *to, const struct metrics *metrics)
{
	unsigned int count;

	for (count = 0; count < NR_COUNTS; count++)
		write_count(to, (enum count)count, metrics);
	fprintf(to, "# HELP ipcshow_processes Processes, by what is told of them: each, the sum "
		"with pid=\"others\", or nothing.\n"
		"# TYPE ipcshow_processes gauge\n"
		"ipcshow_processes{told=\"each\"} %zu\n"
		"ipcshow_processes{told=\"sum\"} %zu\n"
		"ipcshow_processes{told=\"not_permitted\"} %zu\n"
		"ipcshow_processes{told=\"vanished\"} %zu\n", metrics->nr_shown,
		metrics->nr - metrics->nr_shown, metrics->map.refused, metrics->map.vanished);
}

static int write_file(const struct metrics *metrics, const char *path)
{
	struct whole_file file;
	int err = whole_file_begin(&file, path);

	if (err)
		return err;
	write_all(file.stream, metrics);
	return whole_file_end(&file);
}

static int write_out(struct run *run, const struct metrics *metrics)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return -ENOMEM;
	write_all(to, metrics);
	if (fclose(to)) {
		free(text);
		return -ENOMEM;
	}
	out_bytes(&run->out, text, size);
	free(text);
	return 0;
}

static void metrics_free(struct metrics *metrics)
{
	free(metrics->all);
	map_free(&metrics->map);
}

/**
 * metrics_write() - write what processes have, for Prometheus
 * @run: where to
 *
 * Complains itself, and does not return, if the file cannot be written.
 *
 * Return: 0 or a negative errno.
 */
int metrics_write(struct run *run)
{
	struct metrics metrics = { .map.filter = &run->filter };
	int err = measure_all(&metrics, run);

	if (!err && run->metrics_path) {
		err = write_file(&metrics, run->metrics_path);
		if (err) {
			complain(run->metrics_path, strerror(-err));
			exit(EXIT_FAILED);
		}
	} else if (!err) {
		err = write_out(run, &metrics);
	}
	metrics_free(&metrics);
	return err;
}
