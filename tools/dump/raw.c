// SPDX-License-Identifier: GPL-2.0
/* --raw: a word a field, a line a row. Writes as it goes. */
#include "cell.h"
#include "dump.h"

static int raw_row(struct dump *dump)
{
	raw_line(&dump->out, dump->sheet, &dump->row, dump->bytes);
	return dump->out.err;
}

/* Once, also for several processes. */
static void raw_rows(struct dump *dump)
{
	if (dump->headings && dump->nr_processes <= 1)
		raw_heading(&dump->out, dump->sheet);
}

static void nothing(struct dump *dump)
{
	(void)dump;
}

const struct format raw_format = {
	.process = nothing,
	.rows = raw_rows,
	.row = raw_row,
	.rows_end = nothing,
	.process_end = nothing,
};
