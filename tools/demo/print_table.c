// SPDX-License-Identifier: GPL-2.0
/* A table for people. */
#include <unistd.h>

#include "results.h"
#include "show.h"

void print_table(const struct column *columns, size_t nr_columns, size_t nr_rows,
		 struct row *(*row_at)(size_t index))
{
	struct selection selection = { .nr = nr_columns };
	struct grid grid = { .selection = &selection, .headings = true };
	struct out out = { .fd = STDOUT_FILENO };
	size_t i;
	int err;

	for (i = 0; i < nr_columns; i++)
		selection.columns[i] = &columns[i];
	err = grid_begin(&grid);
	for (i = 0; !err && i < nr_rows; i++)
		err = grid_row(&grid, row_at(i), NULL);
	if (!err)
		grid_print(&grid, &out);
	grid_end(&grid);
	if (err || out.err)
		results_output_failed(err ? -err : -out.err);
}
