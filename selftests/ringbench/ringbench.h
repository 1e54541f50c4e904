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
	/* Where both sides take turns: the producer's. */
	double made_ns;
	/* All messages arrived, in order and whole. */
	bool right;
};

/* Finds the processors to run on, or exits. */
void round_prepare(void);
/* Onto the first of them. */
void round_pin(void);
/* That this thread has used. */
u64 round_cpu_ns(void);
/* What messages of these numbers come to, as message_take() counts. */
u64 round_sum(size_t size, u64 first, u64 count);
void round_run(const struct way *way, size_t size, size_t ring, bool trips, u64 count,
	       struct outcome *outcome);

/* ---- turns.c: one measurement, where the kernel produces ---- */

struct turns {
	struct channel channel;
	/* Number of the next message. */
	u64 next;
};

void turns_begin(struct turns *turns, const struct way *way, size_t size, size_t ring);
void turns_end(struct turns *turns);
/* How many turns_run() takes for @count: whole calls. */
u64 turns_count(const struct turns *turns, u64 count);
void turns_run(struct turns *turns, u64 count, struct outcome *outcome);

/* ---- trial.c: all that is measured, in groups ---- */

/*
 * A way in a group, and nanoseconds a message or a round trip; also through the time of the first
 * way in the same round.
 */
struct trial {
	const struct way *way;
	u64 count;
	struct turns turns;
	struct series time;
	struct series cpu;
	struct series made;
	struct series times;
};

#define TRIALS_MAX	32

/* What is measured in turns, and compared. */
struct group {
	bool trips;
	/* The kernel produces. */
	bool turns;
	size_t size;
	size_t ring;
	size_t nr;
	struct trial trial[TRIALS_MAX];
};

#define GROUPS		19

extern struct group groups[GROUPS];

/* A nanosecond is an instruction. */
extern bool clock_counts;

void groups_make(void);
/* Is it of what is to be measured: who produces? */
bool group_is_asked(const struct group *group);
/* So many rounds, each some @ns long. */
void group_run(struct group *group, unsigned int rounds, double ns);
/* NULL where there is none. */
struct group *group_find(bool trips, size_t size, size_t ring);
const struct trial *group_trial(const struct group *group, const char *name);
/* Rounds whose messages were not those that had been sent. */
unsigned int wrong_rounds(void);
void group_name(const struct group *group, char *buf, size_t size);

/* ---- kernel_goal.c: goal_judge(), where the kernel produces ---- */

bool kernel_goal_judge(size_t index, struct verdict *verdict);

/* ---- goal.c, report.c and json.c: as bench.h has it, and ---- */

/* Nanoseconds; 0: not measured. */
double trial_median(const struct trial *trial);
/* Our fastest, the fastest peer, or the limit. NULL: not measured. */
const struct trial *group_best(const struct group *group, enum kind kind);

#endif
