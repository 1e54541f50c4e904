/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_WORKER_H
#define FUZZ_WORKER_H

#include "corpus.h"
#include "coverage.h"
#include "run.h"

/**
 * struct fuzz - what all workers have in common. Shared
 * @coverage: where all programs went
 * @corpus: programs that are worth to be changed
 * @counters: what was done
 * @given: of @corpus, how many were there at the beginning
 * @taken: of those, how many were taken to be run
 * @executions: programs to run in all; 0: until told to stop
 * @seed: of random numbers
 * @directory: for what was run last; NULL: nowhere
 * @save: directory for programs that are new; only with @directory
 */
struct fuzz {
	struct coverage *coverage;
	struct corpus *corpus;
	struct counters *counters;
	uint32_t given;
	uint32_t *taken;
	uint64_t executions;
	uint64_t seed;
	const char *directory;
	const char *save;
};

/* Runs programs until there were enough. */
void work(const struct fuzz *fuzz, unsigned int number, const volatile bool *stop);

#endif
