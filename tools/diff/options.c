// SPDX-License-Identifier: GPL-2.0
/* The command line. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "areas.h"
#include "channel_words.h"
#include "format.h"
#include "options.h"
#include "usage.h"

static const char help[] = N_(
	"Usage: ipcshow-diff [options] A B [C...]\n"
	"\n"
	"Show what tasks share, and through what they talk. A task is a PID or a TID.\n"
	"\n"
	"Without options: who they are, their areas, resources and channels; of more than\n"
	"two, first a matrix of what each two share; of more than four, only that.\n"
	"     --areas         only the areas of memory\n"
	"     --resources     only what else they use: files, credentials, namespaces...\n"
	"     --channels      only what they talk through; these three may be combined\n"
	" -l, --libraries     a row for each area of a library (JSON, raw: always)\n"
	" -p, --pages         below each area, the ranges of its pages; implies -l\n"
	"\n"
	"     --html FILE     a page with a picture, for a browser\n"
	" -J, --json          JSON, one document\n"
	" -r, --raw           one word a field; areas, or the one table that is asked for\n"
	" -o, --output LIST   columns to show, of the areas or of the one table that is\n"
	"                     asked for; +LIST: besides those shown anyway\n"
	" -n, --noheadings    no names above the columns\n"
	" -b, --bytes         sizes as plain numbers (JSON: always)\n"
	"     --color[=WHEN]  colour by kind: auto, always, never\n"
	"\n"
	" -H, --list-columns  columns, kinds, mechanisms and verdicts, and exit\n"
	" -V, --version       version, and exit\n"
	" -h, --help          this text, and exit\n");

/* With -p, where the ranges are is of interest. */
#define TEXT_WITH_RANGES						\
	"KIND,START-A,START-B,SIZE-A,SIZE-B,SAME,ONLY-A,ONLY-B,DIFFERENT,UNTOUCHED,VERDICT," \
	"MECHANISM,NOTE,NAME"

/* More have more pairs than a person would read. */
#define TASKS_WITH_TABLES	4

struct options {
	struct diff *diff;
	const char *columns;
	const char *color;
	unsigned int show;
	int nr_formats;
};

enum {
	OPTION_AREAS = 256,
	OPTION_CHANNELS,
	OPTION_COLOR,
	OPTION_HTML,
	OPTION_RESOURCES,
};

static const struct option long_options[] = {
	{ "areas", no_argument, NULL, OPTION_AREAS },
	{ "bytes", no_argument, NULL, 'b' },
	{ "channels", no_argument, NULL, OPTION_CHANNELS },
	{ "color", optional_argument, NULL, OPTION_COLOR },
	{ "help", no_argument, NULL, 'h' },
	{ "html", required_argument, NULL, OPTION_HTML },
	{ "json", no_argument, NULL, 'J' },
	{ "libraries", no_argument, NULL, 'l' },
	{ "list-columns", no_argument, NULL, 'H' },
	{ "noheadings", no_argument, NULL, 'n' },
	{ "output", required_argument, NULL, 'o' },
	{ "pages", no_argument, NULL, 'p' },
	{ "raw", no_argument, NULL, 'r' },
	{ "resources", no_argument, NULL, OPTION_RESOURCES },
	{ "version", no_argument, NULL, 'V' },
	{ 0 }
};

static void list_words(struct out *out)
{
	int i;

	mechanisms_list(out);
	out_text(out, _("\nVerdicts:\n"));
	for (i = IPCSHOW_VERDICT_NONE + 1; i < IPCSHOW_NR_VERDICTS; i++)
		help_line(out, ipcshow_verdict_name((enum ipcshow_verdict)i),
			  ipcshow_verdict_help((enum ipcshow_verdict)i));
}

static void list_columns(struct out *out)
{
	sheet_list(out, areas_part.sheet);
	sheet_list(out, resources_part.sheet);
	sheet_list(out, channels_part.sheet);
	kinds_list(out);
	list_words(out);
	resources_list(out);
	channels_list(out);
}

static void choose_format(struct options *options, const struct format *format)
{
	if (options->diff->format != format)
		options->nr_formats++;
	options->diff->format = format;
}

