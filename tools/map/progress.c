// SPDX-License-Identifier: GPL-2.0
/* How far a long look is, on a terminal. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "interrupts.h"
#include "language.h"
#include "now.h"
#include "progress.h"

#define REDRAW_NS	(SECOND_NS / 10)
#define BAR_WIDTH	30

void progress_begin(struct progress *progress)
{
	*progress = (struct progress){ .active = isatty(STDERR_FILENO), .began_ns = now_ns() };
}

/**
 * progress_phase() - another part of the work begins
 * @progress: the bar
 * @what: what it does
 * @calls: how many calls of the module it will take, roughly
 */
void progress_phase(struct progress *progress, const char *what, size_t calls)
{
	progress->what = what;
	progress->done = progress->phase_end;
	progress->phase_end += calls;
	if (progress->all < progress->phase_end)
		progress->all = progress->phase_end;
}

static void draw(struct progress *progress)
{
	const size_t filled = progress->all ? progress->done * BAR_WIDTH / progress->all : 0;
	char bar[BAR_WIDTH + 1];
	size_t i;

	for (i = 0; i < BAR_WIDTH; i++)
		bar[i] = i < filled ? '#' : '.';
	bar[BAR_WIDTH] = '\0';
	fprintf(stderr, "\r[%s] %3zu%% %s\033[K", bar,
		progress->all ? progress->done * 100 / progress->all : 0, P_(progress->what));
	progress->shown = true;
}

/* Before each call of the module. Return: 0, or -EINTR: it is to be ended. */
int progress_step(void *arg)
{
	struct progress *progress = arg;
	long long now;

	if (is_interrupted())
		return -EINTR;
	if (progress->done < progress->phase_end)
		progress->done++;
	if (!progress->active)
		return 0;
	now = now_ns();
	if (now - progress->began_ns >= SECOND_NS && now - progress->told_ns >= REDRAW_NS) {
		progress->told_ns = now;
		draw(progress);
	}
	return 0;
}

/* Before anything else is written to the terminal. */
void progress_end(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
