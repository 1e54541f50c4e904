// SPDX-License-Identifier: GPL-2.0
/*
 * Rings whose other side writes whatever it can write, and rings the bell like mad. Built
 * with the sanitizers for addresses and undefined behaviour: who is attacked goes on or says
 * EUCLEAN, soon.
 */
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "ring_attack.h"
#include "test.h"

#define OPTIONS(...)	((struct ipcshow_ring_options){				\
				.size = sizeof(struct ipcshow_ring_options),	\
				.timeout_ns = 60 * SECOND, __VA_ARGS__ })

/* Of who is attacked, each round; and rounds from which on each end should have been seen. */
#define OPERATIONS	(500 * (ring_work() < 4 ? ring_work() : 4))
#define ROUNDS		(7 + 3 * (int)ring_work())
#define ROUNDS_ENOUGH	30

/* Exit statuses of who is attacked. */
#define WENT_ON		0
#define UNCLEAN		1
#define HUNG_UP		2
#define OUTSIDE		3
#define NOT_FOR_GOOD	4
#define WRONG_ERROR	5
#define NOT_OPEN	6

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0:exitcode=99";
}

/* ---- who is attacked ---- */

static __s64 some_time(uint64_t x)
{
	return x % 4 ? (__s64)(x >> 32) % 300000 : 0;
}

static void poll_some_time(int fd, uint64_t x)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	poll(&pollfd, 1, x % 8 == 0);
}

/* What the library calls a record: is it inside, and can it be read? */
static void touch(const struct ipcshow_consumer *consumer, const void *record, size_t size)
{
	const unsigned char *start = record, *end = consumer->data + 2 * (consumer->mask + 1);
	volatile unsigned char last;
	size_t i;

	if (start < consumer->data || start > end || size > consumer->mask + 1 ||
	    size > (size_t)(end - start))
		_exit(OUTSIDE);
	for (i = 0; i < size; i++)
		last = start[i];
	(void)last;
}

static int consume_many(struct ipcshow_consumer *consumer, uint64_t x)
{
	size_t size, nr = x % 64 + 1, i;
	const size_t most = nr;
	const char *records = ipcshow_consumer_peek_many(consumer, &size, &nr);

	if (!records)
		return ipcshow_consumer_error(consumer);
	if (!nr || nr > most)
		_exit(OUTSIDE);
	for (i = 0; i < nr; i++)
		touch(consumer, records + i * ipcshow_ring_stride(size), size);
	if (x & 256)
		ipcshow_consumer_release(consumer);
	return 0;
}

static int consume_something(struct ipcshow_consumer *consumer, void *buf, uint64_t x)
{
	struct ipcshow_ring_stats stats;
	struct iovec records[32];
	const void *record;
	ssize_t i, got;
	size_t size;

	switch (x % 10) {
	case 0:
		return ipcshow_consumer_wait(consumer, some_time(x >> 8));
	case 1:
	case 2:
		record = ipcshow_consumer_peek(consumer, &size);
		if (!record)
			return ipcshow_consumer_error(consumer);
		touch(consumer, record, size);
		if (x & 256)
			ipcshow_consumer_release(consumer);
		return 0;
	case 3:
		got = ipcshow_consumer_peek_batch(consumer, records, (x >> 8) % 32);
		for (i = 0; i < got; i++)
			touch(consumer, records[i].iov_base, records[i].iov_len);
		if (got > 0 && x & 1 << 16)
			ipcshow_consumer_release(consumer);
		return got < 0 ? (int)got : 0;
	case 4:
	case 5:
		got = ipcshow_consumer_copy(consumer, buf, (x >> 8) % (consumer->mask + 1), NULL);
		if (got > (ssize_t)consumer->mask + 1)
			_exit(OUTSIDE);
		return got < 0 && got != -EAGAIN ? (int)got : 0;
	case 6:
		if (!ipcshow_consumer_arm(consumer))
			poll_some_time(ipcshow_consumer_fd(consumer), x >> 8);
		return 0;
	case 7:
	case 8:
		return consume_many(consumer, x >> 8);
	default:
		ipcshow_consumer_stats(consumer, &stats);
		ipcshow_consumer_release(consumer);
		return 0;
	}
}

