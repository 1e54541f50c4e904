/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GRID_H
#define GRID_H

#include "column.h"
#include "ipcshow.h"

struct libscols_table;

/**
 * struct grid - a table for people
 * @selection: its columns
 * @headings: names above them
 * @colors: rows may have one
 * @bytes: sizes as plain numbers
 * @table: it
 * @nr_rows: rows so far
 */
struct grid {
	const struct selection *selection;
	bool headings;
	bool colors;
	bool bytes;
	struct libscols_table *table;
	size_t nr_rows;
};

size_t terminal_width(void);
const char *kind_color(enum ipcshow_kind kind);
int grid_begin(struct grid *grid);
int grid_row(struct grid *grid, struct row *row, const char *color);
void grid_print(const struct grid *grid, struct out *out);
void grid_end(struct grid *grid);

#endif
