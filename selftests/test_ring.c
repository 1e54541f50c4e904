// SPDX-License-Identifier: GPL-2.0
/* The ring: what may be mapped, and what a consumer may do to it. */
#include <pthread.h>

#include "pieces.h"

FIXTURE(ring) {
	struct child target;
	struct reader reader;
	struct ipcshow_snapshot arg;
};

FIXTURE_SETUP(ring)
{
	child_start(&self->target, stays_with_regions, NULL);
	child_stop(self->target.pid);
	ASSERT_READER(&self->reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&self->reader, self->target.pid));
	self->arg = (struct ipcshow_snapshot){ .size = sizeof(self->arg), .what = WHAT_ALL };
}

FIXTURE_TEARDOWN(ring)
{
	reader_close(&self->reader);
	child_kill(&self->target);
}

static int try_map(struct reader *reader, int prot, int flags, uint64_t offset, size_t size)
{
	void *start = mmap(NULL, size, prot, flags, reader->fd, offset);

	if (start == MAP_FAILED)
		return -errno;
	munmap(start, size);
	return 0;
}

TEST(nothing_to_map)
{
	struct reader reader;

	ASSERT_READER(&reader, 0);
	EXPECT_EQ(-ENXIO, try_map(&reader, PROT_READ, MAP_SHARED, 0, PAGE));
	EXPECT_EQ(-ENXIO, try_map(&reader, PROT_READ | PROT_WRITE, MAP_SHARED, 0, PAGE));
	EXPECT_EQ(-ENXIO, try_map(&reader, PROT_READ, MAP_PRIVATE, PAGE, PAGE));
	reader_close(&reader);
}

TEST_F(ring, mappings)
{
	const int ro = PROT_READ, rw = PROT_READ | PROT_WRITE;
	struct reader *reader = &self->reader;
	const struct ipcshow_ring *ring = &reader->ring;
	const uint64_t end = ring->data_offset + 2 * RING_SMALL;
	const struct {
		int result;
		int prot;
		int flags;
		uint64_t offset;
		size_t size;
	} cases[] = {
		{ 0, rw, MAP_SHARED, ring->consumer_offset, PAGE },
		{ 0, ro, MAP_SHARED, ring->consumer_offset, PAGE },
		{ 0, PROT_NONE, MAP_SHARED, ring->consumer_offset, PAGE },
		{ 0, ro, MAP_SHARED, ring->producer_offset, PAGE },
		{ 0, ro, MAP_SHARED, ring->data_offset, 2 * RING_SMALL },
		{ 0, ro, MAP_SHARED, ring->producer_offset, PAGE + 2 * RING_SMALL },
		{ 0, ro, MAP_SHARED_VALIDATE, ring->producer_offset, PAGE },
		/* Part of it, and one byte. */
		{ 0, ro, MAP_SHARED, ring->data_offset + RING_SMALL, RING_SMALL },
		{ 0, ro, MAP_SHARED, ring->data_offset + PAGE, 1 },

		{ -EPERM, rw, MAP_SHARED, ring->producer_offset, PAGE },
		{ -EPERM, rw, MAP_SHARED, ring->data_offset, 2 * RING_SMALL },
		{ -EPERM, PROT_WRITE, MAP_SHARED, ring->data_offset, PAGE },
		{ -EPERM, rw, MAP_SHARED, ring->producer_offset, PAGE + 2 * RING_SMALL },

		{ -EINVAL, rw, MAP_PRIVATE, ring->consumer_offset, PAGE },
		{ -EINVAL, ro, MAP_PRIVATE, ring->producer_offset, PAGE },
		{ -EINVAL, rw, MAP_PRIVATE, ring->data_offset, 2 * RING_SMALL },
		/* What may be written, together with what may not. */
		{ -EINVAL, ro, MAP_SHARED, ring->consumer_offset, 2 * PAGE },
		{ -EINVAL, rw, MAP_SHARED, ring->consumer_offset, 2 * PAGE },
		{ -EINVAL, ro, MAP_SHARED, ring->consumer_offset, end },
		/* Beyond the end, also where the sum has no room. */
		{ -EINVAL, ro, MAP_SHARED, ring->producer_offset, 2 * PAGE + 2 * RING_SMALL },
		{ -EINVAL, ro, MAP_SHARED, ring->data_offset, 2 * RING_SMALL + PAGE },
		{ -EINVAL, ro, MAP_SHARED, end, PAGE },
		{ -EINVAL, ro, MAP_SHARED, end - PAGE, 2 * PAGE },
		{ -EINVAL, ro, MAP_SHARED, 1ULL << 32, PAGE },
		{ -EINVAL, ro, MAP_SHARED, (1ULL << 44) + ring->data_offset, PAGE },
		{ -EINVAL, ro, MAP_SHARED, 1ULL << 62, 1UL << 30 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].result, try_map(reader, cases[i].prot, cases[i].flags,
						   cases[i].offset, cases[i].size))
			TH_LOG("case %zu: offset %#llx, size %#zx", i,
			       (unsigned long long)cases[i].offset, cases[i].size);
	}
	/* The kernel's own check may come first where the sum wraps. */
	EXPECT_NE(0, try_map(reader, ro, MAP_SHARED, -(uint64_t)PAGE, PAGE));
	EXPECT_NE(0, try_map(reader, ro, MAP_SHARED, -(uint64_t)PAGE, 4 * PAGE));
	EXPECT_NE(0, try_map(reader, ro, MAP_SHARED, (1ULL << 63) - PAGE, 4 * PAGE));
	EXPECT_NE(0, try_map(reader, ro, MAP_SHARED, ring->data_offset, TOO_LARGE));
}

