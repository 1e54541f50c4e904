// SPDX-License-Identifier: GPL-2.0
/* The graph in Graphviz' language: --dot, and what the pictures are drawn from. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "graph.h"
#include "markup.h"

/* Of names of channels, so much is shown; the whole is in the table and in JSON. */
#define NAME_MAX_SHOWN	40

/* How mechanisms are coloured: shared on purpose, since a fork(), one address space, read only. */
static const struct paint {
	const char *name;
	const char *color;
	unsigned int mechanisms;
} paints[] = {
	{ "space", "#c0392b", 1U << IPCSHOW_MECHANISM_THREADS | 1U << IPCSHOW_MECHANISM_VFORK |
			      1U << IPCSHOW_MECHANISM_CLONE_VM },
	{ "fork", "#b9770e", 1U << IPCSHOW_MECHANISM_FORK },
	{ "cache", "#7f8c8d", 1U << IPCSHOW_MECHANISM_FILE_PRIVATE | 1U << IPCSHOW_MECHANISM_KSM |
			      1U << IPCSHOW_MECHANISM_KERNEL },
	{ "memory", "#2f6fc4", ~0U },
};

static const struct paint channel_paint = { "channel", "#1e8449", 0 };

static const struct paint *paint_of(unsigned int mechanism)
{
	size_t i = 0;

	if (mechanism >= IPCSHOW_NR_MECHANISMS)
		return &channel_paint;
	while (!(paints[i].mechanisms & 1U << mechanism))
		i++;
	return &paints[i];
}

/* That with the most bytes; IPCSHOW_NR_MECHANISMS: none. */
static unsigned int main_mechanism(const __u64 *bytes)
{
	unsigned int i, best = IPCSHOW_NR_MECHANISMS;

	for (i = 0; i < IPCSHOW_NR_MECHANISMS; i++)
		if (bytes[i] && (best == IPCSHOW_NR_MECHANISMS || bytes[i] > bytes[best]))
			best = i;
	return best;
}

/* From 4 KiB to 4 GiB, in steps that the eye can tell. */
static double width_of(__u64 bytes)
{
	double width = 0.8;

	for (; bytes > 4096 && width < 6; bytes /= 4)
		width += 0.45;
	return width;
}

static void write_comm(FILE *to, const struct node *node)
{
	markup_dot(to, node->task.comm, strnlen((const char *)node->task.comm, IPCSHOW_COMM_LEN));
}

static void write_node(FILE *to, const struct node *node)
{
	char size[NUMBER_MAX];

	fprintf(to, "\tp%u [label=\"", node->task.tgid);
	write_comm(to, node);
	fprintf(to, "\\n%u\" tooltip=\"", node->task.tgid);
	write_comm(to, node);
	format_size(size, node->rss);
	fprintf(to, _(" %u, user %u, resident %s"), node->task.tgid, node->task.euid, size);
	fputs("\"]\n", to);
}

static void write_name(FILE *to, const struct ipcshow_channel *channel)
{
	size_t size = channel->name_size, skip = 0;

	/* The end of a path says more; and a character is not cut. */
	if (size > NAME_MAX_SHOWN)
		skip = size - NAME_MAX_SHOWN;
	while (skip && skip < size && ((unsigned char)channel->name[skip] & 0xc0) == 0x80)
		skip++;
	fputs(skip ? "..." : "", to);
	markup_dot(to, channel->name + skip, size - skip);
}

static void write_range(FILE *to, __u64 least, __u64 most)
{
	char from[NUMBER_MAX], up_to[NUMBER_MAX];

	format_size(from, least);
	format_size(up_to, most);
	if (least != most)
		fprintf(to, _("%s to %s"), from, up_to);
	else
		fputs(up_to, to);
}

/* A line for each sort of memory. Return: what comes before a further line. */
static const char *write_memory_lines(FILE *to, const struct hub *hub)
{
	const char *between = "";
	unsigned int i;

	for (i = 0; i < IPCSHOW_NR_MECHANISMS; i++) {
		if (!hub->most[i])
			continue;
		fputs(between, to);
		write_range(to, hub->least[i], hub->most[i]);
		fprintf(to, " %s", ipcshow_mechanism_name((enum ipcshow_mechanism)i));
		between = "\\n";
	}
	return between;
}

static void write_channel_lines(FILE *to, const struct hub *hub, const char *between)
{
	unsigned int i;

	for (i = 0; i < IPCSHOW_NR_CHANNEL_KINDS; i++) {
		if (!hub->kinds[i])
			continue;
		fputs(between, to);
		if (hub->kinds[i] > 1)
			fprintf(to, "%zu ", hub->kinds[i]);
		fputs(ipcshow_channel_kind_name((enum ipcshow_channel_kind)i), to);
		between = "\\n";
	}
}

/* One channel has its name; several would be too many. */
static void write_hub_label(const struct graph *graph, FILE *to, const struct hub *hub)
{
	const struct ipcshow_channel *channel;

	write_channel_lines(to, hub, write_memory_lines(to, hub));
	if (hub->nr_channels != 1)
		return;
	channel = ipcshow_channels_get(graph->map->channels, hub->channel);
	if (!channel->name_size)
		return;
	fputs("\\n", to);
	write_name(to, channel);
}

static __u64 sum_of(const __u64 *bytes)
{
	__u64 sum = 0;
	size_t i;

	for (i = 0; i < IPCSHOW_NR_MECHANISMS; i++)
		sum += bytes[i];
	return sum;
}

