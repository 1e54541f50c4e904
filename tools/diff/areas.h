/* SPDX-License-Identifier: GPL-2.0 */
#ifndef AREAS_H
#define AREAS_H

#include "diff.h"

/* What is said of a row beside its numbers. */
enum area_note {
	NOTE_CHANGED,
	NOTE_UNSETTLED,
	NOTE_SWAPPED,
	NOTE_DELETED,
	NOTE_READ_ONLY_A,
	NOTE_READ_ONLY_B,
	NOTE_PRIVATE_BY_CONVENTION,
	NOTE_PRIVATE_BY_CONSTRUCTION,
	NR_NOTES
};

/**
 * struct area_row - a row of the table of areas
 * @match: what the comparison says, or NULL: the row is about registers
 * @notes: bits, 1 << enum area_note
 * @ranges: @nr_ranges: pages, with --pages
 * @range: the row is about these pages of the row above, or NULL
 * @merged: the row sums up so many areas of libraries, or 0; an address says nothing then
 * @files: of so many files
 */
struct area_row {
	const struct ipcshow_match *match;
	unsigned int notes;
	const struct ipcshow_range *ranges;
	size_t nr_ranges;
	const struct ipcshow_range *range;
	size_t merged;
	size_t files;
};

/* Which side of a row a column is about. */
static inline const struct ipcshow_side *either_side(const struct row *row)
{
	const struct ipcshow_match *match = row->area->match;

	if (!match)
		return NULL;
	return match->a ? match->a : match->b;
}

extern const struct sheet area_sheet;

#endif
