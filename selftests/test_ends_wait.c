// SPDX-License-Identifier: GPL-2.0
/* The ends of a shared ring: sleeping, waking, and polling. */
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include "ends.h"

FIXTURE(ends) {
	struct ends ends;
	int one;
	int other;
};

FIXTURE_VARIANT(ends) {
	int role;
};

FIXTURE_VARIANT_ADD(ends, producer) { PRODUCER };
FIXTURE_VARIANT_ADD(ends, consumer) { CONSUMER };

FIXTURE_SETUP(ends)
{
	ASSERT_EQ(0, ends_make(&self->ends, RING_SMALL, IPCSHOW_SHARED_RING_F_OBSERVER));
	self->one = self->ends.fd[variant->role];
	self->other = self->ends.fd[other_end(variant->role)];
}

FIXTURE_TEARDOWN(ends)
{
	ends_close(&self->ends);
}

TEST_F(ends, a_wake_counts_once)
{
	EXPECT_EQ(-ETIMEDOUT, end_wait(self->one, 0));
	EXPECT_EQ(0, end_wake(self->other));
	EXPECT_EQ(0, end_wake(self->other));
	EXPECT_EQ(0, end_wake(self->other));
	EXPECT_EQ(0, end_wait(self->one, FOR_EVER));
	EXPECT_EQ(-ETIMEDOUT, end_wait(self->one, 0));
	EXPECT_EQ(0, end_wake(self->other));
	EXPECT_EQ(0, end_wait(self->one, 0));
	EXPECT_EQ(-ETIMEDOUT, end_wait(self->one, 1));
	/* The other was not meant. */
	EXPECT_EQ(0, end_wake(self->other));
	EXPECT_EQ(-ETIMEDOUT, end_wait(self->other, 0));
	EXPECT_EQ(0, end_wait(self->one, 0));
}

TEST_F(ends, timeouts)
{
	static const uint64_t timeouts[] = { 0, 1, 1000, 999999, 20 * MS, 300 * MS };
	uint64_t before, took;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(timeouts); i++) {
		before = now_ns();
		EXPECT_EQ(-ETIMEDOUT, end_wait(self->one, timeouts[i]));
		took = now_ns() - before;
		EXPECT_LE(timeouts[i], took);
		EXPECT_GT(timeouts[i] + 2000 * MS * scale(), took);
	}
}

struct sleeper {
	int fd;
	uint64_t timeout;
	volatile pid_t tid;
	int result;
};

static void *sleeps(void *argument)
{
	struct sleeper *sleeper = argument;

	sleeper->tid = gettid();
	sleeper->result = end_wait(sleeper->fd, sleeper->timeout);
	return NULL;
}

static bool is_asleep(const struct sleeper *sleeper)
{
	while (!sleeper->tid)
		usleep(100);
	return proc_wait_state(sleeper->tid, "S");
}

TEST_F(ends, woken)
{
	static const uint64_t timeouts[] = {
		FOR_EVER, FOR_EVER - 1, 1ULL << 63, INT64_MAX, INT64_MAX - 1, 1ULL << 62,
		60000 * MS,
	};
	pthread_t thread;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(timeouts); i++) {
		struct sleeper sleeper = { .fd = self->one, .timeout = timeouts[i], .result = 1 };

		ASSERT_EQ(0, pthread_create(&thread, NULL, sleeps, &sleeper));
		ASSERT_TRUE(is_asleep(&sleeper));
		EXPECT_EQ(0, end_wake(self->other));
		pthread_join(thread, NULL);
		EXPECT_EQ(0, sleeper.result) TH_LOG("with %#llx",
						    (unsigned long long)timeouts[i]);
	}
	EXPECT_EQ(-ETIMEDOUT, end_wait(self->one, 0));
}

TEST_F(ends, all_sleepers_are_woken)
{
	struct sleeper sleepers[8] = {};
	pthread_t threads[ARRAY_SIZE(sleepers)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sleepers); i++) {
		sleepers[i] = (struct sleeper){ .fd = self->one, .timeout = FOR_EVER };
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, sleeps, &sleepers[i]));
		ASSERT_TRUE(is_asleep(&sleepers[i]));
	}
	EXPECT_EQ(0, end_wake(self->other));
	for (i = 0; i < ARRAY_SIZE(sleepers); i++) {
		pthread_join(threads[i], NULL);
		EXPECT_EQ(0, sleepers[i].result);
	}
	EXPECT_EQ(-ETIMEDOUT, end_wait(self->one, 0));
}

