/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef RING_CLOCK_H
#define RING_CLOCK_H

#include <time.h>

#include "ipcshow-ring.h"

#define NSEC_PER_SEC	1000000000LL

/* Nanoseconds of a clock that only goes on. */
static inline __s64 clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

/* When @timeout_ns from now is, or IPCSHOW_FOREVER. */
static inline __s64 clock_deadline(__s64 timeout_ns)
{
	__s64 deadline;

	if (timeout_ns < 0 || __builtin_add_overflow(clock_now(), timeout_ns, &deadline))
		return IPCSHOW_FOREVER;
	return deadline;
}

/* How long it is until then: 0 when it is past, or IPCSHOW_FOREVER. */
static inline __s64 clock_left(__s64 deadline)
{
	__s64 left;

	if (deadline == IPCSHOW_FOREVER)
		return IPCSHOW_FOREVER;
	left = deadline - clock_now();
	return left > 0 ? left : 0;
}

static inline struct timespec clock_timespec(__s64 ns)
{
	return (struct timespec){ .tv_sec = ns / NSEC_PER_SEC, .tv_nsec = ns % NSEC_PER_SEC };
}

#endif
