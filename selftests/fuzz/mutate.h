/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include "program.h"
#include "rng.h"

/* A program out of nothing. */
void program_generate(struct program *program, struct rng *rng);
/* Changes something, perhaps by what @other has. */
void program_mutate(struct program *program, const struct program *other, struct rng *rng);

#endif
