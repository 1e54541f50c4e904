// SPDX-License-Identifier: GPL-2.0
/* The rings of libipcshow: waiting, waking, and the end. */
#include <limits.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "shared_ring.h"

/* The library's calls, too, come here: as often as this says there is no memory for them. */
static int sends_without_memory;

ssize_t send(int fd, const void *buf, size_t size, int flags)
{
	if (sends_without_memory) {
		sends_without_memory--;
		errno = ENOBUFS;
		return -1;
	}
	return sendto(fd, buf, size, flags, NULL, 0);
}

static bool is_readable(int fd, int ms)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	return poll(&pollfd, 1, ms) == 1;
}

TEST_F(shared_ring, timeouts)
{
	static const __s64 timeouts[] = { 0, 1, 1000, 999999, 20 * MS, 1100 * MS };
	__s64 before, took;
	size_t i;

	fill_up(self->producer);
	for (i = 0; i < ARRAY_SIZE(timeouts); i++) {
		before = ring_clock();
		EXPECT_EQ(-ETIMEDOUT, ipcshow_producer_wait(self->producer, 64, timeouts[i]));
		took = ring_clock() - before;
		EXPECT_LE(timeouts[i], took);
		EXPECT_GT(timeouts[i] + 5 * SECOND * scale(), took);
	}
	while (ipcshow_consumer_peek_batch(self->consumer, &(struct iovec){ 0 }, 1))
		ipcshow_consumer_release(self->consumer);
	for (i = 0; i < ARRAY_SIZE(timeouts); i++) {
		before = ring_clock();
		EXPECT_EQ(-ETIMEDOUT, ipcshow_consumer_wait(self->consumer, timeouts[i]));
		took = ring_clock() - before;
		EXPECT_LE(timeouts[i], took);
		EXPECT_GT(timeouts[i] + 5 * SECOND * scale(), took);
	}
}

static int bytes_left(int fd)
{
	int bytes = 0;

	ioctl(fd, FIONREAD, &bytes);
	return bytes;
}

/* Who rings and has nothing to tell makes nobody wait for longer. */
TEST_F(shared_ring, timeouts_of_who_is_rung_for)
{
	static const char wakes[64 << 10];
	const int fds[] = {
		ipcshow_consumer_fd(self->consumer), ipcshow_producer_fd(self->producer),
	};
	size_t i;

	if (variant->backing)
		SKIP(return, "the module counts no wakes");
	fill_up(self->producer);
	while (ipcshow_consumer_peek_batch(self->consumer, &(struct iovec){ 0 }, 1))
		ipcshow_consumer_release(self->consumer);
	for (i = 0; i < ARRAY_SIZE(fds); i++)
		while (send(fds[i], wakes, sizeof(wakes), MSG_DONTWAIT) > 0)
			;
	EXPECT_EQ(-ETIMEDOUT, ipcshow_consumer_wait(self->consumer, 1));
	EXPECT_LT(0, bytes_left(fds[0]));
	fill_up(self->producer);
	EXPECT_EQ(-ETIMEDOUT, ipcshow_producer_wait(self->producer, 64, 1));
	EXPECT_LT(0, bytes_left(fds[1]));
}

TEST_F(shared_ring, woken)
{
	static const __s64 timeouts[] = { IPCSHOW_FOREVER, -2, INT64_MIN, INT64_MAX, 60 * SECOND };
	struct sleeper sleeper = { .pair = &self->pair };
	struct ipcshow_ring_stats stats;
	pthread_t thread;
	size_t i, size;

	for (i = 0; i < ARRAY_SIZE(timeouts); i++) {
		sleeper.timeout = timeouts[i];
		sleeper.produces = false;
		sleep_in_thread(&thread, &sleeper);
		EXPECT_EQ(0, put_number(self->producer, i));
		EXPECT_EQ(0, wakes_up(thread, &sleeper));
		EXPECT_EQ(i, take_number(self->consumer));

		fill_up(self->producer);
		sleeper.produces = true;
		sleep_in_thread(&thread, &sleeper);
		while (ipcshow_consumer_peek(self->consumer, &size))
			ipcshow_consumer_release(self->consumer);
		EXPECT_EQ(0, wakes_up(thread, &sleeper));
	}
	ipcshow_producer_stats(self->producer, &stats);
	EXPECT_EQ(i, stats.waits);
	EXPECT_EQ(i, stats.wakes);
	ipcshow_consumer_stats(self->consumer, &stats);
	EXPECT_EQ(i, stats.waits);
	EXPECT_EQ(i, stats.wakes);
}

