/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_ARENA_H
#define FUZZ_ARENA_H

#include <stdint.h>

/*
 * Memory at addresses that every process of the fuzzer has, so that a program can name it. It is
 * made once, and inherited: what is private is a family of copies.
 */

#define PAGE		4096UL

#define ARENA_START	0x200000000UL
#define ARENA_STEP	0x1000000UL
#define ARENA_PAGES	64UL

enum arena_area {
	ARENA_ANON,		/* every second page is there */
	ARENA_SHARED,		/* shared anonymous */
	ARENA_FILE,		/* private, of a memfd */
	ARENA_FILE_SHARED,	/* shared, of the same memfd */
	ARENA_HUGE,		/* in huge pages, if they are to be had */
	ARENA_NONE,		/* touched, then PROT_NONE */
	ARENA_SPARSE,		/* a page of many */
	ARENA_FREE,		/* nothing, until a target maps it */
	ARENA_AREAS
};

static inline uint64_t arena_at(enum arena_area area)
{
	return ARENA_START + area * ARENA_STEP;
}

void arena_make(void);

#endif
