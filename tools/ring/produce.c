// SPDX-License-Identifier: GPL-2.0
/* ipcshow-ring produce: records from standard input. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attachment.h"
#include "complaint.h"
#include "input.h"
#include "progress.h"
#include "ring.h"

static const char help[] = N_(
	"Usage: ipcshow-ring produce [options] PATH\n"
	"\n"
	"Pass lines of standard input, without their newlines, to a consumer at PATH, and\n"
	"wait for it where there is none.\n"
	"\n");

static const struct option long_options[] = { END_OPTIONS, { 0 } };

/**
 * struct produce - a producer
 * @options: the user's
 * @at: where
 * @producer: its end of the ring
 * @input: where the records come from
 * @progress: how far
 */
struct produce {
	struct end_options options;
	struct attachment at;
	struct ipcshow_producer *producer;
	struct input input;
	struct progress progress;
};

static const char *parse(struct end_options *options, int argc, char **argv)
{
	int option;

	while ((option = next_option(argc, argv, ":" END_LETTERS, long_options)) != -1)
		end_option(options, option, help);
	return paths_left(argc, argv, 1, 1, "a path is needed")[0];
}

static void report(struct produce *produce)
{
	struct ipcshow_ring_stats stats;

	ipcshow_producer_stats(produce->producer, &stats);
	page_write(produce->at.page, &stats);
	progress_tell(&produce->progress, &stats);
}

static __s64 patience(const struct produce *produce)
{
	return produce->progress.active ? PROGRESS_MS * 1000000LL : IPCSHOW_FOREVER;
}

static int wait_for_room(struct produce *produce, size_t size)
{
	int err = ipcshow_producer_error(produce->producer);

	if (err)
		return err;
	do {
		report(produce);
		err = ipcshow_producer_wait(produce->producer, size, patience(produce));
	} while (err == -EINTR || err == -ETIMEDOUT);
	return err;
}

/* All records that were read and are complete. @bad: out: it is the input's fault. */
static int pass_on(struct produce *produce, int *bad)
{
	struct ipcshow_producer *producer = produce->producer;
	const char *record;
	size_t size;
	void *room;
	int err;

	while ((*bad = input_next(&produce->input, &record, &size)) == 1) {
		while (!(room = ipcshow_producer_reserve(producer, size))) {
			err = wait_for_room(produce, size);
			if (err) {
				*bad = 0;
				return err;
			}
		}
		memcpy(room, record, size);
		ipcshow_producer_commit(producer, size);
	}
	return 0;
}

static int produce_all(struct produce *produce, int *bad)
{
	struct input *input = &produce->input;
	int fd = ipcshow_producer_fd(produce->producer);
	int timeout_ms = produce->progress.active ? PROGRESS_MS : -1;
	int err;

	*bad = 0;
	while (!input->eof) {
		report(produce);
		err = input_wait(fd, timeout_ms);
		if (err < 0)
			return ipcshow_producer_wait(produce->producer, 0, 0);
		if (!err)
			continue;
		*bad = input_fill(input);
		if (*bad)
			return 0;
		err = pass_on(produce, bad);
		if (err || *bad)
			return err;
	}
	/* Who has left in order may have had all that it wanted. */
	err = ipcshow_producer_wait(produce->producer, 0, 0);
	return err == -EOWNERDEAD ? err : 0;
}

static void complain_of_end(const struct produce *produce, int err, __u64 records)
{
	switch (err) {
	case -EPIPE:
		note(produce->at.path, "the consumer has left; %llu records were produced", records);
		break;
	case -EOWNERDEAD:
		note(produce->at.path, "the consumer died; %llu records were produced", records);
		break;
	default:
		complain_of_path(produce->at.path, reason_of_ring(err));
	}
}

static enum exit_status run(struct produce *produce)
{
	struct ipcshow_ring_stats stats;
	int bad, err;

	ipcshow_producer_stats(produce->producer, &stats);
	if (input_open(&produce->input, &produce->options.framing,
		       stats.ring_size / 2 - IPCSHOW_RING_HEADER_)) {
		complain(P_("no memory"), strerror(ENOMEM));
		return EXIT_FAILED;
	}
	progress_begin(&produce->progress, produce->options.quiet);
	err = produce_all(produce, &bad);
	report(produce);
	ipcshow_producer_stats(produce->producer, &stats);
	ipcshow_producer_close(produce->producer);
	progress_clear();
	if (err)
		complain_of_end(produce, err, stats.records);
	if (bad)
		input_complain(&produce->input, bad);
	if (produce->options.stats)
		progress_sum(&produce->progress, &stats);
	return err || bad ? EXIT_FAILED : EXIT_OK;
}

enum exit_status produce_main(int argc, char **argv)
{
	static struct produce produce = {
		.options = { .framing = { .delimiter = '\n' }, .timeout_ns = IPCSHOW_FOREVER },
	};
	const char *path = parse(&produce.options, argc, argv);
	enum exit_status status;

	if (attach_producer(&produce.at, path, &produce.options, &produce.producer))
		return EXIT_FAILED;
	status = run(&produce);
	detach(&produce.at);
	return status;
}
