// SPDX-License-Identifier: GPL-2.0
/* The rings of libipcshow: records of one size that are reserved and taken many at a time. */
#include <sys/wait.h>

#include "shared_ring.h"

#define WORD	sizeof(__u64)

/* So many of the numbers from @first on, as one group if they are several; how many fitted. */
static size_t put_numbers(struct ipcshow_producer *producer, __u64 first, size_t count)
{
	__u64 *room = ipcshow_producer_reserve_many(producer, WORD, &count);
	size_t i;

	if (!room)
		return 0;
	for (i = 0; i < count; i++)
		room[i] = first + i;
	ipcshow_producer_commit_many(producer, WORD, count);
	return count;
}

/* Up to so many that are numbers from @first on; how many there were, or -1: others. */
static ssize_t take_numbers(struct ipcshow_consumer *consumer, __u64 first, size_t count)
{
	size_t i, size;
	const __u64 *records = ipcshow_consumer_peek_many(consumer, &size, &count);

	if (!records)
		return 0;
	for (i = 0; i < count; i++)
		if (size != WORD || records[i] != first + i)
			return -1;
	ipcshow_consumer_release(consumer);
	return (ssize_t)count;
}

TEST_F(shared_ring, group_is_taken_in_any_way)
{
	struct ipcshow_ring_stats stats;
	struct iovec some[16];
	__u64 number;

	EXPECT_EQ(0, put_number(self->producer, 0));
	EXPECT_EQ(30, put_numbers(self->producer, 1, 30));
	EXPECT_EQ(0, put_number(self->producer, 31));

	/* What is in none comes by itself. */
	EXPECT_EQ(1, take_numbers(self->consumer, 0, 100));
	EXPECT_EQ(4, take_numbers(self->consumer, 1, 4));
	EXPECT_EQ(5, take_number(self->consumer));
	EXPECT_EQ(6, take_number(self->consumer));
	ASSERT_EQ(16, ipcshow_consumer_peek_batch(self->consumer, some, 16));
	EXPECT_EQ(7, *(__u64 *)some[0].iov_base);
	EXPECT_EQ(22, *(__u64 *)some[15].iov_base);
	EXPECT_EQ(WORD, some[15].iov_len);
	ipcshow_consumer_release(self->consumer);
	EXPECT_EQ(WORD, ipcshow_consumer_copy(self->consumer, &number, WORD, NULL));
	EXPECT_EQ(23, number);
	ipcshow_consumer_stats(self->consumer, &stats);
	EXPECT_EQ(24, stats.records);
	EXPECT_EQ(24 * WORD, stats.bytes);
	/* The rest of it, and no more; and then what comes behind it. */
	ASSERT_EQ(7, ipcshow_consumer_peek_batch(self->consumer, some, 16));
	EXPECT_EQ(24, *(__u64 *)some[0].iov_base);
	EXPECT_EQ(7, take_numbers(self->consumer, 24, 100));
	EXPECT_EQ(31, take_number(self->consumer));
	EXPECT_EQ(0, take_numbers(self->consumer, 32, 1));
	EXPECT_EQ(0, ipcshow_consumer_error(self->consumer));
	ipcshow_producer_stats(self->producer, &stats);
	EXPECT_EQ(32, stats.records);
	EXPECT_EQ(32 * WORD, stats.bytes);
}

/* Whoever only looks changes nothing, in a group or before one. */
TEST_F(shared_ring, group_stays_until_released)
{
	struct iovec some[8];
	size_t size, count;
	int i;

	ASSERT_EQ(0, put_number(self->producer, 0));
	ASSERT_EQ(3, put_numbers(self->producer, 1, 3));
	ASSERT_EQ(4, put_numbers(self->producer, 4, 4));
	EXPECT_EQ(1, ipcshow_consumer_peek_batch(self->consumer, some, 8));
	EXPECT_EQ(0, take_number(self->consumer));
	EXPECT_EQ(1, take_number(self->consumer));
	for (i = 0; i < 3; i++) {
		count = 8;
		EXPECT_EQ(2, *(__u64 *)ipcshow_consumer_peek_many(self->consumer, &size, &count));
		EXPECT_EQ(2, count);
		EXPECT_EQ(2, ipcshow_consumer_peek_batch(self->consumer, some, 8));
		EXPECT_EQ(2, *(__u64 *)ipcshow_consumer_peek(self->consumer, &size));
	}
	/* The last peek was at one. */
	ipcshow_consumer_release(self->consumer);
	EXPECT_EQ(3, take_number(self->consumer));
	ipcshow_consumer_release(self->consumer);
	EXPECT_EQ(4, take_numbers(self->consumer, 4, 8));
}

