/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_MERGE_H
#define FUZZ_MERGE_H

#include "corpus.h"
#include "run.h"

/* Runs all programs, the shortest first, and saves those that go where none before them did. */
int merge(struct corpus *corpus, const char *directory, struct counters *counters);

#endif
