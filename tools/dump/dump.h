/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DUMP_H
#define DUMP_H

#include "facts.h"
#include "grid.h"
#include "page.h"
#include "row.h"
#include "tool.h"

#define PROGRAM	"ipcshow-dump"

enum what_to_show {
	SHOW_ALL,
	SHOW_THREADS,
	SHOW_SUMMARY,
	SHOW_SHARING,
};

struct format;

/**
 * struct dump - a run of the program
 * @format: how to write
 * @out: where to
 * @html: the file for a page that draws the JSON, or NULL
 * @page: that page
 * @show: which tables
 * @pages: count pages
 * @bytes: sizes as plain numbers
 * @headings: names above the columns
 * @colors: colour by kind
 * @watch_ns: look again and again, after so many nanoseconds; 0: once
 * @areas: @threads: @summary: @sharing: @watched: columns of each table
 * @row: the row at hand
 * @facts: the process at hand
 * @sheet: columns of the table at hand
 * @grid: the table at hand, for people
 * @headline_due: nothing was said of the process yet, for people
 * @nr_rows: rows of the table at hand so far
 * @nr_processes: processes shown so far
 * @nr_failed: processes of which nothing could be shown
 * @nr_incomplete: processes that ended while they were looked at
 * @failed: what could not be shown, and why
 * @ended: the process at hand ended while its threads were compared
 * @failed_midway: 0, or why the process at hand could not be shown to its end
 */
struct dump {
	const struct format *format;
	struct out out;
	const char *html;
	struct whole_file page;
	enum what_to_show show;
	bool pages;
	bool bytes;
	bool headings;
	bool colors;
	__s64 watch_ns;
	struct selection areas;
	struct selection threads;
	struct selection summary;
	struct selection sharing;
	struct selection watched;
	struct row row;
	struct facts *facts;
	const struct selection *sheet;
	struct grid grid;
	bool headline_due;
	size_t nr_rows;
	size_t nr_processes;
	size_t nr_failed;
	size_t nr_incomplete;
	struct failure {
		pid_t pid;
		const char *reason;
	} *failed;
	bool ended;
	int failed_midway;
};

/**
 * struct format - a way to write a dump
 * @begin: before all; optional, as is @end behind all
 * @process: a process follows
 * @rows: a table follows, with the columns of @dump.sheet
 * @row: a row, @dump.row; returns 0 or a negative errno
 * @rows_end: the table is complete, and so are the totals if it had areas
 * @process_end: the process is complete
 *
 * Errors of output are kept in @dump.out.
 */
struct format {
	void (*begin)(struct dump *dump);
	void (*process)(struct dump *dump);
	void (*rows)(struct dump *dump);
	int (*row)(struct dump *dump);
	void (*rows_end)(struct dump *dump);
	void (*process_end)(struct dump *dump);
	void (*end)(struct dump *dump);
};

extern const struct format table_format;
extern const struct format raw_format;
extern const struct format json_format;
extern const struct format lines_format;

pid_t *options_parse(struct dump *dump, int argc, char **argv, int *nr);
int dump_process(struct dump *dump, struct ipcshow_device *device, pid_t pid);

#endif
