// SPDX-License-Identifier: GPL-2.0
/* ipcshow-demo: what the textbook says of processes and threads, and then the proof. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "director.h"
#include "results.h"
#include "show.h"
#include "stage.h"
#include "tell.h"
#include "tool.h"

const struct tool tool = {
	.name = PROGRAM,
	.arguments = N_("[options] [NAME...]"),
};

struct show show;

static struct out out = { .fd = STDOUT_FILENO };

/* In a process that was started. */
__attribute__((noreturn))
static void give_up(void)
{
	out.err = results->output_error ? -results->output_error : -EIO;
	finish(&out, EXIT_FAILED);
}

static void run_demos(void)
{
	size_t i;

	for (i = 0; i < nr_demos; i++)
		if (show.chosen[i] && !director_run(i))
			give_up();
}

/* The table of mechanisms rests on what demos have found of their channels. */
static void run_for_tables(void)
{
	size_t i;

	tell_setup(false, false);
	stage_setup(false);
	for (i = 0; i < nr_demos; i++)
		if (demos[i]->channel && !show.chosen[i] && !director_run(i))
			give_up();
	tell_setup(!show.json, show.colors);
	stage_setup(show.pause);
}

static void run_tables(void)
{
	if (!director_run_play(nr_demos, "areas", areas_play) ||
	    !director_run_play(nr_demos + 1, "mechanisms", mechanisms_play))
		give_up();
}

static void write_json(void)
{
	out_text(&out, "{\n\"version\":1,\n\"demos\":");
	demos_json(&out);
	if (show.tables) {
		out_flush(&out);
		run_tables();
	} else {
		out_text(&out, ",\n\"areas\":null,\n\"mechanisms\":null");
	}
	out_text(&out, "\n}\n");
}

static void write_summary(void)
{
	size_t i, nr = 0;

	for (i = 0; i < nr_demos; i++)
		nr += results->demos[i].ran;
	printf(_("\nDemos: %zu. Proofs: %u. Contradictions: %u. Not shown: %u. Failures: %u.\n"), nr,
	       results_count(ENTRY_PROOF), results_count(ENTRY_CONTRADICTION),
	       results_count(ENTRY_MISSING), results_count(ENTRY_FAILURE));
	if (fflush(stdout))
		out.err = -errno;
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], ACTOR_OPTION))
		actor_main(argc, argv);
	tool_begin();
	options_parse(argc, argv);
	director_begin();
	stage_setup(show.pause);
	tell_setup(!show.json, show.colors);
	run_demos();
	if (show.tables)
		run_for_tables();
	if (show.json)
		write_json();
	else if (show.tables)
		run_tables();
	if (!show.json)
		write_summary();
	finish(&out, results_count(ENTRY_CONTRADICTION) + results_count(ENTRY_FAILURE) ?
		     EXIT_FAILED : EXIT_OK);
}
