// SPDX-License-Identifier: GPL-2.0
/* Where records come from, if it is one producer. */
#include <errno.h>
#include <stdlib.h>

#include "complaint.h"
#include "inlet.h"
#include "ring.h"

static const void *peek_plain(struct inlet *inlet, size_t *size)
{
	return ipcshow_consumer_peek(inlet->consumer, size);
}

static void release_plain(struct inlet *inlet)
{
	ipcshow_consumer_release(inlet->consumer);
}

static int error_plain(struct inlet *inlet)
{
	return ipcshow_consumer_error(inlet->consumer);
}

static int wait_plain(struct inlet *inlet, __s64 timeout_ns)
{
	return ipcshow_consumer_wait(inlet->consumer, timeout_ns);
}

static void report_plain(struct inlet *inlet, struct ipcshow_ring_stats *stats)
{
	ipcshow_consumer_stats(inlet->consumer, stats);
	page_write(inlet->at.page, stats);
}

static void close_plain(struct inlet *inlet)
{
	ipcshow_consumer_close(inlet->consumer);
	free(inlet->record);
	detach(&inlet->at);
}

const struct inlet_kind inlet_plain = {
	.peek = peek_plain,
	.release = release_plain,
	.error = error_plain,
	.wait = wait_plain,
	.report = report_plain,
	.close = close_plain,
};

static const void *peek_overwritten(struct inlet *inlet, size_t *size)
{
	ssize_t n;

	if (!inlet->held) {
		n = ipcshow_consumer_copy(inlet->consumer, inlet->record, inlet->room, NULL);
		if (n < 0)
			return NULL;
		inlet->held = true;
		inlet->size = (size_t)n;
	}
	*size = inlet->size;
	return inlet->record;
}

static void release_overwritten(struct inlet *inlet)
{
	inlet->held = false;
}

const struct inlet_kind inlet_overwritten = {
	.peek = peek_overwritten,
	.release = release_overwritten,
	.error = error_plain,
	.wait = wait_plain,
	.report = report_plain,
	.close = close_plain,
};

static int choose(struct inlet *inlet, int sock, __u32 flags)
{
	struct ipcshow_ring_stats stats;

	if (sock >= 0) {
		inlet->kind = &inlet_many;
		return inlet_gather(inlet, sock, flags);
	}
	if (!(inlet->at.flags & IPCSHOW_RING_OVERWRITE)) {
		inlet->kind = &inlet_plain;
		inlet->plain = inlet->consumer;
		return 0;
	}
	inlet->kind = &inlet_overwritten;
	ipcshow_consumer_stats(inlet->consumer, &stats);
	inlet->room = stats.ring_size;
	inlet->record = malloc(inlet->room);
	return inlet->record ? 0 : -ENOMEM;
}

/**
 * inlet_open() - become a consumer at @path
 * @inlet: out
 * @path: the rendezvous
 * @options: the user's
 *
 * Return: 0; or a negative errno, which was complained of.
 */
int inlet_open(struct inlet *inlet, const char *path, const struct end_options *options)
{
	int sock, err;

	*inlet = (struct inlet){ 0 };
	err = attach_consumer(&inlet->at, path, options, &inlet->consumer, &sock);
	if (err)
		return err;
	err = choose(inlet, sock, options->flags);
	if (err)
		complain_of_path(path, reason_of_ring(err));
	return err;
}

/* Why the records have ended, unless that is in order. */
void inlet_complain(const struct inlet *inlet, int err, __u64 records)
{
	switch (err) {
	case 0:
	case -EPIPE:
		break;
	case -EOWNERDEAD:
		note(inlet->at.path, "the producer died after %llu records", records);
		break;
	default:
		complain_of_path(inlet->at.path, reason_of_ring(err));
	}
}