static int produce_many(struct ipcshow_producer *producer, size_t size, uint64_t x)
{
	size_t nr = x % 64, span;
	unsigned char *room = ipcshow_producer_reserve_many(producer, size, &nr);

	if (!room)
		return ipcshow_producer_error(producer);
	span = (nr - 1) * ipcshow_ring_stride(size) + size;
	if (!nr || nr > x % 64 || room < producer->data ||
	    room > producer->data + 2 * producer->mask + 2 - span)
		_exit(OUTSIDE);
	memset(room, 1, span);
	if (x & 256)
		ipcshow_producer_commit_many(producer, size, nr);
	else if (x & 512)
		ipcshow_producer_discard(producer);
	return 0;
}

static int produce_something(struct ipcshow_producer *producer, void *buf, uint64_t x)
{
	const size_t size = (x >> 16) % (x & 8 ? producer->max + 1 : 200);
	struct iovec records[3] = { { buf, size }, { buf, 3 }, { buf, size } };
	struct ipcshow_ring_stats stats;
	unsigned char *room;
	ssize_t got;

	switch (x % 8) {
	case 0:
		return ipcshow_producer_wait(producer, size, some_time(x >> 8));
	case 1:
		got = ipcshow_producer_push(producer, records, (x >> 8) % 4);
		return got < 0 ? (int)got : 0;
	case 2:
		if (!ipcshow_producer_arm(producer, size))
			poll_some_time(ipcshow_producer_fd(producer), x >> 8);
		return 0;
	case 3:
		ipcshow_producer_stats(producer, &stats);
		return 0;
	case 4:
	case 5:
		return produce_many(producer, size, x >> 8);
	default:
		room = ipcshow_producer_reserve(producer, size);
		if (!room)
			return ipcshow_producer_error(producer);
		if (room < producer->data || room > producer->data + 2 * producer->mask + 2 - size)
			_exit(OUTSIDE);
		memset(room, 1, size);
		if (x & 256)
			ipcshow_producer_commit(producer, size - size / 8);
		else if (x & 512)
			ipcshow_producer_discard(producer);
		return 0;
	}
}

/* What an end says for good; 0: that it does not. */
static int verdict(int error)
{
	switch (error) {
	case -EUCLEAN:
		return UNCLEAN;
	case -EPIPE:
	case -EOWNERDEAD:
		return HUNG_UP;
	case 0:
	case -ETIMEDOUT:
	case -EOPNOTSUPP:
		return WENT_ON;
	default:
		return WRONG_ERROR;
	}
}

static int attacked_consumer(int sock, uint64_t seed)
{
	static const __u32 flags[] = {
		0, IPCSHOW_RING_STREAM, IPCSHOW_RING_LATENCY, IPCSHOW_RING_NO_SPIN,
	};
	struct ipcshow_ring_options options = OPTIONS(.flags = flags[seed % ARRAY_SIZE(flags)]);
	struct ipcshow_consumer *consumer;
	const int operations = OPERATIONS;
	int i, ret = 0, result = WENT_ON;
	void *buf;

	if (ipcshow_consumer_open(&consumer, sock, &options))
		return NOT_OPEN;
	buf = malloc(consumer->mask + 1);
	for (i = 0; i < operations && result == WENT_ON; i++) {
		ret = consume_something(consumer, buf, ring_random(&seed));
		result = verdict(ret);
	}
	/* What comes before it may still be taken, and then it is for good. */
	for (i = 0; result == UNCLEAN && ipcshow_consumer_copy(consumer, buf, 1, NULL) >= 0; i++) {
		if (i > operations * 8)
			result = NOT_FOR_GOOD;
	}
	if (result == UNCLEAN && (ipcshow_consumer_wait(consumer, IPCSHOW_FOREVER) != ret ||
				  ipcshow_consumer_error(consumer) != ret ||
				  !ipcshow_consumer_arm(consumer)))
		result = NOT_FOR_GOOD;
	ipcshow_consumer_close(consumer);
	free(buf);
	return result;
}

