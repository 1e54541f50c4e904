// SPDX-License-Identifier: GPL-2.0
/* What must not leave the kernel: the numbers of page frames; and all that is said beside records. */
#include "compare.h"
#include "ends.h"
#include "leaks.h"

/* What may be any number: how long something took, inode numbers, and eight letters of a name. */
static bool may_be_any(const struct ipcshow_record *rec, size_t word)
{
	switch (rec->type) {
	case IPCSHOW_REC_TASK:
		return word >= offsetof(struct ipcshow_task, comm) / 8;
	case IPCSHOW_REC_THREAD:
		return word >= offsetof(struct ipcshow_thread, comm) / 8;
	case IPCSHOW_REC_END:
		return word >= offsetof(struct ipcshow_end, lock_max_ns) / 8;
	case IPCSHOW_REC_COMPARE_END:
		return word >= offsetof(struct ipcshow_compare_end, lock_max_ns) / 8;
	case IPCSHOW_REC_FD:
		return word == offsetof(struct ipcshow_fd, ino) / 8;
	}
	return false;
}

#define FRAMES		1024

/* Memory of which each page is told apart, and such as may be mapped anywhere. */
struct memory {
	char *own;
	const unsigned char *ring;
};

static int touch_frames(struct child *self, void *argument)
{
	struct memory *memory = argument;
	struct reader reader;
	size_t i;

	memory->own = mmap(NULL, FRAMES * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(memory->own, FRAMES * PAGE, MADV_NOHUGEPAGE);
	for (i = 0; i < FRAMES; i++)
		memory->own[i * PAGE] = 1;
	if (reader_open(&reader, FRAMES * PAGE / 2))
		return 1;
	memory->ring = reader.data;
	return child_stay(self, NULL);
}

FIXTURE(frames) {
	struct memory *memory;
	struct child child;
	uint64_t *own;
	uint64_t *ring;
};

FIXTURE_SETUP(frames)
{
	uintptr_t start;
	size_t i;

	if (geteuid())
		SKIP_FIXTURE("only root is told the numbers of page frames");
	self->memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	child_start(&self->child, touch_frames, self->memory);
	child_stop(self->child.pid);
	start = (uintptr_t)self->memory->own;
	self->own = proc_pagemap(self->child.pid, start, start + FRAMES * PAGE);
	start = (uintptr_t)self->memory->ring;
	self->ring = proc_pagemap(self->child.pid, start, start + FRAMES * PAGE);
	for (i = 0; i < FRAMES; i++) {
		self->own[i] &= PAGEMAP_FRAME;
		self->ring[i] &= PAGEMAP_FRAME;
	}
}

FIXTURE_TEARDOWN(frames)
{
	child_kill(&self->child);
	free(self->own);
	free(self->ring);
}

/* Numbers that are round may be sizes as well; those of files are none of ours. */
static bool is_telling(uint64_t frame)
{
	return frame >= 1 << 14 && frame % 16;
}

static size_t count_telling(const uint64_t *frames)
{
	size_t i, telling = 0;

	for (i = 0; i < FRAMES; i++)
		telling += is_telling(frames[i]);
	return telling;
}

static bool is_frame(const FIXTURE_DATA(frames) *self, uint64_t word)
{
	const uint64_t *const kinds[] = { self->own, self->ring };
	size_t i, kind;

	for (kind = 0; kind < ARRAY_SIZE(kinds); kind++) {
		for (i = 0; i < FRAMES; i++) {
			if (is_telling(kinds[kind][i]) &&
			    (word == kinds[kind][i] || word == kinds[kind][i] * PAGE))
				return true;
		}
	}
	return false;
}


static size_t frames_in(const FIXTURE_DATA(frames) *self, const struct snapshot *snapshot)
{
	const struct ipcshow_record *rec;
	size_t i, found = 0;

	for (rec = snapshot_next(snapshot, NULL); rec; rec = snapshot_next(snapshot, rec)) {
		const uint64_t *word = (const void *)rec;

		if (rec->type == IPCSHOW_REC_FILE)
			continue;
		for (i = 1; i < words_of(rec); i++) {
			if (may_be_any(rec, i) || !is_frame(self, word[i]))
				continue;
			fprintf(stderr, "# word %zu of a record of type %u\n", i, rec->type);
			found++;
		}
	}
	return found;
}

TEST_F(frames, snapshot)
{
	struct snapshot snapshot = {};

	/* The test itself works: most frames can be told from other numbers. */
	ASSERT_LT(FRAMES / 16, count_telling(self->own));
	ASSERT_EQ(0, snapshot_of(self->child.pid, WHAT_ALL, &snapshot));
	EXPECT_EQ(0, frames_in(self, &snapshot));
	snapshot_free(&snapshot);
}

/* The identity of a page is no more than that; and no address of the kernel's is in it. */
TEST_F(frames, comparison)
{
	const struct ipcshow_site sites[] = {
		compare_site(0, 0, self->memory->own, FRAMES * PAGE),
		compare_site(1, 0, self->memory->ring, FRAMES * PAGE),
	};
	const struct ipcshow_record *rec;
	const struct ipcshow_page *page;
	struct snapshot snapshot = {};
	struct reader reader;
	size_t i;

	ASSERT_LT(FRAMES / 16, count_telling(self->ring));
	ASSERT_READER(&reader, RING_USUAL);
	ASSERT_EQ(0, reader_target(&reader, self->child.pid));
	ASSERT_EQ(0, compare_run(&reader, sites, ARRAY_SIZE(sites), &snapshot));
	reader_close(&reader);
	EXPECT_EQ(0, frames_in(self, &snapshot));
	/* Those of the ring, twice each. */
	EXPECT_EQ(FRAMES, snapshot_count(&snapshot, IPCSHOW_REC_PAGE));
	for_each_of(page, &snapshot, IPCSHOW_REC_PAGE)
		EXPECT_EQ(0, page->id >> 63);
	for (rec = snapshot_next(&snapshot, NULL); rec; rec = snapshot_next(&snapshot, rec)) {
		for (i = 0; i < rec->size / 8; i++)
			EXPECT_GT(KERNEL_FIRST, ((const uint64_t *)rec)[i]);
	}
	snapshot_free(&snapshot);
}

/* What calls write back, and what stands in fdinfo. */

static size_t high_words(const void *argument, size_t size)
{
	const uint64_t *word = argument;
	size_t i, high = 0;

	for (i = 0; i < size / sizeof(*word); i++)
		high += word[i] >> 63;
	return high;
}

TEST(arguments)
{
	struct ipcshow_target target = { .size = sizeof(target), .pid = getpid() };
	struct ipcshow_info info = { .size = sizeof(info) };
	struct ipcshow_end_info end;
	struct reader reader;
	struct ends ends;
	int role;

	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, ioctl(reader.fd, IPCSHOW_IOC_INFO, &info));
	ASSERT_EQ(0, ioctl(reader.fd, IPCSHOW_IOC_TARGET, &target));
	EXPECT_EQ(0, high_words(&info, sizeof(info)));
	EXPECT_EQ(0, high_words(&target, sizeof(target)));
	EXPECT_EQ(0, high_words(&reader.ring, sizeof(reader.ring)));
	reader_close(&reader);
	ASSERT_EQ(0, ends_make(&ends, RING_SMALL, IPCSHOW_SHARED_RING_F_OBSERVER));
	EXPECT_EQ(0, high_words(&ends.ring, sizeof(ends.ring)));
	for (role = 0; role < NR_ROLES; role++) {
		ASSERT_EQ(0, end_info(ends.fd[role], &end));
		EXPECT_EQ(0, high_words(&end, sizeof(end)));
	}
	ends_close(&ends);
}

TEST(fdinfo)
{
	unsigned long long number;
	struct ends ends;
	char path[64], word[128];
	FILE *file;

	ASSERT_EQ(0, ends_make(&ends, RING_SMALL, 0));
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", ends.fd[CONSUMER]);
	file = fopen(path, "re");
	ASSERT_NE(NULL, file);
	while (fscanf(file, "%127s", word) == 1) {
		number = strtoull(word, NULL, 0);
		EXPECT_GT(KERNEL_FIRST, number);
		number = strtoull(word, NULL, 16);
		EXPECT_GT(KERNEL_FIRST, number);
	}
	fclose(file);
	ends_close(&ends);
}

TEST_MAIN