/* A producer that sleeps is woken before the ring is empty, and by who empties it. */
TEST_F(shared_ring, woken_for_large)
{
	struct sleeper sleeper = { .pair = &self->pair, .produces = true, .timeout = 60 * SECOND };
	static const char content[56];
	pthread_t thread;
	size_t size, left = 0;

	while (!put(self->producer, content, sizeof(content)))
		left++;
	sleep_in_thread(&thread, &sleeper);
	while (sleeper.result == 1 && left) {
		ASSERT_NE(NULL, ipcshow_consumer_peek(self->consumer, &size));
		ipcshow_consumer_release(self->consumer);
		left--;
		if (left < 90)
			usleep(10000);
	}
	EXPECT_EQ(0, wakes_up(thread, &sleeper));
	EXPECT_LT(0, left);
}

TEST_F(shared_ring, woken_without_memory)
{
	struct sleeper sleeper = { .pair = &self->pair, .timeout = IPCSHOW_FOREVER };
	pthread_t thread;

	if (variant->backing)
		SKIP(return, "the module needs no memory to wake");
	sleep_in_thread(&thread, &sleeper);
	sends_without_memory = 3;
	EXPECT_EQ(0, put_number(self->producer, 1));
	EXPECT_EQ(0, sends_without_memory);
	EXPECT_EQ(0, wakes_up(thread, &sleeper));
	EXPECT_EQ(1, take_number(self->consumer));

	/* None for long: an end is better than to try for ever, or a sleep for ever. */
	sleep_in_thread(&thread, &sleeper);
	sends_without_memory = INT_MAX;
	EXPECT_EQ(0, put_number(self->producer, 2));
	EXPECT_EQ(0, wakes_up(thread, &sleeper));
	EXPECT_EQ(2, take_number(self->consumer));
	EXPECT_EQ(-EOWNERDEAD, ipcshow_consumer_wait(self->consumer, IPCSHOW_FOREVER));
	EXPECT_EQ(-EOWNERDEAD, ipcshow_producer_wait(self->producer, 8, IPCSHOW_FOREVER));
	sends_without_memory = 0;
}

static void handler(int signal)
{
}

TEST_F(shared_ring, signals)
{
	static const __s64 timeouts[] = { IPCSHOW_FOREVER, 60 * SECOND };
	struct sigaction action = { .sa_handler = handler };
	struct sleeper sleeper = { .pair = &self->pair };
	pthread_t thread;
	size_t i;

	fill_up(self->producer);
	while (ipcshow_consumer_peek_batch(self->consumer, &(struct iovec){ 0 }, 1) &&
	       !sleeper.produces)
		sleeper.produces = true;
	for (i = 0; i < 4; i++) {
		action.sa_flags = i / 2 ? SA_RESTART : 0;
		sigaction(SIGUSR1, &action, NULL);
		sleeper.timeout = timeouts[i % 2];
		sleep_in_thread(&thread, &sleeper);
		pthread_kill(thread, SIGUSR1);
		EXPECT_EQ(-EINTR, wakes_up(thread, &sleeper)) TH_LOG("case %zu", i);
	}
	ipcshow_consumer_release(self->consumer);
}

