// SPDX-License-Identifier: GPL-2.0
/* --raw: a word a field, a line a row, of one table. */
#include "cell.h"
#include "format.h"

static void nothing(struct diff *diff)
{
	(void)diff;
}

static void raw_begin(struct diff *diff)
{
	if (!diff->headings)
		return;
	if (diff->show & SHOW_AREAS)
		raw_heading(&diff->out, &diff->areas);
	else
		raw_heading(&diff->out, diff->show & SHOW_RESOURCES ? &diff->resources :
								     &diff->channels);
}

static void raw_pair(struct diff *diff, size_t a, size_t b)
{
	(void)diff;
	(void)a;
	(void)b;
}

static void raw_rows(struct diff *diff, const struct part *part, const char *verdict)
{
	(void)diff;
	(void)part;
	(void)verdict;
}

static int raw_row(struct diff *diff)
{
	raw_line(&diff->out, diff->sheet, &diff->row, diff->bytes);
	return diff->out.err;
}

const struct format raw_format = {
	.begin = raw_begin,
	.pair = raw_pair,
	.rows = raw_rows,
	.row = raw_row,
	.rows_end = nothing,
	.pair_end = nothing,
	.end = nothing,
};
