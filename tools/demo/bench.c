// SPDX-License-Identifier: GPL-2.0
/* What ipcshow-bench measures of mechanisms. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "demo.h"
#include "program.h"
#include "tell.h"

#define COMMAND	"ipcshow-bench --quick --raw --bytes --quiet --payload 8,64K " \
		"-o MECHANISM,COPIES,CALLS,MSG/S,GB/S,SIZE,NET,CRASH"
#define NR_FIELDS	8

static double number(const char *field)
{
	return strcmp(field, "-") ? atof(field) : -1;
}

static void take(struct bench_row *row, char *const *fields)
{
	row->measured = true;
	row->copies = (long)number(fields[1]);
	row->calls = number(fields[2]);
	row->messages = number(fields[3]);
	row->gigabytes = number(fields[4]);
	row->size = (int)number(fields[5]);
	row->network = (int)number(fields[6]);
	snprintf(row->crash, sizeof(row->crash), "%s", strcmp(fields[7], "-") ? fields[7] : "");
}

/* The name of a group stands for more than we ask for. */
static void take_line(char *line, const char *const *names, size_t nr, struct bench_row *rows)
{
	char *fields[NR_FIELDS], *rest;
	size_t i;

	for (i = 0; i < NR_FIELDS; i++) {
		fields[i] = strtok_r(i ? NULL : line, " \n", &rest);
		if (!fields[i])
			return;
	}
	for (i = 0; i < nr; i++)
		if (!strcmp(names[i], fields[0]))
			take(&rows[i], fields);
}

static void read_rows(FILE *output, const char *const *names, size_t nr, struct bench_row *rows)
{
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, output) > 0)
		take_line(line, names, nr, rows);
	free(line);
}

void bench_measure(const char *const *names, size_t nr, struct bench_row *rows)
{
	char command[1024] = COMMAND;
	struct program program;
	size_t i, used = strlen(command);

	memset(rows, 0, nr * sizeof(*rows));
	for (i = 0; i < nr; i++)
		used += (size_t)snprintf(command + used, sizeof(command) - used, " %s", names[i]);
	if (!program_start(&program, command)) {
		missing("The program ipcshow-bench is not beside this one, so that copies, "
			"system calls and speed are not measured.");
		return;
	}
	read_rows(program.output, names, nr, rows);
	if (!program_end(&program))
		missing("The program ipcshow-bench has failed, so that not all is measured.");
}
