/* SPDX-License-Identifier: GPL-2.0 */
#ifndef STAT_H
#define STAT_H

#include "column.h"
#include "rendezvous.h"

/**
 * struct row - a stream, or who waits for one
 * @now: as it is
 * @then: as it was, or NULL
 * @seconds: between the two
 */
struct row {
	const struct rendezvous_row *now;
	const struct rendezvous_row *then;
	double seconds;
};

extern const struct sheet streams_sheet;

#endif
