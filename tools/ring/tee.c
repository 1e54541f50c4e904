// SPDX-License-Identifier: GPL-2.0
/* ipcshow-ring tee: records of one ring into several. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attachment.h"
#include "column.h"
#include "complaint.h"
#include "inlet.h"
#include "now.h"
#include "output.h"
#include "progress.h"
#include "ring.h"

/* So many records are passed on before the broker is told. */
#define REPORT_RECORDS	1024

#define OUTLETS_MAX	64

static const char help[] = N_(
	"Usage: ipcshow-ring tee [options] IN OUT...\n"
	"\n"
	"Be a consumer at IN, and pass each record on to a consumer at each OUT; OUT may\n"
	"be -, which is standard output. The slowest of them decides how fast. One that\n"
	"ends is left out from then on; when the last has ended, so does this.\n"
	"\n");

static const struct option long_options[] = { END_OPTIONS, { 0 } };

/**
 * struct outlet - where records go
 * @at: the rendezvous
 * @producer: our end there; NULL: standard output
 * @gone: it is left out
 */
struct outlet {
	struct attachment at;
	struct ipcshow_producer *producer;
	bool gone;
};

/**
 * struct tee - where records come from and go to
 * @options: the user's
 * @inlet: where from
 * @outlets: where to
 * @nr_outlets: how many
 * @nr_left: how many of them are left
 * @looked_ns: when it was last seen whether they are
 * @failed: some did not end in order
 * @output: standard output
 * @progress: how far
 */
struct tee {
	struct end_options options;
	struct inlet inlet;
	struct outlet outlets[OUTLETS_MAX];
	size_t nr_outlets;
	size_t nr_left;
	__s64 looked_ns;
	bool failed;
	struct output output;
	struct progress progress;
};

static void report(struct tee *tee)
{
	struct ipcshow_ring_stats stats;
	size_t i;

	for (i = 0; i < tee->nr_outlets; i++) {
		struct outlet *outlet = &tee->outlets[i];

		if (!outlet->producer || outlet->gone)
			continue;
		ipcshow_producer_stats(outlet->producer, &stats);
		page_write(outlet->at.page, &stats);
	}
	inlet_report(&tee->inlet, &stats);
	progress_tell(&tee->progress, &stats);
}

static void leave_out(struct tee *tee, struct outlet *outlet, const char *reason, bool failed)
{
	complain_of_path(outlet->producer ? outlet->at.path : P_("standard output"), reason);
	outlet->gone = true;
	tee->nr_left--;
	tee->failed |= failed;
}

static void leave_out_consumer(struct tee *tee, struct outlet *outlet, int err)
{
	switch (err) {
	case -EPIPE:
		return leave_out(tee, outlet, N_("the consumer has left"), false);
	case -EOWNERDEAD:
		return leave_out(tee, outlet, N_("the consumer died"), true);
	case -EMSGSIZE:
		return leave_out(tee, outlet, N_("a record is longer than its ring can take"), true);
	default:
		return leave_out(tee, outlet, reason_of_ring(err), true);
	}
}

/* Before we wait for anybody, all others should have what they can have. */
static void flush(struct tee *tee)
{
	output_flush(&tee->output);
	report(tee);
}

static int wait_for_room(struct tee *tee, struct outlet *outlet, size_t size)
{
	int err = ipcshow_producer_error(outlet->producer);

	if (err)
		return err;
	flush(tee);
	do {
		err = ipcshow_producer_wait(outlet->producer, size, PROGRESS_MS * 1000000LL);
		report(tee);
	} while (err == -EINTR || err == -ETIMEDOUT);
	return err;
}

static void put(struct tee *tee, struct outlet *outlet, const void *record, size_t size)
{
	void *room;
	int err;

	while (!(room = ipcshow_producer_reserve(outlet->producer, size))) {
		err = wait_for_room(tee, outlet, size);
		if (err) {
			leave_out_consumer(tee, outlet, err);
			return;
		}
	}
	memcpy(room, record, size);
	ipcshow_producer_commit(outlet->producer, size);
}

static void write_out(struct tee *tee, struct outlet *outlet, const void *record, size_t size)
{
	output_put(&tee->output, record, size);
	if (tee->output.err)
		leave_out(tee, outlet, strerror(-tee->output.err), tee->output.err != -EPIPE);
}

static void pass_on(struct tee *tee, const void *record, size_t size)
{
	size_t i;

	for (i = 0; i < tee->nr_outlets; i++) {
		struct outlet *outlet = &tee->outlets[i];

		if (outlet->gone)
			continue;
		if (outlet->producer)
			put(tee, outlet, record, size);
		else
			write_out(tee, outlet, record, size);
	}
}

