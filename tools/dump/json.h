/* SPDX-License-Identifier: GPL-2.0 */
#ifndef JSON_H
#define JSON_H

#include "dump.h"

void json_key(struct out *out, bool first, const char *name);
void json_string(struct out *out, const void *bytes, size_t size);
void json_boolean(struct out *out, bool b);
void json_value(struct out *out, const struct value *value);

/* Members behind others, with a comma in front. */
void json_number_member(struct out *out, const char *name, uint64_t n);
void json_address_member(struct out *out, const char *name, uint64_t n);
void json_bool_member(struct out *out, const char *name, bool b);

/* What is said of a process in front of its tables, and behind. */
void json_task_members(struct out *out, const struct facts *facts);
void json_mm_members(struct out *out, const struct ipcshow_mm *mm);
void json_end_members(struct dump *dump);

#endif