TEST_F(shared_ring, groups_of_all_sizes)
{
	size_t size, got, stride, count, taken, i;
	const char *records;
	char *room;

	for (size = 0; size <= MAX; size += size < 40 || size > MAX - 20 ? 1 : 97) {
		stride = ipcshow_ring_stride(size);
		EXPECT_LE(size, stride);
		EXPECT_EQ(0, stride % 8);
		count = SIZE_MAX;
		room = ipcshow_producer_reserve_many(self->producer, size, &count);
		ASSERT_NE(NULL, room) TH_LOG("%zu bytes", size);
		EXPECT_EQ(0, (uintptr_t)room % 8);
		/* As many as half the ring can hold. */
		EXPECT_EQ((MAX + 8 - 16) / stride + !((MAX + 8 - 16) / stride), count);
		for (i = 0; i < count; i++)
			ring_record_fill(room + i * stride, size, size, i);
		ipcshow_producer_commit_many(self->producer, size, count);

		taken = SIZE_MAX;
		records = ipcshow_consumer_peek_many(self->consumer, &got, &taken);
		ASSERT_NE(NULL, records) TH_LOG("%zu bytes", size);
		ASSERT_EQ(size, got);
		ASSERT_EQ(count, taken);
		for (i = 0; i < count; i++)
			ASSERT_TRUE(ring_record_says(records + i * stride, size, size, i));
		ipcshow_consumer_release(self->consumer);
	}
	count = 2;
	EXPECT_EQ(NULL, ipcshow_producer_reserve_many(self->producer, MAX + 1, &count));
	EXPECT_EQ(-EMSGSIZE, ipcshow_producer_error(self->producer));
	count = SIZE_MAX;
	EXPECT_EQ(NULL, ipcshow_producer_reserve_many(self->producer, SIZE_MAX, &count));
	EXPECT_EQ(-EMSGSIZE, ipcshow_producer_error(self->producer));
	count = 0;
	EXPECT_EQ(NULL, ipcshow_producer_reserve_many(self->producer, 8, &count));
	EXPECT_EQ(2, put_numbers(self->producer, 1, 2));
	EXPECT_EQ(2, take_numbers(self->consumer, 1, 2));
}

/* What there is room for, down to one: so who was told that a record fits gets one. */
TEST_F(shared_ring, group_of_what_fits)
{
	__u64 in = 0, out = 0;
	size_t count;
	int lap;

	for (lap = 0; lap < 200; lap++) {
		while ((count = put_numbers(self->producer, in, 100))) {
			EXPECT_GE(100, count);
			in += count;
		}
		EXPECT_EQ(0, ipcshow_producer_error(self->producer));
		EXPECT_EQ(-ETIMEDOUT, ipcshow_producer_wait(self->producer, WORD, 0));
		while (out < in) {
			ssize_t got = take_numbers(self->consumer, out, lap + 1);

			ASSERT_LT(0, got);
			out += got;
			if (lap % 3 == 0 && in - out < 100)
				break;
		}
		while (!ipcshow_producer_wait(self->producer, WORD, 0) && lap % 2) {
			count = put_numbers(self->producer, in, lap % 5 + 1);
			ASSERT_LT(0, count);
			in += count;
		}
	}
}

TEST_F(shared_ring, group_committed_in_part)
{
	struct ipcshow_ring_stats stats;
	__u64 *room;
	size_t count = 50;

	room = ipcshow_producer_reserve_many(self->producer, WORD, &count);
	ASSERT_NE(NULL, room);
	ASSERT_EQ(50, count);
	ipcshow_producer_discard(self->producer);
	ipcshow_producer_discard(self->producer);
	room = ipcshow_producer_reserve_many(self->producer, WORD, &count);
	room[0] = 7;
	ipcshow_producer_commit_many(self->producer, WORD, 1);
	EXPECT_EQ(0, put_number(self->producer, 8));
	EXPECT_EQ(1, take_numbers(self->consumer, 7, 9));
	EXPECT_EQ(8, take_number(self->consumer));
	ipcshow_producer_stats(self->producer, &stats);
	EXPECT_EQ(1, stats.discarded);
	EXPECT_EQ(2, stats.records);
}

/* What comes between a reservation of many and its commit. */
enum between { NOTHING, THE_SAME, A_RECORD };

static int commits(size_t size, size_t reserve, size_t commit, enum between between)
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
			ipcshow_producer_reserve_many(pair.producer, 8, &reserve);
		if (between == THE_SAME)
			ipcshow_producer_commit_many(pair.producer, size, commit);
		if (between == A_RECORD)
			put_number(pair.producer, 1);
		ipcshow_producer_commit_many(pair.producer, size, commit);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ring_pair_close(&pair);
	return WIFSIGNALED(status) ? -EFAULT : WEXITSTATUS(status);
}

TEST(commit_of_too_many)
{
	EXPECT_EQ(0, commits(8, 5, 5, NOTHING));
	EXPECT_EQ(0, commits(8, 5, 1, NOTHING));
	EXPECT_EQ(0, commits(8, 1, 1, NOTHING));
	EXPECT_EQ(-EFAULT, commits(8, 5, 0, NOTHING));
	EXPECT_EQ(-EFAULT, commits(8, 5, 6, NOTHING));
	EXPECT_EQ(-EFAULT, commits(16, 5, 5, NOTHING));
	EXPECT_EQ(-EFAULT, commits(8, 5, 2, THE_SAME));
	EXPECT_EQ(-EFAULT, commits(8, 5, 2, A_RECORD));
	EXPECT_EQ(-EFAULT, commits(8, 0, 1, NOTHING));
	EXPECT_EQ(-EFAULT, commits(8, 5, SIZE_MAX, NOTHING));
	EXPECT_EQ(-EFAULT, commits(8, 5, 1UL << 32, NOTHING));
	EXPECT_EQ(-EFAULT, commits(SIZE_MAX - 8, 5, 1, NOTHING));
}

