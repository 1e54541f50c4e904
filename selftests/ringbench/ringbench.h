/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RINGBENCH_H
#define RINGBENCH_H

#include "../bench/bench.h"
#include "way.h"

/* ---- round.c: one measurement ---- */

struct outcome {
	double elapsed_ns;
	/* User and system, of both sides together. */
	double cpu_ns;
	/* All messages arrived, in order and whole. */
	bool right;
};

/* Finds the processors to run on, or exits. */
void round_prepare(void);
void round_run(const struct way *way, size_t size, size_t ring, bool trips, u64 count,
	       struct outcome *outcome);

/* ---- trial.c: all that is measured, in groups ---- */

/*
 * A way in a group, and nanoseconds a message or a round trip; also through the time of the first
 * way in the same round.
 */
struct trial {
	const struct way *way;
	u64 count;
	struct series time;
	struct series cpu;
	struct series times;
};

#define TRIALS_MAX	32

/* What is measured in turns, and compared. */
struct group {
	bool trips;
	size_t size;
	size_t ring;
	size_t nr;
	struct trial trial[TRIALS_MAX];
};

#define GROUPS		7

extern struct group groups[GROUPS];

void groups_make(void);
/* So many rounds, each some @ns long. */
void group_run(struct group *group, unsigned int rounds, double ns);
/* NULL where there is none. */
struct group *group_find(bool trips, size_t size, size_t ring);
const struct trial *group_trial(const struct group *group, const char *name);
/* Rounds whose messages were not those that had been sent. */
unsigned int wrong_rounds(void);
void group_name(const struct group *group, char *buf, size_t size);

/* goal.c, report.c and json.c: as bench.h has it. */

#endif
