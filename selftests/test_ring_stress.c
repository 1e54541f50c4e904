// SPDX-License-Identifier: GPL-2.0
/*
 * The rings of libipcshow under load: very many records of random sizes, each checked, and sides
 * that are killed at any time. IPCSHOW_RING_WORK says how many times as much as usual.
 */
#include <stdlib.h>
#include <sys/wait.h>

#include "ring_stream.h"
#include "test.h"

#define OPTIONS(...)	((struct ipcshow_ring_options){				\
				.size = sizeof(struct ipcshow_ring_options),	\
				.timeout_ns = 60 * SECOND, __VA_ARGS__ })

/* As an exit status. */
#define STATUS(error)	(-(error) & 0xff)

/* Children that end with a status of one of the two functions. */
struct sides {
	pid_t producer;
	pid_t consumer;
};

static pid_t start(int (*function)(const struct ring_stream *, int),
		   const struct ring_stream *stream, const int *socks, int which)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	/* Or else we would not hear when the other side is gone. */
	close(socks[!which]);
	_exit(STATUS(function(stream, socks[which])));
}

static void sides_start(struct sides *sides, struct ring_stream *stream)
{
	int socks[2];

	*stream->score = (struct ring_score){ 0 };
	ring_sockets(socks);
	sides->producer = start(ring_stream_produce, stream, socks, 0);
	sides->consumer = start(ring_stream_consume, stream, socks, 1);
	close(socks[0]);
	close(socks[1]);
}

