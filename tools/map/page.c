// SPDX-License-Identifier: GPL-2.0
/* --html: the picture, what its colours mean, and the same as a table; in one file, without scripts. */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "markup.h"
#include "page.h"

static const char head[] =
	"<head>\n"
	"<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta http-equiv=\"Content-Security-Policy\"\n"
	"      content=\"default-src 'none'; style-src 'unsafe-inline'\">\n";

static const char style[] =
	"<style>\n"
	":root { color-scheme: light dark; --text: #1b2330; --back: #ffffff; --soft: #5a6578;\n"
	"        --line: #d5dbe5; --memory: #2f6fc4; --fork: #b9770e; --space: #c0392b;\n"
	"        --cache: #7f8c8d; --channel: #1e8449; }\n"
	"@media (prefers-color-scheme: dark) {\n"
	":root { --text: #e8ecf4; --back: #151a22; --soft: #a7b1c2; --line: #333d4d;\n"
	"        --memory: #6ba4f0; --fork: #e0a847; --space: #e8766a; --cache: #a4adae;\n"
	"        --channel: #5fc98a; } }\n"
	"body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back);\n"
	"       margin: 1.5rem auto; max-width: 80rem; padding: 0 1rem; }\n"
	"h1 { font-size: 1.4rem; margin: 0 0 .3rem; }\n"
	"h2 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; }\n"
	"p { margin: .2rem 0; color: var(--soft); }\n"
	"ul.legend { list-style: none; padding: 0; margin: .8rem 0; display: flex; flex-wrap: wrap;\n"
	"            gap: .3rem 1.2rem; }\n"
	".legend i { display: inline-block; width: 1.6rem; height: 0; margin-right: .4rem;\n"
	"            vertical-align: middle; border-top: 4px solid; }\n"
	".legend i.channel { border-top-style: dashed; border-top-width: 2px; }\n"
	"i.memory { color: var(--memory); } i.fork { color: var(--fork); }\n"
	"i.space { color: var(--space); } i.cache { color: var(--cache); }\n"
	"i.channel { color: var(--channel); }\n"
	".picture { border: 1px solid var(--line); border-radius: 8px; overflow: auto; }\n"
	".picture svg { display: block; margin: auto; max-width: 100%; height: auto; }\n"
	".scroll { overflow-x: auto; }\n"
	"table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }\n"
	"caption { text-align: left; color: var(--soft); padding-bottom: .3rem; }\n"
	"th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid var(--line);\n"
	"         vertical-align: top; }\n"
	"td.n, th.n { text-align: right; }\n"
	"@media print { .picture { border: 0; overflow: visible; } tr { break-inside: avoid; } }\n"
	"</style>\n";

static const struct {
	const char *name;
	const char *meaning;
} legend[] = {
	{ "memory", N_("memory shared on purpose (shm, memfd, shared mappings)") },
	{ "fork", N_("pages that a fork() left to both") },
	{ "space", N_("one address space") },
	{ "cache", N_("page cache that both only read, and what the kernel lends") },
	{ "channel", N_("channels only") },
};

static void write_size(FILE *to, __u64 bytes)
{
	char text[NUMBER_MAX];

	format_size(text, bytes);
	fputs(text, to);
}

