// SPDX-License-Identifier: GPL-2.0
/* How far a long look is, on a terminal; and the signals that end it. */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "language.h"
#include "now.h"
#include "progress.h"

#define REDRAW_NS	(SECOND_NS / 10)
#define BAR_WIDTH	30

/* Its number; threads look, too. */
static atomic_int interrupted;

static void on_signal(int number)
{
	interrupted = number;
}

/* A shell without job control ignores SIGINT for who runs in the background. */
static void catch_unless_ignored(int number, const struct sigaction *action)
{
	struct sigaction before;

	if (!sigaction(number, NULL, &before) && before.sa_handler != SIG_IGN)
		sigaction(number, action, NULL);
}

void interrupts_catch(void)
{
	/*
	 * Whoever sleeps is woken all the same, but what is written goes on: stdio takes an
	 * interruption for an error. If nobody reads it, it takes a second signal.
	 */
	const struct sigaction action = {
		.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_RESETHAND,
	};

	catch_unless_ignored(SIGINT, &action);
	catch_unless_ignored(SIGTERM, &action);
}

bool is_interrupted(void)
{
	return interrupted;
}

/* End as if the signal had not been caught, now that nothing is left half done. */
void interrupts_obey(void)
{
	signal(interrupted, SIG_DFL);
	raise(interrupted);
}

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

	if (interrupted)
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