TEST_F(shared_ring, armed)
{
	const int in = ipcshow_consumer_fd(self->consumer);
	const int out = ipcshow_producer_fd(self->producer);
	static const char large[MAX];
	size_t size;
	int lap;

	for (lap = 0; lap < 3; lap++) {
		EXPECT_EQ(0, ipcshow_consumer_arm(self->consumer));
		EXPECT_FALSE(is_readable(in, 0));
		EXPECT_EQ(0, put_number(self->producer, 1));
		EXPECT_EQ(0, put_number(self->producer, 2));
		EXPECT_TRUE(is_readable(in, 0));
		EXPECT_EQ(1, ipcshow_consumer_arm(self->consumer));
		EXPECT_EQ(1, take_number(self->consumer));
		EXPECT_EQ(2, take_number(self->consumer));
		/* Who goes on without waiting is not said to sleep. */
		EXPECT_EQ(0, ipcshow_consumer_arm(self->consumer));
		EXPECT_NE(0, self->producer->theirs->attention);
		EXPECT_EQ(0, put_number(self->producer, 3));
		EXPECT_EQ(3, take_number(self->consumer));
		EXPECT_EQ(0, self->producer->theirs->attention);
		EXPECT_EQ(0, ipcshow_consumer_arm(self->consumer));
		EXPECT_FALSE(is_readable(in, 0));

		EXPECT_EQ(1, ipcshow_producer_arm(self->producer, MAX));
		EXPECT_EQ(1, ipcshow_producer_arm(self->producer, MAX + 1));
		fill_up(self->producer);
		EXPECT_EQ(0, ipcshow_producer_arm(self->producer, MAX));
		EXPECT_FALSE(is_readable(out, 0));
		while (ipcshow_consumer_peek(self->consumer, &size))
			ipcshow_consumer_release(self->consumer);
		EXPECT_TRUE(is_readable(out, 0));
		EXPECT_NE(0, self->consumer->theirs->attention);
		EXPECT_EQ(0, put(self->producer, large, sizeof(large)));
		EXPECT_EQ(0, self->consumer->theirs->attention);
		EXPECT_NE(NULL, ipcshow_consumer_peek(self->consumer, &size));
		ipcshow_consumer_release(self->consumer);
		EXPECT_EQ(1, ipcshow_producer_arm(self->producer, MAX));
	}
	/* The end of the other is news. */
	EXPECT_EQ(0, ipcshow_consumer_arm(self->consumer));
	ipcshow_producer_close(self->producer);
	self->pair.producer = NULL;
	EXPECT_TRUE(is_readable(in, 0));
	EXPECT_EQ(1, ipcshow_consumer_arm(self->consumer));
	EXPECT_EQ(-EPIPE, ipcshow_consumer_wait(self->consumer, 0));
}

/* ---- the end ---- */

TEST_F(shared_ring, producer_closes)
{
	size_t size;

	EXPECT_EQ(0, put_number(self->producer, 1));
	EXPECT_EQ(0, put_number(self->producer, 2));
	ASSERT_NE(NULL, ipcshow_producer_reserve(self->producer, 8));
	ipcshow_producer_close(self->producer);
	self->pair.producer = NULL;
	EXPECT_EQ(0, ipcshow_consumer_wait(self->consumer, IPCSHOW_FOREVER));
	EXPECT_EQ(1, take_number(self->consumer));
	EXPECT_EQ(0, ipcshow_consumer_error(self->consumer));
	EXPECT_EQ(2, take_number(self->consumer));
	EXPECT_EQ(-EPIPE, ipcshow_consumer_wait(self->consumer, IPCSHOW_FOREVER));
	EXPECT_EQ(NULL, ipcshow_consumer_peek(self->consumer, &size));
	EXPECT_EQ(-EPIPE, ipcshow_consumer_error(self->consumer));
	EXPECT_EQ(-EPIPE, ipcshow_consumer_peek_batch(self->consumer, &(struct iovec){ 0 }, 1));
	EXPECT_EQ(-EPIPE, ipcshow_consumer_copy(self->consumer, &size, sizeof(size), NULL));
	EXPECT_EQ(1, ipcshow_consumer_arm(self->consumer));
}