/* Who has left, while there is room for all that is passed on? @last: then who has may well have. */
static void look_at_outlets(struct tee *tee, bool last)
{
	size_t i;
	int err;

	for (i = 0; i < tee->nr_outlets; i++) {
		struct outlet *outlet = &tee->outlets[i];

		if (outlet->gone)
			continue;
		if (!outlet->producer) {
			if (!last && output_is_closed())
				leave_out(tee, outlet, strerror(EPIPE), false);
			continue;
		}
		err = ipcshow_producer_wait(outlet->producer, 0, 0);
		if (last ? err == -EOWNERDEAD : err && err != -ETIMEDOUT && err != -EINTR)
			leave_out_consumer(tee, outlet, err);
	}
}

/* Also where a record comes now and then: it may be long until a ring is full of them. */
static void look_now_and_then(struct tee *tee)
{
	__s64 now = now_ns();

	if (now - tee->looked_ns < PROGRESS_MS * 1000000LL)
		return;
	tee->looked_ns = now;
	look_at_outlets(tee, false);
}

/* Return: why no more come, or 0: there is nobody left to pass them on to. */
static int tee_all(struct tee *tee)
{
	unsigned int passed = 0;
	const void *record;
	size_t size;
	int err;

	while (tee->nr_left) {
		record = inlet_peek(&tee->inlet, &size);
		if (record) {
			pass_on(tee, record, size);
			inlet_release(&tee->inlet);
			if (++passed % REPORT_RECORDS == 0)
				report(tee);
			continue;
		}
		err = inlet_error(&tee->inlet);
		if (err)
			return err;
		flush(tee);
		inlet_wait(&tee->inlet, PROGRESS_MS * 1000000LL);
		look_now_and_then(tee);
	}
	return 0;
}

static int open_outlets(struct tee *tee, char **paths, size_t nr)
{
	size_t i;
	int err;

	for (i = 0; i < nr; i++) {
		struct outlet *outlet = &tee->outlets[i];

		if (strcmp(paths[i], "-")) {
			err = attach_producer(&outlet->at, paths[i], &tee->options,
					      &outlet->producer);
			if (err)
				return err;
		}
		tee->nr_outlets++;
		tee->nr_left++;
	}
	return 0;
}

static void close_outlets(struct tee *tee)
{
	size_t i;

	for (i = 0; i < tee->nr_outlets; i++) {
		ipcshow_producer_close(tee->outlets[i].producer);
		if (tee->outlets[i].producer)
			detach(&tee->outlets[i].at);
	}
}

static enum exit_status run(struct tee *tee)
{
	struct ipcshow_ring_stats stats;
	bool to_stdout = false;
	size_t i;
	int err;

	for (i = 0; i < tee->nr_outlets; i++)
		to_stdout |= !tee->outlets[i].producer;
	progress_begin(&tee->progress, tee->options.quiet);
	err = tee_all(tee);
	look_at_outlets(tee, true);
	flush(tee);
	close_outlets(tee);
	progress_clear();
	if (to_stdout && output_close(&tee->output) && tee->nr_left) {
		if (tee->output.err != -EPIPE)
			complain(P_("write failed"), strerror(-tee->output.err));
		tee->failed = true;
	}
	inlet_report(&tee->inlet, &stats);
	inlet_complain(&tee->inlet, err, stats.records);
	if (stats.lost)
		note(tee->inlet.at.path, "%llu records were lost", stats.lost);
	if (tee->options.stats)
		progress_sum(&tee->progress, &stats);
	/* Records that nobody got, or that did not come. */
	tee->failed |= !tee->nr_left || (err && err != -EPIPE) || tee->inlet.failed;
	inlet_close(&tee->inlet);
	return tee->failed ? EXIT_FAILED : EXIT_OK;
}

static void check_paths(char **paths, int nr)
{
	int i, to_stdout = 0;

	for (i = 0; i < nr; i++)
		to_stdout += !strcmp(paths[i], "-");
	if (to_stdout > 1)
		bad_usage("standard output twice");
}

enum exit_status tee_main(int argc, char **argv)
{
	static struct tee tee = {
		.options = { .framing = { .delimiter = '\n' }, .timeout_ns = IPCSHOW_FOREVER },
	};
	char **paths;
	int option;

	while ((option = next_option(argc, argv, ":" END_LETTERS, long_options)) != -1)
		end_option(&tee.options, option, help);
	paths = paths_left(argc, argv, 2, OUTLETS_MAX + 1, "a path to read from and one to write to "
			   "are needed");
	check_paths(paths + 1, argc - optind - 1);
	tee.output.framing = tee.options.framing;

	/* First, so that nothing is lost meanwhile. */
	if (open_outlets(&tee, paths + 1, (size_t)(argc - optind - 1)) ||
	    inlet_open(&tee.inlet, paths[0], &tee.options))
		return EXIT_FAILED;
	return run(&tee);
}