static int attacked_producer(int sock, const struct ipcshow_ring_options *options, uint64_t seed)
{
	struct ipcshow_producer *producer;
	const int operations = OPERATIONS;
	int i, ret = 0, result = WENT_ON;
	void *buf;

	if (ipcshow_producer_open(&producer, sock, options))
		return NOT_OPEN;
	buf = calloc(1, producer->max + 1);
	for (i = 0; i < operations && result == WENT_ON; i++) {
		ret = produce_something(producer, buf, ring_random(&seed));
		result = verdict(ret);
	}
	if (result == UNCLEAN && (ipcshow_producer_wait(producer, 8, IPCSHOW_FOREVER) != ret ||
				  ipcshow_producer_reserve(producer, 8) ||
				  !ipcshow_producer_arm(producer, 8)))
		result = NOT_FOR_GOOD;
	ipcshow_producer_close(producer);
	free(buf);
	return result;
}

/* ---- rounds ---- */

FIXTURE(hostile) {
	int ends[256];
};

FIXTURE_VARIANT(hostile) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(hostile, memfd) { 0 };
FIXTURE_VARIANT_ADD(hostile, memfd_overwrite) { IPCSHOW_RING_OVERWRITE };
FIXTURE_VARIANT_ADD(hostile, module) { IPCSHOW_RING_MODULE };
FIXTURE_VARIANT_ADD(hostile, module_overwrite) { IPCSHOW_RING_MODULE | IPCSHOW_RING_OVERWRITE };

FIXTURE_SETUP(hostile)
{
	if (variant->flags & IPCSHOW_RING_MODULE && !ring_has_module())
		SKIP_FIXTURE("no module");
}

FIXTURE_TEARDOWN(hostile)
{
}

