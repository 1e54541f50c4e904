// SPDX-License-Identifier: GPL-2.0
/* --raw: a word a field, a line a row. Writes as it goes. */
#include <string.h>

#include "dump.h"

static void write_words(struct out *out, const struct value *value)
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

static void write_text(struct out *out, const struct value *value)
{
	if (value->size)
		out_advance(out, ipcshow_text_escape(out_room(out, value->size * 4 + 1),
						     value->text, value->size, true));
	else
		out_char(out, '-');
}

static void write_value(struct dump *dump, const struct value *value)
{
	struct out *out = &dump->out;

	switch (value->type) {
	case VALUE_NONE:
		out_char(out, '-');
		break;
	case VALUE_SIZE:
		if (!dump->bytes) {
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
		write_text(out, value);
		break;
	case VALUE_WORDS:
	case VALUE_REGISTERS:
		write_words(out, value);
		break;
	}
}

static int raw_row(struct dump *dump)
{
	const struct selection *sheet = dump->sheet;
	struct value value;
	size_t i;

	for (i = 0; i < sheet->nr; i++) {
		value.type = VALUE_NONE;
		sheet->columns[i]->get(&dump->row, &value);
		if (i)
			out_char(&dump->out, ' ');
		write_value(dump, &value);
	}
	out_char(&dump->out, '\n');
	return dump->out.err;
}

/* Once, also for several processes. */
static void raw_rows(struct dump *dump)
{
	size_t i;

	if (!dump->headings || dump->nr_processes > 1)
		return;
	for (i = 0; i < dump->sheet->nr; i++) {
		if (i)
			out_char(&dump->out, ' ');
		out_text(&dump->out, dump->sheet->columns[i]->name);
	}
	out_char(&dump->out, '\n');
}

static void nothing(struct dump *dump)
{
	(void)dump;
}

const struct format raw_format = {
	.process = nothing,
	.rows = raw_rows,
	.row = raw_row,
	.rows_end = nothing,
	.process_end = nothing,
};
