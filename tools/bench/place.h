/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PLACE_H
#define PLACE_H

#include "trial.h"

/**
 * struct place - a side at work
 * @run: whose
 * @side: which
 * @report: where it tells
 * @there: @back: its ends; @back for round trips only
 * @barriers: that it has passed
 */
struct place {
	struct run *run;
	enum side side;
	struct report *report;
	struct end there;
	struct end back;
	uint32_t barriers;
};

__attribute__((noreturn))
void place_fail(struct place *place, const struct end *end, int err);
void place_meet(struct place *place);
void place_take(struct place *place, struct end *end, const void *message);
void place_send(struct place *place, uint64_t count);
void place_receive(struct place *place, uint64_t count);
void place_work(struct place *place, uint64_t count);

#endif
