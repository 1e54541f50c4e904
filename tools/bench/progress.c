// SPDX-License-Identifier: GPL-2.0
/* How far it is, on a terminal: a bar, what was measured last, and how long the rest may take. */
#include <stdio.h>
#include <unistd.h>

#include "grid.h"
#include "language.h"
#include "now.h"
#include "progress.h"
#include "trial.h"

#define BAR_MAX		40
/* Beside the bar. */
#define TEXT_WIDTH	44

static struct {
	bool active;
	bool shown;
	size_t steps;
	size_t done;
	uint64_t began_ns;
} state;

void progress_begin(size_t steps, bool quiet)
{
	state.active = !quiet && isatty(STDERR_FILENO);
	state.steps = steps;
	state.began_ns = now_ns();
}

static void draw(const char *what, uint64_t passed)
{
	size_t width = terminal_width(), bar, full, i;
	uint64_t left = passed * (state.steps - state.done) / state.done / SECOND_NS;

	bar = width > TEXT_WIDTH + 10 ? width - TEXT_WIDTH : 10;
	bar = bar > BAR_MAX ? BAR_MAX : bar;
	full = bar * state.done / state.steps;
	fputs("\r[", stderr);
	for (i = 0; i < bar; i++)
		fputc(i < full ? '#' : '.', stderr);
	fprintf(stderr, "] %3zu%% ", 100 * state.done / state.steps);
	fprintf(stderr, P_("%llu:%02llu left, %.20s"), (unsigned long long)(left / 60),
		(unsigned long long)(left % 60), what);
	fputs("\033[K", stderr);
	state.shown = true;
}

/* One of the steps is done. What takes no second needs no bar. */
void progress_step(const char *what)
{
	uint64_t passed = now_ns() - state.began_ns;

	state.done++;
	if (state.active && passed > SECOND_NS && state.done <= state.steps)
		draw(what, passed);
}

/* Before anything else is written to the terminal. */
void progress_clear(void)
{
	if (state.shown)
		fputs("\r\033[K", stderr);
	state.shown = false;
}
