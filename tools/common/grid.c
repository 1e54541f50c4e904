// SPDX-License-Identifier: GPL-2.0
/* Tables for people, by libsmartcols. */
#include <errno.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cell.h"
#include "grid.h"

#define WIDTH_DEFAULT	160

/* In a narrower terminal there is no room to fold the last column. */
#define WIDTH_TO_WRAP	110

/* Colours of kinds: code, data, thread, shared, kernel; others have none. */
#define COLOR_CODE	"\033[32m"
#define COLOR_DATA	"\033[33m"
#define COLOR_THREAD	"\033[36m"
#define COLOR_SHARED	"\033[35m"
#define COLOR_DIM	"\033[90m"

const char *kind_color(enum ipcshow_kind kind)
{
	switch (kind) {
	case IPCSHOW_KIND_CODE:
	case IPCSHOW_KIND_LIB_CODE:
	case IPCSHOW_KIND_VDSO:
		return COLOR_CODE;
	case IPCSHOW_KIND_DATA:
	case IPCSHOW_KIND_BSS:
	case IPCSHOW_KIND_LIB_DATA:
	case IPCSHOW_KIND_LIB_BSS:
	case IPCSHOW_KIND_HEAP:
		return COLOR_DATA;
	case IPCSHOW_KIND_STACK:
	case IPCSHOW_KIND_ALTSTACK:
	case IPCSHOW_KIND_TLS:
		return COLOR_THREAD;
	case IPCSHOW_KIND_FILE_SHARED:
	case IPCSHOW_KIND_SHARED_ANON:
	case IPCSHOW_KIND_SYSV_SHM:
	case IPCSHOW_KIND_POSIX_SHM:
	case IPCSHOW_KIND_MEMFD:
		return COLOR_SHARED;
	case IPCSHOW_KIND_GUARD:
	case IPCSHOW_KIND_RESERVED:
	case IPCSHOW_KIND_VVAR:
	case IPCSHOW_KIND_SPECIAL:
		return COLOR_DIM;
	default:
		return NULL;
	}
}

size_t terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return WIDTH_DEFAULT;
	return size.ws_col;
}

static int add_columns(struct grid *grid, bool wrap)
{
	size_t i;

	for (i = 0; i < grid->selection->nr; i++) {
		const struct column *column = grid->selection->columns[i];
		int flags = column->flags & COLUMN_RIGHT ? SCOLS_FL_RIGHT : 0;

		if (wrap && (column->flags & COLUMN_LAST) && i + 1 == grid->selection->nr)
			flags |= SCOLS_FL_WRAP;
		if (!scols_table_new_column(grid->table, _(column->name), 0, flags))
			return -ENOMEM;
	}
	return 0;
}

/**
 * grid_begin() - begin a table
 * @grid: with @selection, @headings, @colors and @bytes filled in
 *
 * Return: 0 or -ENOMEM; grid_end() is due all the same.
 */
int grid_begin(struct grid *grid)
{
	grid->nr_rows = 0;
	grid->table = scols_new_table();
	if (!grid->table)
		return -ENOMEM;
	/* Cells are escaped by us, once. */
	scols_table_enable_noencoding(grid->table, 1);
	/* No blanks up to the last column where that is empty. */
	scols_table_enable_minout(grid->table, 1);
	scols_table_enable_noheadings(grid->table, !grid->headings);
	scols_table_enable_colors(grid->table, grid->colors);
	return add_columns(grid, isatty(STDOUT_FILENO) && terminal_width() >= WIDTH_TO_WRAP);
}

/* Nothing to say is better left empty in a column of names. */
static bool is_blank(const struct column *column, const struct value *value)
{
	return value->type == VALUE_NONE && (column->flags & COLUMN_LAST);
}

/**
 * grid_row() - add a row
 * @grid: the table
 * @row: for the columns
 * @color: escape sequence of its colour, or NULL
 *
 * Return: 0 or -ENOMEM.
 */
int grid_row(struct grid *grid, struct row *row, const char *color)
{
	const struct selection *selection = grid->selection;
	char cell[CELL_MAX];
	struct libscols_line *line;
	struct value value;
	size_t i;

	line = scols_table_new_line(grid->table, NULL);
	if (!line)
		return -ENOMEM;
	for (i = 0; i < selection->nr; i++) {
		column_get(selection->columns[i], row, &value);
		if (!is_blank(selection->columns[i], &value) &&
		    scols_line_set_data(line, i, cell_text(&value, grid->bytes, cell, sizeof(cell))))
			return -ENOMEM;
	}
	if (grid->colors)
		scols_line_set_color(line, color);
	grid->nr_rows++;
	return 0;
}

/**
 * grid_print() - write the table to standard output
 * @grid: the table
 * @out: what comes before it; keeps the error
 */
void grid_print(const struct grid *grid, struct out *out)
{
	int err = 0;

	out_flush(out);
	if (out->err)
		return;
	if (scols_print_table(grid->table))
		err = errno ? -errno : -ENOMEM;
	else if (fflush(stdout) || ferror(stdout))
		err = errno ? -errno : -EIO;
	out->err = err;
}

void grid_end(struct grid *grid)
{
	scols_unref_table(grid->table);
	grid->table = NULL;
}
