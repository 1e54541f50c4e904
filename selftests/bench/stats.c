// SPDX-License-Identifier: GPL-2.0
/* Series of numbers, and the time. */
#include <err.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include "bench.h"

void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	verr(1, fmt, args);
}

u64 clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (u64)now.tv_sec * 1000000000 + (u64)now.tv_nsec;
}

void series_add(struct series *series, double value)
{
	if (series->nr == series->room) {
		series->room = series->room ? 2 * series->room : 16;
		series->value = reallocarray(series->value, series->room, sizeof(double));
		if (!series->value)
			die("series");
	}
	series->value[series->nr++] = value;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static void sort(const struct series *series)
{
	if (series->nr)
		qsort(series->value, series->nr, sizeof(double), ascending);
}

/* The nearest rank, but the mean of the two in the middle for the median. */
static double rank(const struct series *series, double part)
{
	size_t nr = series->nr;
	double at = ceil(part * (double)nr);

	if (!nr)
		return 0;
	if (part == 0.5 && nr % 2 == 0)
		return (series->value[nr / 2 - 1] + series->value[nr / 2]) / 2;
	return series->value[at < 1 ? 0 : (size_t)at - 1];
}

double series_quantile(const struct series *series, double part)
{
	sort(series);
	return rank(series, part);
}

struct summary series_summary(const struct series *series)
{
	sort(series);
	return (struct summary){
		.nr = series->nr,
		.median = rank(series, 0.5),
		.min = rank(series, 0),
		.max = rank(series, 1),
		.q1 = rank(series, 0.25),
		.q3 = rank(series, 0.75),
	};
}

void series_free(struct series *series)
{
	free(series->value);
	*series = (struct series){ 0 };
}
