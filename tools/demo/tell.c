// SPDX-License-Identifier: GPL-2.0
/* What a demo says, and how it looks. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grid.h"
#include "results.h"
#include "stage.h"
#include "tell.h"

#define WIDTH_MAX	100
#define WIDTH_MIN	40

#define BOLD	"\033[1m"
#define GREEN	"\033[32m"
#define RED	"\033[1;31m"
#define YELLOW	"\033[33m"
#define DIM	"\033[90m"
#define PLAIN	"\033[0m"

static const struct {
	const char *label;
	const char *color;
} looks[] = {
	[ENTRY_TEXTBOOK] = { N_("Textbook: "), BOLD },
	[ENTRY_ACTION] = { "", NULL },
	[ENTRY_PROOF] = { N_("Proof: "), GREEN },
	[ENTRY_CONTRADICTION] = { N_("NOT SO: "), RED },
	[ENTRY_MISSING] = { N_("Not shown: "), YELLOW },
	[ENTRY_FAILURE] = { N_("Failed: "), RED },
};

static struct {
	bool aloud;
	bool colors;
	bool in_lines;
	size_t width;
} look;

void tell_setup(bool aloud, bool colors)
{
	look.aloud = aloud;
	look.colors = colors;
	look.width = terminal_width();
	if (look.width > WIDTH_MAX)
		look.width = WIDTH_MAX;
	if (look.width < WIDTH_MIN)
		look.width = WIDTH_MIN;
}

bool tell_aloud(void)
{
	return look.aloud;
}

static void colored(const char *color, const char *text)
{
	if (look.colors && color)
		printf("%s%s%s", color, text, PLAIN);
	else
		fputs(text, stdout);
}

/* Words up to the margin; later lines begin below the first word behind the label. */
static void wrap(const char *label, const char *color, const char *text)
{
	size_t indent = 2 + text_width(label, strlen(label));
	size_t column = indent;
	bool first = true;

	fputs("  ", stdout);
	colored(color, label);
	while (*text) {
		size_t size = strcspn(text, " "), width = text_width(text, size);

		if (!first && column + 1 + width > look.width) {
			printf("\n%*s", (int)indent, "");
			column = indent;
		} else if (!first) {
			putchar(' ');
			column++;
		}
		fwrite(text, 1, size, stdout);
		column += width;
		text += size;
		text += *text == ' ';
		first = false;
	}
	putchar('\n');
}

/* Blank lines set what is printed as it is apart from sentences. */
static void change_to(bool lines)
{
	if (look.in_lines != lines)
		putchar('\n');
	look.in_lines = lines;
}

static void flush(void)
{
	if (fflush(stdout))
		results_output_failed(errno);
}

static void tell(enum entry_type type, const char *text)
{
	results_add(type, text);
	if (!look.aloud)
		return;
	change_to(false);
	wrap(*looks[type].label ? _(looks[type].label) : "", looks[type].color, text);
	flush();
}

static void tell_formatted(enum entry_type type, const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, _(format), args) < 0)
		text = NULL;
	tell(type, text ? text : format);
	free(text);
}

#define TELL(type, format)				\
	do {						\
		va_list args;				\
							\
		va_start(args, format);			\
		tell_formatted(type, format, args);	\
		va_end(args);				\
	} while (0)

void tell_heading(const char *text)
{
	if (!look.aloud)
		return;
	look.in_lines = false;
	putchar('\n');
	colored(BOLD, text);
	fputs("\n\n", stdout);
}

void tell_title(const struct demo *demo)
{
	char text[256];

	snprintf(text, sizeof(text), "%s: %s", demo->name, _(demo->title));
	tell_heading(text);
}

void textbook(const char *format, ...)
{
	TELL(ENTRY_TEXTBOOK, format);
	print_gap();
}

void say(const char *format, ...)
{
	TELL(ENTRY_ACTION, format);
}

bool proof(bool holds, const char *format, ...)
{
	TELL(holds ? ENTRY_PROOF : ENTRY_CONTRADICTION, format);
	return holds;
}

void missing(const char *format, ...)
{
	TELL(ENTRY_MISSING, format);
}

void lacking(const char *format, ...)
{
	TELL(ENTRY_MISSING, format);
	stage_leave();
}

void failed(const char *format, ...)
{
	TELL(ENTRY_FAILURE, format);
	stage_leave();
}

void quote(const char *who, pid_t pid, const char *text)
{
	char label[64], *line;

	who = _(who);
	if (asprintf(&line, "%s %d: %s", who, pid, text) >= 0) {
		results_add(ENTRY_ACTION, line);
		free(line);
	}
	if (!look.aloud)
		return;
	change_to(false);
	snprintf(label, sizeof(label), "%s %d: ", who, pid);
	wrap(label, NULL, text);
	flush();
}

void print_gap(void)
{
	if (look.aloud)
		putchar('\n');
}

void print_command(const char *command)
{
	if (!look.aloud)
		return;
	look.in_lines = true;
	printf("\n  $ ");
	colored(BOLD, command);
	putchar('\n');
}

void print_line(const char *line)
{
	if (!look.aloud)
		return;
	change_to(true);
	printf("    %s\n", line);
}