/* How the one that is attacked ends; -1: by a signal, -2: not within a minute. */
static int attack(bool by_producer, const struct ipcshow_ring_options *options, uint64_t seed)
{
	const int64_t deadline = ring_clock() + 60 * SECOND * scale();
	pid_t attacker, attacked, ended;
	int socks[2], status;

	ring_sockets(socks);
	attacker = fork();
	if (!attacker) {
		close(socks[1]);
		_exit(by_producer ? ring_attack_by_producer(socks[0], options, seed) :
				    ring_attack_by_consumer(socks[0], options, seed));
	}
	attacked = fork();
	if (!attacked) {
		close(socks[0]);
		_exit(by_producer ? attacked_consumer(socks[1], seed) :
				    attacked_producer(socks[1], options, seed));
	}
	close(socks[0]);
	close(socks[1]);
	while (!(ended = waitpid(attacked, &status, WNOHANG)) && ring_clock() < deadline)
		usleep(1000);
	if (!ended) {
		kill(attacked, SIGKILL);
		waitpid(attacked, NULL, 0);
	}
	kill(attacker, SIGKILL);
	waitpid(attacker, NULL, 0);
	return !ended ? -2 : WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void attack_often(struct __test_metadata *_metadata, struct _test_data_hostile *self,
			 bool by_producer, __u32 flags)
{
	const int rounds = ROUNDS;
	struct ipcshow_ring_options options = OPTIONS(.flags = flags);
	int i, end;

	for (i = 0; i < rounds; i++) {
		options.ring_size = i % 3 ? RING_SIZE_MIN : 1 << 20;
		end = attack(by_producer, &options, 1000 + i);
		ASSERT_LE(0, end) TH_LOG("round %d: %s", i, end == -1 ? "killed" : "no end");
		ASSERT_GE(HUNG_UP, end) TH_LOG("round %d", i);
		self->ends[end]++;
	}
	TH_LOG("%d went on, %d said EUCLEAN, %d were told that it is over", self->ends[WENT_ON],
	       self->ends[UNCLEAN], self->ends[HUNG_UP]);
}

TEST_F_TIMEOUT(hostile, producer, 300)
{
	attack_often(_metadata, self, true, variant->flags);
	if (ROUNDS >= ROUNDS_ENOUGH)
		EXPECT_LT(0, self->ends[UNCLEAN]);
}

TEST_F_TIMEOUT(hostile, consumer, 300)
{
	attack_often(_metadata, self, false, variant->flags);
	/* Who overwrites asks nothing of the consumer but whether it is there. */
	if (ROUNDS >= ROUNDS_ENOUGH && !(variant->flags & IPCSHOW_RING_OVERWRITE))
		EXPECT_LT(0, self->ends[UNCLEAN]);
}

/* ---- the kernel as the producer ---- */

struct scribbler {
	struct reader *reader;
	bool begun;
	bool stop;
};

static void *scribble(void *argument)
{
	struct scribbler *scribbler = argument;
	struct reader *reader = scribbler->reader;
	uint64_t state = 1, which;

	__atomic_store_n(&scribbler->begun, true, __ATOMIC_RELAXED);
	while (!__atomic_load_n(&scribbler->stop, __ATOMIC_RELAXED)) {
		/* The position, and every other word of the page. */
		which = ring_random(&state) % 1024;
		ring_scribble((uint64_t *)reader->consumer + (which < 512 ? which : 0),
			      ring_value_near(&state, reader->producer->pos,
					      reader->ring_size));
	}
	return NULL;
}

/* Each call ends, and with what the header says; a new file is as good as new. */
TEST(kernel_produces)
{
	const int rounds = 50 + ring_work();
	int i, call, ret, unclean = 0, others = 0;
	struct reader reader;
	pthread_t thread;

	if (!ring_has_module())
		SKIP(return, "no module");
	for (i = 0; i < rounds; i++) {
		struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = WHAT_ALL };
		struct scribbler scribbler = { .reader = &reader };

		ASSERT_EQ(0, reader_open(&reader, RING_SMALL));
		ASSERT_EQ(0, reader_target(&reader, getpid()));
		ASSERT_EQ(0, pthread_create(&thread, NULL, scribble, &scribbler));
		while (!__atomic_load_n(&scribbler.begun, __ATOMIC_RELAXED))
			sched_yield();
		for (call = 0; call < 50; call++) {
			ret = ioctl(reader.fd, IPCSHOW_IOC_SNAPSHOT, &arg) ? -errno : 0;
			ASSERT_TRUE(!ret || ret == -EUCLEAN || ret == -ENOSPC) TH_LOG("%d", ret);
			if (ret == -EUCLEAN)
				break;
			if (!ret && arg.status == IPCSHOW_SNAPSHOT_MORE)
				arg = (struct ipcshow_snapshot){
					.size = sizeof(arg), .flags = IPCSHOW_SNAPSHOT_F_CONTINUE,
				};
			else if (!ret)
				arg = (struct ipcshow_snapshot){
					.size = sizeof(arg), .what = WHAT_ALL,
				};
		}
		__atomic_store_n(&scribbler.stop, true, __ATOMIC_RELAXED);
		pthread_join(thread, NULL);
		if (ret == -EUCLEAN) {
			/* For good, whatever the position is now. */
			ring_scribble((uint64_t *)&reader.consumer->pos, reader.producer->pos);
			arg = (struct ipcshow_snapshot){ .size = sizeof(arg), .what = WHAT_ALL };
			EXPECT_EQ(-1, ioctl(reader.fd, IPCSHOW_IOC_SNAPSHOT, &arg));
			EXPECT_EQ(EUCLEAN, errno);
			unclean++;
		} else {
			others++;
		}
		reader_close(&reader);
	}
	TH_LOG("%d rings ended with EUCLEAN, %d did not", unclean, others);
	EXPECT_LT(0, unclean);
}

TEST_MAIN
