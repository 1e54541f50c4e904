// SPDX-License-Identifier: GPL-2.0
/* Pieces of the commands' command lines. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "ring.h"

static const char end_help[] = N_(
	" -b, --binary        records with their length in front: 4 bytes, little-endian\n"
	" -0, --null          records that end with a NUL, not with a newline\n"
	" -t, --timeout SECONDS\n"
	"                     give up when the other end has not come by then\n"
	"     --no-spin       sleep at once where there is nothing to do\n"
	"     --stats         say at the end, on standard error, what was done\n"
	" -q, --quiet         no progress, on a terminal\n"
	" -h, --help          this text, and exit\n");

static __u64 parse_digits(const char *what, const char *text, const char **end)
{
	const char *p;
	__u64 n = 0;

	for (p = text; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (__u64)(*p - '0'), &n))
			bad_argument(what, text, strlen(text));
	if (p == text)
		bad_argument(what, text, strlen(text));
	*end = p;
	return n;
}

__u64 parse_count(const char *what, const char *text)
{
	const char *end;
	__u64 n = parse_digits(what, text, &end);

	if (*end || !n)
		bad_argument(what, text, strlen(text));
	return n;
}

/* 65536, 64K, 64KiB, 4M, 1G */
__u64 parse_bytes(const char *what, const char *text)
{
	static const char units[] = "KMG";
	const char *end, *unit;
	__u64 n = parse_digits(what, text, &end);

	unit = *end ? strchr(units, *end & ~0x20) : NULL;
	if (unit) {
		end += end[1] == 'i' && end[2] == 'B' ? 3 : 1;
		if (__builtin_mul_overflow(n, 1ULL << (10 * (unit - units + 1)), &n))
			bad_argument(what, text, strlen(text));
	}
	if (*end)
		bad_argument(what, text, strlen(text));
	return n;
}

int parse_mode(const char *text)
{
	int mode = 0;
	const char *p;

	for (p = text; *p >= '0' && *p <= '7' && mode <= 07777; p++)
		mode = mode * 8 + (*p - '0');
	if (p == text || *p || mode > 0777)
		bad_argument("not a mode such as 660", text, strlen(text));
	return mode;
}

void show_text(const char *text, const char *more)
{
	static struct out out = { .fd = STDOUT_FILENO };

	out_text(&out, text);
	out_text(&out, more);
	finish(&out, EXIT_OK);
}

/* An option that all ends have. False: it is none. */
bool end_option(struct end_options *options, int option, const char *help)
{
	switch (option) {
	case '0':
		options->framing.delimiter = '\0';
		return true;
	case 'b':
		options->framing.binary = true;
		return true;
	case 'h':
		show_text(_(help), _(end_help));
	case 'q':
		options->quiet = true;
		return true;
	case 't':
		options->timeout_ns = parse_seconds("not a number of seconds", optarg);
		return true;
	case OPTION_NO_SPIN:
		options->flags |= IPCSHOW_RING_NO_SPIN;
		return true;
	case OPTION_STATS:
		options->stats = true;
		return true;
	}
	return false;
}

int next_option(int argc, char **argv, const char *letters, const struct option *options)
{
	int option;

	opterr = 0;
	option = getopt_long(argc, argv, letters, options, NULL);
	if (option == '?' || option == ':')
		bad_option(options, option, argv[optind - 1]);
	return option;
}

/* What is left of the command line; @what: what should be. */
char **paths_left(int argc, char **argv, int least, int most, const char *what)
{
	if (argc - optind < least)
		bad_usage(what);
	if (argc - optind > most)
		bad_argument("one argument too many", argv[optind + most],
			     strlen(argv[optind + most]));
	return argv + optind;
}
