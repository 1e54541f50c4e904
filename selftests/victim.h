/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VICTIM_H
#define VICTIM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Processes that change all about themselves at random, end, are killed, and come again. Each
 * has, from when it is ready to its end, some memory that is its own and some that all share, at
 * the same addresses and all of it resident. What changes has its places, too, and what may be
 * there, and be shared, depends on the place.
 */

#define VICTIM_NAME	"victim"
#define VICTIM_OWN	0x100000000000ULL
#define VICTIM_SHARED	0x110000000000ULL
#define VICTIM_BYTES	(32UL << 12)

/* What an area may have; nobody but a victim and its child ever share what is private. */
enum victim_kind {
	VICTIM_ANON,	/* private anonymous memory, which KSM leaves alone */
	VICTIM_FILE,	/* private, from the start of the file that is at VICTIM_SHARED */
	VICTIM_SHMEM,	/* shared anonymous memory, made by itself */
	VICTIM_TWIN,	/* as VICTIM_ANON, but the same everywhere: KSM may merge it */
	VICTIM_KINDS
};

/* Of each kind. What is moved goes from one of them to another, page by page to the same place. */
#define VICTIM_AREAS		4
#define VICTIM_AREA_BYTES	(4UL << 20)
/* What most of them have. */
#define VICTIM_AREA_USUAL	(64UL << 12)

static inline uint64_t victim_area(enum victim_kind kind, unsigned int i)
{
	return 0x120000000000ULL + 2 * VICTIM_AREA_BYTES * (kind * VICTIM_AREAS + i);
}

#define VICTIMS		4

/* What all know of one: written by itself and by who starts it. */
struct victim {
	/* 0: none is ready there. */
	pid_t pid;
	/* A child of it that lives, perhaps not for long; 0: none. */
	pid_t offspring;
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
/* Has it the same child still? */
bool victim_is_parent(const struct victim *victim);

/* In a program that one of them has become. */
int victim_goes_on(void);

#endif
