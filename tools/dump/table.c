// SPDX-License-Identifier: GPL-2.0
/* Tables for people, by libsmartcols. */
#include <errno.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "headline.h"

#define WIDTH_DEFAULT	160

/* In a narrower terminal there is no room to fold the last column. */
#define WIDTH_TO_WRAP	110

/* Colours of kinds: code, data, thread, shared, kernel; others have none. */
#define COLOR_CODE	"\033[32m"
#define COLOR_DATA	"\033[33m"
#define COLOR_THREAD	"\033[36m"
#define COLOR_SHARED	"\033[35m"
#define COLOR_DIM	"\033[90m"

static const char *kind_color(enum ipcshow_kind kind)
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

static size_t terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return WIDTH_DEFAULT;
	return size.ws_col;
}

static void fail(struct dump *dump, int err)
{
	if (!dump->out.err)
		dump->out.err = err;
}

static void table_process(struct dump *dump)
{
	dump->headline_due = true;
}

static int add_columns(struct dump *dump, bool wrap)
{
	size_t i;

	for (i = 0; i < dump->sheet->nr; i++) {
		const struct column *column = dump->sheet->columns[i];
		int flags = column->flags & COLUMN_RIGHT ? SCOLS_FL_RIGHT : 0;

		if (wrap && (column->flags & COLUMN_LAST) && i + 1 == dump->sheet->nr)
			flags |= SCOLS_FL_WRAP;
		if (!scols_table_new_column(dump->table, column->name, 0, flags))
			return -ENOMEM;
	}
	return 0;
}

static void table_rows(struct dump *dump)
{
	dump->table = scols_new_table();
	if (!dump->table) {
		fail(dump, -ENOMEM);
		return;
	}
	/* Cells are escaped by us, once. */
	scols_table_enable_noencoding(dump->table, 1);
	/* No blanks up to the last column where that is empty. */
	scols_table_enable_minout(dump->table, 1);
	scols_table_enable_noheadings(dump->table, !dump->headings);
	scols_table_enable_colors(dump->table, dump->colors);
	if (add_columns(dump, isatty(STDOUT_FILENO) && terminal_width() >= WIDTH_TO_WRAP))
		fail(dump, -ENOMEM);
}

/* Of words, what fits: a table has no room for more. */
static void format_words(char *to, size_t room, const struct value *value)
{
	size_t i, used = 0;

	for (i = 0; i < value->number && used + NUMBER_MAX + 20 < room; i++) {
		if (i)
			to[used++] = value->type == VALUE_REGISTERS ? ' ' : ',';
		used += (size_t)snprintf(to + used, room - used, "%s", value->words[i]);
		if (value->type == VALUE_REGISTERS) {
			to[used++] = '=';
			used += format_hex(to + used, value->registers[i]);
		}
	}
	to[used] = '\0';
}

static const char *format_cell(const struct dump *dump, const struct value *value,
			       char *to, size_t room)
{
	switch (value->type) {
	case VALUE_NONE:
		return "-";
	case VALUE_SIZE:
		if (!dump->bytes) {
			format_size(to, value->number);
			return to;
		}
		/* fall through */
	case VALUE_NUMBER:
		format_decimal(to, value->number);
		return to;
	case VALUE_ADDRESS:
		format_hex(to, value->number);
		return to;
	case VALUE_BOOL:
		return value->number ? "yes" : "no";
	case VALUE_WORD:
		return value->text;
	case VALUE_TEXT:
		ipcshow_text_escape(to, value->text, value->size, false);
		return to;
	case VALUE_WORDS:
	case VALUE_REGISTERS:
		format_words(to, room, value);
		return to;
	}
	return "";
}

/* Nothing to say is better left empty in a column of names. */
static bool is_blank(const struct column *column, const struct value *value)
{
	return value->type == VALUE_NONE && (column->flags & COLUMN_LAST);
}

static int table_row(struct dump *dump)
{
	const struct selection *sheet = dump->sheet;
	char cell[SCRATCH_MAX * 4 + 1];
	struct libscols_line *line;
	struct value value;
	size_t i;

	if (dump->out.err)
		return dump->out.err;
	line = scols_table_new_line(dump->table, NULL);
	if (!line)
		return -ENOMEM;
	for (i = 0; i < sheet->nr; i++) {
		value.type = VALUE_NONE;
		sheet->columns[i]->get(&dump->row, &value);
		if (!is_blank(sheet->columns[i], &value) &&
		    scols_line_set_data(line, i, format_cell(dump, &value, cell, sizeof(cell))))
			return -ENOMEM;
	}
	if (dump->colors && sheet == &dump->areas)
		scols_line_set_color(line, kind_color(dump->row.area->kind));
	return 0;
}

static void print_table(struct dump *dump)
{
	out_flush(&dump->out);
	if (dump->out.err)
		return;
	if (scols_print_table(dump->table))
		fail(dump, errno ? -errno : -ENOMEM);
	if (fflush(stdout) || ferror(stdout))
		fail(dump, errno ? -errno : -EIO);
}

static void table_rows_end(struct dump *dump)
{
	if (dump->headline_due) {
		write_headline(dump, terminal_width());
		dump->headline_due = false;
	}
	if (dump->table && dump->nr_rows) {
		out_char(&dump->out, '\n');
		print_table(dump);
	}
	scols_unref_table(dump->table);
	dump->table = NULL;
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
