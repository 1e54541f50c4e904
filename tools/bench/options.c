// SPDX-License-Identifier: GPL-2.0
/* The command line. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "plot.h"
#include "tool.h"
#include "usage.h"

#define PAYLOAD_MAX	(1UL << 30)

#define NS_PER_MS	1000000ULL
#define BUDGET_MS	80
#define BUDGET_QUICK_MS	8
#define BUDGET_MAX_MS	60000

static const char help[] = N_(
	"Usage: ipcshow-bench [options] [MECHANISM...]\n"
	"\n"
	"Move the same messages between two processes by each mechanism (all when none\n"
	"is named; @GROUP stands for all of a group), check that they come, and compare.\n"
	"\n"
	"     --quick         few payloads and short measurements: less than 20 s in all\n"
	" -p, --payload LIST  sizes of messages, such as 8,4K,1M: multiples of 8\n"
	"     --between WHOM  processes, threads, or both\n"
	" -t, --time MS       about so long for each figure\n"
	" -m, --messages N    so many messages for each figure, however long they take\n"
	" -s, --sizes         a row for each payload; else for each mechanism\n"
	"     --plot FILE     draw them, too, by gnuplot: FILE.svg or FILE.png\n"
	"     --directory DIR where files are made (default: /var/tmp)\n"
	" -q, --quiet         no progress, on a terminal\n"
	"\n"
	" -J, --json          JSON\n"
	" -r, --raw           one word a field\n"
	" -o, --output LIST   columns to show; +LIST: besides those shown anyway\n"
	" -n, --noheadings    no names above the columns\n"
	" -b, --bytes         sizes, rates and times as plain numbers (JSON: always)\n"
	"\n"
	" -H, --list-columns  columns and mechanisms, and exit\n"
	" -V, --version       version, and exit\n"
	" -h, --help          this text, and exit\n");

enum {
	OPTION_BETWEEN = 256,
	OPTION_DIRECTORY,
	OPTION_PLOT,
	OPTION_QUICK,
};

static const struct option long_options[] = {
	{ "between", required_argument, NULL, OPTION_BETWEEN },
	{ "bytes", no_argument, NULL, 'b' },
	{ "directory", required_argument, NULL, OPTION_DIRECTORY },
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, 'J' },
	{ "list-columns", no_argument, NULL, 'H' },
	{ "messages", required_argument, NULL, 'm' },
	{ "noheadings", no_argument, NULL, 'n' },
	{ "output", required_argument, NULL, 'o' },
	{ "payload", required_argument, NULL, 'p' },
	{ "plot", required_argument, NULL, OPTION_PLOT },
	{ "quick", no_argument, NULL, OPTION_QUICK },
	{ "quiet", no_argument, NULL, 'q' },
	{ "raw", no_argument, NULL, 'r' },
	{ "sizes", no_argument, NULL, 's' },
	{ "time", required_argument, NULL, 't' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 }
};

/* A group's members are neighbours, but for those that come later. */
static bool is_new_group(size_t index)
{
	size_t i;

	for (i = 0; i < index; i++)
		if (!strcmp(mechanism_at(i)->group, mechanism_at(index)->group))
			return false;
	return true;
}

static void list_groups(struct out *out)
{
	const struct mechanism *mechanism, *other;
	size_t i, j;

	for (i = 0; (mechanism = mechanism_at(i)); i++) {
		if (!is_new_group(i))
			continue;
		out_text(out, "  @");
		out_text(out, mechanism->group);
		out_char(out, ':');
		for (j = i; (other = mechanism_at(j)); j++) {
			if (strcmp(other->group, mechanism->group))
				continue;
			out_char(out, ' ');
			out_text(out, other->name);
		}
		out_char(out, '\n');
	}
}

