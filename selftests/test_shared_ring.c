// SPDX-License-Identifier: GPL-2.0
/* The rings of libipcshow: records, and what each function does with them. */
#include <sys/wait.h>

#include "shared_ring.h"

/* ---- records ---- */

TEST_F(shared_ring, one_record)
{
	const char *record;
	size_t size = 0;
	char *room;

	EXPECT_EQ(NULL, ipcshow_consumer_peek(self->consumer, &size));
	EXPECT_EQ(0, ipcshow_consumer_error(self->consumer));
	room = ipcshow_producer_reserve(self->producer, 100);
	ASSERT_NE(NULL, room);
	EXPECT_EQ(0, (uintptr_t)room % 8);
	strcpy(room, "content");
	/* Not before it is committed. */
	EXPECT_EQ(NULL, ipcshow_consumer_peek(self->consumer, &size));
	ipcshow_producer_commit(self->producer, 8);

	record = ipcshow_consumer_peek(self->consumer, &size);
	ASSERT_NE(NULL, record);
	EXPECT_EQ(0, (uintptr_t)record % 8);
	EXPECT_EQ(8, size);
	EXPECT_STREQ("content", record);
	/* It is there until it is released. */
	EXPECT_EQ(record, ipcshow_consumer_peek(self->consumer, &size));
	ipcshow_consumer_release(self->consumer);
	EXPECT_EQ(NULL, ipcshow_consumer_peek(self->consumer, &size));
	/* Nothing was peeked at. */
	ipcshow_consumer_release(self->consumer);
	EXPECT_EQ(0, put_number(self->producer, 7));
	EXPECT_EQ(7, take_number(self->consumer));
}

TEST_F(shared_ring, all_sizes)
{
	static char buf[MAX];
	const void *record;
	size_t size, got;

	for (size = 0; size <= MAX; size += size < 300 || size > MAX - 20 ? 1 : 61) {
		ring_record_fill(buf, size, 1, size);
		ASSERT_EQ(0, put(self->producer, buf, size)) TH_LOG("%zu bytes", size);
		record = ipcshow_consumer_peek(self->consumer, &got);
		ASSERT_NE(NULL, record) TH_LOG("%zu bytes", size);
		EXPECT_EQ(size, got);
		EXPECT_EQ(0, memcmp(record, buf, size)) TH_LOG("%zu bytes", size);
		ipcshow_consumer_release(self->consumer);
	}
	EXPECT_EQ(NULL, ipcshow_producer_reserve(self->producer, MAX + 1));
	EXPECT_EQ(-EMSGSIZE, ipcshow_producer_error(self->producer));
	EXPECT_EQ(NULL, ipcshow_producer_reserve(self->producer, SIZE_MAX));
	EXPECT_EQ(NULL, ipcshow_producer_reserve(self->producer, SIZE_MAX - 8));
	EXPECT_EQ(-EMSGSIZE, ipcshow_producer_wait(self->producer, MAX + 1, IPCSHOW_FOREVER));
	/* Which is not for good. */
	EXPECT_EQ(0, put_number(self->producer, 1));
	EXPECT_EQ(1, take_number(self->consumer));
}

TEST_F(shared_ring, full)
{
	static const char record[1000];
	size_t size, in = 0, out = 0;
	int lap;

	for (lap = 0; lap < 50; lap++) {
		while (!put(self->producer, record, sizeof(record)))
			in++;
		EXPECT_EQ(0, ipcshow_producer_error(self->producer));
		EXPECT_EQ(-ETIMEDOUT, ipcshow_producer_wait(self->producer, sizeof(record), 0));
		EXPECT_EQ(-ETIMEDOUT, ipcshow_producer_wait(self->producer, sizeof(record), MS));
		EXPECT_EQ((RING_SIZE_MIN - 8) / 1008, in - out);
		while (ipcshow_consumer_peek(self->consumer, &size)) {
			ipcshow_consumer_release(self->consumer);
			out++;
		}
		EXPECT_EQ(in, out);
		EXPECT_EQ(0, ipcshow_producer_wait(self->producer, MAX, IPCSHOW_FOREVER));
		EXPECT_EQ(0, ipcshow_producer_wait(self->producer, MAX, 0));
	}
}

TEST_F(shared_ring, discarded)
{
	struct ipcshow_ring_stats stats;
	size_t size;

	ipcshow_producer_discard(self->producer);
	ASSERT_NE(NULL, ipcshow_producer_reserve(self->producer, MAX));
	ipcshow_producer_discard(self->producer);
	ipcshow_producer_discard(self->producer);
	EXPECT_EQ(NULL, ipcshow_consumer_peek(self->consumer, &size));
	EXPECT_EQ(0, put_number(self->producer, 3));
	EXPECT_EQ(3, take_number(self->consumer));
	ipcshow_producer_stats(self->producer, &stats);
	EXPECT_EQ(1, stats.discarded);
	EXPECT_EQ(1, stats.records);
	ipcshow_consumer_stats(self->consumer, &stats);
	EXPECT_EQ(1, stats.discarded);
}

