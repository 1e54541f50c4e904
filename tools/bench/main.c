// SPDX-License-Identifier: GPL-2.0
/* ipcshow-bench: every way to get messages across, side by side. */
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"
#include "plot.h"
#include "progress.h"
#include "tool.h"

const struct tool tool = {
	.name = PROGRAM,
	.arguments = N_("[options] [MECHANISM...]"),
};

static size_t count_steps(const struct bench *bench)
{
	size_t i, each, steps = 0;

	for (i = 0; i < bench->nr_subjects; i++) {
		each = bench->between == (BETWEEN_PROCESSES | BETWEEN_THREADS) ? 2 : 1;
		if (bench->subjects[i].mechanism->flags &
		    (MECHANISM_THREADS_ONLY | MECHANISM_PROCESSES_ONLY))
			each = 1;
		steps += each * bench->nr_payloads;
	}
	return steps;
}

static void measure(struct bench *bench)
{
	size_t i;

	trials_prepare();
	progress_begin(count_steps(bench), bench->quiet);
	limits_measure(bench);
	for (i = 0; i < bench->nr_subjects && !interrupted; i++)
		subject_measure(bench, &bench->subjects[i]);
	progress_clear();
	if (interrupted) {
		complain(P_("interrupted"), N_("nothing is shown"));
		exit(128 + interrupted);
	}
	if (bench->wrong)
		exit(EXIT_FAILED);
}

int main(int argc, char **argv)
{
	static struct bench bench = {
		.out = { .fd = STDOUT_FILENO },
		.headings = true,
	};
	enum exit_status status = EXIT_OK;

	tool_begin();
	options_parse(&bench, argc, argv);
	measure(&bench);
	show(&bench);
	if (bench.plot && plot_draw(&bench))
		status = EXIT_FAILED;
	finish(&bench.out, status);
}