/* One at a time there, and as exact as ever. */
TEST_F(shared_ring, groups_of_who_overwrites)
{
	__u64 number = 0, lost = 0, i, seen = 0;

	ASSERT_EQ(0, overwriting(self, variant->backing));
	for (i = 0; i < 5000; i++)
		ASSERT_EQ(1, put_numbers(self->producer, i, 32));
	while (ipcshow_consumer_copy(self->consumer, &number, WORD, &lost) == WORD)
		seen += 1 + lost;
	EXPECT_EQ(4999, number);
	EXPECT_EQ(5000, seen);
}

/* ---- a producer that lies ---- */

/* The header of a group of three as it shall be instead, and how a look at it ends. */
static int lie(__u32 backing, __u64 first, __u64 second, __u64 released)
{
	struct ring_pair pair;
	size_t size, count = 2;
	__u64 *header;
	int i, ret;

	if (open_small(&pair, backing))
		return -1;
	header = (__u64 *)pair.producer->data;
	put_numbers(pair.producer, 0, 3);
	if (released) {
		count = released;
		ipcshow_consumer_peek_many(pair.consumer, &size, &count);
		ipcshow_consumer_release(pair.consumer);
	}
	__atomic_store_n(&header[1], second, __ATOMIC_RELAXED);
	__atomic_store_n(&header[0], first, __ATOMIC_RELEASE);
	for (i = 0; i < 2; i++) {
		count = 3;
		ret = ipcshow_consumer_peek_many(pair.consumer, &size, &count) ?
			(int)count : ipcshow_consumer_error(pair.consumer);
	}
	if (ret > 0 && !ipcshow_consumer_peek(pair.consumer, &size))
		ret = -1;
	ring_pair_close(&pair);
	return ret;
}

#define GROUP(size, count)	IPCSHOW_RING_GROUP_MARK, ((size) | (__u64)(count) << 32)

TEST_F(shared_ring, group_that_lies)
{
	const __u32 b = variant->backing;
	__u64 mark;

	EXPECT_EQ(3, lie(b, GROUP(8, 3), 0));
	EXPECT_EQ(3, lie(b, GROUP(0, 3), 0));
	EXPECT_EQ(-EUCLEAN, lie(b, GROUP(8, 0), 0));
	EXPECT_EQ(-EUCLEAN, lie(b, GROUP(0, 0), 0));
	EXPECT_EQ(-EUCLEAN, lie(b, GROUP(8, RING_SIZE_MIN / 8), 0));
	EXPECT_EQ(-EUCLEAN, lie(b, GROUP(0, RING_SIZE_MIN / 8), 0));
	/* Products that in fewer bits would be small. */
	EXPECT_EQ(-EUCLEAN, lie(b, GROUP(UINT32_MAX, UINT32_MAX), 0));
	EXPECT_EQ(-EUCLEAN, lie(b, GROUP(UINT32_MAX, 1), 0));
	EXPECT_EQ(-EUCLEAN, lie(b, GROUP(0, UINT32_MAX), 0));
	EXPECT_EQ(-EUCLEAN, lie(b, GROUP(1U << 31, 2), 0));
	EXPECT_EQ(-EUCLEAN, lie(b, GROUP(1U << 16, 1U << 16), 0));
	EXPECT_EQ(-EUCLEAN, lie(b, GROUP(1U << 31, 1U << 31), 0));
	EXPECT_EQ(-EUCLEAN, lie(b, GROUP(8, 1U << 29), 0));
	EXPECT_EQ(-EUCLEAN, lie(b, GROUP(8, (1U << 29) + 1), 0));
	/* Other marks are none. */
	for (mark = 2; mark < 8; mark++)
		EXPECT_EQ(-EUCLEAN, lie(b, mark, 8 | 3ULL << 32, 0));
}

/* What was checked when it was come to is what counts, whatever the header says later. */
TEST_F(shared_ring, group_that_changes_its_mind)
{
	const __u32 b = variant->backing;

	EXPECT_EQ(2, lie(b, GROUP(8, 3), 1));
	EXPECT_EQ(2, lie(b, GROUP(8, 0), 1));
	EXPECT_EQ(1, lie(b, GROUP(UINT32_MAX, UINT32_MAX), 2));
	EXPECT_EQ(1, lie(b, GROUP(8, 1), 2));
	/* One record now, inside of what is known to be there. */
	EXPECT_EQ(1, lie(b, 40, 0, 1));
	EXPECT_EQ(-EUCLEAN, lie(b, 48, 0, 1));
	EXPECT_EQ(-EUCLEAN, lie(b, 0, 0, 1));
}

TEST_MAIN
