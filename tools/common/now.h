/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NOW_H
#define NOW_H

#include <time.h>

#define SECOND_NS	1000000000LL

/* Nanoseconds of a clock that only goes on; no clock on the wall. */
static inline long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND_NS + now.tv_nsec;
}

#endif
