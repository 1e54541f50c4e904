/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_KCOV_H
#define FUZZ_KCOV_H

#include <stddef.h>
#include <stdint.h>

#include "coverage.h"

#define KCOV_THREADS	2

/**
 * struct kcov_trace - where a thread went in the kernel
 * @fd: of kcov
 * @words: the number of addresses, and those; shared with the kernel
 */
struct kcov_trace {
	int fd;
	uint64_t *words;
};

/* One for each thread of a program. */
struct kcov {
	struct kcov_trace trace[KCOV_THREADS];
};

/* Ends the process if there is no kcov. */
void kcov_open(struct kcov *kcov);
/* This thread is @thread, until it ends. */
void kcov_enable(struct kcov *kcov, unsigned int thread);
/* What comes next is another call. */
void kcov_mark(struct kcov *kcov, unsigned int thread);
/* Adds to @trail where all threads went. */
void kcov_collect(const struct kcov *kcov, struct trail *trail);

#endif