static void write_hub(const struct graph *graph, FILE *to, size_t number)
{
	const struct hub *hub = &graph->hubs[number];
	const struct paint *paint = paint_of(main_mechanism(hub->most));
	const __u64 bytes = sum_of(hub->most);
	size_t i;

	fprintf(to, "\th%zu [label=\"", number);
	write_hub_label(graph, to, hub);
	fputs("\" tooltip=\"", to);
	fprintf(to, _("what each two of %zu processes have in common"), hub->nr);
	fprintf(to, "\" shape=%s style=filled "
		"fillcolor=\"%s\" fontcolor=white color=\"%s\" fontsize=9 margin=0.02 "
		"class=\"hub %s\"]\n", bytes ? "ellipse" : "hexagon", paint->color,
		paint->color, paint->name);
	for (i = 0; i < hub->nr; i++)
		fprintf(to, "\th%zu -- p%u [color=\"%s\" penwidth=%.1f%s class=\"%s\"]\n", number,
			graph->map->nodes[hub->nodes[i]].task.tgid, paint->color, width_of(bytes),
			bytes ? "" : " style=dashed", paint->name);
}

/* A word a line, lest it is broader than the line is long. */
static void write_lines(FILE *to, const char *words)
{
	for (; *words; words++) {
		if (words[0] == ',' && words[1] == ' ') {
			fputs("\\n", to);
			words++;
			continue;
		}
		fputc(*words, to);
	}
}

static void write_tie_label(const struct map *map, FILE *to, const struct tie *tie, __u64 bytes)
{
	char text[SCRATCH_MAX];

	if (bytes) {
		tie_mechanisms_text(tie, false, text, sizeof(text));
		write_lines(to, text);
	}
	if (tie->nr_links) {
		tie_channels_text(map, tie, text, sizeof(text));
		fputs(bytes ? "\\n" : "", to);
		write_lines(to, text);
	}
}

/* What is said of a tie is a node in its middle: so nothing else is drawn over it. */
static void write_tie(const struct graph *graph, FILE *to, size_t number)
{
	const struct tie *tie = &graph->ties[number];
	const struct map *map = graph->map;
	const unsigned int flow = tie_flow(tie);
	const __u64 bytes = sum_of(tie->bytes);
	const struct paint *paint = paint_of(main_mechanism(tie->bytes));
	char edge[128];

	if (!bytes && !tie->nr_links)
		return;
	snprintf(edge, sizeof(edge), "color=\"%s\" penwidth=%.1f%s class=\"%s\" len=0.7",
		 paint->color, width_of(bytes), bytes ? "" : " style=dashed", paint->name);
	fprintf(to, "\tt%zu [label=\"", number);
	write_tie_label(map, to, tie, bytes);
	fputs("\" shape=plain style=\"\" fontsize=9 class=label]\n", to);
	fprintf(to, "\tp%u -- t%zu [%s dir=%s]\n", map->nodes[tie->a].task.tgid, number, edge,
		flow & IPCSHOW_FLOW_B_TO_A ? "back" : "none");
	fprintf(to, "\tt%zu -- p%u [%s dir=%s]\n", number, map->nodes[tie->b].task.tgid, edge,
		flow & IPCSHOW_FLOW_A_TO_B ? "forward" : "none");
}

/**
 * graph_write() - write a graph in Graphviz' language
 * @graph: the graph
 * @to: where to
 *
 * Return: 0 or a negative errno.
 */
int graph_write(const struct graph *graph, FILE *to)
{
	const struct map *map = graph->map;
	size_t i;

	fputs("graph ipcshow {\n"
	      "\tlayout=neato overlap=prism overlap_scaling=-4 sep=\"+5\" splines=line\n"
	      "\toutputorder=edgesfirst charset=\"UTF-8\"\n"
	      "\tbgcolor=transparent pad=0.2 fontname=\"sans-serif\"\n"
	      "\tnode [shape=box style=\"rounded,filled\" fillcolor=\"#eef2f8\" color=\"#5b6b8c\"\n"
	      "\t      fontcolor=\"#1b2330\" fontname=\"sans-serif\" fontsize=10 margin=\"0.1,0.04\"\n"
	      "\t      height=0.3 class=process]\n"
	      "\tedge [arrowsize=0.6 len=1.2]\n", to);
	for (i = 0; i < map->nr_nodes; i++)
		if (graph->drawn[i])
			write_node(to, &map->nodes[i]);
	for (i = 0; i < graph->nr_hubs; i++)
		write_hub(graph, to, i);
	for (i = 0; i < graph->nr_ties; i++)
		write_tie(graph, to, i);
	fputs("}\n", to);
	return fflush(to) || ferror(to) ? -EIO : 0;
}

static int dot_show(struct run *run, const struct map *map)
{
	struct graph graph;
	char *text = NULL;
	size_t size = 0;
	FILE *to;
	int err = graph_make(&graph, run, map);

	to = err ? NULL : open_memstream(&text, &size);
	if (!err && !to)
		err = -errno;
	if (!err)
		err = graph_write(&graph, to);
	if (to && fclose(to) && !err)
		err = -ENOMEM;
	if (!err)
		out_bytes(&run->out, text, size);
	free(text);
	graph_free(&graph);
	return err;
}

const struct format dot_format = { .show = dot_show, .top = TOP_GRAPH };
