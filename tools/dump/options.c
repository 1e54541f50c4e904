// SPDX-License-Identifier: GPL-2.0
/* The command line. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sharing.h"
#include "usage.h"

static const char help[] = N_(
	"Usage: ipcshow-dump [options] PID...\n"
	"\n"
	"Show what the address spaces of processes hold, and their threads.\n"
	"\n"
	"Without options: what process it is, its areas, threads, and what they share.\n"
	" -t, --threads       only the threads; a PID may be any TID of the process\n"
	"     --sharing       only what the threads share, and what each has to itself\n"
	"     --summary       only totals by kind of area\n"
	"     --no-pages      count no pages: no RSS and so on, but faster\n"
	" -w, --watch SECONDS again and again, what changes in one process\n"
	"\n"
	"     --html FILE     a page with a picture, for a browser\n"
	" -J, --json          JSON, one document\n"
	"     --lines         JSON, one object a line, written as it is found\n"
	" -r, --raw           one word a field, written as it is found; areas only,\n"
	"                     or with -t, --sharing or --summary that table only\n"
	" -o, --output LIST   columns to show; +LIST: besides those shown anyway\n"
	" -n, --noheadings    no names above the columns\n"
	" -b, --bytes         sizes as plain numbers (JSON: always)\n"
	"     --color[=WHEN]  colour by kind: auto, always, never\n"
	"\n"
	" -H, --list-columns  columns and kinds, and exit\n"
	" -V, --version       version, and exit\n"
	" -h, --help          this text, and exit\n");

struct options {
	struct dump *dump;
	const char *columns;
	const char *color;
	int nr_formats;
	int nr_shows;
};

static void choose_format(struct options *options, const struct format *format)
{
	if (options->dump->format != format)
		options->nr_formats++;
	options->dump->format = format;
}

static void choose_show(struct options *options, enum what_to_show show)
{
	if (options->dump->show != show)
		options->nr_shows++;
	options->dump->show = show;
}

enum {
	OPTION_SUMMARY = 256,
	OPTION_NO_PAGES,
	OPTION_LINES,
	OPTION_COLOR,
	OPTION_SHARING,
	OPTION_HTML,
};

static const struct option long_options[] = {
	{ "bytes", no_argument, NULL, 'b' },
	{ "color", optional_argument, NULL, OPTION_COLOR },
	{ "help", no_argument, NULL, 'h' },
	{ "html", required_argument, NULL, OPTION_HTML },
	{ "json", no_argument, NULL, 'J' },
	{ "lines", no_argument, NULL, OPTION_LINES },
	{ "list-columns", no_argument, NULL, 'H' },
	{ "no-pages", no_argument, NULL, OPTION_NO_PAGES },
	{ "noheadings", no_argument, NULL, 'n' },
	{ "output", required_argument, NULL, 'o' },
	{ "raw", no_argument, NULL, 'r' },
	{ "sharing", no_argument, NULL, OPTION_SHARING },
	{ "summary", no_argument, NULL, OPTION_SUMMARY },
	{ "threads", no_argument, NULL, 't' },
	{ "version", no_argument, NULL, 'V' },
	{ "watch", required_argument, NULL, 'w' },
	{ 0 }
};

static void parse_option(struct options *options, int option)
{
	struct dump *dump = options->dump;

	switch (option) {
	case 'b':
		dump->bytes = true;
		break;
	case 'H':
		sheets_list(&dump->out);
		finish(&dump->out, EXIT_OK);
	case 'h':
		out_text(&dump->out, _(help));
		finish(&dump->out, EXIT_OK);
	case 'J':
		choose_format(options, &json_format);
		break;
	case 'n':
		dump->headings = false;
		break;
	case 'o':
		options->columns = optarg;
		break;
	case 'r':
		choose_format(options, &raw_format);
		break;
	case 't':
		choose_show(options, SHOW_THREADS);
		break;
	case 'V':
		out_text(&dump->out, PROGRAM " " IPCSHOW_VERSION "\n");
		finish(&dump->out, EXIT_OK);
	case 'w':
		dump->watch_ns = parse_period(optarg);
		break;
	case OPTION_COLOR:
		options->color = optarg ? optarg : "always";
		break;
	case OPTION_HTML:
		dump->html = optarg;
		break;
	case OPTION_LINES:
		choose_format(options, &lines_format);
		break;
	case OPTION_NO_PAGES:
		dump->pages = false;
		break;
	case OPTION_SHARING:
		choose_show(options, SHOW_SHARING);
		break;
	case OPTION_SUMMARY:
		choose_show(options, SHOW_SUMMARY);
		break;
	}
}

static void choose_columns(const struct options *options, struct selection *selection,
			   const struct sheet *sheet, bool is_asked_for)
{
	const struct dump *dump = options->dump;
	const char *list = is_asked_for ? options->columns : NULL;
	const char *defaults = sheet->json_defaults;

	if (dump->format == &table_format)
		defaults = sheet->defaults;
	else if (dump->format == &raw_format)
		defaults = sheet->raw_defaults;
	selection_parse(selection, sheet, defaults, list);
}

static void parse_options(struct options *options, int argc, char **argv)
{
	struct dump *dump = options->dump;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":bHhJno:rtVw:", long_options, NULL)) != -1) {
		if (option == '?' || option == ':')
			bad_option(long_options, option, argv[optind - 1]);
		parse_option(options, option);
	}
	if (options->nr_formats > 1 || (options->nr_formats && dump->html))
		bad_usage("--html, --json, --lines and --raw exclude one another");
	if (dump->html && (options->nr_shows || options->columns))
		bad_usage("--html shows all");
	if (dump->html)
		dump->format = &json_format;
	if (dump->watch_ns && (options->nr_formats || options->nr_shows || dump->html || !dump->pages))
		bad_usage("--watch shows changes, as a table");
	if (options->nr_shows > 1)
		bad_usage("--threads, --sharing and --summary exclude one another");
	if (dump->format != &table_format && !dump->html)
		language_for_programs();
	dump->colors = wants_colors(options->color);
	choose_columns(options, &dump->areas, &area_sheet, dump->show == SHOW_ALL && !dump->watch_ns);
	choose_columns(options, &dump->threads, &thread_sheet, dump->show == SHOW_THREADS);
	choose_columns(options, &dump->summary, &summary_sheet, dump->show == SHOW_SUMMARY);
	choose_columns(options, &dump->sharing, &sharing_sheet, dump->show == SHOW_SHARING);
	if (dump->watch_ns)
		choose_columns(options, &dump->watched, &watch_sheet, true);
}

static pid_t *parse_pids(int nr, char **args)
{
	pid_t *pids;
	int i;

	if (nr < 1)
		bad_usage("no PID given");
	pids = calloc((size_t)nr, sizeof(*pids));
	if (!pids) {
		complain(P_("no memory"), strerror(ENOMEM));
		exit(EXIT_FAILED);
	}
	for (i = 0; i < nr; i++)
		if (!parse_pid(args[i], &pids[i]))
			bad_argument("not a PID", args[i], strlen(args[i]));
	return pids;
}

/**
 * options_parse() - do as the command line says
 * @dump: what it asks for
 * @argc: @argv: those of main()
 * @nr: how many PIDs it names
 *
 * Does not return where it is wrong, or asks for no more than a text.
 *
 * Return: the PIDs, from malloc().
 */
pid_t *options_parse(struct dump *dump, int argc, char **argv, int *nr)
{
	struct options options = { .dump = dump };

	parse_options(&options, argc, argv);
	*nr = argc - optind;
	if (dump->watch_ns && *nr > 1)
		bad_usage("--watch takes one PID");
	return parse_pids(*nr, argv + optind);
}
