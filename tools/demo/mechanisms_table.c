// SPDX-License-Identifier: GPL-2.0
/* Mechanisms: what demos have found of their channels, and what ipcshow-bench measures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "results.h"
#include "show.h"
#include "tell.h"

/**
 * struct row - a mechanism
 * @name: as ipcshow-bench has it
 * @demo: the demo that shows it
 * @channel: which of that demo's channels
 * @aside: it carries no data: messages that are measured lie in shared memory
 * @two_way: @size: @network: as the textbook has it
 * @facts: what the demo has found, or NULL
 * @bench: what was measured
 */
struct row {
	const char *name;
	const char *demo;
	unsigned int channel;
	bool aside;
	bool two_way;
	bool size;
	bool network;
	const struct channel_facts *facts;
	struct bench_row bench;
};

static struct row rows[] = {
	{ .name = "posix-shm", .demo = "shm", .two_way = true, .size = true },
	{ .name = "queue", .demo = "queue" },
	{ .name = "pipe", .demo = "pipe" },
	{ .name = "unix-stream", .demo = "socket", .two_way = true },
	{ .name = "tcp", .demo = "socket", .channel = 1, .two_way = true, .network = true },
	{ .name = "posix-mq", .demo = "mq", .size = true },
	{ .name = "posix-sem", .demo = "sem", .aside = true, .two_way = true, .size = true },
	{ .name = "sigqueue", .demo = "signal", .aside = true, .size = true },
	{ .name = "manager-dict", .demo = "manager", .two_way = true },
	{ .name = "file", .demo = "file" },
};

/* ---- columns ---- */

static void name_get(struct row *row, struct value *value)
{
	set_word(value, row->name);
}

static void demo_get(struct row *row, struct value *value)
{
	set_word(value, row->demo);
}

static void found_get(struct row *row, struct value *value)
{
	if (row->facts && row->facts->both_ends)
		set_word(value, ipcshow_channel_kind_name(row->facts->kind));
}

static void ends_get(struct row *row, struct value *value)
{
	if (row->facts)
		set_number(value, VALUE_BOOL, row->facts->both_ends);
}

static void flow_get(struct row *row, struct value *value)
{
	if (row->facts)
		set_word(value, flow_word(row->facts->flow));
}

static void same_page_get(struct row *row, struct value *value)
{
	if (row->facts && !row->aside)
		set_number(value, VALUE_BOOL, row->facts->same_page);
}

static void copies_get(struct row *row, struct value *value)
{
	if (row->bench.measured && row->bench.copies >= 0)
		set_number(value, VALUE_NUMBER, (uint64_t)row->bench.copies);
}

static void set_measured(const struct row *row, struct value *value, enum value_type type,
			 double number)
{
	if (row->bench.measured && number >= 0)
		set_real(value, type, number);
}

static void calls_get(struct row *row, struct value *value)
{
	set_measured(row, value, VALUE_REAL, row->bench.calls);
}

static void messages_get(struct row *row, struct value *value)
{
	set_measured(row, value, VALUE_RATE, row->bench.messages);
}

static void gigabytes_get(struct row *row, struct value *value)
{
	set_measured(row, value, VALUE_REAL, row->bench.gigabytes);
}

static void size_get(struct row *row, struct value *value)
{
	if (row->bench.measured && row->bench.size >= 0)
		set_number(value, VALUE_BOOL, (uint64_t)row->bench.size);
}

static void network_get(struct row *row, struct value *value)
{
	if (row->bench.measured && row->bench.network >= 0)
		set_number(value, VALUE_BOOL, (uint64_t)row->bench.network);
}

static void crash_get(struct row *row, struct value *value)
{
	if (*row->bench.crash)
		set_word(value, row->bench.crash);
}

static const struct column columns[] = {
	{ N_("MECHANISM"), "mechanism", 0, name_get, N_("as ipcshow-bench calls it") },
	{ N_("DEMO"), "demo", 0, demo_get, N_("the demo that shows it") },
	{ N_("FOUND-AS"), "kind", 0, found_get, N_("what ipcshow-diff calls it") },
	{ N_("ENDS"), "both_ends", 0, ends_get, N_("both ends were found") },
	{ N_("FLOW"), "flow", 0, flow_get, N_("from sender A to receiver B") },
	{ N_("SAME-PAGE"), "same_page", 0, same_page_get, N_("both have one physical page") },
	{ N_("COPIES"), "copies", COLUMN_RIGHT, copies_get, N_("of each message") },
	{ N_("CALLS"), "syscalls", COLUMN_RIGHT, calls_get, N_("for each message") },
	{ N_("MSG/S"), "messages_per_s", COLUMN_RIGHT, messages_get, N_("of 8 bytes") },
	{ N_("GB/S"), "gb_per_s", COLUMN_RIGHT, gigabytes_get, N_("at best") },
	{ N_("SIZE"), "needs_size", 0, size_get, N_("to be given beforehand") },
	{ N_("NET"), "network", 0, network_get, N_("it can cross a network") },
	{ N_("CRASH"), "crash", 0, crash_get, N_("when one side dies") },
};