static void list_all(struct out *out)
{
	const struct mechanism *mechanism;
	size_t i;

	sheet_list(out, &subjects_sheet);
	sheet_list(out, &results_sheet);
	out_text(out, _("Mechanisms to name:\n"));
	for (i = 0; (mechanism = mechanism_at(i)); i++)
		help_line(out, mechanism->name, _(mechanism->help));
	out_text(out, _("\nGroups to name:\n"));
	list_groups(out);
}

/* ---- values ---- */

static uint64_t parse_number(const char *what, const char *text, size_t size, uint64_t max)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < size; i++)
		if (text[i] < '0' || text[i] > '9' || __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(text[i] - '0'), &n))
			bad_argument(what, text, strlen(text));
	if (!size || !n || n > max)
		bad_argument(what, text, strlen(text));
	return n;
}

static uint64_t parse_payload(const char *text, size_t size)
{
	static const char what[] = N_("not a payload: a multiple of 8, at most 1G");
	static const char units[] = "KMG";
	const char *unit = size ? strchr(units, text[size - 1] & ~0x20) : NULL;
	uint64_t n = parse_number(what, text, size - !!unit, PAYLOAD_MAX);

	if (unit)
		n <<= 10 * (unit - units + 1);
	if (n > PAYLOAD_MAX || n % MESSAGE_MIN)
		bad_argument(what, text, size);
	return n;
}

