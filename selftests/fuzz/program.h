/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_PROGRAM_H
#define FUZZ_PROGRAM_H

#include <stdio.h>

#include "call.h"

#define CALLS_MAX	24

/* No program's text is longer. */
#define PROGRAM_TEXT	8192

/**
 * struct call - a call of a program
 * @type: index, see call_type()
 * @aside: made by a second thread, and not waited for
 * @arg: by the type's fields
 */
struct call {
	uint8_t type;
	bool aside;
	uint64_t arg[ARGS_MAX];
};

/**
 * struct program - calls, in a row
 *
 * As text a call is a line: its name and, in hexadecimal, the numbers that are not what they
 * usually are. An empty line ends a program, '#' begins a comment:
 *
 *	open
 *	shared_ring flags=2
 *	aside wait fd=1 timeout_ns=ffffffffffffffff
 */
struct program {
	uint32_t nr;
	struct call call[CALLS_MAX];
};

/* A call with all as usual. */
void call_init(struct call *call, size_t type);
void call_remove(struct program *program, size_t index);

/* Returns the length of the text, which is terminated. */
size_t program_print(const struct program *program, char text[PROGRAM_TEXT]);
/* The next program of @file. False: there is none. What is wrong ends the process: @path is named. */
bool program_scan(struct program *program, FILE *file, const char *path);
/* What names it; equal programs have equal ones. */
uint64_t program_hash(const struct program *program);

#endif
