/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIFF_H
#define DIFF_H

#include "facts.h"
#include "grid.h"
#include "tool.h"

#define PROGRAM	"ipcshow-diff"

/* Tables, bits of &diff.show. */
#define SHOW_AREAS	(1U << 0)
#define SHOW_RESOURCES	(1U << 1)
#define SHOW_CHANNELS	(1U << 2)
#define SHOW_ALL	(SHOW_AREAS | SHOW_RESOURCES | SHOW_CHANNELS)

struct area_row;
struct channel_row;
struct format;
struct resource_row;

/**
 * struct task - one of the tasks that are compared
 * @pid: PID or TID as given
 * @process: its thread group, open as long as the program runs
 * @facts: of the thread group
 * @thread: the thread that @pid names (the leader for a PID, or a live thread
 *	where the leader has exited)
 * @whole: @pid is a PID, and no other task is of the same thread group: the process is meant,
 *	not one thread
 */
struct task {
	pid_t pid;
	struct ipcshow_process *process;
	struct facts facts;
	struct ipcshow_thread_view thread;
	bool whole;
};

/**
 * struct row - what columns take their cells from
 * @diff: the run
 * @a: @b: the two tasks, a before b on the command line
 * @area: @resource: @channel: the row of the table at hand, each defined by its table
 * @scratch: for text that is put together
 */
struct row {
	const struct diff *diff;
	const struct task *a;
	const struct task *b;
	const struct area_row *area;
	const struct resource_row *resource;
	const struct channel_row *channel;
	char scratch[SCRATCH_MAX];
};

/**
 * struct diff - a run of the program
 * @format: how to write
 * @out: where to
 * @html: the file for a page that draws the JSON, or NULL
 * @device: the module
 * @show: SHOW_*
 * @tables: show them, not only the matrix
 * @libraries: a row for each area of a library
 * @ranges: with page ranges
 * @ranges_inside: they are cells, not rows of their own
 * @bytes: sizes as plain numbers
 * @headings: names above the columns
 * @colors: colour by kind
 * @areas: @resources: @channels: columns of each table
 * @tasks: what is compared
 * @nr_tasks: how many
 * @comparison: of their memory
 * @survey: of what else they use
 * @found: channels between them
 * @failed: with an error of @part.read(): index of the task that could not be read
 * @row: the row at hand
 * @sheet: columns of the table at hand
 * @grid: the table at hand, for people
 * @nr_rows: rows of the table at hand so far
 * @nr_pairs: pairs so far, for JSON
 */
struct diff {
	const struct format *format;
	struct out out;
	const char *html;
	struct ipcshow_device *device;
	unsigned int show;
	bool tables;
	bool libraries;
	bool ranges;
	bool ranges_inside;
	bool bytes;
	bool headings;
	bool colors;
	struct selection areas;
	struct selection resources;
	struct selection channels;
	struct task *tasks;
	size_t nr_tasks;
	struct ipcshow_comparison *comparison;
	struct ipcshow_survey *survey;
	struct ipcshow_channels *found;
	size_t failed;
	struct row row;
	const struct selection *sheet;
	struct grid grid;
	size_t nr_rows;
	size_t nr_pairs;
};

/**
 * struct part - one of the tables
 * @bit: SHOW_*
 * @title: heading for people
 * @sheet: its columns
 * @read: once, for all tasks and before anything is written: read all that the table
 *	needs, twice where identities are compared. 0 or a negative errno, of which
 *	-ESRCH says that a task vanished; @diff->failed may name it
 * @verdict: one line on tasks @a and @b for people and JSON: text into @to, of
 *	@room bytes
 * @rows: call diff_row() for each row of tasks @a and @b, @diff->row filled in
 *	but for @diff->row.a and .b, which are; 0 or what diff_row() gave
 * @free: what @read allocated
 */
struct part {
	unsigned int bit;
	const char *title;
	const struct sheet *sheet;
	int (*read)(struct diff *diff);
	void (*verdict)(const struct diff *diff, size_t a, size_t b, char *to, size_t room);
	int (*rows)(struct diff *diff, size_t a, size_t b);
	void (*free)(struct diff *diff);
};

extern const struct part areas_part;
extern const struct part resources_part;
extern const struct part channels_part;

/* For --list-columns: its words. */
void resources_list(struct out *out);

/* For the matrix, after channels_part.read(): channels that join two tasks, or are @idle. */
size_t channels_between(const struct diff *diff, size_t a, size_t b, bool idle);

/* Hands @diff->row to the format; 0 or a negative errno. */
int diff_row(struct diff *diff);

#endif
