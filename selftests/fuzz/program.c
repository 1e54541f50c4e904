// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

#define LINE_MAX_	512

void call_init(struct call *call, size_t type)
{
	const struct call_type *t = call_type(type);
	size_t i;

	*call = (struct call){ .type = (uint8_t)type };
	for (i = 0; i < t->nr_fields; i++)
		call->arg[i] = t->fields[i].usual;
}

void call_remove(struct program *program, size_t index)
{
	program->nr--;
	memmove(&program->call[index], &program->call[index + 1],
		(program->nr - index) * sizeof(program->call[0]));
}

static size_t call_print(const struct call *call, char *text, size_t room)
{
	const struct call_type *type = call_type(call->type);
	size_t i, n;

	n = snprintf(text, room, "%s%s", call->aside ? "aside " : "", type->name);
	for (i = 0; i < type->nr_fields; i++) {
		if (call->arg[i] != type->fields[i].usual)
			n += snprintf(text + n, room - n, " %s=%llx", type->fields[i].name,
				      (unsigned long long)call->arg[i]);
	}
	n += snprintf(text + n, room - n, "\n");
	return n;
}

/* All of them fit: the longest line is of about 300 bytes. */
size_t program_print(const struct program *program, char text[PROGRAM_TEXT])
{
	size_t n = 0, i;

	*text = '\0';
	for (i = 0; i < program->nr && PROGRAM_TEXT - n > LINE_MAX_; i++)
		n += call_print(&program->call[i], text + n, PROGRAM_TEXT - n);
	return n;
}

/* NULL, or what is wrong with it. */
static const char *argument_scan(struct call *call, const struct call_type *type, char *word)
{
	char *value = strchr(word, '='), *end;
	int field;

	if (!value)
		return "is not of the form NAME=NUMBER";
	*value++ = '\0';
	field = call_field(type, word);
	if (field < 0)
		return "is no number that this call has";
	errno = 0;
	call->arg[field] = strtoull(value, &end, 16);
	return errno || end == value || *end ? "has no hexadecimal number" : NULL;
}

static void call_scan(struct call *call, char *line, const char *path)
{
	char *rest, *word = strtok_r(line, " \t\n", &rest);
	bool aside = word && !strcmp(word, "aside");
	const char *wrong;
	int type;

	if (aside)
		word = strtok_r(NULL, " \t\n", &rest);
	type = word ? call_find(word) : -1;
	if (type < 0)
		errx(2, "%s: there is no call '%s'", path, word ?: "");
	call_init(call, type);
	call->aside = aside;
	while ((word = strtok_r(NULL, " \t\n", &rest))) {
		wrong = argument_scan(call, call_type(type), word);
		if (wrong)
			errx(2, "%s: %s: '%s' %s", path, call_type(type)->name, word, wrong);
	}
}

static bool is_empty(const char *line)
{
	while (isspace((unsigned char)*line))
		line++;
	return !*line;
}

bool program_scan(struct program *program, FILE *file, const char *path)
{
	char line[LINE_MAX_];

	program->nr = 0;
	while (fgets(line, sizeof(line), file)) {
		if (is_empty(line) && program->nr)
			return true;
		if (is_empty(line) || *line == '#')
			continue;
		if (program->nr == CALLS_MAX)
			errx(2, "%s: a program of more than %d calls", path, CALLS_MAX);
		call_scan(&program->call[program->nr++], line, path);
	}
	return program->nr;
}

/* FNV-1a, of the text: it stays the same when calls come to the tables. */
uint64_t program_hash(const struct program *program)
{
	char text[PROGRAM_TEXT];
	uint64_t hash = 0xcbf29ce484222325;
	size_t size = program_print(program, text), i;

	for (i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3;
	return hash;
}