/* ---- output ---- */

static struct row *row_at(size_t index)
{
	return &rows[index];
}

static void write_json(void)
{
	struct out out = { .fd = STDOUT_FILENO };
	struct value value;
	size_t i, j;

	out_text(&out, ",\n\"mechanisms\":[");
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		out_text(&out, i ? ",\n{" : "\n{");
		for (j = 0; j < ARRAY_SIZE(columns); j++) {
			column_get(&columns[j], &rows[i], &value);
			json_key(&out, !j, columns[j].key);
			json_cell(&out, &rows[i], &value);
		}
		out_char(&out, '}');
	}
	out_text(&out, "\n]");
	out_flush(&out);
	if (out.err)
		results_output_failed(-out.err);
}

static void explain(void)
{
	say("FOUND-AS, ENDS, FLOW and SAME-PAGE were found by the demos, by ipcshow: A sends, B "
	    "receives. The rest is measured by ipcshow-bench, in this run: messages of 8 bytes per "
	    "second, and the best rate of 8 bytes and 64 KiB.");
	say("A semaphore and a signal carry no data: what is measured with them lies in shared "
	    "memory. CRASH, when one side is killed: kept, no complete message is lost; told, the "
	    "other side hears of it; replaced, a new one can go on in its place. -: not measured.");
}

/* ---- as the textbook has it? ---- */

static bool is_as_found(const struct row *row)
{
	unsigned int both = IPCSHOW_FLOW_A_TO_B | IPCSHOW_FLOW_B_TO_A;

	return row->facts->both_ends &&
	       row->facts->flow == (row->two_way ? both : IPCSHOW_FLOW_A_TO_B);
}

/* What is one page is not copied, and what is copied is not one page. */
static bool is_as_measured(const struct row *row)
{
	if (row->bench.size != row->size || row->bench.network != row->network)
		return false;
	return row->aside || !row->facts || row->facts->same_page == !row->bench.copies;
}

static void check(void)
{
	size_t i, right = 0, found = 0, measured = 0;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		bool holds = (!row->facts || is_as_found(row)) &&
			     (!row->bench.measured || is_as_measured(row));

		found += !!row->facts;
		measured += row->bench.measured;
		right += holds;
		if (!holds)
			proof(false, "The row %s is as the textbook has it.", row->name);
	}
	if (found < ARRAY_SIZE(rows))
		missing("Of %zu mechanisms, ipcshow has found %zu.", ARRAY_SIZE(rows), found);
	if (measured < ARRAY_SIZE(rows))
		missing("Of %zu mechanisms, ipcshow-bench has measured %zu.", ARRAY_SIZE(rows),
			measured);
	if (found + measured && right == ARRAY_SIZE(rows))
		proof(true, "All rows, as far as they were measured, are as in the textbook: "
		      "where both have one physical page there are no copies, and where there "
		      "are copies they have not.");
}

static const struct channel_facts *facts_of(const struct row *row)
{
	size_t i;

	for (i = 0; i < nr_demos; i++)
		if (!strcmp(demos[i]->name, row->demo) &&
		    row->channel < results->demos[i].nr_channels)
			return &results->demos[i].channels[row->channel];
	return NULL;
}

void mechanisms_play(void)
{
	const char *names[ARRAY_SIZE(rows)];
	struct bench_row measured[ARRAY_SIZE(rows)];
	size_t i;

	tell_heading(_("Mechanisms: how processes share and talk"));
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		names[i] = rows[i].name;
	bench_measure(names, ARRAY_SIZE(rows), measured);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		rows[i].bench = measured[i];
		rows[i].facts = facts_of(&rows[i]);
	}
	if (show.json) {
		write_json();
	} else {
		explain();
		print_gap();
		print_table(columns, ARRAY_SIZE(columns), ARRAY_SIZE(rows), row_at);
		print_gap();
	}
	check();
}
