// SPDX-License-Identifier: GPL-2.0
/* What is said of a tie. */
#include <string.h>

#include "channel_words.h"
#include "columns.h"
#include "facts.h"
#include "json.h"

/* For text that is put together: of one cell at a time. */
static char scratch[SCRATCH_MAX];

static const struct node *node_a(const struct row *row)
{
	return &row->map->nodes[row->tie->a];
}

static const struct node *node_b(const struct row *row)
{
	return &row->map->nodes[row->tie->b];
}

static void set_comm(struct value *value, const struct node *node)
{
	set_text(value, node->task.comm, strnlen((const char *)node->task.comm, IPCSHOW_COMM_LEN));
}

static void set_user(struct value *value, const struct node *node)
{
	const char *name = user_name(node->task.euid);

	if (name)
		set_text(value, name, strlen(name));
	else
		set_number(value, VALUE_NUMBER, node->task.euid);
}

static void set_cgroup(struct value *value, const struct node *node)
{
	if (node->cgroup)
		set_text(value, node->cgroup, strlen(node->cgroup));
}

static void get_a(struct row *row, struct value *value)
{
	set_number(value, VALUE_NUMBER, node_a(row)->task.tgid);
}

static void get_comm_a(struct row *row, struct value *value)
{
	set_comm(value, node_a(row));
}

static void get_user_a(struct row *row, struct value *value)
{
	set_user(value, node_a(row));
}

static void get_cgroup_a(struct row *row, struct value *value)
{
	set_cgroup(value, node_a(row));
}

static void get_b(struct row *row, struct value *value)
{
	set_number(value, VALUE_NUMBER, node_b(row)->task.tgid);
}

static void get_comm_b(struct row *row, struct value *value)
{
	set_comm(value, node_b(row));
}

static void get_user_b(struct row *row, struct value *value)
{
	set_user(value, node_b(row));
}

static void get_cgroup_b(struct row *row, struct value *value)
{
	set_cgroup(value, node_b(row));
}

static void get_shared(struct row *row, struct value *value)
{
	set_number(value, VALUE_SIZE, tie_shared(row->tie));
}

static void get_swap(struct row *row, struct value *value)
{
	set_number(value, VALUE_SIZE, row->tie->swap);
}

static void mechanisms_json(const struct row *row, struct out *out)
{
	bool first = true;
	unsigned int i;

	out_char(out, '{');
	for (i = 0; i < IPCSHOW_NR_MECHANISMS; i++) {
		if (!row->tie->bytes[i])
			continue;
		json_key(out, first, ipcshow_mechanism_name((enum ipcshow_mechanism)i));
		out_decimal(out, row->tie->bytes[i]);
		first = false;
	}
	out_char(out, '}');
}

static void get_mechanisms(struct row *row, struct value *value)
{
	size_t size = tie_mechanisms_text(row->tie, row->bytes, scratch, SCRATCH_MAX);

	if (size)
		set_text(value, scratch, size);
	value->json = mechanisms_json;
}

static void channels_json(const struct row *row, struct out *out)
{
	const char *word;
	size_t i;

	out_char(out, '[');
	for (i = 0; i < row->tie->nr_links; i++) {
		out_text(out, i ? ",{" : "{");
		json_key(out, true, "channel");
		out_decimal(out, row->tie->links[i].channel);
		json_key(out, false, "flow");
		word = flow_word(row->tie->links[i].flow);
		if (word)
			json_word(out, word);
		else
			out_text(out, "null");
		out_char(out, '}');
	}
	out_char(out, ']');
}

static void get_channels(struct row *row, struct value *value)
{
	size_t size = tie_channels_text(row->map, row->tie, scratch, SCRATCH_MAX);

	if (size)
		set_text(value, scratch, size);
	value->json = channels_json;
}

static void get_flow(struct row *row, struct value *value)
{
	const char *word = flow_word(tie_flow(row->tie));

	if (word)
		set_word(value, word);
}

static void get_change(struct row *row, struct value *value)
{
	const char *word = change_word(row->tie->change);

	if (word)
		set_word(value, word);
}

static void get_before(struct row *row, struct value *value)
{
	if (row->tie->change != CHANGE_NONE && row->tie->change != CHANGE_NEW)
		set_number(value, VALUE_SIZE, row->tie->before);
}

static const struct column columns[] = {
	{ N_("A"), "a", COLUMN_RIGHT, get_a, N_("PID of one process") },
	{ N_("COMMAND-A"), "command_a", 0, get_comm_a, N_("its name") },
	{ N_("USER-A"), "user_a", 0, get_user_a, N_("its effective user") },
	{ N_("CGROUP-A"), "cgroup_a", 0, get_cgroup_a, N_("its cgroup") },
	{ N_("B"), "b", COLUMN_RIGHT, get_b, N_("PID of the other") },
	{ N_("COMMAND-B"), "command_b", 0, get_comm_b, N_("its name") },
	{ N_("USER-B"), "user_b", 0, get_user_b, N_("its effective user") },
	{ N_("CGROUP-B"), "cgroup_b", 0, get_cgroup_b, N_("its cgroup") },
	{ N_("SHARED"), "shared", COLUMN_RIGHT, get_shared, N_("resident pages that both map") },
	{ N_("SWAP"), "swap", COLUMN_RIGHT, get_swap, N_("swapped out, in the same place") },
	{ N_("MECHANISMS"), "mechanisms", 0, get_mechanisms, N_("SHARED by mechanism: see below") },
	{ N_("FLOW"), "flow", 0, get_flow, N_("which way data can go through the channels") },
	{ N_("CHANGE"), "change", 0, get_change, N_("since the last time, with --watch") },
	{ N_("BEFORE"), "before", COLUMN_RIGHT, get_before, N_("what SHARED was then") },
	{ N_("CHANNELS"), "channels", COLUMN_LAST, get_channels,
	  N_("what joins them, by kind: see below") },
};

const struct sheet ties_sheet = {
	.title = N_("Ties"),
	.key = "ties",
	.line = "tie",
	.columns = columns,
	.nr = ARRAY_SIZE(columns),
	.defaults = "A,COMMAND-A,B,COMMAND-B,SHARED,MECHANISMS,CHANNELS",
	.raw_defaults = "A,COMMAND-A,B,COMMAND-B,SHARED,SWAP,MECHANISMS,FLOW,CHANNELS",
	.json_defaults = "A,B,SHARED,SWAP,MECHANISMS,CHANNELS",
};
