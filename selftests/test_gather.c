// SPDX-License-Identifier: GPL-2.0
/* Several producers and one consumer: what ipcshow_gather_*() does. */
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "ring_pair.h"
#include "test.h"

#define PRODUCERS	5
#define RECORDS		2000
#define SIZE_MAX_	600

FIXTURE(gather) {
	struct ipcshow_gather *gather;
	pid_t pids[PRODUCERS];
};

FIXTURE_VARIANT(gather) {
	__u32 backing;
};

FIXTURE_VARIANT_ADD(gather, memfd) { 0 };
FIXTURE_VARIANT_ADD(gather, module) { IPCSHOW_RING_MODULE };

FIXTURE_SETUP(gather)
{
	if (variant->backing && !ring_has_module())
		SKIP_FIXTURE("no module");
	ASSERT_EQ(0, ipcshow_gather_open(&self->gather));
}

FIXTURE_TEARDOWN(gather)
{
	size_t i;

	ipcshow_gather_close(self->gather);
	for (i = 0; i < PRODUCERS; i++)
		if (self->pids[i] > 0) {
			kill(self->pids[i], SIGKILL);
			waitpid(self->pids[i], NULL, 0);
		}
}

/* Records of the stream @seed; -1: until killed. */
static void produce(int sock, __u32 backing, __u64 seed, long count)
{
	struct ipcshow_ring_options options = {
		.size = sizeof(options), .flags = backing, .ring_size = RING_SIZE_MIN,
	};
	struct ipcshow_producer *producer;
	void *room;
	size_t size;
	long i;

	if (ipcshow_producer_open(&producer, sock, &options))
		_exit(1);
	for (i = 0; i != count; i++) {
		size = ring_record_size(seed, i, SIZE_MAX_);
		while (!(room = ipcshow_producer_reserve(producer, size)))
			if (ipcshow_producer_wait(producer, size, IPCSHOW_FOREVER))
				_exit(2);
		ring_record_fill(room, size, seed, i);
		ipcshow_producer_commit(producer, size);
	}
	ipcshow_producer_close(producer);
	_exit(0);
}

/* A process that produces; its tag is its index. */
static int add(struct _test_data_gather *self, size_t i, __u32 backing, long count)
{
	int socks[2];

	ring_sockets(socks);
	self->pids[i] = fork();
	if (!self->pids[i]) {
		close(socks[0]);
		produce(socks[1], backing, i, count);
	}
	close(socks[1]);
	return ipcshow_gather_add(self->gather, socks[0], NULL, (void *)i);
}

/* It says of each that is left what was taken of it; false: it does not. */
static bool stats_are(const struct ipcshow_gather *gather, const __u64 *records, size_t left)
{
	struct ipcshow_gathered about;
	size_t i;

	for (i = 0; ipcshow_gather_stats(gather, i, &about); i++)
		if (about.stats.records != records[(size_t)about.tag])
			return false;
	return i == left;
}

TEST_F(gather, in_order)
{
	__u64 next[PRODUCERS] = { 0 };
	struct ipcshow_gathered ended;
	size_t i, size, left = PRODUCERS;
	const void *record;
	void *tag;
	int ret;

	for (i = 0; i < PRODUCERS; i++)
		ASSERT_EQ(0, add(self, i, variant->backing, RECORDS));
	while (left) {
		ret = ipcshow_gather_wait(self->gather, 60 * SECOND);
		ASSERT_EQ(0, ret);
		while ((record = ipcshow_gather_peek(self->gather, &size, &tag))) {
			i = (size_t)tag;
			ASSERT_TRUE(ring_record_is(record, size, i, next[i], SIZE_MAX_));
			next[i]++;
			ipcshow_gather_release(self->gather);
		}
		ASSERT_TRUE(stats_are(self->gather, next, left));
		while (ipcshow_gather_reap(self->gather, &ended)) {
			EXPECT_EQ(-EPIPE, ended.error);
			EXPECT_EQ(RECORDS, ended.stats.records);
			EXPECT_EQ(RECORDS, next[(size_t)ended.tag]);
			left--;
		}
	}
	EXPECT_EQ(-ENODATA, ipcshow_gather_wait(self->gather, IPCSHOW_FOREVER));
}

/* Each has its turn, however much the first has to say. */
TEST_F(gather, fair)
{
	size_t i, size, seen = 0, n = 0;
	bool from[PRODUCERS] = { false };
	void *tag;

	for (i = 0; i < PRODUCERS; i++)
		ASSERT_EQ(0, add(self, i, variant->backing, -1));
	while (seen < PRODUCERS) {
		ASSERT_EQ(0, ipcshow_gather_wait(self->gather, 60 * SECOND));
		if (!ipcshow_gather_peek(self->gather, &size, &tag))
			continue;
		seen += !from[(size_t)tag];
		from[(size_t)tag] = true;
		ipcshow_gather_release(self->gather);
		ASSERT_LT(n++, 10000000);
	}
}

