/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RUN_H
#define RUN_H

#include "columns.h"

/* Ties that are shown, if nothing else is asked for. */
#define TOP_TABLE	30
#define TOP_GRAPH	100
#define TOP_METRICS	50

struct run;

/**
 * struct format - a way to write a map
 * @show: write it; @run->out keeps errors of output. 0 or a negative errno
 * @top: how many ties, if nothing else is asked for; 0: all
 */
struct format {
	int (*show)(struct run *run, const struct map *map);
	size_t top;
};

extern const struct format text_format;
extern const struct format raw_format;
extern const struct format json_format;
extern const struct format dot_format;

/**
 * struct run - a run of the program
 * @filter: what is of interest
 * @format: how to write
 * @selection: columns
 * @out: where to
 * @top: how many ties; 0: all
 * @bytes: sizes as plain numbers
 * @headings: names above the columns
 * @svg: @html: files to draw to, or NULL
 * @metrics: --prometheus; @metrics_path: its file, or NULL: standard output
 * @period_ns: of --watch; 0: once
 * @again: not the first map of --watch
 * @gone: ties that are no more, the strongest @nr_gone of them, of the map @before
 */
struct run {
	struct filter filter;
	const struct format *format;
	struct selection selection;
	struct out out;
	size_t top;
	bool bytes;
	bool headings;
	const char *svg;
	const char *html;
	bool metrics;
	const char *metrics_path;
	long long period_ns;
	bool again;
	struct tie **gone;
	size_t nr_gone;
	const struct map *before;
};

/* How many of the ties of a map are to be shown. */
static inline size_t run_top(const struct run *run, const struct map *map)
{
	return run->top && run->top < map->nr_ties ? run->top : map->nr_ties;
}

/* picture.c */
int picture_write(const struct run *run, const struct map *map);

/* metrics.c */
int metrics_write(struct run *run);

#endif
