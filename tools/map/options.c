// SPDX-License-Identifier: GPL-2.0
/* The command line. */
#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "channel_words.h"
#include "options.h"
#include "usage.h"

static const char help[] = N_(
	"Usage: ipcshow-map [options]\n"
	"\n"
	"Show which processes share memory or are joined by channels, strongest first.\n"
	"\n"
	"     --all             also what ties everybody to everybody: libraries, crowds\n"
	" -t, --top N           only the N strongest (table: 30, graphs: 100; 0: all)\n"
	" -m, --mechanism LIST  only these mechanisms and kinds of channels; see -H\n"
	"     --min SIZE        only ties with so much memory: 4096, 64K, 1M, 2G\n"
	" -u, --user LIST       only ties of these users\n"
	" -p, --pid LIST        only ties of these processes\n"
	" -g, --cgroup PATH     only ties of this cgroup and those below it\n"
	"     --inside          with these three: both ends must be so, not one\n"
	"\n"
	" -J, --json            JSON, one document; with --watch, one a line\n"
	" -r, --raw             one word a field\n"
	" -o, --output LIST     columns to show; +LIST: besides those shown anyway\n"
	" -n, --noheadings      no names above the columns\n"
	" -b, --bytes           sizes as plain numbers (JSON: always)\n"
	"     --dot             a graph; --svg FILE: drawn; --html FILE: in a page\n"
	" -w, --watch SECONDS   again and again, with what changed, until interrupted\n"
	"     --prometheus[=FILE]  memory of the --top processes, for node_exporter\n"
	" -H, --list-columns    columns, mechanisms and channels, and exit\n"
	" -V, --version         version, and exit\n"
	" -h, --help            this text, and exit\n");

struct options {
	struct run *run;
	const char *columns;
	bool has_top;
	int nr_formats;
};

enum {
	OPTION_ALL = 256,
	OPTION_DOT,
	OPTION_HTML,
	OPTION_INSIDE,
	OPTION_MIN,
	OPTION_PROMETHEUS,
	OPTION_SVG,
};

static const struct option long_options[] = {
	{ "all", no_argument, NULL, OPTION_ALL },
	{ "bytes", no_argument, NULL, 'b' },
	{ "cgroup", required_argument, NULL, 'g' },
	{ "dot", no_argument, NULL, OPTION_DOT },
	{ "help", no_argument, NULL, 'h' },
	{ "html", required_argument, NULL, OPTION_HTML },
	{ "inside", no_argument, NULL, OPTION_INSIDE },
	{ "json", no_argument, NULL, 'J' },
	{ "list-columns", no_argument, NULL, 'H' },
	{ "mechanism", required_argument, NULL, 'm' },
	{ "min", required_argument, NULL, OPTION_MIN },
	{ "noheadings", no_argument, NULL, 'n' },
	{ "output", required_argument, NULL, 'o' },
	{ "pid", required_argument, NULL, 'p' },
	{ "prometheus", optional_argument, NULL, OPTION_PROMETHEUS },
	{ "raw", no_argument, NULL, 'r' },
	{ "svg", required_argument, NULL, OPTION_SVG },
	{ "top", required_argument, NULL, 't' },
	{ "user", required_argument, NULL, 'u' },
	{ "version", no_argument, NULL, 'V' },
	{ "watch", required_argument, NULL, 'w' },
	{ 0 }
};

static void no_memory(void)
{
	complain(P_("no memory"), strerror(ENOMEM));
	exit(EXIT_FAILED);
}

/* @size of @item at the end of @list, which has @nr. */
static void *append(void *list, size_t nr, const void *item, size_t size)
{
	char *grown = reallocarray(list, nr + 1, size);

	if (!grown)
		no_memory();
	memcpy(grown + nr * size, item, size);
	return grown;
}

/* Calls @take for each word of a list with commas between. */
static void each_word(struct options *options, const char *list,
		      void (*take)(struct options *options, const char *word))
{
	char word[256];
	const char *p = list;
	size_t size;

	for (;;) {
		size = strcspn(p, ",");
		if (size >= sizeof(word))
			bad_argument("too long", p, size);
		memcpy(word, p, size);
		word[size] = '\0';
		take(options, word);
		if (!p[size])
			return;
		p += size + 1;
	}
}

