/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RING_ATTACK_H
#define RING_ATTACK_H

#include "ring_pair.h"

/*
 * One side of a ring that writes whatever it can write, some of it honestly, and rings the bell. Each
 * attacks until the other lets go, or does not open.
 */
int ring_attack_by_producer(int sock, const struct ipcshow_ring_options *options, uint64_t seed);
int ring_attack_by_consumer(int sock, const struct ipcshow_ring_options *options, uint64_t seed);

/* Any value, but often one that is almost right where @base would be, or @size more or less. */
uint64_t ring_value_near(uint64_t *state, uint64_t base, uint64_t size);
void ring_scribble(uint64_t *where, uint64_t value);

#endif
