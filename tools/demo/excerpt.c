// SPDX-License-Identifier: GPL-2.0
/* Rows out of what the other programs say. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "excerpt.h"
#include "program.h"
#include "tell.h"
#include "view.h"

/* All parts of @word, in that order. */
static bool has(const char *line, const char *word)
{
	char part[64];
	size_t size;

	if (*word == '^')
		return !strncmp(line, word + 1, strlen(word + 1));
	for (;;) {
		size = strcspn(word, "&");
		snprintf(part, sizeof(part), "%.*s", (int)size, word);
		line = strstr(line, part);
		if (!line || !word[size])
			return line;
		line += strlen(part);
		word += size + 1;
	}
}

static bool is_row(const char *line, const char *const *words)
{
	for (; *words; words++)
		if (has(line, *words))
			return true;
	return false;
}

/* Of the first table. */
static void print_rows(FILE *output, const char *const *words)
{
	bool in_table = false, left_out = false, over = false, behind_blank = false;
	char *line = NULL;
	size_t room = 0;
	ssize_t size;

	while ((size = getline(&line, &room, output)) > 0) {
		line[size - 1] = '\0';
		over |= in_table && !*line;
		if (over)
			continue;
		if (!in_table) {
			/* What is said of the table, in whatever language, has a colon. */
			in_table = behind_blank && *line && !strchr(line, ':');
			behind_blank = !*line;
			if (in_table)
				print_line(line);
		} else if (is_row(line, words)) {
			print_line(line);
			left_out = false;
		} else if (!left_out) {
			print_line("...");
			left_out = true;
		}
	}
	free(line);
}

static void show(const char *command, const char *const *words)
{
	struct program program;

	if (!program_start(&program, command)) {
		missing("The program %s is not beside this one.", program.name);
		return;
	}
	print_rows(program.output, words);
	if (!program_end(&program))
		failed("The program %s has failed.", program.name);
}

void excerpt(const char *const *words, const char *format, ...)
{
	char *command;
	va_list args;

	if (!tell_aloud() || !view_possible())
		return;
	va_start(args, format);
	if (vasprintf(&command, format, args) < 0)
		command = NULL;
	va_end(args);
	if (!command)
		failed("There is no memory left.");
	print_command(command);
	show(command, words);
	free(command);
}