static void take_pid(struct options *options, const char *word)
{
	struct filter *filter = &options->run->filter;
	pid_t pid;

	if (!parse_pid(word, &pid))
		bad_argument("not a PID", word, strlen(word));
	filter->pids = append(filter->pids, filter->nr_pids++, &pid, sizeof(pid));
}

static bool parse_number(const char *text, unsigned long long most, unsigned long long *n)
{
	char *end;

	errno = 0;
	*n = strtoull(text, &end, 10);
	return isdigit((unsigned char)*text) && !*end && !errno && *n <= most;
}

/* A name comes before a number, as with chown. */
static void take_user(struct options *options, const char *word)
{
	struct filter *filter = &options->run->filter;
	const struct passwd *pw = getpwnam(word);
	unsigned long long n;
	uid_t uid;

	if (!pw && !parse_number(word, UINT32_MAX - 1, &n))
		bad_argument("no such user", word, strlen(word));
	uid = pw ? pw->pw_uid : (uid_t)n;
	filter->uids = append(filter->uids, filter->nr_uids++, &uid, sizeof(uid));
}

/* Some words are both a mechanism and a kind of channel. */
static void take_mechanism(struct options *options, const char *word)
{
	struct filter *filter = &options->run->filter;
	bool found = false;
	unsigned int i;

	for (i = 0; i < IPCSHOW_NR_MECHANISMS; i++)
		if (!strcmp(word, ipcshow_mechanism_name((enum ipcshow_mechanism)i))) {
			filter->mechanisms |= 1U << i;
			found = true;
		}
	for (i = 0; i < IPCSHOW_NR_CHANNEL_KINDS; i++)
		if (!strcmp(word, ipcshow_channel_kind_name((enum ipcshow_channel_kind)i))) {
			filter->kinds |= 1U << i;
			found = true;
		}
	if (!found)
		bad_argument("no such mechanism or channel", word, strlen(word));
}

static __u64 parse_size(const char *text)
{
	static const char units[] = "KMGT";
	const char *unit;
	char *end;
	unsigned long long n;
	unsigned int shift = 0;

	errno = 0;
	n = strtoull(text, &end, 10);
	unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
	if (unit) {
		shift = 10 * (unsigned int)(unit - units + 1);
		end++;
	}
	if (!isdigit((unsigned char)*text) || *end || errno || n > UINT64_MAX >> shift)
		bad_argument("not a size", text, strlen(text));
	return n << shift;
}

static void list_words(struct out *out)
{
	sheet_list(out, &ties_sheet);
	mechanisms_list(out);
	channels_list(out);
}

static void choose_format(struct options *options, const struct format *format)
{
	if (options->run->format != format)
		options->nr_formats++;
	options->run->format = format;
}

static void set_top(struct options *options, const char *text)
{
	unsigned long long n;

	if (!parse_number(text, UINT32_MAX, &n))
		bad_argument("not a number", text, strlen(text));
	options->run->top = (size_t)n;
	options->has_top = true;
}

static void check_cgroup(const char *path)
{
	if (*path != '/')
		bad_argument("not a path of a cgroup, which begins with /", path, strlen(path));
}

/* Those that say what is of interest. */
static bool parse_filter(struct options *options, int option)
{
	struct filter *filter = &options->run->filter;

	switch (option) {
	case 'g':
		check_cgroup(optarg);
		filter->cgroup = optarg;
		return true;
	case 'm':
		each_word(options, optarg, take_mechanism);
		return true;
	case 'p':
		each_word(options, optarg, take_pid);
		return true;
	case 'u':
		each_word(options, optarg, take_user);
		return true;
	case OPTION_ALL:
		filter->everything = true;
		return true;
	case OPTION_INSIDE:
		filter->inside = true;
		return true;
	case OPTION_MIN:
		filter->min = parse_size(optarg);
		return true;
	default:
		return false;
	}
}

