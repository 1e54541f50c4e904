// SPDX-License-Identifier: GPL-2.0
/* --json. The closing brace is what a cut output lacks. */
#include <string.h>

#include "channel_words.h"
#include "facts.h"
#include "json.h"
#include "run.h"

#define JSON_VERSION	1

static void text_member(struct out *out, const char *name, const char *text)
{
	json_key(out, false, name);
	if (text)
		json_string(out, text, strlen(text));
	else
		out_text(out, "null");
}

static void write_node(struct out *out, const struct node *node)
{
	json_key(out, true, "pid");
	out_decimal(out, node->task.tgid);
	json_number_member(out, "ppid", node->task.ppid);
	json_key(out, false, "comm");
	json_string(out, node->task.comm,
		    strnlen((const char *)node->task.comm, IPCSHOW_COMM_LEN));
	json_number_member(out, "uid", node->task.uid);
	json_number_member(out, "euid", node->task.euid);
	text_member(out, "user", user_name(node->task.euid));
	text_member(out, "cgroup", node->cgroup);
	json_number_member(out, "nr_threads", node->task.nr_threads);
	json_number_member(out, "start_time_ns", node->task.start_time);
	json_number_member(out, "rss", node->rss);
	json_number_member(out, "swap", node->swap);
	json_bool_member(out, "selected", node->selected);
}

/* In one line each, so that --watch has a document a line. */
static void between(const struct run *run, size_t i)
{
	struct out *out = (struct out *)&run->out;

	out_text(out, i ? "," : "");
	out_text(out, run->period_ns ? "" : "\n");
}

static void write_nodes(struct run *run, const struct map *map)
{
	size_t i, nr = 0;

	json_key(&run->out, false, "processes");
	out_char(&run->out, '[');
	for (i = 0; i < map->nr_nodes; i++) {
		if (map->nodes[i].gone)
			continue;
		between(run, nr++);
		out_char(&run->out, '{');
		write_node(&run->out, &map->nodes[i]);
		out_char(&run->out, '}');
	}
	out_char(&run->out, ']');
}

static void write_tie(struct run *run, const struct map *map, const struct tie *tie)
{
	struct row row = { .map = map, .tie = tie, .bytes = true };
	struct value value;
	size_t i;

	out_char(&run->out, '{');
	for (i = 0; i < run->selection.nr; i++) {
		column_get(run->selection.columns[i], &row, &value);
		json_key(&run->out, !i, run->selection.columns[i]->key);
		json_cell(&run->out, &row, &value);
	}
	out_char(&run->out, '}');
}

static void write_ties(struct run *run, const struct map *map)
{
	size_t i, nr = run_top(run, map);

	json_key(&run->out, false, ties_sheet.key);
	out_char(&run->out, '[');
	for (i = 0; i < nr; i++) {
		between(run, i);
		write_tie(run, map, &map->ties[i]);
	}
	out_char(&run->out, ']');
	if (!run->again)
		return;
	/* Their channels are of the document before. */
	json_key(&run->out, false, "gone");
	out_char(&run->out, '[');
	for (i = 0; i < run->nr_gone; i++) {
		between(run, i);
		write_tie(run, run->before, run->gone[i]);
	}
	out_char(&run->out, ']');
}

static void write_channel(struct run *run, const struct map *map,
			  const struct ipcshow_channel *channel)
{
	struct out *out = &run->out;
	struct value notes;
	size_t i;

	json_key(out, true, "kind");
	json_word(out, ipcshow_channel_kind_name(channel->kind));
	json_key(out, false, "name");
	json_string(out, channel->name, channel->name_size);
	set_channel_notes(&notes, channel->flags);
	json_key(out, false, "notes");
	json_value(out, &notes);
	text_member(out, "detail", channel->detail);
	json_key(out, false, "ends");
	out_char(out, '[');
	for (i = 0; i < channel->nr_ends; i++) {
		out_text(out, i ? ",{" : "{");
		json_channel_end_members(out, true, map->survey, &channel->ends[i]);
		out_char(out, '}');
	}
	out_char(out, ']');
}

static void write_channels(struct run *run, const struct map *map)
{
	size_t i, nr = map->channels ? ipcshow_channels_count(map->channels) : 0;

	json_key(&run->out, false, "channels");
	out_char(&run->out, '[');
	for (i = 0; i < nr; i++) {
		between(run, i);
		out_char(&run->out, '{');
		write_channel(run, map, ipcshow_channels_get(map->channels, i));
		out_char(&run->out, '}');
	}
	out_char(&run->out, ']');
}

static int json_show(struct run *run, const struct map *map)
{
	struct out *out = &run->out;

	out_char(out, '{');
	json_key(out, true, "version");
	out_decimal(out, JSON_VERSION);
	json_bool_member(out, "all", map->filter->everything);
	json_number_member(out, "cache_min", map->filter->cache_min);
	write_nodes(run, map);
	json_number_member(out, "nr_ties", map->nr_ties);
	write_ties(run, map);
	write_channels(run, map);
	json_number_member(out, "crowds", map->crowds);
	json_number_member(out, "not_permitted", map->refused);
	json_number_member(out, "vanished", map->vanished);
	json_number_member(out, "kernel_threads", map->kernel_threads);
	json_number_member(out, "zombies", map->zombies);
	json_number_member(out, "unsettled", map->unsettled);
	json_number_member(out, "passes", map->passes);
	out_text(out, "}\n");
	return 0;
}

const struct format json_format = { .show = json_show };
