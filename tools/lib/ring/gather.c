// SPDX-License-Identifier: LGPL-2.1-or-later
/* Several producers, each with a ring of its own, and one consumer. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "end.h"

/* So many records of one producer are taken before others have their turn. */
#define BURST		64

/* Rounds through all producers before sleeping, unless one was added with NO_SPIN. */
#define SPINS		256

/* Most that one epoll_wait() tells of; the next one tells of others. */
#define EVENTS_MAX	16

/* So many records are taken, and then it is seen who has died: whoever always has some never waits. */
#define LOOK_EVERY	4096

/**
 * struct lane - a producer
 * @consumer: our end of its ring
 * @tag: the caller's
 */
struct lane {
	struct ipcshow_consumer *consumer;
	void *tag;
};

/**
 * struct ipcshow_gather - a consumer of several producers
 * @epoll: has the links of all lanes
 * @lanes: the producers
 * @nr: how many
 * @room: room in @lanes
 * @turn: the lane whose turn it is
 * @burst: records that it may have taken before that of the next
 * @taken: records, up to LOOK_EVERY
 * @spins: rounds through all producers before sleeping
 */
struct ipcshow_gather {
	int epoll;
	struct lane *lanes;
	size_t nr;
	size_t room;
	size_t turn;
	unsigned int burst;
	unsigned int taken;
	unsigned int spins;
};

int ipcshow_gather_open(struct ipcshow_gather **out)
{
	struct ipcshow_gather *gather = calloc(1, sizeof(*gather));
	int err;

	if (!gather)
		return -ENOMEM;
	gather->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (gather->epoll < 0) {
		err = -errno;
		free(gather);
		return err;
	}
	gather->spins = ring_end_may_spin() ? SPINS : 0;
	*out = gather;
	return 0;
}

static int make_room(struct ipcshow_gather *gather)
{
	size_t room = gather->room ? 2 * gather->room : 8;
	struct lane *lanes;

	if (gather->nr < gather->room)
		return 0;
	lanes = reallocarray(gather->lanes, room, sizeof(*lanes));
	if (!lanes)
		return -ENOMEM;
	gather->lanes = lanes;
	gather->room = room;
	return 0;
}

static int watch(struct ipcshow_gather *gather, struct ipcshow_consumer *consumer)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = consumer };

	return epoll_ctl(gather->epoll, EPOLL_CTL_ADD, ipcshow_consumer_fd(consumer), &event) ?
	       -errno : 0;
}

int ipcshow_gather_add(struct ipcshow_gather *gather, int sock,
		       const struct ipcshow_ring_options *options, void *tag)
{
	struct ipcshow_consumer *consumer;
	size_t size;
	int err;

	err = make_room(gather);
	if (err) {
		close(sock);
		return err;
	}
	err = ipcshow_consumer_open(&consumer, sock, options);
	if (err)
		return err;
	if (!ipcshow_consumer_peek(consumer, &size))
		err = ipcshow_consumer_error(consumer) == -EOPNOTSUPP ? -EOPNOTSUPP : 0;
	if (!err)
		err = watch(gather, consumer);
	if (err) {
		ipcshow_consumer_close(consumer);
		return err;
	}
	if (options && options->flags & IPCSHOW_RING_NO_SPIN)
		gather->spins = 0;
	gather->lanes[gather->nr++] = (struct lane){ .consumer = consumer, .tag = tag };
	return 0;
}

static void next_turn(struct ipcshow_gather *gather)
{
	gather->turn = gather->turn + 1 < gather->nr ? gather->turn + 1 : 0;
	gather->burst = BURST;
}

const void *ipcshow_gather_peek(struct ipcshow_gather *gather, size_t *size, void **tag)
{
	const void *record;
	size_t i;

	if (!gather->burst)
		next_turn(gather);
	for (i = 0; i < gather->nr; i++) {
		record = ipcshow_consumer_peek(gather->lanes[gather->turn].consumer, size);
		if (record) {
			if (tag)
				*tag = gather->lanes[gather->turn].tag;
			return record;
		}
		next_turn(gather);
	}
	return NULL;
}