TEST_F(gather, one_dies)
{
	struct ipcshow_gathered ended;
	size_t i, size, dead = 2;
	__u64 after = 0;
	void *tag;

	for (i = 0; i < PRODUCERS; i++)
		ASSERT_EQ(0, add(self, i, variant->backing, -1));
	kill(self->pids[dead], SIGKILL);
	while (!ipcshow_gather_reap(self->gather, &ended)) {
		ASSERT_EQ(0, ipcshow_gather_wait(self->gather, 60 * SECOND));
		if (ipcshow_gather_peek(self->gather, &size, &tag))
			ipcshow_gather_release(self->gather);
	}
	EXPECT_EQ(dead, (size_t)ended.tag);
	EXPECT_EQ(-EOWNERDEAD, ended.error);
	while (after < 1000) {
		ASSERT_EQ(0, ipcshow_gather_wait(self->gather, 60 * SECOND));
		if (!ipcshow_gather_peek(self->gather, &size, &tag))
			continue;
		ASSERT_NE(dead, (size_t)tag);
		ipcshow_gather_release(self->gather);
		after++;
	}
	EXPECT_FALSE(ipcshow_gather_reap(self->gather, &ended));
}

/* The end of one is seen, too, by who always finds records of another, and so never waits. */
TEST_F(gather, one_dies_of_busy_ones)
{
	const int64_t deadline = ring_clock() + 10 * SECOND * scale();
	struct ipcshow_gathered ended = { 0 };
	bool reaped = false;
	size_t size;

	ASSERT_EQ(0, add(self, 0, variant->backing, -1));
	ASSERT_EQ(0, add(self, 1, variant->backing, -1));
	kill(self->pids[1], SIGKILL);
	while (!reaped && ring_clock() < deadline) {
		if (ipcshow_gather_peek(self->gather, &size, NULL))
			ipcshow_gather_release(self->gather);
		reaped = ipcshow_gather_reap(self->gather, &ended);
	}
	EXPECT_TRUE(reaped);
	EXPECT_EQ(1, (size_t)ended.tag);
	EXPECT_EQ(-EOWNERDEAD, ended.error);
}

/* What was peeked at is what is released, whoever is let go meanwhile. */
TEST_F(gather, reap_before_release)
{
	struct ipcshow_gathered ended;
	size_t i, size, taken[3] = { 0 };
	void *tag;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, add(self, i, variant->backing, i != 1));
		waitpid(self->pids[i], NULL, 0);
		self->pids[i] = 0;
	}
	do {
		ASSERT_NE(NULL, ipcshow_gather_peek(self->gather, &size, &tag));
		taken[(size_t)tag]++;
		i = ipcshow_gather_reap(self->gather, &ended);
		ipcshow_gather_release(self->gather);
	} while (!i);
	EXPECT_EQ(1, (size_t)ended.tag);
	while (ipcshow_gather_peek(self->gather, &size, &tag)) {
		taken[(size_t)tag]++;
		ipcshow_gather_release(self->gather);
	}
	EXPECT_EQ(1, taken[0]);
	EXPECT_EQ(1, taken[2]);
}

TEST_F(gather, poll)
{
	struct pollfd news;
	size_t size;
	void *tag;

	ASSERT_EQ(0, add(self, 0, variant->backing, 1));
	ASSERT_EQ(0, add(self, 1, variant->backing, 0));
	news = (struct pollfd){ .fd = ipcshow_gather_fd(self->gather), .events = POLLIN };
	while (!ipcshow_gather_peek(self->gather, &size, &tag))
		if (!ipcshow_gather_arm(self->gather))
			ASSERT_EQ(1, poll(&news, 1, 60000));
	EXPECT_EQ(0, (size_t)tag);
	EXPECT_TRUE(ring_record_is(ipcshow_gather_peek(self->gather, &size, NULL), size, 0, 0,
				   SIZE_MAX_));
}

TEST_F(gather, timeout)
{
	struct ring_pair quiet = { 0 };
	int socks[2];
	pid_t pid;

	ring_sockets(socks);
	pid = fork();
	if (!pid) {
		struct ipcshow_ring_options options = {
			.size = sizeof(options), .flags = variant->backing,
		};

		if (!ipcshow_producer_open(&quiet.producer, socks[1], &options))
			pause();
		_exit(1);
	}
	close(socks[1]);
	self->pids[0] = pid;
	ASSERT_EQ(0, ipcshow_gather_add(self->gather, socks[0], NULL, NULL));
	EXPECT_EQ(-ETIMEDOUT, ipcshow_gather_wait(self->gather, 0));
	EXPECT_EQ(-ETIMEDOUT, ipcshow_gather_wait(self->gather, 20 * MS));
	EXPECT_EQ(0, ipcshow_gather_arm(self->gather));
}

/* As from a consumer, and before there is any. */
TEST_F(gather, release_of_nothing)
{
	void *tag;
	size_t size;

	ipcshow_gather_release(self->gather);
	EXPECT_EQ(NULL, ipcshow_gather_peek(self->gather, &size, &tag));
}

TEST_F(gather, refuses_overwriting)
{
	ASSERT_EQ(-EOPNOTSUPP, add(self, 0, variant->backing | IPCSHOW_RING_OVERWRITE, 1));
	EXPECT_EQ(-ENODATA, ipcshow_gather_wait(self->gather, 0));
}

TEST_MAIN