static void nothing(int number)
{
}

TEST_F(ends, interrupted)
{
	struct sigaction action = { .sa_handler = nothing };
	struct sleeper sleeper;
	pthread_t thread;
	int restart;

	for (restart = 0; restart < 2; restart++) {
		action.sa_flags = restart ? SA_RESTART : 0;
		ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
		sleeper = (struct sleeper){ .fd = self->one, .timeout = FOR_EVER };
		ASSERT_EQ(0, pthread_create(&thread, NULL, sleeps, &sleeper));
		ASSERT_TRUE(is_asleep(&sleeper));
		pthread_kill(thread, SIGUSR1);
		pthread_join(thread, NULL);
		EXPECT_EQ(-EINTR, sleeper.result);
	}
	/* What is there comes first. */
	EXPECT_EQ(0, end_wake(self->other));
	EXPECT_EQ(0, end_wait(self->one, FOR_EVER));
}

static int waits(struct child *self, void *argument)
{
	child_ready(self);
	return end_wait(*(int *)argument, FOR_EVER) ? 1 : 0;
}

TEST_F(ends, killed)
{
	struct child child;

	child_start(&child, waits, &self->one);
	ASSERT_TRUE(proc_wait_state(child.pid, "S"));
	EXPECT_EQ(0, kill(child.pid, SIGKILL));
	EXPECT_EQ(SIGKILL, child_join(&child));

	/* In another process, by the same file. */
	child_start(&child, waits, &self->one);
	ASSERT_TRUE(proc_wait_state(child.pid, "S"));
	EXPECT_EQ(0, end_wake(self->other));
	EXPECT_EQ(0, child_join(&child));
}

TEST_F(ends, the_other_goes)
{
	struct sleeper sleepers[3];
	pthread_t threads[3];
	size_t i;

	for (i = 0; i < 3; i++) {
		sleepers[i] = (struct sleeper){ .fd = self->one, .timeout = FOR_EVER };
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, sleeps, &sleepers[i]));
		ASSERT_TRUE(is_asleep(&sleepers[i]));
	}
	end_close(&self->ends, other_end(variant->role));
	for (i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
		EXPECT_EQ(0, sleepers[i].result);
	}
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, end_wait(self->one, FOR_EVER));
		EXPECT_EQ(0, end_wait(self->one, 0));
		EXPECT_EQ(0, end_wake(self->one)) TH_LOG("there is nobody to wake");
	}
}

TEST_F(ends, poll)
{
	EXPECT_EQ(0, end_poll(self->one, 0));
	EXPECT_EQ(0, end_wake(self->other));
	EXPECT_EQ(POLLIN, end_poll(self->one, -1));
	EXPECT_EQ(POLLIN, end_poll(self->one, 0));
	EXPECT_EQ(0, end_poll(self->other, 0));
	EXPECT_EQ(0, end_wait(self->one, 0));
	EXPECT_EQ(0, end_poll(self->one, 0));
	end_close(&self->ends, other_end(variant->role));
	EXPECT_EQ(POLLIN | POLLHUP, end_poll(self->one, -1));
	EXPECT_EQ(0, end_wait(self->one, 0));
	EXPECT_EQ(POLLIN | POLLHUP, end_poll(self->one, 0));
}

struct polled {
	int fd;
	volatile pid_t tid;
	int events;
};

static void *polls(void *argument)
{
	struct polled *polled = argument;

	polled->tid = gettid();
	polled->events = end_poll(polled->fd, -1);
	return NULL;
}