/* Whose link has hung up, and whose records were taken, has ended: one look tells the consumer. */
static void look_for_ends(struct ipcshow_gather *gather)
{
	struct epoll_event events[EVENTS_MAX];
	int i, nr = epoll_wait(gather->epoll, events, EVENTS_MAX, 0);

	for (i = 0; i < nr; i++)
		if (events[i].events & EPOLLHUP)
			ipcshow_consumer_wait(events[i].data.ptr, 0);
}

void ipcshow_gather_release(struct ipcshow_gather *gather)
{
	/* As a consumer bears it that nothing was peeked at. */
	if (!gather->nr)
		return;
	ipcshow_consumer_release(gather->lanes[gather->turn].consumer);
	if (gather->burst)
		gather->burst--;
	if (++gather->taken >= LOOK_EVERY) {
		gather->taken = 0;
		look_for_ends(gather);
	}
}

bool ipcshow_gather_stats(const struct ipcshow_gather *gather, size_t i,
			  struct ipcshow_gathered *about)
{
	const struct lane *lane;

	if (i >= gather->nr)
		return false;
	lane = &gather->lanes[i];
	*about = (struct ipcshow_gathered){
		.tag = lane->tag, .error = ipcshow_consumer_error(lane->consumer),
	};
	ipcshow_consumer_stats(lane->consumer, &about->stats);
	return true;
}

bool ipcshow_gather_reap(struct ipcshow_gather *gather, struct ipcshow_gathered *ended)
{
	struct lane *lane;
	size_t i;

	for (i = 0; i < gather->nr; i++) {
		lane = &gather->lanes[i];
		if (!ipcshow_consumer_error(lane->consumer))
			continue;
		ipcshow_gather_stats(gather, i, ended);
		/* Closing it would do, but not where a child has inherited it. */
		epoll_ctl(gather->epoll, EPOLL_CTL_DEL, ipcshow_consumer_fd(lane->consumer), NULL);
		ipcshow_consumer_close(lane->consumer);
		*lane = gather->lanes[--gather->nr];
		/* What was peeked at is that of the last one, which is here now: it is to be released. */
		if (gather->turn == gather->nr)
			gather->turn = i < gather->nr ? i : 0;
		return true;
	}
	return false;
}

/* Is there a record, or an end? */
static bool has_news(struct ipcshow_gather *gather)
{
	size_t i, size;

	for (i = 0; i < gather->nr; i++) {
		struct ipcshow_consumer *consumer = gather->lanes[i].consumer;

		if (ipcshow_consumer_peek(consumer, &size) || ipcshow_consumer_error(consumer))
			return true;
	}
	return false;
}

int ipcshow_gather_arm(struct ipcshow_gather *gather)
{
	size_t i;

	for (i = 0; i < gather->nr; i++)
		if (ipcshow_consumer_arm(gather->lanes[i].consumer))
			return 1;
	return 0;
}

static int sleep_until(struct ipcshow_gather *gather, __s64 deadline)
{
	struct epoll_event events[EVENTS_MAX];
	__s64 left = clock_left(deadline);
	int ret, ms = -1;

	if (left != IPCSHOW_FOREVER)
		ms = left / 1000000 < 1 << 30 ? (int)((left + 999999) / 1000000) : 1 << 30;
	ret = epoll_wait(gather->epoll, events, EVENTS_MAX, ms);
	if (ret < 0)
		return -errno;
	/* Also when somebody rings all the time. */
	return left ? 0 : -ETIMEDOUT;
}

int ipcshow_gather_wait(struct ipcshow_gather *gather, __s64 timeout_ns)
{
	__s64 deadline;
	unsigned int i;
	int ret;

	if (!gather->nr)
		return -ENODATA;
	for (i = 0; i <= (timeout_ns ? gather->spins : 0); i++) {
		if (has_news(gather))
			return 0;
		ring_end_pause();
	}
	deadline = clock_deadline(timeout_ns);
	while (!ipcshow_gather_arm(gather)) {
		ret = sleep_until(gather, deadline);
		if (ret)
			return has_news(gather) ? 0 : ret;
	}
	return 0;
}

int ipcshow_gather_fd(const struct ipcshow_gather *gather)
{
	return gather->epoll;
}

void ipcshow_gather_close(struct ipcshow_gather *gather)
{
	size_t i;

	if (!gather)
		return;
	for (i = 0; i < gather->nr; i++)
		ipcshow_consumer_close(gather->lanes[i].consumer);
	close(gather->epoll);
	free(gather->lanes);
	free(gather);
}
