/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FORMAT_H
#define FORMAT_H

#include "diff.h"

/**
 * struct format - a way to write what was found
 * @begin: the tasks, and what they share in all
 * @pair: tasks @a and @b follow
 * @rows: a table follows, with the columns of @diff.sheet; @verdict is a line on it
 * @row: a row, @diff.row; returns 0 or a negative errno
 * @rows_end: the table is complete
 * @pair_end: the pair is complete
 * @end: behind all
 *
 * Errors of output are kept in @diff.out.
 */
struct format {
	void (*begin)(struct diff *diff);
	void (*pair)(struct diff *diff, size_t a, size_t b);
	void (*rows)(struct diff *diff, const struct part *part, const char *verdict);
	int (*row)(struct diff *diff);
	void (*rows_end)(struct diff *diff);
	void (*pair_end)(struct diff *diff);
	void (*end)(struct diff *diff);
};

extern const struct format text_format;
extern const struct format raw_format;
extern const struct format json_format;

#endif
