// SPDX-License-Identifier: GPL-2.0
/* Pieces of command lines, and what is wrong with them. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"
#include "usage.h"

/* More often than this there is nothing to see. */
#define PERIOD_LEAST_NS	10000000

void usage(void)
{
	fprintf(stderr, P_("Usage: %s %s (try --help)\n"), tool.name, P_(tool.arguments));
	exit(EXIT_USAGE);
}

void bad_argument(const char *what, const char *text, size_t size)
{
	char safe[64 * 4 + 1];

	ipcshow_text_escape(safe, text, size < 64 ? size : 64, false);
	fprintf(stderr, "%s: %s: '%s'\n", tool.name, P_(what), safe);
	usage();
}

void bad_usage(const char *problem)
{
	fprintf(stderr, "%s: %s\n", tool.name, P_(problem));
	usage();
}

bool parse_pid(const char *text, pid_t *pid)
{
	long n = 0;
	const char *p;

	for (p = text; *p >= '0' && *p <= '9' && n <= INT_MAX; p++)
		n = n * 10 + (*p - '0');
	*pid = (pid_t)n;
	return p != text && !*p && n > 0 && n <= INT_MAX;
}

/**
 * parse_seconds() - 5, 0.25
 * @what: what is complained of where it is no such number
 * @text: the number
 *
 * Return: nanoseconds.
 */
int64_t parse_seconds(const char *what, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !isfinite(seconds) || seconds < 0 || seconds > 1e9)
		bad_argument(what, text, strlen(text));
	return (int64_t)(seconds * 1e9);
}

/**
 * parse_period() - the SECONDS of --watch
 * @text: the number
 *
 * Return: nanoseconds.
 */
int64_t parse_period(const char *text)
{
	int64_t period = parse_seconds("not a number of seconds", text);

	if (period < PERIOD_LEAST_NS)
		bad_argument("too often", text, strlen(text));
	return period;
}

/* NO_COLOR (no-color.org) speaks for what nobody asked for on the command line. */
bool wants_colors(const char *when)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (when && !strcmp(when, "always"))
		return true;
	if (when && !strcmp(when, "never"))
		return false;
	if (when && strcmp(when, "auto"))
		bad_argument("unknown WHEN of --color", when, strlen(when));
	return isatty(STDOUT_FILENO) && !(no_color && *no_color) && term && strcmp(term, "dumb");
}

static bool is_long_option(const struct option *option, int value)
{
	for (; option->name; option++)
		if (option->val == value)
			return true;
	return false;
}

/* getopt_long() itself would print what it was given as it is. */
void bad_option(const struct option *options, int problem, const char *given)
{
	const char letter[] = { '-', (char)optopt };

	if (problem == ':')
		bad_argument("option needs an argument", given, strlen(given));
	if (is_long_option(options, optopt))
		bad_argument("option takes no argument", given, strlen(given));
	if (optopt)
		bad_argument("unknown option", letter, sizeof(letter));
	bad_argument("unknown or ambiguous option", given, strlen(given));
}
