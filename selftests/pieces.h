/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PIECES_H
#define PIECES_H

#include <stdlib.h>
#include <sys/mman.h>

#include "shape.h"
#include "test.h"

/* Snapshots that take several calls, to whose target something happens between them. */

/* More regions than fit in the smallest ring. */
#define REGIONS		600
/* More threads than fit there with their registers. */
#define THREADS		80

static inline void make_regions(void)
{
	char *pages = mmap(NULL, REGIONS * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i;

	if (pages == MAP_FAILED)
		abort();
	for (i = 0; i < REGIONS; i += 2) {
		pages[i * PAGE] = 1;
		if (mprotect(pages + i * PAGE, PAGE, PROT_READ))
			abort();
	}
}

static inline int stays_with_regions(struct child *self, void *unused)
{
	make_regions();
	return child_stay(self, unused);
}

/* The first piece, which must not be all. */
static inline void begin(struct __test_metadata *_metadata, struct reader *reader, uint64_t what,
			 struct snapshot *snapshot)
{
	struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = what };

	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, reader_call(reader, &arg));
	reader_drain(reader, snapshot);
}

/* All that follows. */
static inline int finish(struct reader *reader, struct snapshot *snapshot)
{
	int status;

	do {
		status = reader_continue(reader);
		reader_drain(reader, snapshot);
	} while (status == IPCSHOW_SNAPSHOT_MORE || status == -EINTR);
	return status == IPCSHOW_SNAPSHOT_DONE ? 0 : status;
}

/* What is in the ring, and is to be all: END, with GONE. */
static inline void only_gone(struct __test_metadata *_metadata, struct reader *reader)
{
	const struct ipcshow_record *first;
	struct snapshot snapshot = {};

	reader_drain(reader, &snapshot);
	first = snapshot_next(&snapshot, NULL);
	ASSERT_NE(NULL, first);
	EXPECT_EQ(IPCSHOW_REC_END, first->type) TH_LOG("a record of who is gone");
	EXPECT_EQ(IPCSHOW_END_F_GONE, snapshot_end(&snapshot)->flags & IPCSHOW_END_F_GONE);
	snapshot_free(&snapshot);
}

static inline void rest_is_gone(struct __test_metadata *_metadata, struct reader *reader)
{
	ASSERT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_continue(reader));
	only_gone(_metadata, reader);
}

static inline void all_is_gone(struct __test_metadata *_metadata, struct reader *reader)
{
	struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = WHAT_ALL };

	ASSERT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(reader, &arg));
	only_gone(_metadata, reader);
}

/* As maps has it. */
static inline void complete(struct __test_metadata *_metadata, const struct snapshot *snapshot,
			    pid_t tid)
{
	struct maps maps;

	proc_maps(tid, &maps);
	EXPECT_LT(0, maps.nr);
	EXPECT_EQ(-1, shape_unlike_maps(snapshot, &maps));
	EXPECT_EQ(0, shape_without_pages(snapshot));
	EXPECT_EQ(0, snapshot_end(snapshot)->flags & IPCSHOW_END_F_GONE);
	proc_free(&maps);
}

static inline const struct ipcshow_task *task_in(const struct snapshot *snapshot)
{
	return snapshot_next_of(snapshot, NULL, IPCSHOW_REC_TASK);
}

static inline const struct ipcshow_mm *mm_in(const struct snapshot *snapshot)
{
	return snapshot_next_of(snapshot, NULL, IPCSHOW_REC_MM);
}

#endif
