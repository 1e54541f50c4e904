// SPDX-License-Identifier: GPL-2.0
/* All mechanisms, in the order in which they are shown. */
#include <string.h>

#include "column.h"
#include "mechanism.h"

static const struct mechanism *const lists[] = {
	memory_mechanisms, ring_mechanisms, pipe_mechanisms, socket_mechanisms, queue_mechanisms,
	signal_mechanisms, direct_mechanisms, uring_mechanisms, file_mechanisms,
	database_mechanisms, manager_mechanisms, serial_mechanisms, thread_mechanisms,
	python_mechanisms,
};

const struct mechanism *mechanism_at(size_t index)
{
	const struct mechanism *mechanism;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lists); i++)
		for (mechanism = lists[i]; mechanism->name; mechanism++)
			if (!index--)
				return mechanism;
	return NULL;
}

size_t mechanisms_count(void)
{
	size_t nr = 0;

	while (mechanism_at(nr))
		nr++;
	return nr;
}

const struct mechanism *mechanism_find(const char *name)
{
	const struct mechanism *mechanism;
	size_t i;

	for (i = 0; (mechanism = mechanism_at(i)); i++)
		if (!strcmp(mechanism->name, name))
			return mechanism;
	return NULL;
}
