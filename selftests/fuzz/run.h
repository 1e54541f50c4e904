/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_RUN_H
#define FUZZ_RUN_H

#include "coverage.h"
#include "kcov.h"
#include "program.h"
#include "record.h"

/**
 * struct counters - what has been done. Shared by processes
 * @executions: programs that were run
 * @broken_off: of those, ended by a signal, or because something was not to be had
 * @killed: of those, did not end in time
 */
struct counters {
	uint64_t executions;
	uint64_t broken_off;
	uint64_t killed;
};

/**
 * struct runner - runs programs, in a process that is made anew when one has spoilt it
 * @kcov: where they go; NULL: nobody asks
 * @record: what was run
 * @counters: see there
 * @program: the one to run. Shared with the process
 * @pid: of the process; 0: there is none
 * @to: a byte: run it
 * @from: a byte: it was run
 * @runs: programs that this process has run
 */
struct runner {
	struct kcov *kcov;
	struct record record;
	struct counters *counters;
	struct program *program;
	pid_t pid;
	int to;
	int from;
	unsigned int runs;
};

void runner_init(struct runner *runner, struct kcov *kcov, const char *directory,
		 unsigned int number, struct counters *counters);
/* @trail: out: where it went; NULL without kcov. Ends the process if what was run cannot be killed. */
void run(struct runner *runner, const struct program *program, struct trail *trail);

#endif
