// SPDX-License-Identifier: GPL-2.0
/* For people: a table of the strongest ties; and --raw. */
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cell.h"
#include "grid.h"
#include "run.h"

/* What a reader would else take for the whole; of what is always so, once. */
static void write_gaps(struct out *out, const struct map *map, bool again)
{
	char size[NUMBER_MAX];

	if (!map->filter->everything && !again) {
		out_text(out, _("Left out (--all): page cache of programs and libraries; "));
		if (map->filter->cache_min)
			out_text(out, _("less than 1M of other page cache that both only read; "));
		out_text(out, _("channels that carry nothing between the two"));
		if (map->crowds)
			out_format(out, ngettext("; %zu channel of more than %d processes",
						 "; %zu channels of more than %d processes",
						 map->crowds), map->crowds, CROWD);
		out_text(out, ".\n");
	}
	if (map->refused)
		out_format(out, ngettext("%zu process not permitted.\n", "%zu processes not permitted.\n",
					 map->refused), map->refused);
	if (map->vanished)
		out_format(out, ngettext("%zu process vanished meanwhile.\n",
					 "%zu processes vanished meanwhile.\n",
					 map->vanished), map->vanished);
	if (map->unsettled) {
		format_size(size, map->unsettled);
		out_format(out, _("%s of pages changed each time they were looked at; "
				  "nothing is said of them.\n"), size);
	}
}

/**
 * struct picked - what of a map is shown
 * @changes: only what changed
 * @nr: so many ties, the strongest
 * @nr_gone: of &run.gone, likewise
 * @nr_changes: of how many they are, if @changes
 */
struct picked {
	bool changes;
	size_t nr;
	size_t nr_gone;
	size_t nr_changes;
};

/* Of ties that are and of those that are no more, the strongest: --top is for both together. */
static struct picked pick_changes(const struct run *run, const struct map *map)
{
	const size_t top = run->top ? run->top : SIZE_MAX;
	struct picked picked = { .changes = true, .nr_changes = run->nr_gone };
	size_t i;

	for (i = 0; i < map->nr_ties; i++) {
		const struct tie *tie = &map->ties[i];

		if (tie->change == CHANGE_NONE)
			continue;
		picked.nr_changes++;
		while (picked.nr_gone < run->nr_gone && picked.nr + picked.nr_gone < top &&
		       tie_order(run->gone[picked.nr_gone], tie) < 0)
			picked.nr_gone++;
		picked.nr += picked.nr + picked.nr_gone < top;
	}
	while (picked.nr_gone < run->nr_gone && picked.nr + picked.nr_gone < top)
		picked.nr_gone++;
	return picked;
}

static struct picked pick(const struct run *run, const struct map *map, bool changes)
{
	if (changes)
		return pick_changes(run, map);
	return (struct picked){ .nr = run_top(run, map), .nr_gone = run->nr_gone };
}

static void write_head(struct run *run, const struct map *map, const struct picked *picked)
{
	const size_t shown = picked->nr + picked->nr_gone;
	struct out *out = &run->out;

	out_format(out, ngettext("%zu process, ", "%zu processes, ", map->nr_nodes), map->nr_nodes);
	out_format(out, ngettext("%zu tie", "%zu ties", map->nr_ties), map->nr_ties);
	if (picked->changes && shown < picked->nr_changes)
		out_format(out, _("; of %zu changes the strongest %zu are shown (--top)"),
			   picked->nr_changes, shown);
	else if (!picked->changes && picked->nr < map->nr_ties)
		out_format(out, _("; the strongest %zu are shown (--top)"), picked->nr);
	out_text(out, ".\n");
	write_gaps(out, map, picked->changes);
}

static int add_row(struct run *run, struct grid *grid, const struct map *map,
		   const struct tie *tie)
{
	struct row row = { .map = map, .tie = tie, .bytes = run->bytes };

	return grid_row(grid, &row, NULL);
}

/* What is no more comes last. */
static int add_rows(struct run *run, struct grid *grid, const struct map *map,
		    const struct picked *picked)
{
	size_t i, nr = 0;
	int err = 0;

	for (i = 0; nr < picked->nr && !err; i++) {
		if (picked->changes && map->ties[i].change == CHANGE_NONE)
			continue;
		err = add_row(run, grid, map, &map->ties[i]);
		nr++;
	}
	for (i = 0; i < picked->nr_gone && !err; i++)
		err = add_row(run, grid, run->before, run->gone[i]);
	return err;
}

static void write_time(struct out *out)
{
	char text[64];
	time_t now = time(NULL);
	struct tm tm;

	if (localtime_r(&now, &tm) && strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm)) {
		out_text(out, text);
		out_text(out, ": ");
	}
}

static int write_table(struct run *run, const struct map *map, const struct picked *picked)
{
	struct grid grid = {
		.selection = &run->selection, .headings = run->headings, .bytes = run->bytes,
	};
	int err = grid_begin(&grid);

	if (!err)
		err = add_rows(run, &grid, map, picked);
	if (!err && grid.nr_rows) {
		out_char(&run->out, '\n');
		grid_print(&grid, &run->out);
	}
	grid_end(&grid);
	return err;
}

/* On a terminal the whole is drawn again; else only what changed is told. */
static int text_show(struct run *run, const struct map *map)
{
	const bool terminal = isatty(STDOUT_FILENO), changes = run->again && !terminal;
	const struct picked picked = pick(run, map, changes);

	if (run->period_ns && terminal)
		out_text(&run->out, "\033[H\033[2J");
	else if (run->again)
		out_char(&run->out, '\n');
	if (run->period_ns)
		write_time(&run->out);
	write_head(run, map, &picked);
	return write_table(run, map, &picked);
}

static int raw_show(struct run *run, const struct map *map)
{
	size_t i;

	if (run->headings)
		raw_heading(&run->out, &run->selection);
	for (i = 0; i < run_top(run, map) + run->nr_gone; i++) {
		const bool gone = i >= run_top(run, map);
		struct row row = {
			.map = gone ? run->before : map,
			.tie = gone ? run->gone[i - run_top(run, map)] : &map->ties[i],
			.bytes = run->bytes,
		};

		raw_line(&run->out, &run->selection, &row, run->bytes);
	}
	return 0;
}

const struct format text_format = { .show = text_show, .top = TOP_TABLE };
const struct format raw_format = { .show = raw_show };
