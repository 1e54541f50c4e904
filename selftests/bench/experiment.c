// SPDX-License-Identifier: GPL-2.0
/*
 * Looks at targets in turns: each round takes one look by each method, so
 * that what else the machine does disturbs all alike. What the looks find must be
 * the same, round by round and method by method: the targets sleep.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

/* What takes long is done less often, but so many times at least. */
#define ROUNDS_MIN	3

/* Of each shape: what is known so far. */
static struct facts known[SHAPE_NR];
static unsigned int compared;

static void compare(const struct cell *cell, const char *what, u64 found, u64 *expected)
{
	if (found == UNKNOWN)
		return;
	if (*expected == UNKNOWN)
		*expected = found;
	else
		compared++;
	if (found != *expected)
		disagree(cell->shape, cell->method, "%llu %s, not %llu",
			 (unsigned long long)found, what, (unsigned long long)*expected);
}

static void compare_facts(const struct cell *cell, const struct facts *facts)
{
	struct facts *expected = &known[cell->shape];

	compare(cell, "VMAs", facts->vmas, &expected->vmas);
	compare(cell, "bytes resident", facts->rss, &expected->rss);
	compare(cell, "threads", facts->threads, &expected->threads);
	compare(cell, "bytes in common", facts->shared, &expected->shared);
	compare(cell, "(hash) in common by pairs", facts->shared_hash, &expected->shared_hash);
}

static struct result *result_of(const struct cell *cell)
{
	return &results[cell->shape][cell->method];
}

/* Not timed: warms up what is to be warm, and finds out the facts. */
static void try(const struct cell *cell, const struct target *target)
{
	struct facts facts;
	u64 ns;
	int ret;

	ret = method_run(cell->method, target, false, &facts, &ns);
	if (!ret)
		ret = method_run(cell->method, target, true, &facts, &ns);
	if (ret)
		result_of(cell)->missing = method_missing(cell->method, ret);
	else
		compare_facts(cell, &facts);
}

static void look(const struct cell *cell, const struct target *target)
{
	struct result *result = result_of(cell);
	struct facts facts;
	u64 ns;
	int ret;

	ret = method_run(cell->method, target, false, &facts, &ns);
	if (ret) {
		disagree(cell->shape, cell->method, "failed: %s", strerror(-ret));
		return;
	}
	compare_facts(cell, &facts);
	series_add(&result->series[QUANTITY_TIME], (double)ns);
	if (facts.memory != UNKNOWN)
		series_add(&result->series[QUANTITY_MEMORY], (double)facts.memory);
	if (facts.hold_ns != UNKNOWN)
		series_add(&result->series[QUANTITY_HOLD_SAID], (double)facts.hold_ns);
}

static bool is_over(const struct experiment *experiment, unsigned int rounds, u64 since)
{
	return rounds >= experiment->rounds &&
	       clock_ns() - since >= experiment->seconds * NS_PER_S;
}

/* Has one method alone taken the time that is for all? */
static bool has_enough(const struct experiment *experiment, const struct cell *cell)
{
	const struct series *times = &result_of(cell)->series[QUANTITY_TIME];

	return times->nr >= ROUNDS_MIN &&
	       series_quantile(times, 0.5) * (double)times->nr > experiment->seconds * NS_PER_S;
}

static void run_rounds(const struct experiment *experiment, struct target *targets, size_t nr)
{
	u64 since = clock_ns();

	for (unsigned int round = 0; !is_over(experiment, round, since); round++) {
		/* Another one first each time: who comes after whom must not matter. */
		for (size_t i = 0; i < nr; i++) {
			const struct cell *cell = &experiment->cell[(round + i) % nr];

			if (!result_of(cell)->missing && !has_enough(experiment, cell))
				look(cell, &targets[cell->shape]);
		}
	}
}

void experiment_run(const struct experiment *experiment)
{
	struct target targets[SHAPE_NR] = { 0 };
	size_t nr = 0;

	memset(known, 0xff, sizeof(known));
	for (; nr < CELLS_MAX && experiment->cell[nr].method; nr++) {
		const struct cell *cell = &experiment->cell[nr];

		if (!targets[cell->shape].pid)
			target_start(&targets[cell->shape], cell->shape);
		try(cell, &targets[cell->shape]);
	}
	run_rounds(experiment, targets, nr);
	for (size_t i = 0; i < SHAPE_NR; i++) {
		if (targets[i].pid)
			target_stop(&targets[i]);
	}
}

unsigned int comparisons(void)
{
	return compared;
}

static void set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		die("%s", path);
	close(fd);
}

void system_prepare(void)
{
	set("/proc/sys/vm/max_map_count", "300000");
	set("/proc/sys/kernel/threads-max", "40000");
	set("/proc/sys/kernel/pid_max", "65536");
}
