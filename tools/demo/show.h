/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHOW_H
#define SHOW_H

#include "grid.h"
#include "json.h"
#include "view.h"

/**
 * struct show - what the command line asks for
 * @chosen: demos, by index
 * @all: all of them
 * @tables: the two tables
 * @json: instead of text
 * @colors: in text
 * @pause: processes wait for a person to look at them
 */
struct show {
	bool chosen[32];
	bool all;
	bool tables;
	bool json;
	bool colors;
	bool pause;
};

extern struct show show;

void options_parse(int argc, char **argv);

/* By the director, when all demos have run. */
void demos_json(struct out *out);

/* A table for people, to standard output; columns as &struct column has them. */
void print_table(const struct column *columns, size_t nr_columns, size_t nr_rows,
		 struct row *(*row_at)(size_t index));

/* The tables, each in a process of its own, to standard output. */
void areas_play(void);
void mechanisms_play(void);

#endif
