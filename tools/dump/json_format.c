// SPDX-License-Identifier: GPL-2.0
/*
 * --json and --lines. Both write as they go, and both end with something that
 * a cut output lacks: a closing brace, or the line of type "done".
 */
#include <string.h>

#include "json_end.h"

#define JSON_VERSION	1

/* In --lines the PID stands in front already. */
static bool is_repeated(const struct dump *dump, const struct column *column)
{
	return dump->format == &lines_format && column->get == get_pid;
}

static void write_cells(struct dump *dump, bool first)
{
	const struct selection *sheet = dump->sheet;
	struct value value;
	size_t i;

	for (i = 0; i < sheet->nr; i++) {
		if (is_repeated(dump, sheet->columns[i]))
			continue;
		column_get(sheet->columns[i], &dump->row, &value);
		json_key(&dump->out, first, sheet->columns[i]->key);
		json_cell(&dump->out, &dump->row, &value);
		first = false;
	}
}

/* ---- --json ---- */

static void json_begin(struct dump *dump)
{
	out_text(&dump->out, "{\n\"version\":");
	out_decimal(&dump->out, JSON_VERSION);
	out_text(&dump->out, ",\n\"processes\":[");
}

static void json_process(struct dump *dump)
{
	struct out *out = &dump->out;

	out_text(out, dump->nr_processes > 1 ? ",\n{\"pid\":" : "\n{\"pid\":");
	json_task_members(out, dump->facts);
	json_mm_members(out, dump->facts->mm);
}

static void json_rows(struct dump *dump)
{
	out_text(&dump->out, ",\n\"");
	out_text(&dump->out, dump->sheet->sheet->key);
	out_text(&dump->out, "\":[");
}

static int json_row(struct dump *dump)
{
	out_text(&dump->out, dump->nr_rows > 1 ? ",\n{" : "\n{");
	write_cells(dump, true);
	out_char(&dump->out, '}');
	return dump->out.err;
}

static void json_rows_end(struct dump *dump)
{
	out_text(&dump->out, "\n]");
}

static void json_process_end(struct dump *dump)
{
	json_end_members(dump);
	out_char(&dump->out, '}');
}

static void write_failure(struct out *out, const struct failure *failure)
{
	out_decimal(out, (uint64_t)failure->pid);
	json_key(out, false, "error");
	json_string(out, failure->reason, strlen(failure->reason));
	out_char(out, '}');
}

static void json_end(struct dump *dump)
{
	struct out *out = &dump->out;
	size_t i;

	out_text(out, "\n],\n\"errors\":[");
	for (i = 0; i < dump->nr_failed; i++) {
		out_text(out, i ? ",\n{\"pid\":" : "\n{\"pid\":");
		write_failure(out, &dump->failed[i]);
	}
	out_text(out, dump->nr_failed ? "\n]\n}\n" : "]\n}\n");
}

const struct format json_format = {
	.begin = json_begin,
	.process = json_process,
	.rows = json_rows,
	.row = json_row,
	.rows_end = json_rows_end,
	.process_end = json_process_end,
	.end = json_end,
};

/* ---- --lines ---- */

static void line(struct dump *dump, const char *type)
{
	out_text(&dump->out, "{\"type\":\"");
	out_text(&dump->out, type);
	out_char(&dump->out, '"');
}

static void line_of_process(struct dump *dump, const char *type)
{
	line(dump, type);
	out_text(&dump->out, ",\"pid\":");
}

static void lines_begin(struct dump *dump)
{
	line(dump, "ipcshow-dump");
	json_number_member(&dump->out, "version", JSON_VERSION);
	out_text(&dump->out, "}\n");
}

static void lines_process(struct dump *dump)
{
	line_of_process(dump, "process");
	json_task_members(&dump->out, dump->facts);
	json_mm_members(&dump->out, dump->facts->mm);
	out_text(&dump->out, "}\n");
}

static void lines_rows(struct dump *dump)
{
	(void)dump;
}

static int lines_row(struct dump *dump)
{
	line_of_process(dump, dump->sheet->sheet->line);
	out_decimal(&dump->out, (uint64_t)dump->row.pid);
	write_cells(dump, false);
	out_text(&dump->out, "}\n");
	return dump->out.err;
}

static void lines_process_end(struct dump *dump)
{
	line_of_process(dump, "end");
	out_decimal(&dump->out, (uint64_t)dump->row.pid);
	json_end_members(dump);
	out_text(&dump->out, "}\n");
}

static void lines_end(struct dump *dump)
{
	size_t i;

	for (i = 0; i < dump->nr_failed; i++) {
		line_of_process(dump, "error");
		write_failure(&dump->out, &dump->failed[i]);
		out_char(&dump->out, '\n');
	}
	line(dump, "done");
	json_number_member(&dump->out, "processes", dump->nr_processes);
	json_number_member(&dump->out, "failed", dump->nr_failed);
	out_text(&dump->out, "}\n");
}

const struct format lines_format = {
	.begin = lines_begin,
	.process = lines_process,
	.rows = lines_rows,
	.row = lines_row,
	.rows_end = lines_rows,
	.process_end = lines_process_end,
	.end = lines_end,
};