static int ascending(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

static void parse_payloads(struct bench *bench, const char *list)
{
	size_t i, nr = 0;

	bench->nr_payloads = 0;
	for (;; list++) {
		size_t size = strcspn(list, ",");

		if (bench->nr_payloads == PAYLOADS_MAX)
			bad_usage("too many payloads");
		bench->payloads[bench->nr_payloads++] = parse_payload(list, size);
		list += size;
		if (!*list)
			break;
	}
	qsort(bench->payloads, bench->nr_payloads, sizeof(bench->payloads[0]), ascending);
	for (i = 0; i < bench->nr_payloads; i++)
		if (!nr || bench->payloads[i] != bench->payloads[nr - 1])
			bench->payloads[nr++] = bench->payloads[i];
	bench->nr_payloads = nr;
}

static unsigned int parse_between(const char *text)
{
	if (!strcmp(text, "processes"))
		return BETWEEN_PROCESSES;
	if (!strcmp(text, "threads"))
		return BETWEEN_THREADS;
	if (strcmp(text, "both"))
		bad_argument("not processes, threads or both", text, strlen(text));
	return BETWEEN_PROCESSES | BETWEEN_THREADS;
}

static const char *parse_directory(const char *path)
{
	struct stat stat_;

	if (stat(path, &stat_) || access(path, W_OK | X_OK)) {
		complain(path, strerror(errno));
		exit(EXIT_FAILED);
	}
	if (!S_ISDIR(stat_.st_mode)) {
		complain(path, strerror(ENOTDIR));
		exit(EXIT_FAILED);
	}
	return path;
}

/* ---- options ---- */

static void print_and_exit(struct out *out, const char *text)
{
	out_text(out, text);
	finish(out, EXIT_OK);
}

static void parse_shown(struct bench *bench, int option, const char **columns)
{
	switch (option) {
	case 'b':
		bench->bytes = true;
		break;
	case 'H':
		list_all(&bench->out);
		finish(&bench->out, EXIT_OK);
	case 'h':
		print_and_exit(&bench->out, _(help));
		break;
	case 'J':
		bench->json = true;
		break;
	case 'n':
		bench->headings = false;
		break;
	case 'o':
		*columns = optarg;
		break;
	case 'r':
		bench->raw = true;
		break;
	case 's':
		bench->sizes = true;
		break;
	case 'V':
		print_and_exit(&bench->out, PROGRAM " " IPCSHOW_VERSION "\n");
	}
}

static void parse_measured(struct bench *bench, int option, const char **payloads)
{
	switch (option) {
	case 'm':
		bench->messages = parse_number("not a number of messages", optarg, strlen(optarg),
					       UINT32_MAX);
		break;
	case 'p':
		*payloads = optarg;
		break;
	case 'q':
		bench->quiet = true;
		break;
	case 't':
		bench->budget_ns = NS_PER_MS * parse_number("not a number of milliseconds", optarg,
							    strlen(optarg), BUDGET_MAX_MS);
		break;
	case OPTION_BETWEEN:
		bench->between = parse_between(optarg);
		break;
	case OPTION_DIRECTORY:
		link_directory = parse_directory(optarg);
		break;
	case OPTION_PLOT:
		bench->plot = optarg;
		break;
	case OPTION_QUICK:
		bench->quick = true;
		break;
	}
}

static void choose_columns(struct bench *bench, const char *columns)
{
	const struct sheet *sheet = bench->sizes ? &results_sheet : &subjects_sheet;
	const char *defaults = bench->json ? sheet->json_defaults :
			       bench->raw ? sheet->raw_defaults : sheet->defaults;

	selection_parse(&bench->selection, sheet, defaults, columns);
}

static void choose_work(struct bench *bench, const char *payloads)
{
	parse_payloads(bench, payloads ? payloads : bench->quick ? "8,4K,1M" :
		       "8,64,512,4K,16K,64K,256K,1M,4M,16M,64M");
	if (!bench->budget_ns)
		bench->budget_ns = NS_PER_MS * (bench->quick ? BUDGET_QUICK_MS : BUDGET_MS);
	if (!bench->between)
		bench->between = bench->quick ? BETWEEN_PROCESSES :
				 BETWEEN_PROCESSES | BETWEEN_THREADS;
}

/* ---- mechanisms ---- */

static bool is_named(const struct mechanism *mechanism, const char *name)
{
	return *name == '@' ? !strcmp(mechanism->group, name + 1) : !strcmp(mechanism->name, name);
}

static bool is_wanted(const struct mechanism *mechanism, int nr, char **names)
{
	int i;

	for (i = 0; i < nr; i++)
		if (is_named(mechanism, names[i]))
			return true;
	return !nr;
}

static void check_names(int nr, char **names)
{
	const struct mechanism *mechanism;
	size_t i;
	int n;

	for (n = 0; n < nr; n++) {
		for (i = 0; (mechanism = mechanism_at(i)); i++)
			if (is_named(mechanism, names[n]))
				break;
		if (!mechanism)
			bad_argument("unknown mechanism (-H lists them)", names[n],
				     strlen(names[n]));
	}
}

static void choose_subjects(struct bench *bench, int nr, char **names)
{
	const struct mechanism *mechanism;
	size_t i, all = mechanisms_count();

	check_names(nr, names);
	bench->subjects = calloc(all, sizeof(*bench->subjects));
	bench->results = calloc(all * bench->nr_payloads * 2, sizeof(*bench->results));
	if (!bench->subjects || !bench->results) {
		complain(P_("no memory"), strerror(ENOMEM));
		exit(EXIT_FAILED);
	}
	for (i = 0; (mechanism = mechanism_at(i)); i++)
		if (is_wanted(mechanism, nr, names))
			bench->subjects[bench->nr_subjects++].mechanism = mechanism;
}

/**
 * options_parse() - do as the command line says
 * @bench: what it asks for
 * @argc: @argv: those of main()
 *
 * Does not return where it is wrong, or asks for no more than a text.
 */
void options_parse(struct bench *bench, int argc, char **argv)
{
	const char *columns = NULL, *payloads = NULL;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":bHhJm:no:p:qrst:V", long_options, NULL)) != -1) {
		if (option == '?' || option == ':')
			bad_option(long_options, option, argv[optind - 1]);
		parse_shown(bench, option, &columns);
		parse_measured(bench, option, &payloads);
	}
	if (bench->json && bench->raw)
		bad_usage("--json and --raw exclude one another");
	if (bench->json || bench->raw)
		language_for_programs();
	choose_columns(bench, columns);
	choose_work(bench, payloads);
	choose_subjects(bench, argc - optind, argv + optind);
	if (bench->plot)
		plot_check(bench->plot);
}
