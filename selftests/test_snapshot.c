// SPDX-License-Identifier: GPL-2.0
/* What may be asked of a snapshot, and when; each error that the header promises. */
#include "test.h"

TEST(snapshot_comes_last)
{
	struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = IPCSHOW_WHAT_TASK };
	struct reader reader;

	ASSERT_READER(&reader, 0);
	EXPECT_EQ(-ENXIO, reader_call(&reader, &arg));
	ASSERT_EQ(0, reader_target(&reader, getpid()));
	EXPECT_EQ(-ENXIO, reader_call(&reader, &arg));
	ASSERT_EQ(0, reader_make_ring(&reader, RING_SMALL));
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(&reader, &arg));
	reader_close(&reader);

	ASSERT_READER(&reader, RING_SMALL);
	EXPECT_EQ(-ENXIO, reader_call(&reader, &arg));
	EXPECT_EQ(-ENXIO, reader_continue(&reader));
	ASSERT_EQ(0, reader_target(&reader, getpid()));
	EXPECT_EQ(-EBADFD, reader_continue(&reader));
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(&reader, &arg));
	EXPECT_EQ(-EBADFD, reader_continue(&reader));
	reader_close(&reader);
}

FIXTURE(snapshot) {
	struct reader reader;
	struct ipcshow_snapshot arg;
};

FIXTURE_SETUP(snapshot)
{
	ASSERT_READER(&self->reader, RING_USUAL);
	ASSERT_EQ(0, reader_target(&self->reader, getpid()));
	self->arg = (struct ipcshow_snapshot){ .size = sizeof(self->arg), .what = WHAT_ALL };
}

FIXTURE_TEARDOWN(snapshot)
{
	reader_close(&self->reader);
}

TEST_F(snapshot, what)
{
	uint64_t what;

	self->arg.what = 0;
	EXPECT_EQ(-EINVAL, reader_call(&self->reader, &self->arg));
	for (what = IPCSHOW_WHAT_SHARED << 1; what; what <<= 1) {
		self->arg.what = what | IPCSHOW_WHAT_TASK;
		EXPECT_EQ(-EINVAL, reader_call(&self->reader, &self->arg));
	}
	/* Each set that is possible, with what may not be alone. */
	for (what = 1; what <= WHAT_ALL; what++) {
		bool alone = ((what & WHAT_BEHIND_THREAD) && !(what & IPCSHOW_WHAT_THREADS)) ||
			     ((what & WHAT_OF_REGION) && !(what & IPCSHOW_WHAT_REGIONS));

		self->arg.what = what;
		EXPECT_EQ(alone ? -EINVAL : IPCSHOW_SNAPSHOT_DONE,
			  reader_call(&self->reader, &self->arg))
			TH_LOG("with what = %#llx", (unsigned long long)what);
		reader_drain(&self->reader, NULL);
	}
	self->arg.what = IPCSHOW_WHAT_TASK | IPCSHOW_WHAT_SHARED;
	EXPECT_EQ(-EINVAL, reader_call(&self->reader, &self->arg));
}