static void parse_option(struct options *options, int option)
{
	struct run *run = options->run;

	if (parse_filter(options, option))
		return;
	switch (option) {
	case 'b':
		run->bytes = true;
		break;
	case 'H':
		list_words(&run->out);
		finish(&run->out, EXIT_OK);
	case 'h':
		out_text(&run->out, _(help));
		finish(&run->out, EXIT_OK);
	case 'J':
		choose_format(options, &json_format);
		break;
	case 'n':
		run->headings = false;
		break;
	case 'o':
		options->columns = optarg;
		break;
	case 'r':
		choose_format(options, &raw_format);
		break;
	case 't':
		set_top(options, optarg);
		break;
	case 'V':
		out_text(&run->out, PROGRAM " " IPCSHOW_VERSION "\n");
		finish(&run->out, EXIT_OK);
	case 'w':
		run->period_ns = parse_period(optarg);
		break;
	case OPTION_DOT:
		choose_format(options, &dot_format);
		break;
	case OPTION_HTML:
		run->html = optarg;
		break;
	case OPTION_PROMETHEUS:
		run->metrics = true;
		run->metrics_path = optarg;
		break;
	case OPTION_SVG:
		run->svg = optarg;
		break;
	}
}

static void check(struct options *options)
{
	const struct run *run = options->run;
	const struct filter *filter = &run->filter;
	const bool drawn = run->svg || run->html;

	if (options->nr_formats + drawn + run->metrics > 1)
		bad_usage("--json, --raw, --dot, --prometheus, and --svg or --html exclude one another");
	if (run->period_ns && (drawn || run->metrics || run->format == &dot_format))
		bad_usage("--watch goes with the table, --json and --raw");
	if (options->columns && (drawn || run->metrics || run->format == &dot_format))
		bad_usage("--output goes with the table, --json and --raw");
	if (filter->inside && !filter->nr_pids && !filter->nr_uids && !filter->cgroup)
		bad_usage("--inside needs --user, --pid or --cgroup");
	if (run->metrics && (filter->mechanisms || filter->kinds || filter->min ||
			     filter->everything || filter->inside))
		bad_usage("--prometheus goes with --top, --user, --pid and --cgroup only");
}

static void choose_columns(struct options *options)
{
	struct run *run = options->run;
	const struct sheet *sheet = &ties_sheet;
	const char *defaults = run->format == &json_format ? sheet->json_defaults :
			       run->format == &raw_format ? sheet->raw_defaults : sheet->defaults;
	char list[256];

	/* What is followed is shown with what changed. */
	if (run->period_ns) {
		strcpy(list, "CHANGE,BEFORE,");
		strcat(list, defaults);
		defaults = list;
	}
	selection_parse(&run->selection, sheet, defaults, options->columns);
	run->filter.cgroups = run->format == &json_format ||
			      selection_has(&run->selection, "CGROUP-A") ||
			      selection_has(&run->selection, "CGROUP-B");
}

/**
 * options_parse() - do as the command line says
 * @run: what it asks for
 * @argc: @argv: those of main()
 *
 * Does not return where it is wrong, or asks for no more than a text.
 */
void options_parse(struct run *run, int argc, char **argv)
{
	struct options options = { .run = run };
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":bg:Hhm:Jno:p:rt:u:Vw:", long_options, NULL)) != -1) {
		if (option == '?' || option == ':')
			bad_option(long_options, option, argv[optind - 1]);
		parse_option(&options, option);
	}
	if (optind < argc)
		bad_argument("unexpected argument", argv[optind], strlen(argv[optind]));
	check(&options);
	if (run->metrics || run->format == &json_format || run->format == &raw_format)
		language_for_programs();
	choose_columns(&options);
	/* Who asks for some, or for so much, has said what is worth a word. */
	if (!run->filter.mechanisms && !run->filter.min && !run->filter.everything)
		run->filter.cache_min = CACHE_MIN;
	if (!run->filter.mechanisms && !run->filter.kinds) {
		run->filter.mechanisms = ~0U;
		run->filter.kinds = ~0U;
	}
	if (!options.has_top)
		run->top = run->metrics ? TOP_METRICS : run->svg || run->html ? TOP_GRAPH :
			   run->format->top;
}
