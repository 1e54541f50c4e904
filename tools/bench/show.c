// SPDX-License-Identifier: GPL-2.0
/* The output: a table, raw lines or JSON. */
#include <stdio.h>

#include "bench.h"
#include "cell.h"
#include "grid.h"
#include "json.h"

#define JSON_VERSION	1

/* One round in which something else ran is nothing; if half of them take so much longer, it is. */
#define SCATTER_MAX	2

typedef int row_fn(struct bench *bench, struct row *row, void *arg);

static struct row row_of_subject(const struct bench *bench, const struct subject *subject)
{
	return (struct row){
		.bench = bench, .subject = subject,
		.result = subject_smallest(bench, subject), .best = subject_best(bench, subject),
	};
}

static int each_subject(struct bench *bench, row_fn *fn, void *arg)
{
	struct row row;
	size_t i;
	int err = 0;

	for (i = 0; i < bench->nr_subjects && !err; i++) {
		row = row_of_subject(bench, &bench->subjects[i]);
		err = fn(bench, &row, arg);
	}
	return err;
}

static int each_result(struct bench *bench, row_fn *fn, void *arg)
{
	struct row row = { .bench = bench };
	size_t i, j;
	int err = 0;

	for (i = 0; i < bench->nr_subjects; i++) {
		row.subject = &bench->subjects[i];
		for (j = 0; j < row.subject->nr && !err; j++) {
			row.result = row.best = &bench->results[row.subject->first + j];
			err = fn(bench, &row, arg);
		}
	}
	return err;
}

static int each_row(struct bench *bench, row_fn *fn, void *arg)
{
	return bench->sizes ? each_result(bench, fn, arg) : each_subject(bench, fn, arg);
}

/* ---- for people ---- */

/* The round trip that took least. */
static const struct result *fastest(const struct bench *bench)
{
	const struct result *best = NULL;
	size_t i;

	for (i = 0; i < bench->nr_results; i++) {
		const struct result *result = &bench->results[i];

		if (!*result->missing && result->p50_ns >= 0 &&
		    (!best || result->p50_ns < best->p50_ns))
			best = result;
	}
	return best;
}

/* What cannot be was seen, or the same work took very different times. */
static void warn_of_noise(struct bench *bench)
{
	const struct limits *limits = &bench->limits;
	const struct result *best = fastest(bench);
	char first[NUMBER_MAX], second[NUMBER_MAX];

	if (limits->line_ns < 0)
		return;
	if (best && best->p50_ns < limits->line_ns) {
		format_time(first, best->p50_ns);
		out_format(&bench->out, _("Not to be relied on: %s took %s there and back, less than a "
					  "line of cache did; other work disturbs this machine.\n"),
			   best->mechanism->name, first);
	} else if (limits->line_median_ns > SCATTER_MAX * limits->line_ns) {
		format_time(first, limits->line_ns);
		format_time(second, limits->line_median_ns);
		out_format(&bench->out, _("Not to be relied on: that line took %s at best, but more than "
					  "%s in half of the rounds; other work disturbs this machine.\n"),
			   first, second);
	}
}

static void say_limits(struct bench *bench)
{
	size_t i, step = bench->nr_payloads > 4 ? bench->nr_payloads / 4 : 1;
	char number[NUMBER_MAX];

	out_text(&bench->out, _("Limits of this machine: "));
	if (bench->limits.line_ns >= 0) {
		format_time(number, bench->limits.line_ns);
		out_format(&bench->out, _("a line of cache there and back %s"), number);
	} else {
		out_text(&bench->out, _("one processor, so no line of cache goes there and back"));
	}
	out_text(&bench->out, "; memcpy");
	for (i = 0; i < bench->nr_payloads; i += step) {
		format_size(number, bench->payloads[i]);
		out_text(&bench->out, i ? ", " : " ");
		out_text(&bench->out, number);
		out_text(&bench->out, ": ");
		format_rate(number, bench->limits.memcpy_gb_per_s[i]);
		out_text(&bench->out, number);
		out_text(&bench->out, " GB/s");
	}
	out_char(&bench->out, '\n');
	warn_of_noise(bench);
	out_char(&bench->out, '\n');
}

static int add_row(struct bench *bench, struct row *row, void *arg)
{
	(void)bench;
	return grid_row(arg, row, NULL);
}

