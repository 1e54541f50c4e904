/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TRIAL_H
#define TRIAL_H

#include <signal.h>

#include "board.h"

/**
 * struct trial - one measurement
 * @mechanism: of what
 * @kind: what is done
 * @size: bytes of each message
 * @threads: the two sides are threads of one process
 * @budget_ns: how long the timed part may take, where @count does not say
 * @count: so many messages or round trips; 0: what the time allows
 * @count_max: at most so many
 */
struct trial {
	const struct mechanism *mechanism;
	enum trial_kind kind;
	size_t size;
	bool threads;
	uint64_t budget_ns;
	uint64_t count;
	uint64_t count_max;
};

/**
 * struct outcome - what came of it
 * @failed: nothing did; @why says what
 * @missing: it failed before the first message: the system lacks something
 * @why: what failed and how, terminated
 * @messages: in the timed part
 * @elapsed_ns: @cpu_ns: of it
 * @syscalls: of all that took part, TRIAL_CALLS only
 * @sent: in all
 * @tally: of what was received, both ways
 */
struct outcome {
	bool failed;
	bool missing;
	char why[256];
	uint64_t messages;
	double elapsed_ns;
	double cpu_ns;
	uint64_t syscalls;
	uint64_t sent;
	struct tally tally;
};

/* The processes of a trial. */
struct run {
	const struct trial *trial;
	struct link link[2];
	unsigned int nr_links;
	pid_t pid[2];
};

/* Set by SIGINT and SIGTERM. */
extern volatile sig_atomic_t interrupted;

/* Processors that the sides run on; -1: wherever. */
extern int side_cpu[2];

void trials_prepare(void);
void trial_run(const struct trial *trial, struct outcome *outcome);

/* Pieces, for those who do something else with the processes. */
int run_make(struct run *run, const struct trial *trial, struct outcome *outcome);
int run_fork(struct run *run, enum side side);
void run_start(void);
bool run_wait_one(pid_t *pid, int *status);
void run_kill(struct run *run, enum side side);
void run_unmake(struct run *run);
void clock_begin(unsigned int seconds);
void clock_end(void);
bool clock_is_over(void);

#endif
