/* SPDX-License-Identifier: GPL-2.0 */
#ifndef READER_H
#define READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/ipcshow.h>

#define DEVICE		"/dev/ipcshow"
#define RING_SMALL	(16UL << 10)
#define RING_USUAL	(1UL << 20)

/*
 * A reader of the ABI that shares no line with libipcshow. Functions that give
 * an int give 0 or a negative errno; what contradicts the header's promises ends
 * the program.
 */

/* An open file of the device, with or without a ring. */
struct reader {
	int fd;
	size_t ring_size;
	struct ipcshow_ring ring;
	struct ipcshow_ring_side *consumer;
	const struct ipcshow_ring_side *producer;
	const unsigned char *data;
};

int reader_open(struct reader *reader, size_t ring_size);
int reader_make_ring(struct reader *reader, size_t ring_size);
int reader_map(struct reader *reader);
void reader_unmap(struct reader *reader);
void reader_close(struct reader *reader);

int reader_target(struct reader *reader, pid_t pid);
/* One call: IPCSHOW_SNAPSHOT_MORE, IPCSHOW_SNAPSHOT_DONE or a negative errno. */
int reader_call(struct reader *reader, struct ipcshow_snapshot *arg);
int reader_continue(struct reader *reader);

/* Records taken out of the ring. All zero: none yet. */
struct snapshot {
	unsigned char *bytes;
	size_t size;
	size_t room;
	/* Calls that it took, of which this many found the ring full. */
	unsigned int calls;
};

size_t reader_drain(struct reader *reader, struct snapshot *snapshot);
/* As many calls of @next as it takes after one that returned @status. */
int reader_finish(struct reader *reader, int status, int (*next)(struct reader *reader),
		  struct snapshot *snapshot);
int reader_run(struct reader *reader, struct ipcshow_snapshot *arg, struct snapshot *snapshot);
int reader_snapshot(struct reader *reader, uint64_t what, struct snapshot *snapshot);
/* Of @pid, through a file of its own. */
int snapshot_with(pid_t pid, size_t ring_size, struct ipcshow_snapshot *arg,
		  struct snapshot *snapshot);
int snapshot_of(pid_t pid, uint64_t what, struct snapshot *snapshot);
/* Its threads, with registers. @flags: IPCSHOW_SNAPSHOT_F_*. */
int snapshot_of_threads(pid_t pid, uint32_t flags, size_t ring_size, struct snapshot *snapshot);
void snapshot_free(struct snapshot *snapshot);

const struct ipcshow_record *snapshot_next(const struct snapshot *snapshot,
					   const struct ipcshow_record *former);
/* The next of that type behind @former (NULL: the first), or NULL. */
const void *snapshot_next_of(const struct snapshot *snapshot, const void *former, uint32_t type);
size_t snapshot_count(const struct snapshot *snapshot, uint32_t type);

const struct ipcshow_end *snapshot_end(const struct snapshot *snapshot);
const struct ipcshow_region *snapshot_region(const struct snapshot *snapshot, uint64_t address);
const struct ipcshow_pages *snapshot_pages(const struct snapshot *snapshot, uint64_t address);
const struct ipcshow_thread *snapshot_thread(const struct snapshot *snapshot, pid_t tid);
const struct ipcshow_regs *snapshot_regs(const struct snapshot *snapshot, pid_t tid);
/* The FILE that counts for this region, or NULL. */
const struct ipcshow_file *snapshot_file(const struct snapshot *snapshot,
					 const struct ipcshow_region *region);

/* All that there is to tell; IPCSHOW_WHAT_SHARED leaves some of it out. */
#define WHAT_ALL	(IPCSHOW_WHAT_TASK | IPCSHOW_WHAT_MM | IPCSHOW_WHAT_THREADS | \
			 IPCSHOW_WHAT_REGS | IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_PAGES | \
			 IPCSHOW_WHAT_RESOURCES | IPCSHOW_WHAT_FDS | IPCSHOW_WHAT_FAMILY)

/* What says more of a REGION. */
#define WHAT_OF_REGION	(IPCSHOW_WHAT_PAGES | IPCSHOW_WHAT_FAMILY)

/* What stands behind each THREAD. */
#define WHAT_BEHIND_THREAD	(IPCSHOW_WHAT_REGS | IPCSHOW_WHAT_RESOURCES | IPCSHOW_WHAT_FDS)

#define for_each_of(record, snapshot, kind)						\
	for ((record) = snapshot_next_of(snapshot, NULL, kind); (record);		\
	     (record) = snapshot_next_of(snapshot, record, kind))

#endif
