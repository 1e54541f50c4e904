// SPDX-License-Identifier: GPL-2.0
/* The figures, for programs: nanoseconds and bytes. */
#include <errno.h>
#include <sys/utsname.h>

#include "bench.h"

/* What comes before an element: nothing, or a comma. */
static const char *separator(bool *first)
{
	const char *text = *first ? "" : ",";

	*first = false;
	return text;
}

/* Our own texts, and what uname() says: nothing in them needs more. */
static void write_text(FILE *to, const char *name, const char *text)
{
	fprintf(to, "\"%s\":\"", name);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', to);
		fputc(*text, to);
	}
	fputc('"', to);
}

static void write_verdict(FILE *to, const struct verdict *v)
{
	fputc('{', to);
	write_text(to, "goal", v->text);
	fprintf(to, ",\"%s\":%g", v->at_most ? "at_most" : "at_least", v->bound);
	fputc(',', to);
	write_text(to, "unit", v->unit);
	if (v->has_figure)
		fprintf(to, ",\"figure\":%.4f", v->figure);
	else
		fputs(",\"figure\":null", to);
	if (v->unjudged) {
		fputs(",\"met\":null,", to);
		write_text(to, "why", v->unjudged);
	} else {
		fprintf(to, ",\"met\":%s", v->met ? "true" : "false");
	}
	fputc('}', to);
}

static void write_goals(FILE *to)
{
	struct verdict v;
	bool first = true;

	for (size_t i = 0; goal_judge(i, &v); i++) {
		fprintf(to, "%s\n  ", separator(&first));
		write_verdict(to, &v);
	}
}

static void begin(FILE *to, enum shape shape, enum method method)
{
	fputs("\n  {", to);
	write_text(to, "target", shape_name(shape));
	fputc(',', to);
	write_text(to, "method", method_name(method));
	fputc(',', to);
}

static void write_result(FILE *to, bool *first, enum shape shape, enum method method)
{
	const struct result *result = &results[shape][method];

	if (result->missing) {
		fputs(separator(first), to);
		begin(to, shape, method);
		write_text(to, "missing", result->missing);
		fputc('}', to);
	}
	for (enum quantity i = 0; i < QUANTITY_NR; i++) {
		struct summary s = series_summary(&result->series[i]);

		if (!s.nr)
			continue;
		fputs(separator(first), to);
		begin(to, shape, method);
		write_text(to, "quantity", quantity_name(i));
		fprintf(to, ",\"n\":%zu,\"median\":%.0f,\"q1\":%.0f,\"q3\":%.0f,",
			s.nr, s.median, s.q1, s.q3);
		fprintf(to, "\"min\":%.0f,\"max\":%.0f}", s.min, s.max);
	}
}

static void write_results(FILE *to)
{
	bool first = true;

	for (enum shape i = 0; i < SHAPE_NR; i++) {
		for (enum method j = 0; j < METHOD_NR; j++)
			write_result(to, &first, i, j);
	}
}

/* Returns 0 or a negative errno. */
int json_write(const char *path)
{
	FILE *to = fopen(path, "we");
	struct utsname system;
	bool failed;

	if (!to)
		return -errno;
	uname(&system);
	fputc('{', to);
	write_text(to, "kernel", system.release);
	fputc(',', to);
	write_text(to, "machine", system.machine);
	fprintf(to, ",\"emulated\":%s,\"compared\":%u,\"disagreements\":%u,\n \"goals\":[",
		is_emulated() ? "true" : "false", comparisons(), disagreements());
	write_goals(to);
	fputs("],\n \"results\":[", to);
	write_results(to);
	fputs("]}\n", to);
	failed = ferror(to);
	if (fclose(to) || failed)
		return -EIO;
	return 0;
}