TEST_F(ring, stays_read_only)
{
	struct reader *reader = &self->reader;
	void *const maps[] = { (void *)reader->producer, (void *)reader->data };
	int mem = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	size_t i;

	ASSERT_LE(0, mem);
	for (i = 0; i < ARRAY_SIZE(maps); i++) {
		EXPECT_EQ(-1, mprotect(maps[i], PAGE, PROT_READ | PROT_WRITE));
		EXPECT_EQ(EACCES, errno);
		EXPECT_EQ(-1, mprotect(maps[i], PAGE, PROT_WRITE));
		EXPECT_EQ(EACCES, errno);
		/* A debugger's way in. */
		EXPECT_EQ(-1, pwrite(mem, "\1", 1, (uintptr_t)maps[i]));
	}
	close(mem);
	EXPECT_EQ(MAP_FAILED, mremap(reader->consumer, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
	EXPECT_EQ(MAP_FAILED, mremap((void *)reader->data, 2 * RING_SMALL, 4 * RING_SMALL,
				     MREMAP_MAYMOVE));
	EXPECT_EQ(0, reader->producer->pos);
}

/* Mapped once more, by other cuts, it is the same memory. */
TEST_F(ring, is_mapped_twice)
{
	struct reader *reader = &self->reader;
	const struct ipcshow_ring *ring = &reader->ring;
	const char *whole = mmap(NULL, PAGE + 2 * RING_SMALL, PROT_READ, MAP_SHARED, reader->fd,
				 ring->producer_offset);
	const char *part = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reader->fd,
				ring->data_offset + RING_SMALL + PAGE);

	ASSERT_NE(MAP_FAILED, whole);
	ASSERT_NE(MAP_FAILED, part);
	EXPECT_EQ(IPCSHOW_SNAPSHOT_MORE, reader_call(reader, &self->arg));
	EXPECT_LT(RING_SMALL / 2, reader->producer->pos);
	EXPECT_EQ(0, memcmp(reader->data, reader->data + RING_SMALL, RING_SMALL));
	EXPECT_EQ(0, memcmp(reader->producer, whole, PAGE));
	EXPECT_EQ(0, memcmp(reader->data, whole + PAGE, 2 * RING_SMALL));
	EXPECT_EQ(0, memcmp(reader->data + PAGE, part, PAGE));
}

TEST_F(ring, impossible_positions)
{
	static const int64_t offsets[] = {
		8, 1, 16 << 10, -(16 << 10) - 8, -(16 << 10) - (16 << 10), -1, -4,
		1LL << 62, INT64_MIN, INT64_MAX,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		struct reader reader;
		uint64_t pos;

		ASSERT_READER(&reader, RING_SMALL);
		ASSERT_EQ(0, reader_target(&reader, self->target.pid));
		ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, reader_call(&reader, &self->arg));
		pos = reader.producer->pos;
		reader.consumer->pos = pos + offsets[i];
		EXPECT_EQ(-EUCLEAN, reader_continue(&reader))
			TH_LOG("with %lld behind the producer", (long long)-offsets[i]);
		/* For good. */
		reader.consumer->pos = pos;
		EXPECT_EQ(-EUCLEAN, reader_continue(&reader));
		EXPECT_EQ(-EUCLEAN, reader_call(&reader, &self->arg));
		EXPECT_EQ(pos, reader.producer->pos);
		reader_close(&reader);
	}
}

/* All that the consumer's page can hold besides the position is of no effect. */
TEST_F(ring, scribbled_page)
{
	struct reader *reader = &self->reader;
	struct snapshot snapshot = {};

	memset(reader->consumer, 0xff, PAGE);
	reader->consumer->pos = 0;
	ASSERT_EQ(0, reader_run(reader, &self->arg, &snapshot));
	EXPECT_LE(REGIONS, snapshot_end(&snapshot)->regions);
	snapshot_free(&snapshot);
}

