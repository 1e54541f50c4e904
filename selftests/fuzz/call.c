// SPDX-License-Identifier: GPL-2.0
/* All that a program can do, out of the tables of those who do it. */
#include <string.h>

#include "call.h"

static const struct call_table *const tables[] = {
	&ioctl_calls, &file_calls, &mapping_calls, &task_calls,
};

size_t call_types(void)
{
	size_t nr = 0, i;

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		nr += tables[i]->nr;
	return nr;
}

const struct call_type *call_type(size_t index)
{
	size_t i = 0;

	while (index >= tables[i]->nr)
		index -= tables[i++]->nr;
	return &tables[i]->types[index];
}

int call_find(const char *name)
{
	const int nr = (int)call_types();
	int i;

	for (i = 0; i < nr; i++) {
		if (!strcmp(call_type(i)->name, name))
			return i;
	}
	return -1;
}

int call_field(const struct call_type *type, const char *name)
{
	size_t i;

	for (i = 0; i < type->nr_fields; i++) {
		if (!strcmp(type->fields[i].name, name))
			return (int)i;
	}
	return -1;
}
