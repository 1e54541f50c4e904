/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_RECORD_H
#define FUZZ_RECORD_H

#include "program.h"

/* So many programs, the last that were run, can be run again when the machine is gone. */
#define RECORDED	16

/**
 * struct record - the programs that were run last, in a file
 * @fd: of it; -1: there is none
 * @executions: programs that were recorded so far
 */
struct record {
	int fd;
	uint64_t executions;
};

/* last-NUMBER in @directory; NULL: nowhere. */
void record_open(struct record *record, const char *directory, unsigned int number);
/* Is where it can be read, also by another machine, when this returns. */
void record_put(struct record *record, const struct program *program);

#endif
