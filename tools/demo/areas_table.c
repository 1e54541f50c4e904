// SPDX-License-Identifier: GPL-2.0
/* Memory areas of processes and threads: the table. */
#include <stdlib.h>
#include <unistd.h>

#include "areas.h"
#include "results.h"
#include "show.h"
#include "tell.h"

/* struct row - a row: of one area */
struct row {
	const struct area_cells *cells;
	size_t number;
};

static struct area_cells measured;

static void set_known(struct value *value, const char *word)
{
	if (word)
		set_word(value, word);
}

static void area_get(struct row *row, struct value *value)
{
	set_word(value, area_row_name(row->number));
}

#define PAIR_COLUMNS(name, pair)						\
	static void name##_space_get(struct row *row, struct value *value)	\
	{									\
		set_known(value, space_word(row->cells->cells[pair][row->number].space)); \
	}									\
	static void name##_memory_get(struct row *row, struct value *value)	\
	{									\
		set_known(value, memory_word(row->cells->cells[pair][row->number].memory)); \
	}

PAIR_COLUMNS(programs, PAIR_PROGRAMS)
PAIR_COLUMNS(fork, PAIR_FORK)
PAIR_COLUMNS(threads, PAIR_THREADS)

static const struct column columns[] = {
	{ N_("AREA"), "area", 0, area_get, N_("kind of memory") },
	{ N_("PROGRAMS:SPACE"), NULL, 0, programs_space_get, N_("two processes") },
	{ N_("MEMORY"), NULL, 0, programs_memory_get, N_("two processes") },
	{ N_("FORK:SPACE"), NULL, 0, fork_space_get, N_("parent and child") },
	{ N_("MEMORY"), NULL, 0, fork_memory_get, N_("parent and child") },
	{ N_("THREADS:SPACE"), NULL, 0, threads_space_get, N_("two threads") },
	{ N_("MEMORY"), NULL, 0, threads_memory_get, N_("two threads") },
};

static struct row *row_at(size_t index)
{
	static struct row row;

	row = (struct row){ .cells = &measured, .number = index };
	return &row;
}

static void explain(void)
{
	say("Two programs were started apart; parent and child are looked at before and after both "
	    "have written; threads are of one process. SPACE is the address space, MEMORY what "
	    "lies behind it:");
	say("same: one address space, one address; shared: one physical page; copy-on-write: one, "
	    "until one of the two wrote; independent: two; own-reachable: each has its own, which "
	    "the other has written to all the same; own: each has its own, which the other cannot "
	    "reach; -: not measured.");
}

static void check(const struct area_cells *cells)
{
	size_t pair, row, known = 0, right = 0;

	for (pair = 0; pair < NR_PAIRS; pair++)
		for (row = 0; row < NR_AREA_ROWS; row++) {
			const struct area_cell *cell = &cells->cells[pair][row];

			if (cell->memory == MEMORY_UNKNOWN)
				continue;
			known++;
			if (cell->space == space_expected((enum pair)pair, row) &&
			    cell->memory == memory_expected((enum pair)pair, row))
				right++;
			else
				proof(false, "The textbook has %s in the row %s.",
				      memory_word(memory_expected((enum pair)pair, row)),
				      area_row_name(row));
		}
	if (known < NR_PAIRS * NR_AREA_ROWS)
		missing("%zu of %d cells could not be measured.", NR_PAIRS * NR_AREA_ROWS - known,
			NR_PAIRS * NR_AREA_ROWS);
	if (known && right == known)
		proof(true, "All %zu cells that were measured are as in the textbook.", known);
}

/* ---- JSON ---- */

static void word_member(struct out *out, bool first, const char *key, const char *word)
{
	json_key(out, first, key);
	if (word)
		json_word(out, word);
	else
		out_text(out, "null");
}

static void write_side(struct out *out, const char *key, const struct area_cell *cell, size_t side)
{
	json_key(out, false, key);
	out_char(out, '{');
	json_key(out, true, "tid");
	out_decimal(out, (uint64_t)cell->pids[side]);
	json_key(out, false, "address");
	if (cell->addresses[side])
		json_address(out, cell->addresses[side]);
	else
		out_text(out, "null");
	out_char(out, '}');
}

static void write_cell(struct out *out, const char *key, const struct area_cell *cell)
{
	json_key(out, false, key);
	out_char(out, '{');
	word_member(out, true, "space", space_word(cell->space));
	word_member(out, false, "memory", memory_word(cell->memory));
	write_side(out, "a", cell, 0);
	write_side(out, "b", cell, 1);
	out_char(out, '}');
}

static void write_json(const struct area_cells *cells)
{
	struct out out = { .fd = STDOUT_FILENO };
	size_t row;

	out_text(&out, ",\n\"areas\":[");
	for (row = 0; row < NR_AREA_ROWS; row++) {
		out_text(&out, row ? ",\n{" : "\n{");
		word_member(&out, true, "area", area_row_name(row));
		write_cell(&out, "programs", &cells->cells[PAIR_PROGRAMS][row]);
		write_cell(&out, "fork", &cells->cells[PAIR_FORK][row]);
		write_cell(&out, "threads", &cells->cells[PAIR_THREADS][row]);
		out_char(&out, '}');
	}
	out_text(&out, "\n]");
	out_flush(&out);
	if (out.err)
		results_output_failed(-out.err);
}

void areas_play(void)
{
	tell_heading(_("Memory areas: what processes and threads have in common"));
	areas_measure(&measured);
	if (show.json) {
		write_json(&measured);
	} else {
		explain();
		print_gap();
		print_table(columns, ARRAY_SIZE(columns), NR_AREA_ROWS, row_at);
		print_gap();
	}
	check(&measured);
}
