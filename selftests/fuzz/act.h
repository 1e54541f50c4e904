/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_ACT_H
#define FUZZ_ACT_H

#include "target.h"

/* So many things a target can do to its memory, and to itself; any of them may fail. */
#define ACTS	41

void act(const struct order *order);

#endif