/* However much was written to what was not committed: it is never taken for a header. */
TEST_F(shared_ring, what_was_given_up_is_no_record)
{
	const void *record;
	size_t i, way, size;
	char *room;

	for (i = 0; i < 3000; i++) {
		way = i % 3;
		if (way) {
			room = ipcshow_producer_reserve(self->producer, 40 + i % 200);
			ASSERT_NE(NULL, room);
			/* Each word would do as the header of a record of 8 bytes. */
			for (size = 0; size + 8 <= 40 + i % 200; size += 8)
				*(__u64 *)(room + size) = 16;
			if (way == 2)
				ipcshow_producer_discard(self->producer);
		}
		size = i % 7 * 4;
		room = ipcshow_producer_reserve(self->producer, way ? size : size + i % 50);
		ASSERT_NE(NULL, room);
		memset(room, 16, way ? size : size + i % 50);
		ipcshow_producer_commit(self->producer, size);
		record = ipcshow_consumer_peek(self->consumer, &size);
		ASSERT_EQ(i % 7 * 4, size);
		ASSERT_NE(NULL, record);
		ipcshow_consumer_release(self->consumer);
		ASSERT_EQ(NULL, ipcshow_consumer_peek(self->consumer, &size)) TH_LOG("%zu", i);
	}
}

/* What was reserved before it is the last that can be committed. */
TEST_F(shared_ring, error_while_reserved)
{
	__u64 *pos = &self->consumer->mine->pos;
	struct ipcshow_ring_stats stats;
	size_t count;
	int way;

	for (way = 0; way < 2; way++) {
		fill_up(self->producer);
		while (take_number(self->consumer) < 0 && !*pos)
			ipcshow_consumer_release(self->consumer);
		ASSERT_EQ(0, ipcshow_producer_wait(self->producer, 100, 0));
		ASSERT_NE(NULL, ipcshow_producer_reserve(self->producer, 100));
		/* It is seen when there is not enough room. */
		__atomic_store_n(pos, *pos + (1 << 30), __ATOMIC_RELEASE);
		EXPECT_EQ(-EUCLEAN, ipcshow_producer_wait(self->producer, MAX, 0));
		ipcshow_producer_commit(self->producer, way ? 0 : 100);
		EXPECT_EQ(NULL, ipcshow_producer_reserve(self->producer, 100));
		EXPECT_EQ(NULL, ipcshow_producer_reserve(self->producer, 0));
		count = 2;
		EXPECT_EQ(NULL, ipcshow_producer_reserve_many(self->producer, 8, &count));
		count = 1;
		EXPECT_EQ(NULL, ipcshow_producer_reserve_many(self->producer, 8, &count));
		EXPECT_EQ(-EUCLEAN, ipcshow_producer_error(self->producer));
		EXPECT_EQ(-EUCLEAN, ipcshow_producer_wait(self->producer, 0, 0));
		ipcshow_producer_stats(self->producer, &stats);
		EXPECT_EQ(RING_SIZE_MIN, stats.used);

		ring_pair_close(&self->pair);
		ASSERT_EQ(0, open_small(&self->pair, variant->backing));
		self->producer = self->pair.producer;
		self->consumer = self->pair.consumer;
		pos = &self->consumer->mine->pos;
	}
}

