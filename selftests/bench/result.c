// SPDX-License-Identifier: GPL-2.0
/* What was measured, by target and method. */
#include <stdarg.h>

#include "bench.h"

struct result results[SHAPE_NR][METHOD_NR];

static unsigned int disagreed;

static const struct {
	const char *name;
	const char *unit;
	double divisor;
} quantities[] = {
	[QUANTITY_TIME] = { "time", "ms", NS_PER_MS },
	[QUANTITY_MEMORY] = { "memory", "KiB", 1024 },
	[QUANTITY_HOLD_SAID] = { "hold said", "ms", NS_PER_MS },
	[QUANTITY_HOLD_SEEN] = { "hold seen", "ms", NS_PER_MS },
	[QUANTITY_P50] = { "p50", "ms", NS_PER_MS },
	[QUANTITY_P99] = { "p99", "ms", NS_PER_MS },
	[QUANTITY_WORST] = { "worst", "ms", NS_PER_MS },
};

double result_times(enum shape shape, enum method method, enum quantity quantity)
{
	const struct series *peer = &results[shape][method].series[quantity];
	const struct series *ours = &results[shape][method_ours(method)].series[quantity];
	double median = series_quantile(ours, 0.5);

	return median > 0 ? series_quantile(peer, 0.5) / median : 0;
}

const char *quantity_name(enum quantity quantity)
{
	return quantities[quantity].name;
}

const char *quantity_unit(enum quantity quantity, double *divisor)
{
	*divisor = quantities[quantity].divisor;
	return quantities[quantity].unit;
}

void disagree(enum shape shape, enum method method, const char *fmt, ...)
{
	va_list args;

	disagreed++;
	fprintf(stderr, "DISAGREE: %s, %s: ", shape_name(shape), method_name(method));
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

unsigned int disagreements(void)
{
	return disagreed;
}
