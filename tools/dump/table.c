// SPDX-License-Identifier: GPL-2.0
/* Tables for people. */
#include "headline.h"

static void fail(struct dump *dump, int err)
{
	if (!dump->out.err)
		dump->out.err = err;
}

static void table_process(struct dump *dump)
{
	dump->headline_due = true;
}

static void table_rows(struct dump *dump)
{
	int err;

	dump->grid.selection = dump->sheet;
	dump->grid.headings = dump->headings;
	dump->grid.colors = dump->colors;
	dump->grid.bytes = dump->bytes;
	err = grid_begin(&dump->grid);
	if (err)
		fail(dump, err);
}

static int table_row(struct dump *dump)
{
	const char *color = NULL;

	if (dump->out.err)
		return dump->out.err;
	if (dump->sheet == &dump->areas)
		color = kind_color(dump->row.area->kind);
	return grid_row(&dump->grid, &dump->row, color);
}

static void table_rows_end(struct dump *dump)
{
	if (dump->headline_due) {
		write_headline(dump, terminal_width());
		dump->headline_due = false;
	}
	if (dump->grid.table && dump->nr_rows) {
		out_char(&dump->out, '\n');
		grid_print(&dump->grid, &dump->out);
	}
	grid_end(&dump->grid);
}

static void table_process_end(struct dump *dump)
{
	write_footnotes(dump);
	out_flush(&dump->out);
}

const struct format table_format = {
	.process = table_process,
	.rows = table_rows,
	.row = table_row,
	.rows_end = table_rows_end,
	.process_end = table_process_end,
};
