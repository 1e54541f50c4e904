// SPDX-License-Identifier: GPL-2.0
/* Where records come from, if it is many producers, which come and go. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "complaint.h"
#include "inlet.h"
#include "now.h"
#include "ring.h"

/* How long a producer that was announced may take until it has a ring to offer. */
#define PATIENCE_NS	(5 * SECOND_NS)

/*
 * It sends its offer at once and whole, or it is none of ours: where there is some of it, all others
 * would be kept waiting for the rest. 0 would be what the library takes for enough.
 */
#define OFFER_NS	1

/**
 * struct source - a producer
 * @id: of the stream
 * @page: for statistics, or NULL
 */
struct source {
	__u64 id;
	struct page *page;
};

/**
 * struct many - many producers
 * @gather: their rings
 * @sources: they
 * @nr: how many
 * @room: room in @sources
 * @ended: sums of those that have ended
 * @flags: IPCSHOW_RING_*
 * @offer: socket of one that was announced and has not offered its ring, or -1
 * @offer_ns: until when it may
 * @left: the broker has ended: no more come
 */
struct many {
	struct ipcshow_gather *gather;
	struct source **sources;
	size_t nr;
	size_t room;
	struct ipcshow_ring_stats ended;
	__u32 flags;
	int offer;
	__s64 offer_ns;
	bool left;
};

static void expect_offer(struct many *many, int sock)
{
	many->offer = sock;
	many->offer_ns = now_ns() + PATIENCE_NS;
}

static struct source *add_source(struct inlet *inlet)
{
	struct many *many = inlet->many;
	struct source **sources = many->sources, *source;

	if (many->nr == many->room) {
		sources = reallocarray(sources, 2 * many->room + 8, sizeof(*sources));
		if (!sources)
			return NULL;
		many->sources = sources;
		many->room = 2 * many->room + 8;
	}
	source = calloc(1, sizeof(*source));
	if (!source)
		return NULL;
	source->id = inlet->at.id;
	source->page = inlet->at.page;
	many->sources[many->nr++] = source;
	return source;
}

static void remove_source(struct many *many, struct source *source)
{
	size_t i;

	for (i = 0; many->sources[i] != source; i++)
		;
	many->sources[i] = many->sources[--many->nr];
	page_unmap(source->page);
	free(source);
}

/* @offer has something to offer. */
static int take_ring(struct inlet *inlet)
{
	struct many *many = inlet->many;
	struct ipcshow_ring_options wanted = {
		.size = sizeof(wanted),
		.flags = many->flags,
		.ring_size = inlet->at.ring_size,
		.timeout_ns = OFFER_NS,
	};
	struct source *source = add_source(inlet);
	int err;

	if (!source) {
		close(many->offer);
		page_unmap(inlet->at.page);
		rendezvous_say(inlet->at.control, RENDEZVOUS_LEFT, inlet->at.id);
		return -ENOMEM;
	}
	err = ipcshow_gather_add(many->gather, many->offer, &wanted, source);
	rendezvous_say(inlet->at.control, err ? RENDEZVOUS_LEFT : RENDEZVOUS_MET, source->id);
	if (err)
		remove_source(many, source);
	return err;
}

/* Nothing may be peeked at when this is called. */
static void look_at_offer(struct inlet *inlet)
{
	struct many *many = inlet->many;
	struct pollfd offer = { .fd = many->offer, .events = POLLIN };
	int err;

	if (many->offer < 0)
		return;
	if (poll(&offer, 1, 0) == 1) {
		err = take_ring(inlet);
		/* One that has left meanwhile is none. */
		if (err && err != -EPIPE)
			note(inlet->at.path, "no ring of a producer: %s", P_(reason_of_ring(err)));
	} else if (now_ns() < many->offer_ns) {
		return;
	} else {
		close(many->offer);
		page_unmap(inlet->at.page);
		rendezvous_say(inlet->at.control, RENDEZVOUS_LEFT, inlet->at.id);
	}
	many->offer = -1;
	inlet->at.page = NULL;
	/* The next one, please. */
	rendezvous_say(inlet->at.control, RENDEZVOUS_CONSUME, 0);
}

/* As above. */
static void look_at_broker(struct inlet *inlet)
{
	struct many *many = inlet->many;
	int sock, err;

	if (many->left || many->offer >= 0)
		return;
	err = attachment_next(&inlet->at, &sock);
	if (!err)
		expect_offer(many, sock);
	else if (err != -EAGAIN)
		many->left = true;
}

