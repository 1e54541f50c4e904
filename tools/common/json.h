/* SPDX-License-Identifier: GPL-2.0 */
#ifndef JSON_H
#define JSON_H

#include "column.h"

void json_key(struct out *out, bool first, const char *name);
void json_string(struct out *out, const void *bytes, size_t size);
void json_boolean(struct out *out, bool b);
void json_word(struct out *out, const char *word);
void json_real(struct out *out, double real);
void json_address(struct out *out, uint64_t n);
void json_value(struct out *out, const struct value *value);

static inline void json_cell(struct out *out, const struct row *row, const struct value *value)
{
	if (value->json)
		value->json(row, out);
	else
		json_value(out, value);
}

/* Members behind others, with a comma in front. */
void json_number_member(struct out *out, const char *name, uint64_t n);
void json_address_member(struct out *out, const char *name, uint64_t n);
void json_bool_member(struct out *out, const char *name, bool b);

#endif