static int commits(size_t reserve, size_t commit)
{
	struct ring_pair pair;
	int status;
	pid_t pid;

	if (open_small(&pair, 0))
		return -1;
	pid = fork();
	if (!pid) {
		signal(SIGILL, SIG_DFL);
		if (reserve)
			ipcshow_producer_reserve(pair.producer, reserve);
		ipcshow_producer_commit(pair.producer, commit);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ring_pair_close(&pair);
	return WIFSIGNALED(status) ? -EFAULT : WEXITSTATUS(status);
}

/* The caller's mistake, which would spoil the ring: it ends there. */
TEST(commit_of_too_much)
{
	EXPECT_EQ(0, commits(100, 100));
	EXPECT_EQ(0, commits(100, 0));
	EXPECT_EQ(-EFAULT, commits(0, 0));
	EXPECT_EQ(-EFAULT, commits(0, 8));
	EXPECT_EQ(-EFAULT, commits(96, 97));
	EXPECT_EQ(-EFAULT, commits(100, SIZE_MAX));
	EXPECT_EQ(-EFAULT, commits(100, SIZE_MAX - 8));
#if SIZE_MAX > UINT32_MAX
	EXPECT_EQ(-EFAULT, commits(100, 1UL << 32));
#endif
}

TEST_F(shared_ring, batches)
{
	static char third[5000];
	struct iovec in[64], out[64];
	__u64 numbers[64];
	ssize_t got;
	int i, lap;

	EXPECT_EQ(0, ipcshow_consumer_peek_batch(self->consumer, out, 64));
	EXPECT_EQ(0, ipcshow_producer_push(self->producer, in, 0));
	for (i = 0; i < 64; i++) {
		numbers[i] = i;
		in[i] = (struct iovec){ &numbers[i], i % 8 + 1 };
	}
	for (lap = 0; lap < 100; lap++) {
		ASSERT_EQ(64, ipcshow_producer_push(self->producer, in, 64));
		EXPECT_EQ(0, ipcshow_consumer_peek_batch(self->consumer, out, 0));
		for (i = 0; i < 64; i += got) {
			got = ipcshow_consumer_peek_batch(self->consumer, out, lap % 64 + 1);
			ASSERT_LT(0, got);
			ASSERT_GE(lap % 64 + 1, got);
			EXPECT_EQ((i + 0) % 8 + 1, out[0].iov_len);
			EXPECT_EQ((i + got - 1) % 8 + 1, out[got - 1].iov_len);
			EXPECT_EQ(i, *(unsigned char *)out[0].iov_base);
			EXPECT_EQ(i + got - 1, *(unsigned char *)out[got - 1].iov_base);
			ipcshow_consumer_release(self->consumer);
		}
		EXPECT_EQ(64, i);
	}
	/* As many as fit, and then none. */
	in[0] = in[1] = in[2] = (struct iovec){ third, sizeof(third) };
	EXPECT_EQ(3, ipcshow_producer_push(self->producer, in, 3));
	EXPECT_EQ(0, ipcshow_producer_push(self->producer, in, 3));
	in[0].iov_len = MAX + 1;
	EXPECT_EQ(-EMSGSIZE, ipcshow_producer_push(self->producer, in, 3));
}

TEST_F(shared_ring, copies)
{
	char buf[4] = "";
	__u64 lost = 1;

	EXPECT_EQ(-EAGAIN, ipcshow_consumer_copy(self->consumer, buf, sizeof(buf), &lost));
	EXPECT_EQ(0, lost);
	EXPECT_EQ(0, put(self->producer, "content", 8));
	EXPECT_EQ(0, put(self->producer, "x", 2));
	EXPECT_EQ(8, ipcshow_consumer_copy(self->consumer, buf, 3, NULL));
	EXPECT_EQ(0, memcmp(buf, "con", 4));
	EXPECT_EQ(2, ipcshow_consumer_copy(self->consumer, buf, sizeof(buf), &lost));
	EXPECT_STREQ("x", buf);
	EXPECT_EQ(-EAGAIN, ipcshow_consumer_copy(self->consumer, NULL, 0, NULL));
}

TEST_F(shared_ring, statistics)
{
	struct ipcshow_ring_stats producer, consumer;
	size_t size;
	int i;

	for (i = 0; i < 200; i++)
		ASSERT_EQ(0, put(self->producer, "1234567", i % 8));
	for (i = 0; i < 100; i++) {
		ASSERT_NE(NULL, ipcshow_consumer_peek(self->consumer, &size));
		ipcshow_consumer_release(self->consumer);
	}
	ipcshow_producer_stats(self->producer, &producer);
	ipcshow_consumer_stats(self->consumer, &consumer);
	EXPECT_EQ(RING_SIZE_MIN, producer.ring_size);
	EXPECT_EQ(RING_SIZE_MIN, consumer.ring_size);
	EXPECT_EQ(200, producer.records);
	EXPECT_EQ(700, producer.bytes);
	EXPECT_EQ(100, consumer.records);
	EXPECT_EQ(12 * 28 + 6, consumer.bytes);
	EXPECT_LT(0, producer.used);
	EXPECT_GE(200 * 16, producer.used);
	EXPECT_EQ(0, producer.waits + producer.wakes + producer.lost);
	EXPECT_EQ(0, consumer.waits + consumer.wakes + consumer.lost);
	while (ipcshow_consumer_peek(self->consumer, &size))
		ipcshow_consumer_release(self->consumer);
	EXPECT_EQ(-ETIMEDOUT, ipcshow_consumer_wait(self->consumer, MS));
	ipcshow_producer_stats(self->producer, &producer);
	ipcshow_consumer_stats(self->consumer, &consumer);
	EXPECT_EQ(0, producer.used);
	EXPECT_EQ(0, consumer.used);
	EXPECT_EQ(200, consumer.records);
	EXPECT_EQ(700, consumer.bytes);
	EXPECT_EQ(1, consumer.waits);
	/* Who polls sleeps as well. */
	EXPECT_EQ(0, ipcshow_consumer_arm(self->consumer));
	EXPECT_EQ(0, put_number(self->producer, 1));
	EXPECT_EQ(1, ipcshow_consumer_arm(self->consumer));
	ipcshow_consumer_stats(self->consumer, &consumer);
	EXPECT_EQ(2, consumer.waits);
}

/* ---- overwriting ---- */

TEST_F(shared_ring, overwrites)
{
	struct ipcshow_ring_stats stats;
	__u64 i, number = 0, lost, all = 0, taken = 0;
	size_t size;

	ASSERT_EQ(0, overwriting(self, variant->backing));
	EXPECT_EQ(NULL, ipcshow_consumer_peek(self->consumer, &size));
	EXPECT_EQ(-EOPNOTSUPP, ipcshow_consumer_error(self->consumer));
	EXPECT_EQ(-EAGAIN, ipcshow_consumer_copy(self->consumer, &number, 8, &lost));
	for (i = 0; i < 100000; i++) {
		ASSERT_EQ(0, put_number(self->producer, i));
		/* What is overwritten is in the ring no more, wherever the consumer is. */
		ipcshow_consumer_stats(self->consumer, &stats);
		ASSERT_GE(RING_SIZE_MIN, stats.used);
		if (i % 3000)
			continue;
		ASSERT_EQ(8, ipcshow_consumer_copy(self->consumer, &number, 8, &lost));
		taken++;
		all += lost;
		EXPECT_EQ(number + 1, taken + all);
	}
	/* Almost a ring of them is left, and the newest is the last. */
	while (ipcshow_consumer_copy(self->consumer, &number, 8, &lost) == 8) {
		taken++;
		all += lost;
		ASSERT_EQ(number + 1, taken + all);
	}
	EXPECT_EQ(99999, number);
	EXPECT_LT(RING_SIZE_MIN / 16 * 7 / 8, taken);
	EXPECT_EQ(-ETIMEDOUT, ipcshow_consumer_wait(self->consumer, 0));
	ipcshow_consumer_stats(self->consumer, &stats);
	EXPECT_EQ(all, stats.lost);
	EXPECT_EQ(taken, stats.records);
	ipcshow_producer_stats(self->producer, &stats);
	EXPECT_EQ(all, stats.lost);
	EXPECT_EQ(100000, stats.records);
	EXPECT_EQ(0, stats.waits);
	EXPECT_EQ(0, ipcshow_producer_wait(self->producer, MAX, 0));
	EXPECT_EQ(1, ipcshow_producer_arm(self->producer, MAX));
}

/* What made room for a record that never came is lost as well. */
TEST_F(shared_ring, overwritten_in_vain)
{
	__u64 number = 0, lost = 0, sum;
	int way;

	for (way = 0; way < 2; way++) {
		ASSERT_EQ(0, overwriting(self, variant->backing));
		for (sum = 0; sum < 5; sum++) {
			ASSERT_NE(NULL, ipcshow_producer_reserve(self->producer, MAX));
			ipcshow_producer_commit(self->producer, MAX);
		}
		ASSERT_NE(NULL, ipcshow_producer_reserve(self->producer, MAX));
		ipcshow_producer_close(self->producer);
		self->pair.producer = NULL;
		/* Who waits first must not have less to count. */
		if (way)
			ipcshow_consumer_wait(self->consumer, 0);
		sum = 0;
		while (ipcshow_consumer_copy(self->consumer, &number, 8, &lost) >= 0)
			sum += 1 + lost;
		sum += lost;
		EXPECT_EQ(-EPIPE, ipcshow_consumer_error(self->consumer));
		EXPECT_EQ(5, sum);
		EXPECT_EQ(-EPIPE, ipcshow_consumer_copy(self->consumer, &number, 8, &lost));
		EXPECT_EQ(0, lost);
	}
}

TEST_F(shared_ring, overwriting_wakes)
{
	struct sleeper sleeper = { .pair = &self->pair, .timeout = IPCSHOW_FOREVER };
	pthread_t thread;
	__u64 number;

	ASSERT_EQ(0, overwriting(self, variant->backing));
	sleep_in_thread(&thread, &sleeper);
	EXPECT_EQ(0, put_number(self->producer, 5));
	EXPECT_EQ(0, wakes_up(thread, &sleeper));
	EXPECT_EQ(8, ipcshow_consumer_copy(self->consumer, &number, 8, NULL));
	EXPECT_EQ(5, number);
	sleep_in_thread(&thread, &sleeper);
	ipcshow_producer_close(self->producer);
	self->pair.producer = NULL;
	EXPECT_EQ(-EPIPE, wakes_up(thread, &sleeper));
}

TEST_MAIN