static void say_missing(struct bench *bench)
{
	size_t i;
	bool any = false;

	for (i = 0; i < bench->nr_subjects; i++) {
		const struct subject *subject = &bench->subjects[i];

		if (!*subject->missing)
			continue;
		out_text(&bench->out, any ? "" : "\n");
		any = true;
		out_text(&bench->out, _("missing: "));
		out_text(&bench->out, subject->mechanism->name);
		out_text(&bench->out, ": ");
		out_text(&bench->out, subject->missing);
		out_char(&bench->out, '\n');
	}
}

static void show_table(struct bench *bench)
{
	struct grid grid = {
		.selection = &bench->selection, .headings = bench->headings, .bytes = bench->bytes,
	};
	int err = grid_begin(&grid);

	if (bench->headings)
		say_limits(bench);
	if (!err)
		err = each_row(bench, add_row, &grid);
	if (err)
		bench->out.err = err;
	else
		grid_print(&grid, &bench->out);
	grid_end(&grid);
	if (!selection_has(&bench->selection, "MISSING"))
		say_missing(bench);
}

/* ---- for programs ---- */

static int raw_row(struct bench *bench, struct row *row, void *arg)
{
	(void)arg;
	raw_line(&bench->out, &bench->selection, row, bench->bytes);
	return 0;
}

static void show_raw(struct bench *bench)
{
	if (bench->headings)
		raw_heading(&bench->out, &bench->selection);
	each_row(bench, raw_row, NULL);
}

/* struct array - rows so far, and their columns */
struct array {
	const struct selection *selection;
	bool any;
};

static int json_row(struct bench *bench, struct row *row, void *arg)
{
	struct array *array = arg;
	struct value value;
	size_t i;

	out_text(&bench->out, array->any ? ",\n{" : "\n{");
	array->any = true;
	for (i = 0; i < array->selection->nr; i++) {
		column_get(array->selection->columns[i], row, &value);
		json_key(&bench->out, !i, array->selection->columns[i]->key);
		json_cell(&bench->out, row, &value);
	}
	out_char(&bench->out, '}');
	return 0;
}

static void json_array(struct bench *bench, const struct sheet *sheet,
		       int (*each)(struct bench *bench, row_fn *fn, void *arg))
{
	struct selection all;
	struct array array = { .selection = &bench->selection };

	if (bench->selection.sheet != sheet) {
		selection_parse(&all, sheet, sheet->json_defaults, NULL);
		array.selection = &all;
	}
	json_key(&bench->out, false, sheet->key);
	out_char(&bench->out, '[');
	each(bench, json_row, &array);
	out_char(&bench->out, ']');
}

static void json_limits(struct bench *bench)
{
	struct out *out = &bench->out;
	bool any = false;
	size_t i;

	json_key(out, false, "limits");
	out_char(out, '{');
	json_key(out, true, "line_ns");
	if (bench->limits.line_ns >= 0)
		json_real(out, bench->limits.line_ns);
	else
		out_text(out, "null");
	json_key(out, false, "memcpy");
	out_char(out, '[');
	for (i = 0; i < bench->nr_payloads; i++) {
		if (bench->limits.memcpy_gb_per_s[i] < 0)
			continue;
		out_text(out, any ? ",{" : "{");
		any = true;
		json_key(out, true, "payload");
		out_decimal(out, bench->payloads[i]);
		json_key(out, false, "gb_per_s");
		json_real(out, bench->limits.memcpy_gb_per_s[i]);
		out_char(out, '}');
	}
	out_text(out, "]}");
}

static void show_json(struct bench *bench)
{
	struct out *out = &bench->out;
	size_t i;

	out_char(out, '{');
	json_key(out, true, "version");
	out_decimal(out, JSON_VERSION);
	json_bool_member(out, "quick", bench->quick);
	json_key(out, false, "payloads");
	out_char(out, '[');
	for (i = 0; i < bench->nr_payloads; i++) {
		out_text(out, i ? "," : "");
		out_decimal(out, bench->payloads[i]);
	}
	out_char(out, ']');
	json_key(out, false, "processors");
	out_char(out, '[');
	for (i = 0; i < 2 && side_cpu[i] >= 0; i++) {
		out_text(out, i ? "," : "");
		out_decimal(out, (uint64_t)side_cpu[i]);
	}
	out_char(out, ']');
	json_limits(bench);
	json_array(bench, &subjects_sheet, each_subject);
	json_array(bench, &results_sheet, each_result);
	out_text(out, "}\n");
}

void show(struct bench *bench)
{
	if (bench->json)
		show_json(bench);
	else if (bench->raw)
		show_raw(bench);
	else
		show_table(bench);
}
