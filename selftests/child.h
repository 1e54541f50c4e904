/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CHILD_H
#define CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "sizes.h"

#define USER	1000
#define OTHER	1001

/*
 * Processes to look at. They end with their parent, or when they are told to;
 * what cannot be made ends the program.
 */

/* A function in a process of its own, and two words with it: "ready", and "go on". */
struct child {
	pid_t pid;
	int from;
	int to;
};

typedef int child_function(struct child *self, void *argument);

/* Returns when the child has said that it is ready. It exits with what @function returns. */
void child_start(struct child *child, child_function *function, void *argument);
/* The words of the child: these return when the parent took part. */
void child_ready(struct child *self);
void child_wait(struct child *self);
/* For ever. */
int child_stay(struct child *self, void *argument);
/* The words of the parent. */
void child_await(struct child *child);
void child_go(struct child *child);
/* SIGSTOP, and wait until all of it stands. */
void child_stop(pid_t pid);
void child_continue(pid_t pid);
/* The status as of waitpid(). */
int child_join(struct child *child);
void child_kill(struct child *child);

/* All IDs and no capabilities, and still dumpable. */
void become(uid_t uid);
/* What @function gives in a process of that user (or in this one's: -1). */
int as_user(uid_t uid, int (*function)(void *), void *argument);

/* The program zoo: see zoo.h for what it announces. */
struct animal {
	char name[32];
	uint64_t start;
	uint64_t end;
	char *rest;
};

struct zoo {
	pid_t pid;
	int to;
	FILE *from;
	struct animal *animals;
	size_t nr;
};

/* @shapes: words, or "" for all. */
void zoo_start(struct zoo *zoo, const char *shapes);
/* The 32-bit program bare32.c; false: this machine cannot run it. */
bool zoo32_start(struct zoo *zoo);
/* The @nth of that name, or NULL: skipped, or there is none. */
const struct animal *zoo_find(const struct zoo *zoo, const char *name, unsigned int nth);
const char *zoo_skipped(const struct zoo *zoo, const char *name);
/* A number that was announced as key=number; @base as for strtoull(). */
uint64_t zoo_number(const struct animal *animal, const char *key, int base);
void zoo_end(struct zoo *zoo);

/* A path of a file beside this program; static. */
const char *beside(const char *name);

/* How many times slower than usual this kernel is taken to be, at least 1. */
unsigned int scale(void);

#endif
