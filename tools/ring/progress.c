// SPDX-License-Identifier: GPL-2.0
/* How far a transfer is, on a terminal; and what was done, at its end. */
#include <stdio.h>
#include <unistd.h>

#include "now.h"
#include "out.h"
#include "progress.h"
#include "ring.h"

#define TEXT_MAX	160

/* There is something on the line of the terminal, of which there is one, as there is of progress. */
static bool shown;

/* Where the records themselves go to the terminal, nothing else should. */
void progress_begin(struct progress *progress, bool quiet)
{
	*progress = (struct progress){
		.active = !quiet && isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO),
		.began_ns = now_ns(),
	};
	progress->told_ns = progress->began_ns;
}

/* A number as people read it: 999, 12.3k, 4.5M. */
static const char *count_text(char *to, size_t room, double n)
{
	static const char units[] = " kMGTPE";
	const char *unit = units;

	while (n >= 999.95 && unit[1]) {
		n /= 1000;
		unit++;
	}
	if (unit == units)
		snprintf(to, room, "%.0f", n);
	else
		snprintf(to, room, "%.1f%c", n, *unit);
	return to;
}

static const char *size_text(char *to, double n)
{
	format_size(to, n > 0 ? (uint64_t)n : 0);
	return to;
}

/* @seconds: that the rates are of; @since: what was done before them. */
static void describe_rates(char *to, size_t room, const struct ipcshow_ring_stats *stats,
			   const struct ipcshow_ring_stats *since, double seconds)
{
	char rate[NUMBER_MAX], size_rate[NUMBER_MAX];
	double new_records = (double)(stats->records - since->records);
	double new_bytes = (double)(stats->bytes - since->bytes);

	snprintf(to, room, P_("%s records/s, %s/s"),
		 count_text(rate, sizeof(rate), seconds > 0 ? new_records / seconds : 0),
		 size_text(size_rate, seconds > 0 ? new_bytes / seconds : 0));
}

static void describe(char *to, size_t room, const struct ipcshow_ring_stats *stats,
		     const char *rates)
{
	char records[NUMBER_MAX], size[NUMBER_MAX];

	snprintf(to, room, P_("%s records, %s; %s"),
		 count_text(records, sizeof(records), (double)stats->records),
		 size_text(size, (double)stats->bytes), rates);
}

/**
 * progress_tell() - tell how far it is, if it is time to
 * @progress: the line
 * @stats: how far
 */
void progress_tell(struct progress *progress, const struct ipcshow_ring_stats *stats)
{
	char text[2 * TEXT_MAX], rates[TEXT_MAX], lost[NUMBER_MAX + 32] = "";
	__s64 now, since_told;

	if (!progress->active)
		return;
	now = now_ns();
	since_told = now - progress->told_ns;
	if (now - progress->began_ns < SECOND_NS || since_told < PROGRESS_MS * 1000000LL)
		return;
	describe_rates(rates, sizeof(rates), stats, &progress->told,
		       (double)since_told / SECOND_NS);
	describe(text, sizeof(text), stats, rates);
	if (stats->lost)
		snprintf(lost, sizeof(lost), P_(", %llu lost"), stats->lost);
	fprintf(stderr, "\r%s%s\033[K", text, lost);
	shown = true;
	progress->told_ns = now;
	progress->told = *stats;
}

/* Before anything else is written to the terminal. */
void progress_clear(void)
{
	if (shown)
		fputs("\r\033[K", stderr);
	shown = false;
}

/* --stats */
void progress_sum(struct progress *progress, const struct ipcshow_ring_stats *stats)
{
	const struct ipcshow_ring_stats none = { 0 };
	double elapsed_ns = (double)(now_ns() - progress->began_ns);
	char rates[TEXT_MAX], elapsed[NUMBER_MAX];

	progress_clear();
	describe_rates(rates, sizeof(rates), stats, &none, elapsed_ns / SECOND_NS);
	format_time(elapsed, elapsed_ns);
	fprintf(stderr, P_("%s: %llu records, %llu bytes in %s (%s); "
			   "%llu waits, %llu wakeups, %llu lost\n"), PROGRAM, stats->records, stats->bytes, elapsed,
		rates, stats->waits, stats->wakes, stats->lost);
}
