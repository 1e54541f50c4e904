/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VICTIM_H
#define VICTIM_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Processes that change all about themselves at random, end, are killed, and come again. Each
 * has, from when it is ready to its end, some memory that is its own and some that all share, at
 * the same addresses and all of it resident.
 */

#define VICTIM_NAME	"victim"
#define VICTIM_OWN	0x100000000000ULL
#define VICTIM_SHARED	0x110000000000ULL
#define VICTIM_BYTES	(32UL << 12)

#define VICTIMS		4

/* What all know of one: written by itself and by who starts it. */
struct victim {
	/* 0: none is ready there. */
	pid_t pid;
	/* Grows when it gets ready and when it is no longer. */
	unsigned long generation;
};

struct victims;

/* NULL: they could not be made. */
struct victims *victims_start(void);
void victims_end(struct victims *victims);
bool victims_are_well(const struct victims *victims);
unsigned long victims_ended(const struct victims *victims);

/* Any process of theirs that there may be. */
pid_t victims_any(const struct victims *victims);
/* One that is ready, and is not @but; NULL: there is none now. It is a copy, static. */
const struct victim *victims_ready(const struct victims *victims, const struct victim *but);
bool victim_is_ready(const struct victim *victim);

/* In a program that one of them has become. */
int victim_goes_on(void);

#endif
