/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPARE_H
#define COMPARE_H

#include "reader.h"

/*
 * A reader of what IPCSHOW_IOC_COMPARE writes, and what pagemap says of the same sites. What
 * contradicts the header's promises ends the program.
 */

/* As those ask who do not know runs of sites. */
extern bool compare_without_runs;

/* Number of the new target, or a negative errno. */
int compare_add_target(struct reader *reader, pid_t pid);
/* One call: IPCSHOW_SNAPSHOT_MORE, IPCSHOW_SNAPSHOT_DONE or a negative errno. */
int compare_call(struct reader *reader, const struct ipcshow_site *sites, uint32_t nr);
int compare_continue(struct reader *reader);
/* What has begun, in as many calls as it takes; 0 or a negative errno. */
int compare_finish(struct reader *reader, int status, struct snapshot *snapshot);
int compare_run(struct reader *reader, const struct ipcshow_site *sites, uint32_t nr,
		struct snapshot *snapshot);

/* What is said of a page of a site. */
struct compare_page {
	/* Of one number: one page. 0: there is none. */
	uint32_t share;
	uint32_t flags;
	/* No other site has it. */
	bool alone;
	/* &ipcshow_page.id, or 0. */
	uint64_t id;
};

struct comparison {
	struct compare_page **pages;	/* by site, then by page */
	uint32_t nr_sites;
	/* Bytes in SHARE records, each site counted. */
	uint64_t bytes;
	struct ipcshow_compare_end end;
};

void compare_decode(const struct snapshot *snapshot, const struct ipcshow_site *sites,
		    uint32_t nr, struct comparison *comparison);
void compare_free(struct comparison *comparison);

/* A site of all that lies between. */
struct ipcshow_site compare_site(uint32_t group, uint32_t target, const void *start, size_t bytes);

/*
 * How many pages are not as pagemap has them: two sites of a group have the same page where the
 * frame is the same (swapped out: the slot), and else they do not.
 */
size_t compare_with_pagemap(const struct comparison *comparison, const struct ipcshow_site *sites,
			    const pid_t *pids);

/*
 * Of @nr pages that both sites have, those that are not said to be the same, without its being said
 * that this cannot be told of one of them. @same: how many are said to be, in addition.
 */
size_t compare_count_wrong(const struct compare_page *a, const struct compare_page *b, size_t nr,
			   size_t *same);

#endif
