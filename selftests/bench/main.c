// SPDX-License-Identifier: GPL-2.0
/* Measures ipcshow beside its peers. Changes sysctls: for a virtual machine. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

/*
 * What is compared stands in one experiment. Each takes some seconds under
 * emulation, and is over in no time without.
 */
static const struct experiment experiments[] = {
	{ "vmas", {
		{ SHAPE_VMAS_10K, METHOD_OPEN },
		{ SHAPE_VMAS_10K, METHOD_REGIONS },
		{ SHAPE_VMAS_10K, METHOD_MAPS },
		{ SHAPE_VMAS_10K, METHOD_QUERY },
		{ SHAPE_VMAS_10K, METHOD_PAGES },
		{ SHAPE_VMAS_10K, METHOD_AREAS },
		{ SHAPE_VMAS_10K, METHOD_SMAPS },
		{ SHAPE_VMAS_10K, METHOD_ROLLUP },
		{ SHAPE_VMAS_100K, METHOD_REGIONS },
		{ SHAPE_VMAS_100K, METHOD_PAGES },
	}, .rounds = 9, .seconds = 25, .run = experiment_run },
	{ "files", {
		{ SHAPE_FILES_10K, METHOD_REGIONS },
		{ SHAPE_FILES_10K, METHOD_MAPS },
		{ SHAPE_FILES_10K, METHOD_QUERY },
		{ SHAPE_FILES_10K, METHOD_PAGES },
		{ SHAPE_FILES_10K, METHOD_AREAS },
		{ SHAPE_FILES_10K, METHOD_SMAPS },
		{ SHAPE_FILES_10K, METHOD_ROLLUP },
	}, .rounds = 9, .seconds = 12, .run = experiment_run },
	{ "small", {
		{ SHAPE_SMALL, METHOD_PAGES },
		{ SHAPE_SMALL, METHOD_SMAPS },
		{ SHAPE_SMALL, METHOD_ROLLUP },
	}, .rounds = 9, .seconds = 10, .run = experiment_run },
	{ "huge", {
		{ SHAPE_HUGE, METHOD_PAGES },
		{ SHAPE_HUGE, METHOD_SMAPS },
		{ SHAPE_HUGE, METHOD_ROLLUP },
	}, .rounds = 25, .seconds = 3, .run = experiment_run },
	{ "sparse", {
		{ SHAPE_SPARSE, METHOD_REGIONS },
		{ SHAPE_SPARSE, METHOD_MAPS },
		{ SHAPE_SPARSE, METHOD_QUERY },
		{ SHAPE_SPARSE, METHOD_PAGES },
		{ SHAPE_SPARSE, METHOD_SMAPS },
		{ SHAPE_SPARSE, METHOD_ROLLUP },
	}, .rounds = 25, .seconds = 3, .run = experiment_run },
	{ "threads", {
		{ SHAPE_THREADS_1K, METHOD_THREADS },
		{ SHAPE_THREADS_1K, METHOD_REGS },
		{ SHAPE_THREADS_1K, METHOD_TASK_FILES },
		{ SHAPE_THREADS_10K, METHOD_THREADS },
		{ SHAPE_THREADS_10K, METHOD_REGS },
	}, .rounds = 9, .seconds = 10, .run = experiment_run },
	{ "programs", {
		{ SHAPE_VMAS_1K, METHOD_DUMP_START },
		{ SHAPE_VMAS_1K, METHOD_PMAP_START },
		{ SHAPE_VMAS_1K, METHOD_DUMP_RAW },
		{ SHAPE_VMAS_1K, METHOD_DUMP_LINES },
		{ SHAPE_VMAS_10K, METHOD_DUMP },
		{ SHAPE_VMAS_10K, METHOD_DUMP_RAW },
		{ SHAPE_VMAS_10K, METHOD_DUMP_LINES },
		{ SHAPE_VMAS_10K, METHOD_PMAP },
		{ SHAPE_VMAS_100K, METHOD_DUMP_RAW },
		{ SHAPE_VMAS_100K, METHOD_DUMP_LINES },
	}, .rounds = 9, .seconds = 20, .run = experiment_run },
	{ "pair-shared", {
		{ SHAPE_PAIR_SHARED, METHOD_SHARED },
		{ SHAPE_PAIR_SHARED, METHOD_SHARED_AREAS },
		{ SHAPE_PAIR_SHARED, METHOD_PAGEMAP },
		{ SHAPE_PAIR_SHARED, METHOD_PAGEMAP_READ },
	}, .rounds = 9, .seconds = 8, .run = experiment_run },
	{ "pair-fork", {
		{ SHAPE_PAIR_FORK, METHOD_SHARED },
		{ SHAPE_PAIR_FORK, METHOD_SHARED_AREAS },
		{ SHAPE_PAIR_FORK, METHOD_PAGEMAP },
		{ SHAPE_PAIR_FORK, METHOD_PAGEMAP_READ },
	}, .rounds = 9, .seconds = 8, .run = experiment_run },
	/* Pagemap tells of each page that is not there, too: no peer. */
	{ "pair-sparse", {
		{ SHAPE_PAIR_SPARSE, METHOD_SHARED },
		{ SHAPE_PAIR_SPARSE, METHOD_SHARED_AREAS },
	}, .rounds = 9, .seconds = 2, .run = experiment_run },
	{ "crowd", {
		{ SHAPE_CROWD_200, METHOD_SHARED },
		{ SHAPE_CROWD_200, METHOD_PAGEMAP },
		{ SHAPE_CROWD_200, METHOD_PAGEMAP_READ },
		{ SHAPE_CROWD_50, METHOD_SHARED },
		{ SHAPE_CROWD_50, METHOD_PAGEMAP },
	}, .rounds = 9, .seconds = 20, .run = experiment_run },
	{ "system", {
		{ SHAPE_SYSTEM, METHOD_MAP },
		{ SHAPE_SYSTEM, METHOD_MAP_ALL },
		{ SHAPE_SYSTEM, METHOD_LSFD_SMAPS },
		{ SHAPE_SYSTEM, METHOD_LSFD },
	}, .rounds = 9, .seconds = 20, .run = experiment_run },
	{ "hold", {
		{ SHAPE_VMAS_10K, METHOD_PAGES },
		{ SHAPE_VMAS_10K, METHOD_SMAPS },
		{ SHAPE_VMAS_10K, METHOD_ROLLUP },
		{ SHAPE_SMALL, METHOD_PAGES },
		{ SHAPE_SMALL, METHOD_SMAPS },
		{ SHAPE_SMALL, METHOD_ROLLUP },
	}, .rounds = 5, .run = hold_run },
	/* Rounds of phases of so many seconds. */
	{ "churn", {
		{ SHAPE_CHURN, METHOD_NONE },
		{ SHAPE_CHURN, METHOD_ELSEWHERE },
		{ SHAPE_CHURN, METHOD_PAGES },
		{ SHAPE_CHURN, METHOD_SMAPS },
		{ SHAPE_CHURN, METHOD_ROLLUP },
	}, .rounds = 5, .seconds = 2, .run = churn_run },
};

