// SPDX-License-Identifier: GPL-2.0
/* For people. */
#include <string.h>

#include "areas.h"
#include "describe.h"
#include "format.h"

/* Places of a number in the matrix, a blank included. */
#define CELL_WIDTH	9

/* With more than two tasks, pairs have headings. */
#define PAIR	2

static void write_thread(struct diff *diff, const struct task *task)
{
	const struct ipcshow_thread *thread = task->thread.thread;
	char name[IPCSHOW_COMM_LEN * 4 + 1];

	if (task->whole)
		return;
	out_format(&diff->out, _("  thread %d"), task->pid);
	if (thread) {
		ipcshow_text_escape(name, thread->comm,
				    strnlen((const char *)thread->comm, IPCSHOW_COMM_LEN), false);
		out_char(&diff->out, ' ');
		out_text(&diff->out, name);
	}
	out_char(&diff->out, '\n');
}

/* ---- the matrix ---- */

static void right(struct out *out, const char *text)
{
	size_t size = strlen(text);

	for (; size < CELL_WIDTH; size++)
		out_char(out, ' ');
	out_text(out, text);
}

static void matrix_number(struct diff *diff, uint64_t n, bool is_size)
{
	char text[NUMBER_MAX];

	if (is_size && !diff->bytes)
		format_size(text, n);
	else
		format_decimal(text, n);
	if (strlen(text) >= CELL_WIDTH)
		out_char(&diff->out, ' ');
	right(&diff->out, text);
}

static void write_matrix(struct diff *diff, const char *title,
			 void (*cell)(struct diff *diff, size_t a, size_t b))
{
	size_t a, b;

	out_char(&diff->out, '\n');
	out_text(&diff->out, title);
	out_text(&diff->out, "\n\n");
	right(&diff->out, "");
	for (b = 0; b < diff->nr_tasks; b++)
		matrix_number(diff, (uint64_t)diff->tasks[b].pid, false);
	out_char(&diff->out, '\n');
	for (a = 0; a < diff->nr_tasks; a++) {
		matrix_number(diff, (uint64_t)diff->tasks[a].pid, false);
		for (b = 0; b < diff->nr_tasks; b++)
			cell(diff, a, b);
		out_char(&diff->out, '\n');
	}
}

static void shared_cell(struct diff *diff, size_t a, size_t b)
{
	struct ipcshow_shared shared;

	ipcshow_comparison_shared(diff->comparison, a, b, &shared);
	/* Without areas, not all is looked at that one has alone. */
	if (a == b)
		right(&diff->out, "-");
	else
		matrix_number(diff, shared.bytes, true);
}

static void write_cell(struct diff *diff, size_t a, size_t b, bool idle)
{
	if (a == b)
		right(&diff->out, "-");
	else
		matrix_number(diff, channels_between(diff, a, b, idle), false);
}

static void channels_cell(struct diff *diff, size_t a, size_t b)
{
	write_cell(diff, a, b, false);
}

static void idle_cell(struct diff *diff, size_t a, size_t b)
{
	write_cell(diff, a, b, true);
}

static bool are_some_idle(const struct diff *diff)
{
	size_t a, b;

	for (a = 0; a < diff->nr_tasks; a++)
		for (b = a + 1; b < diff->nr_tasks; b++)
			if (channels_between(diff, a, b, true))
				return true;
	return false;
}

static void write_unsettled(struct diff *diff)
{
	struct ipcshow_comparison_facts facts;
	char text[NUMBER_MAX];

	ipcshow_comparison_facts(diff->comparison, &facts);
	if (!facts.unsettled)
		return;
	format_size(text, facts.unsettled);
	out_format(&diff->out, _("\nUnsettled: %s of pages changed each time they were looked at; "
				 "nothing is said of them.\n"), text);
}

static void text_begin(struct diff *diff)
{
	size_t i;

	for (i = 0; i < diff->nr_tasks; i++) {
		describe_process(&diff->out, &diff->tasks[i].facts, terminal_width());
		write_thread(diff, &diff->tasks[i]);
		describe_task(&diff->out, &diff->tasks[i].facts);
	}
	if (diff->nr_tasks > PAIR) {
		write_matrix(diff, _("Shared memory: resident pages that both have"), shared_cell);
		if (diff->show & SHOW_CHANNELS)
			write_matrix(diff, _("Channels"), channels_cell);
		if (diff->show & SHOW_CHANNELS && are_some_idle(diff))
			write_matrix(diff, _("Channels that carry nothing between the two"),
				     idle_cell);
	}
	write_unsettled(diff);
}

/* ---- tables ---- */

static void text_pair(struct diff *diff, size_t a, size_t b)
{
	if (diff->nr_tasks == PAIR)
		return;
	out_format(&diff->out, _("\n---- %d (A) and %d (B) ----\n"), diff->tasks[a].pid,
		   diff->tasks[b].pid);
}

static void fail(struct diff *diff, int err)
{
	if (!diff->out.err)
		diff->out.err = err;
}

static void text_rows(struct diff *diff, const struct part *part, const char *verdict)
{
	int err;

	out_char(&diff->out, '\n');
	out_text(&diff->out, _(part->title));
	out_text(&diff->out, ": ");
	out_text(&diff->out, verdict);
	out_text(&diff->out, ".\n");
	diff->grid.selection = diff->sheet;
	diff->grid.headings = diff->headings;
	diff->grid.colors = diff->colors;
	diff->grid.bytes = diff->bytes;
	err = grid_begin(&diff->grid);
	if (err)
		fail(diff, err);
}

static int text_row(struct diff *diff)
{
	const char *color = NULL;

	if (diff->out.err)
		return diff->out.err;
	if (diff->row.area && !diff->row.area->range && either_side(&diff->row))
		color = kind_color(either_side(&diff->row)->kind);
	return grid_row(&diff->grid, &diff->row, color);
}

static void text_rows_end(struct diff *diff)
{
	if (diff->grid.table && diff->grid.nr_rows) {
		out_char(&diff->out, '\n');
		grid_print(&diff->grid, &diff->out);
	}
	grid_end(&diff->grid);
}

static void nothing(struct diff *diff)
{
	(void)diff;
}

const struct format text_format = {
	.begin = text_begin,
	.pair = text_pair,
	.rows = text_rows,
	.row = text_row,
	.rows_end = text_rows_end,
	.pair_end = nothing,
	.end = nothing,
};
