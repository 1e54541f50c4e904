/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_VALUE_H
#define FUZZ_VALUE_H

#include "program.h"
#include "rng.h"

/* Does it name a descriptor? Then there is nothing usual. */
bool value_is_slot(const struct field *field);
/* For a call at @at of @program: likely to be of interest. */
uint64_t value_make(const struct field *field, const struct program *program, size_t at,
		    struct rng *rng);
/* Something near. */
uint64_t value_change(uint64_t value, struct rng *rng);

#endif