static bool run(const char *only)
{
	bool found = false;
	u64 before;

	for (size_t i = 0; i < ARRAY_SIZE(experiments); i++) {
		if (only && strcmp(only, experiments[i].name))
			continue;
		found = true;
		before = clock_ns();
		experiments[i].run(&experiments[i]);
		fprintf(stderr, "%s: %.0f s\n", experiments[i].name,
			(double)(clock_ns() - before) / NS_PER_S);
	}
	return found;
}

/* Is there a figure for each goal? */
static bool is_complete(void)
{
	struct verdict verdict;

	for (size_t i = 0; goal_judge(i, &verdict); i++) {
		if (!verdict.has_figure)
			return false;
	}
	return true;
}

static int usage(FILE *to, int status)
{
	fputs("Usage: ipcshow-bench [--json FILE] [--only EXPERIMENT]\n"
	      "\n"
	      "Measure ipcshow beside its peers. As root, in a virtual machine: it raises\n"
	      "limits of the system. Experiments:", to);
	for (size_t i = 0; i < ARRAY_SIZE(experiments); i++)
		fprintf(to, " %s", experiments[i].name);
	fputs("\n\nExit status: 0: measured, whether goals were met or not; 1: something could not\n"
	      "be measured, or the methods disagree on what a target holds; 2: called wrongly.\n", to);
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", required_argument, NULL, 'j' },
		{ "only", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *json = NULL, *only = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'j':
			json = optarg;
			break;
		case 'o':
			only = optarg;
			break;
		case 'h':
			return usage(stdout, 0);
		default:
			return usage(stderr, 2);
		}
	}
	if (optind < argc)
		return usage(stderr, 2);
	system_prepare();
	if (!run(only))
		return usage(stderr, 2);
	report_print(stdout, !only);
	if (json && !json_write(json))
		return 1;
	return disagreements() || (!only && !is_complete()) ? 1 : 0;
}
