// SPDX-License-Identifier: GPL-2.0
/* The pieces of JSON. */
#include "ipcshow.h"
#include "json.h"

void json_key(struct out *out, bool first, const char *name)
{
	if (first)
		out_char(out, '"');
	else
		out_bytes(out, ",\"", 2);
	out_text(out, name);
	out_bytes(out, "\":", 2);
}

void json_string(struct out *out, const void *bytes, size_t size)
{
	const char *p = bytes;

	out_char(out, '"');
	while (size) {
		size_t n = text_chunk(p, size);

		out_advance(out, ipcshow_text_json(out_room(out, n * 6 + 1), p, n));
		p += n;
		size -= n;
	}
	out_char(out, '"');
}

/* @text needs no escapes. */
void json_word(struct out *out, const char *text)
{
	out_char(out, '"');
	out_text(out, text);
	out_char(out, '"');
}

void json_address(struct out *out, uint64_t n)
{
	out_bytes(out, "\"0x", 3);
	out_hex(out, n);
	out_char(out, '"');
}

void json_boolean(struct out *out, bool b)
{
	out_text(out, b ? "true" : "false");
}

static void write_words(struct out *out, const struct value *value)
{
	size_t i;

	out_char(out, '[');
	for (i = 0; i < value->number; i++) {
		if (i)
			out_char(out, ',');
		json_word(out, value->words[i]);
	}
	out_char(out, ']');
}

static void write_registers(struct out *out, const struct value *value)
{
	size_t i;

	out_char(out, '{');
	for (i = 0; i < value->number; i++) {
		json_key(out, !i, value->words[i]);
		json_address(out, value->registers[i]);
	}
	out_char(out, '}');
}

void json_real(struct out *out, double real)
{
	out_advance(out, format_real(out_room(out, NUMBER_MAX), real));
}

void json_value(struct out *out, const struct value *value)
{
	switch (value->type) {
	case VALUE_NONE:
		out_bytes(out, "null", 4);
		break;
	case VALUE_NUMBER:
	case VALUE_SIZE:
		out_decimal(out, value->number);
		break;
	case VALUE_BOOL:
		json_boolean(out, value->number);
		break;
	case VALUE_ADDRESS:
		json_address(out, value->number);
		break;
	case VALUE_WORD:
		json_word(out, value->text);
		break;
	case VALUE_TEXT:
		json_string(out, value->text, value->size);
		break;
	case VALUE_WORDS:
		write_words(out, value);
		break;
	case VALUE_REGISTERS:
		write_registers(out, value);
		break;
	case VALUE_REAL:
	case VALUE_RATE:
	case VALUE_TIME:
		json_real(out, value->real);
		break;
	}
}

void json_number_member(struct out *out, const char *name, uint64_t n)
{
	json_key(out, false, name);
	out_decimal(out, n);
}

void json_address_member(struct out *out, const char *name, uint64_t n)
{
	json_key(out, false, name);
	json_address(out, n);
}

void json_bool_member(struct out *out, const char *name, bool b)
{
	json_key(out, false, name);
	json_boolean(out, b);
}
