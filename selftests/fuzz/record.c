// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "record.h"

/* A heading, a text, and empty lines up to the next. */
#define PLACE	(PROGRAM_TEXT + 64)

void record_open(struct record *record, const char *directory, unsigned int number)
{
	char path[4096];

	*record = (struct record){ .fd = -1 };
	if (!directory)
		return;
	snprintf(path, sizeof(path), "%s/last-%u", directory, number);
	record->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (record->fd < 0)
		err(2, "%s", path);
}

void record_put(struct record *record, const struct program *program)
{
	const off_t at = (off_t)(record->executions++ % RECORDED * PLACE);
	char place[PLACE];
	int n;

	if (record->fd < 0)
		return;
	memset(place, '\n', sizeof(place));
	n = sprintf(place, "# execution %llu\n", (unsigned long long)record->executions);
	n += (int)program_print(program, place + n);
	place[n] = '\n';
	if (pwrite(record->fd, place, sizeof(place), at) != sizeof(place))
		err(2, "the record of what was run");
}