static void write_title(FILE *to, const char *before, const char *after)
{
	char host[256] = "", when[64] = "";
	time_t now = time(NULL);
	struct tm tm;

	if (gethostname(host, sizeof(host) - 1))
		host[0] = '\0';
	if (localtime_r(&now, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S %z", &tm);
	fputs(before, to);
	fputs(_("Who shares what with whom: "), to);
	markup_html(to, host, strlen(host));
	fprintf(to, ", %s%s", when, after);
}

static void write_facts(FILE *to, const struct run *run, const struct map *map)
{
	const size_t shown = run_top(run, map);
	char size[NUMBER_MAX];

	fputs("<p>", to);
	fprintf(to, ngettext("%zu process, ", "%zu processes, ", map->nr_nodes), map->nr_nodes);
	fprintf(to, ngettext("%zu tie", "%zu ties", map->nr_ties), map->nr_ties);
	if (shown < map->nr_ties)
		fprintf(to, _("; the strongest %zu are shown"), shown);
	fputs(".", to);
	if (!map->filter->everything)
		fputs(_(" Left out: page cache of programs and libraries, small amounts of other page "
			"cache that both only read, and channels that carry nothing between the two."), to);
	if (map->crowds)
		fprintf(to, ngettext(" %zu channel of more than %d processes is left out.",
				     " %zu channels of more than %d processes are left out.",
				     map->crowds), map->crowds, CROWD);
	if (map->refused)
		fprintf(to, ngettext(" %zu process not permitted.", " %zu processes not permitted.",
				     map->refused), map->refused);
	if (map->vanished)
		fprintf(to, ngettext(" %zu process vanished meanwhile.",
				     " %zu processes vanished meanwhile.", map->vanished), map->vanished);
	if (map->unsettled) {
		format_size(size, map->unsettled);
		fprintf(to, _(" Of %s of pages nothing is said: they changed each time they were looked at."),
			size);
	}
	fputs("</p>\n", to);
}

static void write_legend(FILE *to)
{
	size_t i;

	fputs("<ul class=\"legend\">\n", to);
	for (i = 0; i < ARRAY_SIZE(legend); i++)
		fprintf(to, "<li><i class=\"%s\" aria-hidden=\"true\"></i>%s</li>\n",
			legend[i].name, _(legend[i].meaning));
	fputs("</ul>\n", to);
}

static void write_process(FILE *to, const struct node *node)
{
	fprintf(to, "<td class=\"n\">%u</td><td>", node->task.tgid);
	markup_html(to, node->task.comm, strnlen((const char *)node->task.comm, IPCSHOW_COMM_LEN));
	fputs("</td>", to);
}

static void write_row(FILE *to, const struct map *map, const struct tie *tie)
{
	char text[SCRATCH_MAX];

	fputs("<tr>", to);
	write_process(to, &map->nodes[tie->a]);
	write_process(to, &map->nodes[tie->b]);
	fputs("<td class=\"n\">", to);
	write_size(to, tie_shared(tie));
	fputs("</td><td>", to);
	markup_html(to, text, tie_mechanisms_text(tie, false, text, sizeof(text)));
	fputs("</td><td>", to);
	markup_html(to, text, tie_channels_text(map, tie, text, sizeof(text)));
	fputs("</td></tr>\n", to);
}

static const struct {
	bool number;
	const char *text;
} headings[] = {
	{ true, N_("PID") }, { false, N_("Command") }, { true, N_("PID") }, { false, N_("Command") },
	{ true, N_("Shared") }, { false, N_("By") }, { false, N_("Channels") },
};

static void write_table(FILE *to, const struct run *run, const struct map *map)
{
	size_t i;

	fprintf(to, "<h2>%s</h2>\n<div class=\"scroll\"><table>\n<caption>%s</caption>\n<thead><tr>", _("Ties"),
		_("The same as a table, the strongest first. Shared: resident pages that both map."));
	for (i = 0; i < ARRAY_SIZE(headings); i++)
		fprintf(to, "<th %sscope=\"col\">%s</th>", headings[i].number ? "class=\"n\" " : "",
			_(headings[i].text));
	fputs("</tr></thead>\n<tbody>\n", to);
	for (i = 0; i < run_top(run, map); i++)
		write_row(to, map, &map->ties[i]);
	fputs("</tbody></table></div>\n", to);
}

/**
 * page_write() - write a map as a page
 * @to: where to; keeps errors
 * @run: what is shown
 * @map: the map
 * @svg: its picture
 */
void page_write(FILE *to, const struct run *run, const struct map *map, const char *svg)
{
	/* TRANSLATORS: the code of your language, as HTML has it. */
	fprintf(to, "<!DOCTYPE html>\n<html lang=\"%s\">\n", _("en"));
	fputs(head, to);
	write_title(to, "<title>", "</title>\n");
	fputs(style, to);
	fputs("</head>\n<body>\n<main>\n", to);
	write_title(to, "<h1>", "</h1>\n");
	write_facts(to, run, map);
	write_legend(to);
	fprintf(to, "<div class=\"picture\" role=\"img\" aria-label=\"%s\">\n",
		_("Graph of the ties; the table below says the same"));
	picture_put(to, svg);
	fputs("</div>\n", to);
	write_table(to, run, map);
	fputs("</main>\n</body>\n</html>\n", to);
}