TEST_F(shared_ring, consumer_closes)
{
	struct iovec record = { (void *)self, 8 };
	int i;

	EXPECT_EQ(0, put_number(self->producer, 1));
	ASSERT_NE(NULL, ipcshow_producer_reserve(self->producer, 8));
	ipcshow_consumer_close(self->consumer);
	self->pair.consumer = NULL;
	/* What is reserved can be written, and then it is over. */
	ipcshow_producer_commit(self->producer, 8);
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(-EPIPE, put_number(self->producer, 1));
		EXPECT_EQ(-EPIPE, ipcshow_producer_error(self->producer));
		EXPECT_EQ(-EPIPE, ipcshow_producer_wait(self->producer, 8, IPCSHOW_FOREVER));
		EXPECT_EQ(-EPIPE, ipcshow_producer_wait(self->producer, 8, 0));
		EXPECT_EQ(-EPIPE, ipcshow_producer_push(self->producer, &record, 1));
		EXPECT_EQ(1, ipcshow_producer_arm(self->producer, 8));
	}
}

TEST_F(shared_ring, close_wakes)
{
	struct sleeper sleeper = { .pair = &self->pair, .timeout = IPCSHOW_FOREVER };
	pthread_t thread;

	sleep_in_thread(&thread, &sleeper);
	ipcshow_producer_close(self->producer);
	self->pair.producer = NULL;
	EXPECT_EQ(-EPIPE, wakes_up(thread, &sleeper));

	ring_pair_close(&self->pair);
	ASSERT_EQ(0, open_small(&self->pair, variant->backing));
	fill_up(self->pair.producer);
	sleeper.produces = true;
	sleep_in_thread(&thread, &sleeper);
	ipcshow_consumer_close(self->pair.consumer);
	self->pair.consumer = NULL;
	EXPECT_EQ(-EPIPE, wakes_up(thread, &sleeper));
}

TEST(close_of_nothing)
{
	ipcshow_producer_close(NULL);
	ipcshow_consumer_close(NULL);
}

/* Who never waits for long enough to sleep hears of the other's end as well. */
TEST_F(shared_ring, end_in_a_hurry)
{
	struct ring_pair pair;
	int i, ret = -ETIMEDOUT, null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* A mapping keeps the module's file. */
	if (variant->backing)
		SKIP(return, "only the end of a process is the end of its end");
	ASSERT_EQ(0, ring_pair_open(&pair, NULL,
				    &OPTIONS(.flags = IPCSHOW_RING_STREAM)));
	ASSERT_EQ(ipcshow_producer_fd(pair.producer),
		  dup2(null, ipcshow_producer_fd(pair.producer)));
	for (i = 0; i < 1000 && ret == -ETIMEDOUT; i++)
		ret = ipcshow_consumer_wait(pair.consumer, 1);
	EXPECT_EQ(-EOWNERDEAD, ret);
	close(null);
}

/* A wake that raced with who found by itself what it waited for stays in the link, before the end. */
TEST_F(shared_ring, end_behind_old_wakes)
{
	static const char wakes[2000];
	struct ring_pair pair;
	int produces, fd, null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (variant->backing)
		SKIP(return, "only the end of a process is the end of its end");
	for (produces = 0; produces < 2; produces++) {
		ASSERT_EQ(0, open_small(&pair, 0));
		fd = produces ? ipcshow_consumer_fd(pair.consumer) :
				ipcshow_producer_fd(pair.producer);
		ASSERT_EQ(sizeof(wakes), send(fd, wakes, sizeof(wakes), 0));
		ASSERT_EQ(fd, dup2(null, fd));
		/* The first one: there may be no other before who asks leaves. */
		EXPECT_EQ(-EOWNERDEAD, produces ? ipcshow_producer_wait(pair.producer, 0, 0) :
						  ipcshow_consumer_wait(pair.consumer, 0));
		ring_pair_close(&pair);
	}
	close(null);
}

TEST_MAIN
