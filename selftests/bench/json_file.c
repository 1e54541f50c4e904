// SPDX-License-Identifier: GPL-2.0
/* The figures, for programs: what those of all benchmarks have in common. */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "bench.h"

const char *json_separator(bool *first)
{
	const char *text = *first ? "" : ",";

	*first = false;
	return text;
}

void json_text(FILE *to, const char *name, const char *text)
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
	json_text(to, "goal", v->text);
	fprintf(to, ",\"%s\":%g", v->at_most ? "at_most" : "at_least", v->bound);
	fputc(',', to);
	json_text(to, "unit", v->unit);
	if (v->has_figure)
		fprintf(to, ",\"figure\":%.4f", v->figure);
	else
		fputs(",\"figure\":null", to);
	if (v->unjudged) {
		fputs(",\"met\":null,", to);
		json_text(to, "why", v->unjudged);
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
		fprintf(to, "%s\n  ", json_separator(&first));
		write_verdict(to, &v);
	}
}

static int write_file(const char *path)
{
	FILE *to = fopen(path, "we");
	struct utsname system;
	bool failed;

	if (!to)
		return -errno;
	uname(&system);
	fputc('{', to);
	json_text(to, "kernel", system.release);
	fputc(',', to);
	json_text(to, "machine", system.machine);
	fprintf(to, ",\"emulated\":%s,", is_emulated() ? "true" : "false");
	json_write_about(to);
	fputs(",\n \"goals\":[", to);
	write_goals(to);
	fputs("],\n \"results\":[", to);
	json_write_results(to);
	fputs("]}\n", to);
	failed = ferror(to);
	if (fclose(to) || failed)
		return -EIO;
	return 0;
}

bool json_write(const char *path)
{
	int err = write_file(path);

	if (err)
		fprintf(stderr, "%s: %s\n", path, strerror(-err));
	return !err;
}
