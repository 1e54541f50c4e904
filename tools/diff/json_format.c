// SPDX-License-Identifier: GPL-2.0
/* --json. The closing brace is what a cut output lacks. */
#include <string.h>

#include "format.h"
#include "json_facts.h"

#define JSON_VERSION	1

static void write_comm(struct out *out, const struct task *task)
{
	const __u8 *comm = task->thread.thread ? task->thread.thread->comm :
						 task->facts.task->comm;

	json_key(out, false, "thread_comm");
	json_string(out, comm, strnlen((const char *)comm, IPCSHOW_COMM_LEN));
}

static void write_task(struct out *out, const struct task *task)
{
	json_key(out, true, "tid");
	out_decimal(out, (uint64_t)task->pid);
	json_bool_member(out, "thread", !task->whole);
	write_comm(out, task);
	json_key(out, false, "pid");
	json_task_members(out, &task->facts);
	json_mm_members(out, task->facts.mm);
}

static void write_shared(struct diff *diff, size_t a, size_t b)
{
	struct ipcshow_shared shared;

	ipcshow_comparison_shared(diff->comparison, a, b, &shared);
	if (a != b)
		out_decimal(&diff->out, shared.bytes);
	else
		out_text(&diff->out, "null");
}

static void write_number(struct diff *diff, size_t a, size_t b, bool idle)
{
	if (a != b)
		out_decimal(&diff->out, channels_between(diff, a, b, idle));
	else
		out_text(&diff->out, "null");
}

static void write_channels(struct diff *diff, size_t a, size_t b)
{
	write_number(diff, a, b, false);
}

static void write_idle(struct diff *diff, size_t a, size_t b)
{
	write_number(diff, a, b, true);
}

static void write_matrix(struct diff *diff, const char *name,
			 void (*cell)(struct diff *diff, size_t a, size_t b))
{
	size_t a, b;

	out_text(&diff->out, ",\n\"");
	out_text(&diff->out, name);
	out_text(&diff->out, "\":[");
	for (a = 0; a < diff->nr_tasks; a++) {
		out_text(&diff->out, a ? ",\n[" : "\n[");
		for (b = 0; b < diff->nr_tasks; b++) {
			if (b)
				out_char(&diff->out, ',');
			cell(diff, a, b);
		}
		out_char(&diff->out, ']');
	}
	out_text(&diff->out, "\n]");
}

static void json_begin(struct diff *diff)
{
	struct out *out = &diff->out;
	size_t i;

	out_text(out, "{\n\"version\":");
	out_decimal(out, JSON_VERSION);
	out_text(out, ",\n\"tasks\":[");
	for (i = 0; i < diff->nr_tasks; i++) {
		out_text(out, i ? ",\n{" : "\n{");
		write_task(out, &diff->tasks[i]);
		out_char(out, '}');
	}
	out_text(out, "\n]");
	write_matrix(diff, "shared", write_shared);
	if (diff->show & SHOW_CHANNELS) {
		write_matrix(diff, "channels", write_channels);
		write_matrix(diff, "idle_channels", write_idle);
	} else {
		out_text(out, ",\n\"channels\":null,\n\"idle_channels\":null");
	}
	out_text(out, ",\n\"pairs\":[");
	diff->nr_pairs = 0;
}

static void json_pair(struct diff *diff, size_t a, size_t b)
{
	struct ipcshow_shared shared;

	ipcshow_comparison_shared(diff->comparison, a, b, &shared);
	out_text(&diff->out, diff->nr_pairs++ ? ",\n{\"a\":" : "\n{\"a\":");
	out_decimal(&diff->out, a);
	json_number_member(&diff->out, "b", b);
	json_key(&diff->out, false, "space");
	json_word(&diff->out, shared.one_space ? "same" : "independent");
	json_number_member(&diff->out, "shared", shared.bytes);
	json_number_member(&diff->out, "swap_shared", shared.swap);
}

static void json_rows(struct diff *diff, const struct part *part, const char *verdict)
{
	struct out *out = &diff->out;

	out_text(out, ",\n\"");
	out_text(out, part->sheet->key);
	out_text(out, "\":{\"verdict\":");
	json_string(out, verdict, strlen(verdict));
	out_text(out, ",\"rows\":[");
}

static int json_row(struct diff *diff)
{
	const struct selection *sheet = diff->sheet;
	struct value value;
	size_t i;

	out_text(&diff->out, diff->nr_rows > 1 ? ",\n{" : "\n{");
	for (i = 0; i < sheet->nr; i++) {
		column_get(sheet->columns[i], &diff->row, &value);
		json_key(&diff->out, !i, sheet->columns[i]->key);
		json_cell(&diff->out, &diff->row, &value);
	}
	out_char(&diff->out, '}');
	return diff->out.err;
}

static void json_rows_end(struct diff *diff)
{
	out_text(&diff->out, "\n]}");
}

static void json_pair_end(struct diff *diff)
{
	out_char(&diff->out, '}');
}

static void json_end(struct diff *diff)
{
	struct ipcshow_comparison_facts facts;

	ipcshow_comparison_facts(diff->comparison, &facts);
	out_text(&diff->out, "\n]");
	json_number_member(&diff->out, "unsettled", facts.unsettled);
	json_bool_member(&diff->out, "changed", facts.changed);
	out_text(&diff->out, "\n}\n");
}

const struct format json_format = {
	.begin = json_begin,
	.pair = json_pair,
	.rows = json_rows,
	.row = json_row,
	.rows_end = json_rows_end,
	.pair_end = json_pair_end,
	.end = json_end,
};