static void add_stats(struct ipcshow_ring_stats *sum, const struct ipcshow_ring_stats *stats)
{
	sum->records += stats->records;
	sum->bytes += stats->bytes;
	sum->waits += stats->waits;
	sum->wakes += stats->wakes;
}

static void reap(struct inlet *inlet)
{
	struct many *many = inlet->many;
	struct ipcshow_gathered ended;

	while (ipcshow_gather_reap(many->gather, &ended)) {
		struct source *source = ended.tag;

		if (ended.error != -EPIPE) {
			inlet->failed++;
			inlet_complain(inlet, ended.error, ended.stats.records);
		}
		add_stats(&many->ended, &ended.stats);
		page_write(source->page, &ended.stats);
		rendezvous_say(inlet->at.control, RENDEZVOUS_LEFT, source->id);
		remove_source(many, source);
	}
}

static const void *peek(struct inlet *inlet, size_t *size)
{
	return ipcshow_gather_peek(inlet->many->gather, size, NULL);
}

static void release(struct inlet *inlet)
{
	ipcshow_gather_release(inlet->many->gather);
}

static int error(struct inlet *inlet)
{
	struct many *many = inlet->many;

	reap(inlet);
	return many->left && !many->nr && many->offer < 0 ? -EPIPE : 0;
}

/* Milliseconds until @timeout_ns is over, or the patience with an offer. */
static int poll_ms(const struct many *many, __s64 timeout_ns)
{
	__s64 ms = timeout_ns < 0 ? -1 : timeout_ns / 1000000 + 1;

	if (many->offer >= 0 && (ms < 0 || ms > PATIENCE_NS / 1000000))
		ms = PATIENCE_NS / 1000000 + 1;
	return ms > 1000000 ? 1000000 : (int)ms;
}

static int wait(struct inlet *inlet, __s64 timeout_ns)
{
	struct many *many = inlet->many;
	struct pollfd fds[] = {
		{ .fd = ipcshow_gather_fd(many->gather), .events = POLLIN },
		{ .fd = many->offer, .events = POLLIN },
		{ .fd = many->left ? -1 : inlet->at.control, .events = POLLIN },
	};
	int ret;

	/* As long as it spins, and no longer: the broker has news, too. */
	if (many->nr && !ipcshow_gather_wait(many->gather, 1))
		return 0;
	if (many->nr && ipcshow_gather_arm(many->gather))
		return 0;
	/* One at a time. */
	if (many->offer >= 0)
		fds[2].fd = -1;
	ret = poll(fds, 3, poll_ms(many, timeout_ns));
	if (ret < 0)
		return -errno;
	look_at_offer(inlet);
	look_at_broker(inlet);
	return ret ? 0 : -ETIMEDOUT;
}

static void report(struct inlet *inlet, struct ipcshow_ring_stats *stats)
{
	struct many *many = inlet->many;
	struct ipcshow_gathered about;
	struct source *source;
	size_t i;

	/* Here, too: who always finds records never waits. */
	reap(inlet);
	*stats = many->ended;
	for (i = 0; ipcshow_gather_stats(many->gather, i, &about); i++) {
		source = about.tag;
		page_write(source->page, &about.stats);
		add_stats(stats, &about.stats);
	}
	look_at_offer(inlet);
	look_at_broker(inlet);
}

static void close_many(struct inlet *inlet)
{
	struct many *many = inlet->many;

	ipcshow_gather_close(many->gather);
	while (many->nr)
		remove_source(many, many->sources[0]);
	if (many->offer >= 0)
		close(many->offer);
	free(many->sources);
	free(many);
	detach(&inlet->at);
}

const struct inlet_kind inlet_many = {
	.peek = peek,
	.release = release,
	.error = error,
	.wait = wait,
	.report = report,
	.close = close_many,
};

/**
 * inlet_gather() - the records of many
 * @inlet: with @at
 * @sock: to the first of them
 * @flags: IPCSHOW_RING_*
 *
 * Return: 0 or a negative errno.
 */
int inlet_gather(struct inlet *inlet, int sock, __u32 flags)
{
	int err;

	inlet->many = calloc(1, sizeof(*inlet->many));
	if (!inlet->many)
		return -ENOMEM;
	inlet->many->flags = flags;
	expect_offer(inlet->many, sock);
	err = ipcshow_gather_open(&inlet->many->gather);
	if (err)
		free(inlet->many);
	return err;
}
