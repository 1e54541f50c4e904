// SPDX-License-Identifier: GPL-2.0
/* Columns of what threads share. */
#include <stdio.h>
#include <string.h>

#include "sharing.h"

/* TIDs that are named in a table; JSON has all. */
#define NAMED_MAX	6

static void get_what(struct row *row, struct value *value)
{
	set_word(value, row->sharing->what);
}

static size_t add_tids(const struct sharing_row *sharing, char *to, size_t room)
{
	size_t i, used;

	used = (size_t)snprintf(to, room, ngettext("thread ", "threads ", sharing->nr_tids));
	for (i = 0; i < sharing->nr_tids && i < NAMED_MAX; i++)
		used += (size_t)snprintf(to + used, room - used, i ? ",%u" : "%u",
					 sharing->tids[i]);
	if (i < sharing->nr_tids)
		used += (size_t)snprintf(to + used, room - used, _(" and %zu more"),
					 sharing->nr_tids - i);
	if (sharing->comm)
		used += (size_t)snprintf(to + used, room - used, " %.*s", IPCSHOW_COMM_LEN,
					 (const char *)sharing->comm);
	return used;
}

static void get_who(struct row *row, struct value *value)
{
	const struct sharing_row *sharing = row->sharing;
	char *to = row->scratch;
	size_t used;

	if (sharing->tids)
		used = add_tids(sharing, to, SCRATCH_MAX);
	else if (sharing->left_out)
		used = (size_t)snprintf(to, SCRATCH_MAX, _("%zu more threads"), sharing->left_out);
	else if (sharing->nr_tids == 1)
		used = (size_t)snprintf(to, SCRATCH_MAX, _("the only thread"));
	else if (sharing->nr_tids == 2 && !strcmp(sharing->who, "all"))
		used = (size_t)snprintf(to, SCRATCH_MAX, _("both threads"));
	else
		used = (size_t)snprintf(to, SCRATCH_MAX, strcmp(sharing->who, "all") ?
					_("each of %zu threads") : _("all %zu threads"),
					sharing->nr_tids);
	set_text(value, to, used);
}

static void tids_json(const struct row *row, struct out *out)
{
	const struct sharing_row *sharing = row->sharing;
	size_t i;

	if (!sharing->tids) {
		out_text(out, "null");
		return;
	}
	out_char(out, '[');
	for (i = 0; i < sharing->nr_tids; i++) {
		if (i)
			out_char(out, ',');
		out_decimal(out, sharing->tids[i]);
	}
	out_char(out, ']');
}

static void get_tids(struct row *row, struct value *value)
{
	const struct sharing_row *sharing = row->sharing;
	size_t i, used = 0;

	value->json = tids_json;
	if (!sharing->tids)
		return;
	for (i = 0; i < sharing->nr_tids && used < SCRATCH_MAX - NUMBER_MAX; i++) {
		if (i)
			row->scratch[used++] = ',';
		used += format_decimal(row->scratch + used, sharing->tids[i]);
	}
	set_text(value, row->scratch, used);
}

static void get_threads(struct row *row, struct value *value)
{
	set_number(value, VALUE_NUMBER, row->sharing->nr_tids);
}

static void get_how(struct row *row, struct value *value)
{
	set_word(value, row->sharing->how);
}

static void get_size_shared(struct row *row, struct value *value)
{
	if (row->sharing->nr)
		set_number(value, VALUE_SIZE, row->sharing->size);
}

static void get_areas(struct row *row, struct value *value)
{
	if (row->sharing->nr)
		set_number(value, VALUE_NUMBER, row->sharing->nr);
}

static void get_proof(struct row *row, struct value *value)
{
	if (row->sharing->proof_size)
		set_text(value, row->sharing->proof, row->sharing->proof_size);
}

static const struct column columns[] = {
	{ N_("PID"), "pid", COLUMN_RIGHT, get_pid, N_("process") },
	{ N_("WHAT"), "what", 0, get_what,
	  N_("kind of area, registers, a resource, or an exited thread") },
	{ N_("WHO"), "who", 0, get_who, N_("which threads have it") },
	{ N_("HOW"), "how", 0, get_how, N_("shared, private-by-convention and so on: see below") },
	{ N_("SIZE"), "size", COLUMN_RIGHT, get_size_shared, N_("bytes of address space") },
	{ N_("AREAS"), "areas", COLUMN_RIGHT, get_areas, N_("how many") },
	{ N_("PROOF"), "proof", COLUMN_LAST, get_proof, N_("what that rests on") },
	{ N_("THREADS"), "threads", COLUMN_RIGHT, get_threads, N_("how many have it") },
	{ N_("TIDS"), "tids", 0, get_tids, N_("which, where not all; in JSON all of these") },
};

void sharing_list(struct out *out)
{
	static const struct {
		const char *how;
		const char *help;
	} words[] = {
		{ "shared", N_("all of them have the same") },
		{ "private-by-convention", N_(" one thread's, but any thread could write to it") },
		{ "private-by-construction", N_(" no other thread can reach it") },
		{ "private", N_("an object of the kernel that no other thread has") },
		{ "sole", N_("there is but one thread") },
		{ "equal", N_("each its own, that says the same at present") },
		{ "none", N_("they have none") },
		{ "refused", N_("not permitted to see it") },
		{ "exited", N_("the thread has ended; the process lives on in others") },
		{ "changed", N_("it changed while it was looked at") },
	};
	size_t i;

	sharing_list_resources(out);
	out_text(out, _("\nHow:\n"));
	for (i = 0; i < ARRAY_SIZE(words); i++)
		help_line(out, words[i].how, _(words[i].help));
}

const struct sheet sharing_sheet = {
	.title = N_("Sharing (--sharing)"),
	.key = "sharing",
	.line = "sharing",
	.columns = columns,
	.nr = ARRAY_SIZE(columns),
	.defaults = "WHAT,WHO,HOW,SIZE,AREAS,PROOF",
	.raw_defaults = "PID,WHAT,HOW,THREADS,TIDS,SIZE,AREAS,PROOF",
	.json_defaults = "WHAT,HOW,THREADS,TIDS,SIZE,AREAS,PROOF",
};
