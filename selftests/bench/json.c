// SPDX-License-Identifier: GPL-2.0
/* The figures, for programs: nanoseconds and bytes. */
#include "bench.h"

void json_write_about(FILE *to)
{
	fprintf(to, "\"compared\":%u,\"disagreements\":%u", comparisons(), disagreements());
}

static void begin(FILE *to, enum shape shape, enum method method)
{
	fputs("\n  {", to);
	json_text(to, "target", shape_name(shape));
	fputc(',', to);
	json_text(to, "method", method_name(method));
	fputc(',', to);
}

static void write_result(FILE *to, bool *first, enum shape shape, enum method method)
{
	const struct result *result = &results[shape][method];

	if (result->missing) {
		fputs(json_separator(first), to);
		begin(to, shape, method);
		json_text(to, "missing", result->missing);
		fputc('}', to);
	}
	for (enum quantity i = 0; i < QUANTITY_NR; i++) {
		struct summary s = series_summary(&result->series[i]);

		if (!s.nr)
			continue;
		fputs(json_separator(first), to);
		begin(to, shape, method);
		json_text(to, "quantity", quantity_name(i));
		fprintf(to, ",\"n\":%zu,\"median\":%.0f,\"q1\":%.0f,\"q3\":%.0f,",
			s.nr, s.median, s.q1, s.q3);
		fprintf(to, "\"min\":%.0f,\"max\":%.0f}", s.min, s.max);
	}
}

void json_write_results(FILE *to)
{
	bool first = true;

	for (enum shape i = 0; i < SHAPE_NR; i++) {
		for (enum method j = 0; j < METHOD_NR; j++)
			write_result(to, &first, i, j);
	}
}
