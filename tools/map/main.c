// SPDX-License-Identifier: GPL-2.0
/* ipcshow-map: who shares memory with whom, and who is joined by which channel. */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "interrupts.h"
#include "now.h"
#include "options.h"
#include "progress.h"

const struct tool tool = {
	.name = PROGRAM,
	.arguments = N_("[options]"),
};

static const char *why(int err)
{
	switch (err) {
	case -EDQUOT:
	case -ENOSPC:
		return N_("all memory that a user may have in use is in use; "
			  "see the module parameters ring_user_kib and ring_total_kib");
	case -EOPNOTSUPP:
		return N_("the module is older than this program");
	default:
		return strerror(-err);
	}
}

/* What was written of a map that is not whole is not shown. */
__attribute__((noreturn))
static void give_up(struct run *run, int err)
{
	run->out.used = 0;
	if (err == -EINTR && run->period_ns)
		finish(&run->out, EXIT_OK);
	if (err == -EINTR)
		interrupts_obey();
	complain(P_("cannot draw the map"), why(err));
	finish(&run->out, EXIT_FAILED);
}

static int take(struct run *run, struct map *map)
{
	struct progress progress;
	int err;

	*map = (struct map){ .filter = &run->filter, .again = run->again, .progress = &progress };
	progress_begin(&progress);
	err = map_take(map);
	map->progress = NULL;
	return err;
}

static int show(struct run *run, struct map *map, const struct map *before)
{
	int err = 0;

	run->before = before;
	if (run->again)
		err = map_compare(map, before, &run->gone, &run->nr_gone);
	if (run->top && run->top < run->nr_gone)
		run->nr_gone = run->top;
	if (!err && (run->svg || run->html))
		err = picture_write(run, map);
	else if (!err)
		err = run->format->show(run, map);
	free(run->gone);
	run->gone = NULL;
	run->nr_gone = 0;
	if (!err)
		out_flush(&run->out);
	return err;
}

static void look(struct run *run)
{
	static struct map map, before;
	long long began;
	int err;

	do {
		began = now_ns();
		err = take(run, &map);
		if (!err)
			err = show(run, &map, &before);
		if (err)
			give_up(run, err);
		map_free(&before);
		before = map;
		map = (struct map){ 0 };
		run->again = true;
	} while (run->period_ns && !run->out.err && interrupts_wait(began + run->period_ns));
	map_free(&before);
}

/*
 * Some megabytes are taken and given back a few times: kept, their pages need not be made anew
 * each time. In one heap for both threads, since those beside the first grow page by page.
 */
static void keep_memory(void)
{
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_TOP_PAD, 1 << 20);
	mallopt(M_TRIM_THRESHOLD, 256 << 20);
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
}

int main(int argc, char **argv)
{
	static const int ends[] = { SIGINT, SIGTERM, 0 };
	static struct run run = {
		.format = &text_format,
		.out = { .fd = STDOUT_FILENO },
		.headings = true,
	};
	int err;

	tool_begin();
	keep_memory();
	options_parse(&run, argc, argv);
	interrupts_catch(ends);
	if (run.metrics) {
		err = metrics_write(&run);
		if (err)
			give_up(&run, err);
	} else {
		look(&run);
	}
	free(run.filter.pids);
	free(run.filter.uids);
	finish(&run.out, EXIT_OK);
}