TEST_F(ends, poll_is_woken)
{
	struct polled polled = { .fd = self->one };
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, polls, &polled));
	while (!polled.tid)
		usleep(100);
	ASSERT_TRUE(proc_wait_state(polled.tid, "S"));
	EXPECT_EQ(0, end_wake(self->other));
	pthread_join(thread, NULL);
	EXPECT_EQ(POLLIN, polled.events);
	EXPECT_EQ(0, end_wait(self->one, 0));

	polled = (struct polled){ .fd = self->one };
	ASSERT_EQ(0, pthread_create(&thread, NULL, polls, &polled));
	while (!polled.tid)
		usleep(100);
	ASSERT_TRUE(proc_wait_state(polled.tid, "S"));
	end_close(&self->ends, other_end(variant->role));
	pthread_join(thread, NULL);
	EXPECT_EQ(POLLIN | POLLHUP, polled.events);
}

TEST_F(ends, epoll)
{
	struct epoll_event level = { .events = EPOLLIN }, got;
	struct epoll_event edge = { .events = EPOLLIN | EPOLLET };
	const int of_level = epoll_create1(EPOLL_CLOEXEC), of_edge = epoll_create1(EPOLL_CLOEXEC);

	ASSERT_EQ(0, epoll_ctl(of_level, EPOLL_CTL_ADD, self->one, &level));
	ASSERT_EQ(0, epoll_ctl(of_edge, EPOLL_CTL_ADD, self->one, &edge));
	EXPECT_EQ(0, epoll_wait(of_level, &got, 1, 0));
	EXPECT_EQ(0, epoll_wait(of_edge, &got, 1, 0));
	EXPECT_EQ(0, end_wake(self->other));
	EXPECT_EQ(1, epoll_wait(of_level, &got, 1, 0));
	EXPECT_EQ(1, epoll_wait(of_level, &got, 1, 0));
	EXPECT_EQ(EPOLLIN, got.events);
	EXPECT_EQ(1, epoll_wait(of_edge, &got, 1, 0));
	EXPECT_EQ(0, epoll_wait(of_edge, &got, 1, 0));
	/* Each wake is an edge, whether or not one waited for that before. */
	EXPECT_EQ(0, end_wake(self->other));
	EXPECT_EQ(1, epoll_wait(of_edge, &got, 1, 0));
	EXPECT_EQ(0, end_wait(self->one, 0));
	EXPECT_EQ(0, epoll_wait(of_level, &got, 1, 0));

	end_close(&self->ends, other_end(variant->role));
	EXPECT_EQ(1, epoll_wait(of_level, &got, 1, -1));
	EXPECT_EQ(EPOLLIN | EPOLLHUP, got.events);
	EXPECT_EQ(1, epoll_wait(of_edge, &got, 1, -1));
	EXPECT_EQ(EPOLLIN | EPOLLHUP, got.events);
	/* It does not hold the file. */
	end_close(&self->ends, variant->role);
	EXPECT_EQ(0, epoll_wait(of_level, &got, 1, 0));
	close(of_level);
	close(of_edge);
}

TEST_F(ends, observer)
{
	const int observer = self->ends.fd[OBSERVER];

	EXPECT_EQ(0, end_wake(self->one));
	EXPECT_EQ(0, end_wake(self->other));
	EXPECT_EQ(0, end_poll(observer, 0));
	end_close(&self->ends, variant->role);
	EXPECT_EQ(0, end_poll(observer, 0));
	end_close(&self->ends, other_end(variant->role));
	EXPECT_EQ(POLLIN | POLLHUP, end_poll(observer, -1));
}

/* To and fro, as fast as it goes: none may be lost. */
static void *answers(void *argument)
{
	const int fd = *(int *)argument;

	while (!end_wait(fd, FOR_EVER)) {
		if (end_poll(fd, 0) & POLLHUP)
			break;
		end_wake(fd);
	}
	return NULL;
}

TEST_F(ends, ping_pong)
{
	const uint64_t end = now_ns() + 3000 * MS;
	pthread_t thread;
	unsigned int i;

	ASSERT_EQ(0, pthread_create(&thread, NULL, answers, &self->other));
	for (i = 0; now_ns() < end; i++) {
		ASSERT_EQ(0, end_wake(self->one));
		ASSERT_EQ(0, end_wait(self->one, 20000 * MS * scale())) TH_LOG("round %u", i);
	}
	end_close(&self->ends, variant->role);
	pthread_join(thread, NULL);
}

TEST_MAIN
