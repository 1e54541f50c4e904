/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define TARGETS		4

/* Numbers that stand for a target, each for as many as there are targets ... */
enum target_who {
	WHO_TARGET,		/* itself */
	WHO_CHILD,		/* what it has made last: a process, */
	WHO_THREAD,		/* a thread */
	WHO_OTHERS		/* ... and these for one each. Above: a PID as it is. */
};

#define WHO_SELF	(WHO_OTHERS * TARGETS)
#define WHO_PARENT	(WHO_SELF + 1)
#define WHO_INIT	(WHO_SELF + 2)
#define WHO_KERNEL	(WHO_SELF + 3)
#define WHO_MAX		(WHO_SELF + 4)

/* What a target says of itself. Shared. */
struct target_state {
	pid_t child;
	pid_t thread;
};

/**
 * struct target - a process to look at
 * @pid: its PID, also when it is gone; 0: not made yet
 * @to: orders
 * @from: a byte for each that was carried out
 * @changed: it is not as it was when it was made
 */
struct target {
	pid_t pid;
	int to;
	int from;
	bool changed;
};

struct targets {
	pthread_mutex_t lock;	/* while one is made */
	struct target all[TARGETS];
	struct target_state *states;
};

/* What a target does when it is told to: see act.c. */
struct order {
	uint8_t act;
	uint8_t area;
};

/* Descriptors below are none of the pipes to targets. */
#define TARGET_FIRST_FD	200

void targets_init(struct targets *targets);
/* They are as new: those that are not, end. */
void targets_reset(struct targets *targets);
/* The PID that @who stands for; who is not there yet is made. */
pid_t target_pid(struct targets *targets, uint64_t who);
/* Nothing that is told of it later can be foreseen. */
void target_spoil(struct targets *targets, uint64_t who);
/* False: it does not answer any more, or not soon. */
bool target_order(struct targets *targets, uint64_t who, const struct order *order, bool wait);

/* What a target is told on the command line when it becomes this program anew. */
#define TARGET_OPTION	"--target"

void target_goes_on(void) __attribute__((noreturn));

/* For those who act. */
extern struct target_state *target_self;
/* This process ends when @parent does, or has. */
void target_end_with(pid_t parent);
void target_exec(void);
void target_close_files(void);
/* Another thread obeys, and this one is none any more. */
void target_change_thread(void);

#endif
