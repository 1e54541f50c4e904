// SPDX-License-Identifier: GPL-2.0
/* A cell as text: in a table for people, and as one word of --raw. */
#include <stdio.h>
#include <string.h>

#include "cell.h"
#include "ipcshow.h"

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

/* What is longer than a table has room for is cut. */
static void format_text(char *to, const struct value *value)
{
	const size_t n = value->size > SCRATCH_MAX ? text_cut(value->text, SCRATCH_MAX - 4) :
						     value->size;

	to += ipcshow_text_escape(to, value->text, n, false);
	if (n < value->size)
		strcpy(to, "...");
}

static void format_measured(char *to, const struct value *value, bool plain)
{
	if (plain)
		format_real(to, value->real);
	else if (value->type == VALUE_REAL)
		format_short(to, value->real);
	else if (value->type == VALUE_RATE)
		format_rate(to, value->real);
	else
		format_time(to, value->real);
}

/**
 * cell_text() - a cell of a table for people
 * @value: the cell
 * @bytes: sizes, rates and times as plain numbers
 * @to: @room: where to put it, if it must be put together; CELL_MAX is enough
 *
 * Return: the text.
 */
const char *cell_text(const struct value *value, bool bytes, char *to, size_t room)
{
	switch (value->type) {
	case VALUE_NONE:
		return "-";
	case VALUE_SIZE:
		if (!bytes) {
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
		return value->number ? _("yes") : _("no");
	case VALUE_WORD:
		return value->text;
	case VALUE_TEXT:
		format_text(to, value);
		return to;
	case VALUE_WORDS:
	case VALUE_REGISTERS:
		format_words(to, room, value);
		return to;
	case VALUE_REAL:
	case VALUE_RATE:
	case VALUE_TIME:
		format_measured(to, value, bytes);
		return to;
	}
	return "";
}

static void raw_words(struct out *out, const struct value *value)
{
	size_t i;

	if (!value->number)
		out_char(out, '-');
	for (i = 0; i < value->number; i++) {
		if (i)
			out_char(out, ',');
		out_text(out, value->words[i]);
		if (value->type == VALUE_REGISTERS) {
			out_text(out, "=0x");
			out_hex(out, value->registers[i]);
		}
	}
}

static void raw_text(struct out *out, const struct value *value)
{
	if (value->size)
		out_escaped(out, value->text, value->size, true);
	else
		out_char(out, '-');
}

static void raw_measured(struct out *out, const struct value *value, bool plain)
{
	char text[NUMBER_MAX];

	format_measured(text, value, plain);
	out_text(out, text);
}

static void raw_value(struct out *out, const struct value *value, bool bytes)
{
	switch (value->type) {
	case VALUE_NONE:
		out_char(out, '-');
		break;
	case VALUE_SIZE:
		if (!bytes) {
			out_advance(out, format_size(out_room(out, NUMBER_MAX), value->number));
			break;
		}
		/* fall through */
	case VALUE_NUMBER:
	case VALUE_BOOL:
		out_decimal(out, value->number);
		break;
	case VALUE_ADDRESS:
		out_bytes(out, "0x", 2);
		out_hex(out, value->number);
		break;
	case VALUE_WORD:
		out_text(out, value->text);
		break;
	case VALUE_TEXT:
		raw_text(out, value);
		break;
	case VALUE_WORDS:
	case VALUE_REGISTERS:
		raw_words(out, value);
		break;
	case VALUE_REAL:
	case VALUE_RATE:
	case VALUE_TIME:
		raw_measured(out, value, bytes);
		break;
	}
}

void raw_heading(struct out *out, const struct selection *selection)
{
	size_t i;

	for (i = 0; i < selection->nr; i++) {
		if (i)
			out_char(out, ' ');
		out_text(out, selection->columns[i]->name);
	}
	out_char(out, '\n');
}

void raw_line(struct out *out, const struct selection *selection, struct row *row, bool bytes)
{
	struct value value;
	size_t i;

	for (i = 0; i < selection->nr; i++) {
		column_get(selection->columns[i], row, &value);
		if (i)
			out_char(out, ' ');
		raw_value(out, &value, bytes);
	}
	out_char(out, '\n');
}