static void parse_option(struct options *options, int option)
{
	struct diff *diff = options->diff;

	switch (option) {
	case 'b':
		diff->bytes = true;
		break;
	case 'H':
		list_columns(&diff->out);
		finish(&diff->out, EXIT_OK);
	case 'h':
		out_text(&diff->out, _(help));
		finish(&diff->out, EXIT_OK);
	case 'J':
		choose_format(options, &json_format);
		break;
	case 'l':
		diff->libraries = true;
		break;
	case 'n':
		diff->headings = false;
		break;
	case 'o':
		options->columns = optarg;
		break;
	case 'p':
		diff->ranges = true;
		break;
	case 'r':
		choose_format(options, &raw_format);
		break;
	case 'V':
		out_text(&diff->out, PROGRAM " " IPCSHOW_VERSION "\n");
		finish(&diff->out, EXIT_OK);
	case OPTION_AREAS:
		options->show |= SHOW_AREAS;
		break;
	case OPTION_CHANNELS:
		options->show |= SHOW_CHANNELS;
		break;
	case OPTION_COLOR:
		options->color = optarg ? optarg : "always";
		break;
	case OPTION_HTML:
		diff->html = optarg;
		break;
	case OPTION_RESOURCES:
		options->show |= SHOW_RESOURCES;
		break;
	}
}

static void choose_columns(const struct options *options, struct selection *selection,
			   const struct part *part, const char *more)
{
	const struct diff *diff = options->diff;
	const struct sheet *sheet = part->sheet;
	bool only = options->show ? options->show == part->bit : part->bit == SHOW_AREAS;
	const char *defaults = sheet->json_defaults;
	struct selection extra;

	if (diff->format == &text_format)
		defaults = diff->ranges && part->bit == SHOW_AREAS ? TEXT_WITH_RANGES :
								     sheet->defaults;
	else if (diff->format == &raw_format)
		defaults = sheet->raw_defaults;
	selection_parse(selection, sheet, defaults, only ? options->columns : NULL);
	if (!more || selection_has(selection, more))
		return;
	selection_parse(&extra, sheet, more, NULL);
	selection->columns[selection->nr++] = extra.columns[0];
}

static void check(struct options *options)
{
	struct diff *diff = options->diff;

	if (options->nr_formats > 1 || (options->nr_formats && diff->html))
		bad_usage("--html, --json and --raw exclude one another");
	if (diff->html && (options->show || options->columns))
		bad_usage("--html shows all");
	if (diff->format == &raw_format && (options->show & (options->show - 1)))
		bad_usage("--raw shows one table");
	if (options->columns && (options->show & (options->show - 1)))
		bad_usage("--output needs one table");
	if (diff->ranges && options->show && !(options->show & SHOW_AREAS))
		bad_usage("--pages is about areas");
}

static void parse_options(struct options *options, int argc, char **argv)
{
	struct diff *diff = options->diff;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":bHhJlno:prV", long_options, NULL)) != -1) {
		if (option == '?' || option == ':')
			bad_option(long_options, option, argv[optind - 1]);
		parse_option(options, option);
	}
	check(options);
	if (diff->html) {
		diff->format = &json_format;
		diff->ranges = true;
	}
	if (diff->format != &text_format && !diff->html)
		language_for_programs();
	diff->colors = wants_colors(options->color);
	diff->ranges_inside = diff->format == &json_format;
	if (diff->ranges || diff->format != &text_format)
		diff->libraries = true;
	choose_columns(options, &diff->areas, &areas_part,
		       diff->ranges && diff->ranges_inside ? "RANGES" : NULL);
	choose_columns(options, &diff->resources, &resources_part, NULL);
	choose_columns(options, &diff->channels, &channels_part, NULL);
	diff->show = options->show ? options->show :
		     diff->format == &raw_format ? SHOW_AREAS : SHOW_ALL;
}

static pid_t *parse_pids(size_t nr, char **args)
{
	pid_t *pids;
	size_t i, j;

	if (nr < 2)
		bad_usage("two tasks or more are needed");
	pids = calloc(nr, sizeof(*pids));
	if (!pids) {
		complain(P_("no memory"), strerror(ENOMEM));
		exit(EXIT_FAILED);
	}
	for (i = 0; i < nr; i++) {
		if (!parse_pid(args[i], &pids[i]))
			bad_argument("not a PID or TID", args[i], strlen(args[i]));
		for (j = 0; j < i; j++)
			if (pids[j] == pids[i])
				bad_argument("the same task twice", args[i], strlen(args[i]));
	}
	return pids;
}

/**
 * options_parse() - do as the command line says
 * @diff: what it asks for; also @nr_tasks
 * @argc: @argv: those of main()
 *
 * Does not return where it is wrong, or asks for no more than a text.
 *
 * Return: the PIDs, from malloc().
 */
pid_t *options_parse(struct diff *diff, int argc, char **argv)
{
	struct options options = { .diff = diff };

	parse_options(&options, argc, argv);
	diff->nr_tasks = (size_t)(argc - optind);
	diff->tables = options.show || diff->format == &raw_format || options.columns ||
		       diff->ranges || diff->nr_tasks <= TASKS_WITH_TABLES;
	return parse_pids(diff->nr_tasks, argv + optind);
}
