// SPDX-License-Identifier: GPL-2.0
/* What the tables have in common. */
#include "row.h"

void sheets_list(struct out *out)
{
	sheet_list(out, &area_sheet);
	sheet_list(out, &thread_sheet);
	sheet_list(out, &summary_sheet);
	sheet_list(out, &sharing_sheet);
	sheet_list(out, &watch_sheet);
	kinds_list(out);
	sharing_list(out);
}

void get_pid(struct row *row, struct value *value)
{
	set_number(value, VALUE_NUMBER, (uint64_t)row->pid);
}

void get_kind(struct row *row, struct value *value)
{
	set_word(value, row->kind);
}

void get_size(struct row *row, struct value *value)
{
	set_number(value, VALUE_SIZE, row->size);
}

void get_count(struct row *row, struct value *value)
{
	set_number(value, VALUE_NUMBER, row->count);
}