/* What was asked for comes, in the order promised, and nothing else. */
TEST_F(snapshot, order)
{
	static const uint64_t bits[] = {
		[IPCSHOW_REC_TASK] = IPCSHOW_WHAT_TASK, [IPCSHOW_REC_MM] = IPCSHOW_WHAT_MM,
		[IPCSHOW_REC_THREAD] = IPCSHOW_WHAT_THREADS, [IPCSHOW_REC_REGS] = IPCSHOW_WHAT_REGS,
		[IPCSHOW_REC_FILE] = IPCSHOW_WHAT_REGIONS,
		[IPCSHOW_REC_REGION] = IPCSHOW_WHAT_REGIONS,
		[IPCSHOW_REC_PAGES] = IPCSHOW_WHAT_PAGES, [IPCSHOW_REC_END] = WHAT_ALL,
		[IPCSHOW_REC_RESOURCES] = IPCSHOW_WHAT_RESOURCES,
		[IPCSHOW_REC_FD] = IPCSHOW_WHAT_FDS,
	};
	const uint64_t behind = WHAT_BEHIND_THREAD | IPCSHOW_WHAT_PAGES;
	uint64_t what;

	for (what = 1; what <= WHAT_ALL; what++) {
		const struct ipcshow_record *rec = NULL;
		struct snapshot snapshot = {};
		uint64_t seen = 0, former = 0;

		if (reader_snapshot(&self->reader, what, &snapshot))
			continue;
		snapshot_end(&snapshot);
		while ((rec = snapshot_next(&snapshot, rec))) {
			uint64_t bit = bits[rec->type];

			ASSERT_NE(0, what & bit)
				TH_LOG("type %u with what = %#llx", rec->type,
				       (unsigned long long)what);
			switch (bit) {
			case IPCSHOW_WHAT_REGS:
				ASSERT_EQ(IPCSHOW_WHAT_THREADS, former);
				break;
			case IPCSHOW_WHAT_RESOURCES:
				ASSERT_NE(0, former & (IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_REGS));
				break;
			case IPCSHOW_WHAT_FDS:
				ASSERT_NE(0, former & (IPCSHOW_WHAT_THREADS | WHAT_BEHIND_THREAD));
				break;
			case IPCSHOW_WHAT_PAGES:
				ASSERT_EQ(IPCSHOW_WHAT_REGIONS, former);
				break;
			default:
				/* Nothing that belongs behind it came before. */
				ASSERT_EQ(0, seen & ~behind & ~(bit | (bit - 1)));
			}
			seen |= bit;
			former = bit;
		}
		EXPECT_EQ(what, seen & what);
		snapshot_free(&snapshot);
	}
}

TEST_F(snapshot, range)
{
	struct ipcshow_snapshot *arg = &self->arg;

	arg->start = 0x2000;
	arg->end = 0x2000;
	EXPECT_EQ(-EINVAL, reader_call(&self->reader, arg));
	arg->end = 0x1000;
	EXPECT_EQ(-EINVAL, reader_call(&self->reader, arg));
	arg->end = 0x3000;
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(&self->reader, arg));
	arg->start = ~0ULL;
	arg->end = 0;
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(&self->reader, arg));
	arg->start = 0;
	arg->end = ~0ULL;
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(&self->reader, arg));
}

TEST_F(snapshot, cuts)
{
	struct ipcshow_info info = { .size = sizeof(info) };
	struct ipcshow_snapshot *arg = &self->arg;
	__u64 *cuts;
	size_t i;

	ASSERT_EQ(0, ioctl(self->reader.fd, IPCSHOW_IOC_INFO, &info));
	cuts = calloc(info.cuts_max + 1, sizeof(*cuts));
	ASSERT_NE(NULL, cuts);
	for (i = 0; i <= info.cuts_max; i++)
		cuts[i] = (i + 1) * PAGE;
	arg->cuts = (uintptr_t)cuts;

	/* As many as may be, and one more. */
	arg->nr_cuts = info.cuts_max;
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(&self->reader, arg));
	reader_drain(&self->reader, NULL);
	arg->nr_cuts = info.cuts_max + 1;
	EXPECT_EQ(-EINVAL, reader_call(&self->reader, arg));
	arg->nr_cuts = UINT32_MAX;
	EXPECT_EQ(-EINVAL, reader_call(&self->reader, arg));

	/* Not ascending, and not of whole pages; the last is looked at as well. */
	arg->nr_cuts = 8;
	cuts[7] = cuts[6];
	EXPECT_EQ(-EINVAL, reader_call(&self->reader, arg));
	cuts[7] = cuts[5];
	EXPECT_EQ(-EINVAL, reader_call(&self->reader, arg));
	cuts[7] = cuts[6] + 1;
	EXPECT_EQ(-EINVAL, reader_call(&self->reader, arg));
	cuts[7] = ~0ULL << 12;
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(&self->reader, arg));
	reader_drain(&self->reader, NULL);
	cuts[0] = 0;
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(&self->reader, arg));
	reader_drain(&self->reader, NULL);

	arg->cuts = PAGE;
	EXPECT_EQ(-EFAULT, reader_call(&self->reader, arg));
	arg->cuts = ~0ULL - PAGE + 1;
	EXPECT_EQ(-EFAULT, reader_call(&self->reader, arg));
	free(cuts);
}

