// SPDX-License-Identifier: GPL-2.0
/* The command line. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "demo.h"
#include "show.h"
#include "tool.h"
#include "usage.h"

static const char help[] = N_(
	"Usage: ipcshow-demo [options] [NAME...]\n"
	"\n"
	"Show what textbooks say of processes and threads, and prove it: each demo does\n"
	"something, says what it does, and looks at it with ipcshow. Where the module is\n"
	"not loaded, demos run all the same, and say what they cannot show.\n"
	"\n"
	" -a, --all           all demos, and two tables: memory areas and mechanisms\n"
	" -t, --tables        only the tables; what they rest on is done silently\n"
	" -l, --list          the names of the demos, and exit\n"
	" -p, --pause         keep the processes of each demo until Enter is pressed, to\n"
	"                     look at them from another terminal\n"
	"\n"
	" -J, --json          JSON, one document\n"
	"     --color[=WHEN]  colours: auto, always, never\n"
	"\n"
	" -V, --version       version, and exit\n"
	" -h, --help          this text, and exit\n"
	"\n"
	"The exit status is 1 if something contradicts the textbook, or a demo fails.\n");

enum {
	OPTION_COLOR = 256,
};

static const struct option long_options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "color", optional_argument, NULL, OPTION_COLOR },
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, 'J' },
	{ "list", no_argument, NULL, 'l' },
	{ "pause", no_argument, NULL, 'p' },
	{ "tables", no_argument, NULL, 't' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 }
};

static struct out out = { .fd = STDOUT_FILENO };

__attribute__((noreturn))
static void print(const char *text)
{
	out_text(&out, text);
	finish(&out, EXIT_OK);
}

__attribute__((noreturn))
static void list_demos(void)
{
	size_t i;

	for (i = 0; i < nr_demos; i++)
		help_line(&out, demos[i]->name, _(demos[i]->title));
	finish(&out, EXIT_OK);
}

static const char *parse_options(int argc, char **argv)
{
	const char *color = NULL;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":aJhlptV", long_options, NULL)) != -1) {
		switch (option) {
		case 'a':
			show.all = true;
			break;
		case 'h':
			print(_(help));
		case 'J':
			show.json = true;
			break;
		case 'l':
			list_demos();
		case 'p':
			show.pause = true;
			break;
		case 't':
			show.tables = true;
			break;
		case 'V':
			print(PROGRAM " " IPCSHOW_VERSION "\n");
		case OPTION_COLOR:
			color = optarg ? optarg : "always";
			break;
		default:
			bad_option(long_options, option, argv[optind - 1]);
		}
	}
	return color;
}

static void choose(const char *name)
{
	size_t i;

	for (i = 0; i < nr_demos; i++)
		if (!strcmp(demos[i]->name, name)) {
			show.chosen[i] = true;
			return;
		}
	bad_argument("no such demo (--list tells them)", name, strlen(name));
}

/* Fills in @show; does not return where the command line is wrong, or asks for a text. */
void options_parse(int argc, char **argv)
{
	const char *color = parse_options(argc, argv);
	size_t i;

	if (!show.all && !show.tables && optind == argc)
		bad_usage("name a demo (--list tells them), or --all");
	if (show.all && optind < argc)
		bad_usage("--all needs no names");
	for (; optind < argc; optind++)
		choose(argv[optind]);
	for (i = 0; i < nr_demos && show.all; i++)
		show.chosen[i] = true;
	show.tables |= show.all;
	show.colors = wants_colors(color) && !show.json;
	if (show.json)
		language_for_programs();
}