static int join(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* ---- streams ---- */

FIXTURE(stream) {
	struct ring_stream stream;
};

FIXTURE_VARIANT(stream) {
	__u32 producer;
	__u32 consumer;
	enum ring_way way;
	uint64_t count;
};

#define WITH_BOTH_BACKINGS(name, producer, ...)						\
	FIXTURE_VARIANT_ADD(stream, memfd_##name) { producer, __VA_ARGS__ };		\
	FIXTURE_VARIANT_ADD(stream, module_##name) { (producer) | IPCSHOW_RING_MODULE,	\
						     __VA_ARGS__ }

WITH_BOTH_BACKINGS(usual, 0, 0, RING_WAY_SIMPLE, 10000);
WITH_BOTH_BACKINGS(stream, 0, IPCSHOW_RING_STREAM, RING_WAY_SIMPLE, 10000);
WITH_BOTH_BACKINGS(latency, 0, IPCSHOW_RING_LATENCY, RING_WAY_SIMPLE, 10000);
WITH_BOTH_BACKINGS(no_spin, IPCSHOW_RING_NO_SPIN, IPCSHOW_RING_NO_SPIN, RING_WAY_SIMPLE, 5000);
WITH_BOTH_BACKINGS(batch, 0, 0, RING_WAY_BATCH, 20000);
WITH_BOTH_BACKINGS(poll, 0, 0, RING_WAY_POLL, 5000);
WITH_BOTH_BACKINGS(impatient, 0, 0, RING_WAY_IMPATIENT, 5000);
WITH_BOTH_BACKINGS(copy, 0, 0, RING_WAY_COPY, 5000);
WITH_BOTH_BACKINGS(group, 0, 0, RING_WAY_GROUP, 20000);
WITH_BOTH_BACKINGS(overwrite, IPCSHOW_RING_OVERWRITE, 0, RING_WAY_COPY, 20000);
WITH_BOTH_BACKINGS(overwrite_no_spin, IPCSHOW_RING_OVERWRITE, IPCSHOW_RING_NO_SPIN,
		   RING_WAY_COPY, 10000);

FIXTURE_SETUP(stream)
{
	if (variant->producer & IPCSHOW_RING_MODULE && !ring_has_module())
		SKIP_FIXTURE("no module");
	self->stream = (struct ring_stream){
		.producer = OPTIONS(.flags = variant->producer),
		.consumer = OPTIONS(.flags = variant->consumer),
		.way = variant->way,
		.count = variant->count * ring_work(),
		.score = ring_shared_memory(sizeof(struct ring_score)),
	};
}

FIXTURE_TEARDOWN(stream)
{
}

TEST_F_TIMEOUT(stream, all_comes, 300)
{
	const struct ring_score *score = self->stream.score;
	struct sides sides;
	int i;

	for (i = 0; i < 2; i++) {
		self->stream.seed = 1000 + i;
		/* One that is small enough to be always full or empty, and one that is not. */
		self->stream.producer.ring_size = i ? 256 << 10 : RING_SIZE_MIN;
		sides_start(&sides, &self->stream);
		EXPECT_EQ(0, join(sides.producer));
		EXPECT_EQ(STATUS(-EPIPE), join(sides.consumer));
		EXPECT_EQ(0, score->result);
		EXPECT_EQ(self->stream.count, score->taken + score->lost);
		if (!(variant->producer & IPCSHOW_RING_OVERWRITE))
			EXPECT_EQ(0, score->lost);
		TH_LOG("%llu records, %llu lost", (unsigned long long)score->taken,
		       (unsigned long long)score->lost);
	}
}

/* ---- kills ---- */

/* A thousand where it is twenty times as much. */
#define ROUNDS		(50 * (int)ring_work())

FIXTURE(killed) {
	struct ring_stream stream;
	uint64_t state;
};

FIXTURE_VARIANT(killed) {
	__u32 backing;
};

FIXTURE_VARIANT_ADD(killed, memfd) { 0 };
FIXTURE_VARIANT_ADD(killed, module) { IPCSHOW_RING_MODULE };

FIXTURE_SETUP(killed)
{
	if (variant->backing && !ring_has_module())
		SKIP_FIXTURE("no module");
	self->state = 4711;
	self->stream = (struct ring_stream){
		.count = UINT64_MAX,
		.score = ring_shared_memory(sizeof(struct ring_score)),
	};
}

FIXTURE_TEARDOWN(killed)
{
}

/* Another stream for each round. */
static void choose(struct _test_data_killed *self, __u32 backing, int round)
{
	static const __u32 consumer_flags[] = {
		0, IPCSHOW_RING_STREAM, IPCSHOW_RING_LATENCY, IPCSHOW_RING_NO_SPIN,
	};
	static const enum ring_way ways[] = {
		RING_WAY_SIMPLE, RING_WAY_BATCH, RING_WAY_POLL, RING_WAY_IMPATIENT, RING_WAY_COPY,
		RING_WAY_GROUP,
	};
	struct ring_stream *stream = &self->stream;
	const uint64_t x = ring_random(&self->state);

	stream->way = ways[round % ARRAY_SIZE(ways)];
	stream->seed = x;
	stream->producer = OPTIONS(.flags = backing, .ring_size = RING_SIZE_MIN);
	stream->consumer = OPTIONS(.flags = consumer_flags[x % ARRAY_SIZE(consumer_flags)]);
	if (stream->way == RING_WAY_COPY && x & 64)
		stream->producer.flags |= IPCSHOW_RING_OVERWRITE;
	if (x & 128)
		stream->producer.flags |= IPCSHOW_RING_NO_SPIN;
	if (x & 256)
		stream->producer.ring_size = 64 << 10;
}

/* Both are open, and some records have come; and then any time. */
static bool let_them_run(struct _test_data_killed *self)
{
	const struct ring_score *score = self->stream.score;
	const uint64_t x = ring_random(&self->state), wanted = x % 8 ? x % 1500 : 0;
	const int64_t deadline = ring_clock() + 60 * SECOND * scale();
	volatile uint64_t i;

	while (__atomic_load_n(&score->open, __ATOMIC_ACQUIRE) < 2 ||
	       __atomic_load_n(&score->committed, __ATOMIC_ACQUIRE) < wanted) {
		if (ring_clock() > deadline)
			return false;
		usleep(20);
	}
	for (i = 0; i < (x >> 32) % 50000; i++)
		;
	return true;
}

/* Who is left has heard of it within this time, which is long only since others run, too. */
#define AT_ONCE		(20 * SECOND * scale())

static void kill_often(struct __test_metadata *_metadata, struct _test_data_killed *self,
		       __u32 backing, bool producer)
{
	const struct ring_score *score = self->stream.score;
	const int rounds = ROUNDS;
	struct sides sides;
	int64_t killed;
	int i;

	for (i = 0; i < rounds; i++) {
		choose(self, backing, i);
		sides_start(&sides, &self->stream);
		ASSERT_TRUE(let_them_run(self));
		killed = ring_clock();
		kill(producer ? sides.producer : sides.consumer, SIGKILL);
		ASSERT_EQ(-SIGKILL, join(producer ? sides.producer : sides.consumer));
		ASSERT_EQ(STATUS(-EOWNERDEAD), join(producer ? sides.consumer : sides.producer));
		EXPECT_GT(AT_ONCE, ring_clock() - killed);
		ASSERT_EQ(0, score->result) TH_LOG("round %d", i);
		if (!producer)
			continue;
		/* All that it knew to be committed, and no more than it had begun. */
		EXPECT_LE(score->committed, score->taken + score->lost) TH_LOG("round %d", i);
		EXPECT_GE(score->begun, score->taken + score->lost) TH_LOG("round %d", i);
	}
	TH_LOG("%d %s killed", rounds, producer ? "producers" : "consumers");
}

TEST_F_TIMEOUT(killed, producer, 300)
{
	kill_often(_metadata, self, variant->backing, true);
}

TEST_F_TIMEOUT(killed, consumer, 300)
{
	kill_often(_metadata, self, variant->backing, false);
}

TEST_MAIN