struct scribbler {
	struct reader *reader;
	volatile bool stop;
	unsigned int calls;
};

static void *scribble(void *argument)
{
	struct scribbler *scribbler = argument;
	volatile __u64 *pos = &scribbler->reader->consumer->pos;
	__u64 random = 1;

	while (!scribbler->stop) {
		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		*pos = random >> 40 & ~7ULL;
		*pos = scribbler->reader->producer->pos;
	}
	return NULL;
}

TEST_F(ring, scribbling_thread)
{
	const unsigned int rounds = 300 / scale() + 10;
	unsigned int i, dead = 0;

	for (i = 0; i < rounds || (!dead && i < 10000); i++) {
		struct scribbler scribbler = {};
		struct reader reader;
		pthread_t thread;
		int status, calls = 0;

		ASSERT_READER(&reader, RING_SMALL);
		ASSERT_EQ(0, reader_target(&reader, self->target.pid));
		scribbler.reader = &reader;
		ASSERT_EQ(0, pthread_create(&thread, NULL, scribble, &scribbler));
		status = reader_call(&reader, &self->arg);
		while ((status == IPCSHOW_SNAPSHOT_MORE || status == -ENOSPC) && calls++ < 100)
			status = reader_continue(&reader);
		scribbler.stop = true;
		pthread_join(thread, NULL);
		EXPECT_TRUE(status == IPCSHOW_SNAPSHOT_DONE || status == IPCSHOW_SNAPSHOT_MORE ||
			    status == -EUCLEAN || status == -ENOSPC)
			TH_LOG("the call gave %d", status);
		dead += status == -EUCLEAN;
		reader_close(&reader);
	}
	EXPECT_LT(0, dead) TH_LOG("no position was ever caught in %u rounds", i);
}

TEST_F(ring, full)
{
	struct reader *reader = &self->reader;
	struct snapshot snapshot = {};
	uint64_t pos;

	/* They begin with a FILE, which needs room for the longest path. */
	self->arg.what = IPCSHOW_WHAT_REGIONS;
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, reader_call(reader, &self->arg));
	pos = reader->producer->pos;
	EXPECT_EQ(-ENOSPC, reader_continue(reader));
	EXPECT_EQ(-ENOSPC, reader_continue(reader));
	EXPECT_EQ(pos, reader->producer->pos);

	/* A new one does not fit either; the records of the old one stay. */
	EXPECT_EQ(-ENOSPC, reader_call(reader, &self->arg));
	EXPECT_EQ(pos, reader->producer->pos);
	EXPECT_EQ(pos, reader_drain(reader, NULL));

	ASSERT_EQ(0, reader_run(reader, &self->arg, &snapshot));
	EXPECT_LE(REGIONS, snapshot_end(&snapshot)->regions);
	snapshot_free(&snapshot);
}

/* No byte is lost where the ring is drained by one record at a time. */
TEST_F(ring, drained_by_records)
{
	struct reader *reader = &self->reader;
	size_t regions = 0;
	int status = reader_call(reader, &self->arg);

	while (status == IPCSHOW_SNAPSHOT_MORE || status == -ENOSPC) {
		const uint64_t pos = reader->consumer->pos;
		const struct ipcshow_record *rec =
			(const void *)(reader->data + (pos & (RING_SMALL - 1)));

		ASSERT_LT(pos, reader->producer->pos);
		regions += rec->type == IPCSHOW_REC_REGION;
		__atomic_store_n(&reader->consumer->pos, pos + rec->size, __ATOMIC_RELEASE);
		status = reader_continue(reader);
	}
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, status);
	while (reader->consumer->pos != reader->producer->pos) {
		const struct ipcshow_record *rec =
			(const void *)(reader->data + (reader->consumer->pos & (RING_SMALL - 1)));

		regions += rec->type == IPCSHOW_REC_REGION;
		reader->consumer->pos += rec->size;
	}
	EXPECT_LE(REGIONS, regions);
}

TEST_F(ring, outlives_its_descriptor)
{
	struct reader *reader = &self->reader;

	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, reader_call(reader, &self->arg));
	close(reader->fd);
	EXPECT_LT(RING_SMALL / 2, reader_drain(reader, NULL));

	/* In any order, and piece by piece. */
	EXPECT_EQ(0, munmap((void *)reader->data + PAGE, PAGE));
	EXPECT_EQ(0, munmap(reader->consumer, PAGE));
	EXPECT_EQ(0, munmap((void *)reader->data, 2 * RING_SMALL));
	EXPECT_LT(0, reader->producer->pos);
	EXPECT_EQ(0, munmap((void *)reader->producer, PAGE));
	memset(reader, 0, sizeof(*reader));
	reader->fd = -1;
}

TEST_MAIN