TEST_F(snapshot, continued)
{
	static const size_t members[] = {
		offsetof(struct ipcshow_snapshot, what), offsetof(struct ipcshow_snapshot, start),
		offsetof(struct ipcshow_snapshot, end), offsetof(struct ipcshow_snapshot, cuts),
	};
	struct ipcshow_snapshot arg;
	struct reader reader;
	size_t i;

	/* One that is unfinished: the records of this process do not fit. */
	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, getpid()));
	for (i = 0; i < 400; i++) {
		ASSERT_NE(MAP_FAILED, mmap(NULL, PAGE, i & 1 ? PROT_READ : PROT_NONE,
					   MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	}
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, reader_call(&reader, &self->arg));

	for (i = 0; i < ARRAY_SIZE(members); i++) {
		arg = (struct ipcshow_snapshot){ .size = sizeof(arg) };
		arg.flags = IPCSHOW_SNAPSHOT_F_CONTINUE;
		*(__u64 *)((char *)&arg + members[i]) = 1;
		EXPECT_EQ(-EINVAL, reader_call(&reader, &arg))
			TH_LOG("with the member at %zu", members[i]);
	}
	arg = (struct ipcshow_snapshot){ .size = sizeof(arg), .nr_cuts = 1 };
	arg.flags = IPCSHOW_SNAPSHOT_F_CONTINUE;
	EXPECT_EQ(-EINVAL, reader_call(&reader, &arg));
	arg = (struct ipcshow_snapshot){ .size = sizeof(arg) };
	arg.flags = IPCSHOW_SNAPSHOT_F_CONTINUE | 1U << 31;
	EXPECT_EQ(-EINVAL, reader_call(&reader, &arg));

	/* The errors did no harm to it; neither does a target that is refused. */
	EXPECT_EQ(-ESRCH, reader_target(&reader, 0x7ffffffe));
	reader_drain(&reader, NULL);
	EXPECT_LT(0, reader_continue(&reader));

	/* A target that is not ends it. */
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, reader_call(&reader, &self->arg));
	EXPECT_EQ(0, reader_target(&reader, getpid()));
	EXPECT_EQ(-EBADFD, reader_continue(&reader));
	reader_close(&reader);
}

/* Without FILEs, all that REGIONs say is the same; and which of them are of one file. */
TEST_F(snapshot, no_files)
{
	const struct ipcshow_record *told = NULL, *other = NULL;
	struct snapshot with = {}, without = {};
	struct child child;

	child_start(&child, child_stay, NULL);
	ASSERT_EQ(0, reader_target(&self->reader, child.pid));
	self->arg.what = IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_FAMILY;
	ASSERT_EQ(0, reader_run(&self->reader, &self->arg, &with));
	self->arg.flags = IPCSHOW_SNAPSHOT_F_NO_FILES;
	ASSERT_EQ(0, reader_run(&self->reader, &self->arg, &without));
	ASSERT_EQ(1, without.calls);

	EXPECT_LT(0, snapshot_count(&with, IPCSHOW_REC_FILE));
	EXPECT_EQ(0, snapshot_count(&without, IPCSHOW_REC_FILE));
	while ((told = snapshot_next_of(&with, told, IPCSHOW_REC_REGION))) {
		other = snapshot_next_of(&without, other, IPCSHOW_REC_REGION);
		ASSERT_NE(NULL, other);
		ASSERT_EQ(told->size, other->size);
		EXPECT_EQ(0, memcmp(told, other, told->size));
	}
	EXPECT_EQ(NULL, snapshot_next_of(&without, other, IPCSHOW_REC_REGION));
	snapshot_free(&with);
	snapshot_free(&without);
	child_kill(&child);
}

TEST_MAIN
