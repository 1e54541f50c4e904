// SPDX-License-Identifier: GPL-2.0
/* ipcshow-ring consume: records to standard output. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "complaint.h"
#include "inlet.h"
#include "now.h"
#include "output.h"
#include "progress.h"
#include "ring.h"

/* So often, more records are looked for before those that there are are written. */
#define LOOKS		32

/* How old a record that is not written may get while there are always more. */
#define OLD_NS		1000000LL

/* How often to see whether standard output is still there. */
#define LOOK_NS		1000000000LL

static const char help[] = N_(
	"Usage: ipcshow-ring consume [options] PATH\n"
	"\n"
	"Write what a producer at PATH produces to standard output, each record on a\n"
	"line, and wait for one where there is none. Ends when the producer does; with\n"
	"many, when they and ipcshow-ring create have.\n"
	"\n"
	" -n, --count N       end after so many records\n");

static const struct option long_options[] = {
	{ "count", required_argument, NULL, 'n' },
	END_OPTIONS,
	{ 0 }
};

/**
 * struct consume - a consumer
 * @options: the user's
 * @inlet: where the records come from
 * @output: where they go
 * @progress: how far
 * @records: taken so far
 * @stats: what the inlet last said
 * @old_ns: when what is in @output will be old; 0: nothing is
 */
struct consume {
	struct end_options options;
	struct inlet inlet;
	struct output output;
	struct progress progress;
	__u64 records;
	struct ipcshow_ring_stats stats;
	__s64 old_ns;
};

static const char *parse(struct end_options *options, int argc, char **argv)
{
	int option;

	while ((option = next_option(argc, argv, ":" END_LETTERS "n:", long_options)) != -1) {
		if (option == 'n')
			options->count = parse_count("not a number of records", optarg);
		else
			end_option(options, option, help);
	}
	return paths_left(argc, argv, 1, 1, "a path is needed")[0];
}

static void flush(struct consume *consume)
{
	consume->old_ns = 0;
	output_flush(&consume->output);
	inlet_report(&consume->inlet, &consume->stats);
	progress_tell(&consume->progress, &consume->stats);
}

/* Take what is there, up to a bufferful. False: that is all. */
static bool take(struct consume *consume)
{
	struct inlet *inlet = &consume->inlet;
	__u64 most = consume->options.count ? consume->options.count : UINT64_MAX;
	__u64 records = consume->records;
	const void *record;
	size_t size, taken;

	/* However short they are, they take time: those that are empty count too. */
	for (taken = 0; taken < OUTPUT_BYTES && records < most; taken += size + 1) {
		record = inlet_peek(inlet, &size);
		if (!record)
			break;
		output_put(&consume->output, record, size);
		inlet_release(inlet);
		records++;
	}
	consume->records = records;
	return taken >= OUTPUT_BYTES;
}

/* The ring is empty. Is what we have old, or does nothing come soon? */
static bool is_time_to_write(struct consume *consume)
{
	size_t size;
	__s64 now;
	int i;

	if (!consume->output.used)
		return true;
	now = now_ns();
	if (!consume->old_ns)
		consume->old_ns = now + OLD_NS;
	if (now >= consume->old_ns)
		return true;
	for (i = 0; i < LOOKS; i++)
		if (inlet_peek(&consume->inlet, &size))
			return false;
	return true;
}

/* Return: 0; or why no more come. */
static int wait_for_more(struct consume *consume)
{
	__s64 timeout = consume->progress.active ? PROGRESS_MS * 1000000LL : LOOK_NS;
	int err = inlet_error(&consume->inlet);

	if (err || !is_time_to_write(consume))
		return err;
	flush(consume);
	if (consume->output.err)
		return 0;
	err = inlet_wait(&consume->inlet, timeout);
	if (err == -ETIMEDOUT && output_is_closed())
		consume->output.err = -EPIPE;
	return err == -EINTR || err == -ETIMEDOUT ? 0 : err;
}

static int consume_all(struct consume *consume)
{
	__u64 most = consume->options.count;
	int err = 0;

	while (!err && !consume->output.err) {
		if (take(consume))
			flush(consume);
		else if (most && consume->records >= most)
			break;
		else
			err = wait_for_more(consume);
	}
	return err;
}

static bool complain_of_output(const struct consume *consume)
{
	if (consume->output.err && consume->output.err != -EPIPE)
		complain(P_("write failed"), strerror(-consume->output.err));
	return consume->output.err;
}

static enum exit_status run(struct consume *consume)
{
	bool failed;
	int err;

	progress_begin(&consume->progress, consume->options.quiet);
	err = consume_all(consume);
	flush(consume);
	output_close(&consume->output);
	progress_clear();
	failed = complain_of_output(consume) || (err && err != -EPIPE) || consume->inlet.failed;
	inlet_complain(&consume->inlet, err, consume->records);
	if (consume->stats.lost)
		note(consume->inlet.at.path, "%llu records were lost", consume->stats.lost);
	if (consume->options.stats)
		progress_sum(&consume->progress, &consume->stats);
	inlet_close(&consume->inlet);
	return failed ? EXIT_FAILED : EXIT_OK;
}

enum exit_status consume_main(int argc, char **argv)
{
	static struct consume consume = {
		.options = { .framing = { .delimiter = '\n' }, .timeout_ns = IPCSHOW_FOREVER },
	};
	const char *path = parse(&consume.options, argc, argv);

	if (inlet_open(&consume.inlet, path, &consume.options))
		return EXIT_FAILED;
	consume.output.framing = consume.options.framing;
	return run(&consume);
}
