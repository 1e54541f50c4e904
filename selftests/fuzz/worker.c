// SPDX-License-Identifier: GPL-2.0
/*
 * One process that runs programs: those that there are, and then such as it makes of them. What
 * goes where none went before is made as small as it can be, and kept.
 */
#include <string.h>

#include "mutate.h"
#include "worker.h"

/* Executions that it may take to make one program small. */
#define TRIALS_MAX	40

struct worker {
	const struct fuzz *fuzz;
	const volatile bool *stop;
	struct runner runner;
	struct kcov kcov;
	struct rng rng;
	struct trail trail;
	struct trail wanted;
};

static bool is_over(const struct worker *worker)
{
	const struct fuzz *fuzz = worker->fuzz;

	return *worker->stop ||
	       (fuzz->executions && __atomic_load_n(&fuzz->counters->executions,
						    __ATOMIC_RELAXED) >= fuzz->executions);
}

/* Only what it does again can be told of it: the rest came by chance. */
static bool does_so_again(struct worker *worker, const struct program *program)
{
	struct trail *wanted = &worker->wanted;
	uint32_t nr = wanted->nr, i;

	run(&worker->runner, program, &worker->trail);
	for (i = wanted->nr = 0; i < nr; i++) {
		if (trail_has(&worker->trail, wanted->edge[i]))
			wanted->edge[wanted->nr++] = wanted->edge[i];
	}
	return wanted->nr;
}

/* Leaves out each call that it goes to the same places without. */
static void make_small(struct worker *worker, struct program *program)
{
	unsigned int trials = 0;
	uint32_t i = program->nr;

	while (i-- && program->nr > 1 && trials++ < TRIALS_MAX && !*worker->stop) {
		struct program smaller = *program;

		call_remove(&smaller, i);
		run(&worker->runner, &smaller, &worker->trail);
		if (trail_covers(&worker->trail, &worker->wanted))
			*program = smaller;
	}
}

/* Worker->trail is where it went. Is there anything new? */
static bool is_new(struct worker *worker)
{
	struct trail *wanted = &worker->wanted;

	if (!trail_has_new(&worker->trail, worker->fuzz->coverage))
		return false;
	memcpy(wanted, &worker->trail, sizeof(*wanted));
	trail_keep_new(wanted, worker->fuzz->coverage);
	return true;
}

static void keep(struct worker *worker, struct program *program)
{
	const struct fuzz *fuzz = worker->fuzz;

	/* Whatever comes of it: nobody else is to look for the same. */
	coverage_add(fuzz->coverage, &worker->trail);
	if (!does_so_again(worker, program))
		return;
	make_small(worker, program);
	if (corpus_add(fuzz->corpus, program) && fuzz->directory)
		program_save(program, fuzz->save);
}

static void run_given(struct worker *worker)
{
	const struct fuzz *fuzz = worker->fuzz;
	uint32_t i;

	while (!is_over(worker)) {
		i = __atomic_fetch_add(fuzz->taken, 1, __ATOMIC_RELAXED);
		if (i >= fuzz->given)
			return;
		run(&worker->runner, &fuzz->corpus->program[i], &worker->trail);
		coverage_add(fuzz->coverage, &worker->trail);
	}
}

static const struct program *any(struct worker *worker)
{
	const struct corpus *corpus = worker->fuzz->corpus;
	uint32_t nr = corpus_size(corpus);
	uint32_t among = nr > 16 && rng_one_in(&worker->rng, 3) ? 16 : nr;

	/* The newest are likelier: what they led to has been looked at least. */
	return &corpus->program[nr - 1 - rng_below(&worker->rng, among)];
}

static void make_next(struct worker *worker, struct program *program)
{
	if (!corpus_size(worker->fuzz->corpus) || rng_one_in(&worker->rng, 10)) {
		program_generate(program, &worker->rng);
		return;
	}
	*program = *any(worker);
	program_mutate(program, any(worker), &worker->rng);
}

void work(const struct fuzz *fuzz, unsigned int number, const volatile bool *stop)
{
	static struct worker self;
	struct program program;

	self = (struct worker){ .fuzz = fuzz, .stop = stop };
	self.rng = rng_seed(fuzz->seed * 64 + number);
	kcov_open(&self.kcov);
	runner_init(&self.runner, &self.kcov, fuzz->directory, number, fuzz->counters);
	run_given(&self);
	while (!is_over(&self)) {
		make_next(&self, &program);
		run(&self.runner, &program, &self.trail);
		if (is_new(&self))
			keep(&self, &program);
	}
}
