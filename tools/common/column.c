// SPDX-License-Identifier: GPL-2.0
/* Choosing columns by name. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "column.h"
#include "ipcshow.h"
#include "usage.h"

static const struct column *find_column(const struct sheet *sheet, const char *name,
					size_t size)
{
	size_t i;

	for (i = 0; i < sheet->nr; i++)
		if (!strncasecmp(sheet->columns[i].name, name, size) &&
		    !sheet->columns[i].name[size])
			return &sheet->columns[i];
	return NULL;
}

bool selection_has(const struct selection *selection, const char *name)
{
	size_t i;

	for (i = 0; i < selection->nr; i++)
		if (!strcmp(selection->columns[i]->name, name))
			return true;
	return false;
}

static void add_columns(struct selection *selection, const char *list)
{
	const char *name = list;

	for (;;) {
		size_t size = strcspn(name, ",");
		const struct column *column = find_column(selection->sheet, name, size);

		if (!column)
			bad_argument("unknown column (-H lists them)", name, size);
		/* Twice is once: a JSON object cannot have a member twice. */
		if (!selection_has(selection, column->name))
			selection->columns[selection->nr++] = column;
		if (!name[size])
			return;
		name += size + 1;
	}
}

/**
 * selection_parse() - choose columns
 * @selection: out
 * @sheet: of which table
 * @defaults: the list that holds where @list is NULL or begins with '+'
 * @list: names with commas between, or NULL
 *
 * Does not return if there is no such column.
 */
void selection_parse(struct selection *selection, const struct sheet *sheet,
		     const char *defaults, const char *list)
{
	selection->sheet = sheet;
	selection->nr = 0;
	if (!list || *list == '+')
		add_columns(selection, defaults);
	if (list)
		add_columns(selection, list + (*list == '+'));
}

void column_get(const struct column *column, struct row *row, struct value *value)
{
	value->type = VALUE_NONE;
	value->json = NULL;
	column->get(row, value);
}

void help_line(struct out *out, const char *name, const char *help)
{
	size_t i;

	out_text(out, "  ");
	out_text(out, name);
	for (i = strlen(name); i < 17; i++)
		out_char(out, ' ');
	out_text(out, help);
	out_char(out, '\n');
}

/* The name is for -o; what stands above the column may be its translation. */
static void column_line(struct out *out, const struct column *column)
{
	const char *heading = _(column->name);
	char help[512];

	if (strcmp(heading, column->name)) {
		snprintf(help, sizeof(help), "%s: %s", heading, _(column->help));
		help_line(out, column->name, help);
	} else {
		help_line(out, column->name, _(column->help));
	}
}

void sheet_list(struct out *out, const struct sheet *sheet)
{
	size_t i;

	out_format(out, "%s:\n", _(sheet->title));
	for (i = 0; i < sheet->nr; i++)
		column_line(out, &sheet->columns[i]);
	out_char(out, '\n');
}

void kinds_list(struct out *out)
{
	int kind;

	out_text(out, _("Kinds:\n"));
	for (kind = 0; kind < IPCSHOW_NR_KINDS; kind++)
		help_line(out, ipcshow_kind_name(kind), ipcshow_kind_help(kind));
}
