// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "merge.h"

static int compare_length(const void *a, const void *b)
{
	const struct program *x = a, *y = b;

	return (int)x->nr - (int)y->nr;
}

/* Twice: what it does only once is no reason to keep it. */
static bool goes_on_its_own(struct runner *runner, const struct program *program,
			    const struct coverage *coverage, struct trail *first,
			    struct trail *second)
{
	uint32_t i;

	run(runner, program, first);
	if (!trail_has_new(first, coverage))
		return false;
	run(runner, program, second);
	for (i = 0; i < first->nr; i++) {
		if (trail_has(second, first->edge[i]) && !coverage_has(coverage, first->edge[i]))
			return true;
	}
	return false;
}

int merge(struct corpus *corpus, const char *directory, struct counters *counters)
{
	static struct trail first, second;
	struct coverage *coverage = coverage_create();
	struct runner runner;
	struct kcov kcov;
	uint32_t i, kept = 0;

	kcov_open(&kcov);
	runner_init(&runner, &kcov, NULL, 0, counters);
	qsort(corpus->program, corpus->nr, sizeof(corpus->program[0]), compare_length);
	for (i = 0; i < corpus->nr; i++) {
		if (!goes_on_its_own(&runner, &corpus->program[i], coverage, &first, &second))
			continue;
		coverage_add(coverage, &first);
		coverage_add(coverage, &second);
		program_save(&corpus->program[i], directory);
		kept++;
	}
	printf("%u edges, by %u of %u programs\n", coverage->nr, kept, corpus->nr);
	return 0;
}
