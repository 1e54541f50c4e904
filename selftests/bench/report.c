// SPDX-License-Identifier: GPL-2.0
/* The figures, for a person. */
#include <sys/utsname.h>

#include "bench.h"

static void print_series(FILE *to, enum shape shape, enum method method, enum quantity quantity)
{
	struct summary s = series_summary(&results[shape][method].series[quantity]);
	double divisor;
	const char *unit = quantity_unit(quantity, &divisor);

	if (!s.nr)
		return;
	fprintf(to, "  %-32s %-9s %4zu %11.3f %11.3f %11.3f %11.3f %11.3f %-3s",
		method_name(method), quantity_name(quantity), s.nr, s.median / divisor,
		s.q1 / divisor, s.q3 / divisor, s.min / divisor, s.max / divisor, unit);
	if (result_times(shape, method, quantity))
		fprintf(to, " %8.2f x", result_times(shape, method, quantity));
	fputc('\n', to);
}

static void print_method(FILE *to, enum shape shape, enum method method)
{
	const struct result *result = &results[shape][method];

	if (result->missing)
		fprintf(to, "  %-32s missing: %s\n", method_name(method), result->missing);
	for (enum quantity i = 0; i < QUANTITY_NR; i++)
		print_series(to, shape, method, i);
}

static bool is_measured(enum shape shape)
{
	for (enum method i = 0; i < METHOD_NR; i++) {
		if (results[shape][i].missing)
			return true;
		for (enum quantity j = 0; j < QUANTITY_NR; j++) {
			if (results[shape][i].series[j].nr)
				return true;
		}
	}
	return false;
}

void report_print(FILE *to, bool whole)
{
	struct utsname system;

	uname(&system);
	fprintf(to, "Linux %s %s%s\n", system.release, system.machine,
		is_emulated() ? ", emulated CPU" : "");
	for (enum shape i = 0; i < SHAPE_NR; i++) {
		if (!is_measured(i))
			continue;
		fprintf(to, "\n%-44s %4s %11s %11s %11s %11s %11s %14s\n", shape_help(i),
			"n", "median", "quartile", "quartile", "min", "max", "peer/ours");
		for (enum method j = 0; j < METHOD_NR; j++)
			print_method(to, i, j);
	}
	verdicts_print(to, whole);
	fprintf(to, "%u answers compared, %u disagree\n", comparisons(), disagreements());
}
