// SPDX-License-Identifier: GPL-2.0
/* What this machine can do: no mechanism gets a line of cache across sooner, nor copies faster. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"
#include "now.h"

/* The best counts: other work only makes it worse. */
#define ROUNDS		7

/* Longer makes them no truer; where so many messages are enough, so is less. */
#define BUDGET_MAX_NS	10000000
#define BUDGET_FEW_NS	1000000
#define LINE_FEW	1000

static const struct mechanism line = { .name = "line", .flags = MECHANISM_IN_PLACE };

static double least(const double *values)
{
	double best = values[0];
	int i;

	for (i = 1; i < ROUNDS; i++)
		best = values[i] < best ? values[i] : best;
	return best;
}

static uint64_t budget_of(const struct bench *bench)
{
	if (bench->messages)
		return BUDGET_FEW_NS;
	return bench->budget_ns < BUDGET_MAX_NS ? bench->budget_ns : BUDGET_MAX_NS;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure_line(const struct bench *bench, struct limits *limits)
{
	struct trial trial = {
		.mechanism = &line, .kind = TRIAL_LINE, .size = MESSAGE_MIN,
		.count = bench->messages < LINE_FEW ? bench->messages : LINE_FEW,
		.budget_ns = budget_of(bench), .count_max = UINT32_MAX,
	};
	double each[ROUNDS];
	struct outcome outcome;
	int i;

	limits->line_ns = limits->line_median_ns = UNKNOWN;
	if (side_cpu[RECEIVER] < 0)
		return;
	for (i = 0; i < ROUNDS; i++) {
		trial_run(&trial, &outcome);
		if (outcome.failed)
			return;
		each[i] = outcome.elapsed_ns / (double)outcome.messages;
	}
	qsort(each, ROUNDS, sizeof(each[0]), ascending);
	limits->line_ns = each[0];
	limits->line_median_ns = each[ROUNDS / 2];
}

/* Not what a compiler would make of a size that it knows. */
static void *(*const volatile copy)(void *to, const void *from, size_t size) = memcpy;

static double copy_once(void *to, const void *from, size_t size, uint64_t count)
{
	uint64_t began = now_ns(), i;

	for (i = 0; i < count; i++)
		copy(to, from, size);
	return (double)(now_ns() - began);
}

static double measure_memcpy(const struct bench *bench, void *to, const void *from, size_t size)
{
	double each[ROUNDS], ns;
	uint64_t count = 1;
	int i;

	while ((ns = copy_once(to, from, size, count)) < (double)budget_of(bench) / 20)
		count *= 2;
	for (i = 0; i < ROUNDS; i++)
		each[i] = copy_once(to, from, size, count) / (double)count;
	return (double)size / least(each);
}

static void *map(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

/**
 * limits_measure() - measure them, once a run
 * @bench: limits go there
 */
void limits_measure(struct bench *bench)
{
	size_t i, largest = bench->payloads[bench->nr_payloads - 1];
	void *from = map(largest), *to = map(largest);

	measure_line(bench, &bench->limits);
	for (i = 0; i < bench->nr_payloads; i++)
		bench->limits.memcpy_gb_per_s[i] = !from || !to ? UNKNOWN :
			measure_memcpy(bench, to, from, bench->payloads[i]);
	if (from)
		munmap(from, largest);
	if (to)
		munmap(to, largest);
}
