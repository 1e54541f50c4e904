/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TRUTH_H
#define TRUTH_H

#include "compare.h"
#include "victim.h"

/*
 * What always holds of the memory of two victims, and of a child of the first, whatever they do
 * to it meanwhile. A comparison that says otherwise ends the program.
 */

/* Numbers of the targets. */
enum { TRUTH_ONE, TRUTH_OTHER, TRUTH_CHILD, TRUTH_TARGETS };

/* Of all areas of a kind, and of what stays as it is and is compared with them. */
#define TRUTH_SITES	(VICTIM_KINDS * TRUTH_TARGETS * (VICTIM_AREAS + 1))

/* Which sites to compare; their group is the kind. */
struct truth {
	struct ipcshow_site sites[TRUTH_SITES];
	/* It is no area, but what is all there and stays. */
	bool stays[TRUTH_SITES];
	uint32_t nr;
};

/* Pages of areas, each site counted. */
struct truth_tally {
	unsigned long pages;
	unsigned long settled;
	/* Of these, those that are said to be somewhere else, too, and those that are KSM's. */
	unsigned long shared;
	unsigned long ksm;
};

/* What stays, areas, or both, at random; with @child, the third target as well. */
void truth_choose(struct truth *truth, bool child);
/* @tally: of each kind, in which several programs may count. */
void truth_check(const struct truth *truth, const struct comparison *comparison,
		 struct truth_tally *tally);

#endif
