// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "reader.h"
#include "sizes.h"

/* Each call of a snapshot must get on; more than this is a loop without end. */
#define CALLS_MAX	1000000

int reader_open(struct reader *reader, size_t ring_size)
{
	int error;

	memset(reader, 0, sizeof(*reader));
	reader->fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (reader->fd < 0)
		return -errno;
	if (!ring_size)
		return 0;
	error = reader_make_ring(reader, ring_size);
	if (!error)
		error = reader_map(reader);
	if (error)
		reader_close(reader);
	return error;
}

int reader_make_ring(struct reader *reader, size_t ring_size)
{
	reader->ring = (struct ipcshow_ring){
		.size = sizeof(reader->ring),
		.ring_size = ring_size,
	};
	if (ioctl(reader->fd, IPCSHOW_IOC_RING, &reader->ring))
		return -errno;
	reader->ring_size = ring_size;
	return 0;
}

int reader_map(struct reader *reader)
{
	const struct ipcshow_ring *ring = &reader->ring;
	void *consumer, *producer, *data;

	consumer = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, reader->fd,
			ring->consumer_offset);
	if (consumer == MAP_FAILED)
		return -errno;
	reader->consumer = consumer;
	producer = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reader->fd, ring->producer_offset);
	if (producer == MAP_FAILED)
		return -errno;
	reader->producer = producer;
	data = mmap(NULL, 2 * reader->ring_size, PROT_READ, MAP_SHARED, reader->fd,
		    ring->data_offset);
	if (data == MAP_FAILED)
		return -errno;
	reader->data = data;
	return 0;
}

void reader_unmap(struct reader *reader)
{
	if (reader->consumer)
		munmap(reader->consumer, PAGE);
	if (reader->producer)
		munmap((void *)reader->producer, PAGE);
	if (reader->data)
		munmap((void *)reader->data, 2 * reader->ring_size);
	reader->consumer = NULL;
	reader->producer = NULL;
	reader->data = NULL;
}

void reader_close(struct reader *reader)
{
	reader_unmap(reader);
	if (reader->fd >= 0)
		close(reader->fd);
	reader->fd = -1;
}

int reader_target(struct reader *reader, pid_t pid)
{
	struct ipcshow_target arg = { .size = sizeof(arg), .pid = pid };

	return ioctl(reader->fd, IPCSHOW_IOC_TARGET, &arg) ? -errno : 0;
}

int reader_call(struct reader *reader, struct ipcshow_snapshot *arg)
{
	if (ioctl(reader->fd, IPCSHOW_IOC_SNAPSHOT, arg))
		return -errno;
	if (arg->status != IPCSHOW_SNAPSHOT_MORE && arg->status != IPCSHOW_SNAPSHOT_DONE)
		errx(1, "a snapshot's status is %u", arg->status);
	return arg->status;
}

int reader_continue(struct reader *reader)
{
	struct ipcshow_snapshot arg = {
		.size = sizeof(arg),
		.flags = IPCSHOW_SNAPSHOT_F_CONTINUE,
	};

	return reader_call(reader, &arg);
}

/* The least that a record of a type has, with the text or array behind it. */
static size_t least_size(const struct ipcshow_record *rec)
{
	switch (rec->type) {
	case IPCSHOW_REC_TASK:
		return sizeof(struct ipcshow_task);
	case IPCSHOW_REC_MM:
		return sizeof(struct ipcshow_mm);
	case IPCSHOW_REC_THREAD:
		return sizeof(struct ipcshow_thread);
	case IPCSHOW_REC_REGS:
		return sizeof(struct ipcshow_regs) +
		       ((const struct ipcshow_regs *)rec)->nr * sizeof(__u64);
	case IPCSHOW_REC_FILE:
		return sizeof(struct ipcshow_file) +
		       ((const struct ipcshow_file *)rec)->path_size;
	case IPCSHOW_REC_REGION:
		return sizeof(struct ipcshow_region) +
		       ((const struct ipcshow_region *)rec)->name_size;
	case IPCSHOW_REC_PAGES:
		return sizeof(struct ipcshow_pages);
	case IPCSHOW_REC_END:
		return sizeof(struct ipcshow_end);
	case IPCSHOW_REC_RESOURCES:
		return sizeof(struct ipcshow_resources);
	case IPCSHOW_REC_FD:
		return sizeof(struct ipcshow_fd) +
		       ((const struct ipcshow_fd *)rec)->path_size;
	case IPCSHOW_REC_SET:
		/* More, where runs were asked for. */
		if (rec->size < sizeof(struct ipcshow_set))
			return offsetof(struct ipcshow_set, first);
		return sizeof(struct ipcshow_set);
	case IPCSHOW_REC_SHARE:
		return sizeof(struct ipcshow_share);
	case IPCSHOW_REC_PAGE:
		return sizeof(struct ipcshow_page);
	case IPCSHOW_REC_COMPARE_END:
		return sizeof(struct ipcshow_compare_end);
	}
	errx(1, "a record has type %u", rec->type);
}

static void check(const unsigned char *bytes, size_t available)
{
	const struct ipcshow_record *rec = (const void *)bytes;
	size_t least;

	if (available < sizeof(*rec) || rec->size % 8 || rec->size > available)
		errx(1, "a record of %u bytes, of %zu available", rec->size, available);
	least = least_size(rec);
	if (rec->size < least || rec->size >= least + 8)
		errx(1, "a record of type %u has %u bytes and needs %zu", rec->type, rec->size,
		     least);
	/* Nothing of the kernel's memory behind a text. */
	for (; least < rec->size; least++) {
		if (bytes[least])
			errx(1, "the padding of a record of type %u is not zero", rec->type);
	}
}

size_t reader_drain(struct reader *reader, struct snapshot *snapshot)
{
	uint64_t head = __atomic_load_n(&reader->producer->pos, __ATOMIC_ACQUIRE);
	uint64_t tail = reader->consumer->pos;
	size_t size = head - tail, at;
	const unsigned char *from = reader->data + (tail & (reader->ring_size - 1));

	if (size > reader->ring_size)
		errx(1, "the ring holds %zu bytes and has %zu", size, reader->ring_size);
	for (at = 0; at < size; at += ((const struct ipcshow_record *)(from + at))->size)
		check(from + at, size - at);
	if (snapshot) {
		if (snapshot->room - snapshot->size < size) {
			snapshot->room = 2 * (snapshot->size + size);
			snapshot->bytes = realloc(snapshot->bytes, snapshot->room);
			if (!snapshot->bytes)
				err(1, "memory for a snapshot");
		}
		memcpy(snapshot->bytes + snapshot->size, from, size);
		snapshot->size += size;
	}
	__atomic_store_n(&reader->consumer->pos, head, __ATOMIC_RELEASE);
	return size;
}

int reader_finish(struct reader *reader, int status, int (*next)(struct reader *reader),
		  struct snapshot *snapshot)
{
	while (status == IPCSHOW_SNAPSHOT_MORE) {
		reader_drain(reader, snapshot);
		if (snapshot->calls++ == CALLS_MAX)
			errx(1, "a snapshot or comparison does not end");
		status = next(reader);
		if (status == -EINTR)
			status = IPCSHOW_SNAPSHOT_MORE;
	}
	if (status < 0)
		return status;
	reader_drain(reader, snapshot);
	return 0;
}

int reader_run(struct reader *reader, struct ipcshow_snapshot *arg, struct snapshot *snapshot)
{
	snapshot->calls = 1;
	return reader_finish(reader, reader_call(reader, arg), reader_continue, snapshot);
}

int reader_snapshot(struct reader *reader, uint64_t what, struct snapshot *snapshot)
{
	struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = what };

	return reader_run(reader, &arg, snapshot);
}

int snapshot_with(pid_t pid, size_t ring_size, struct ipcshow_snapshot *arg,
		  struct snapshot *snapshot)
{
	struct reader reader;
	int error = reader_open(&reader, ring_size);

	if (error)
		return error;
	error = reader_target(&reader, pid) ?: reader_run(&reader, arg, snapshot);
	reader_close(&reader);
	return error;
}

int snapshot_of(pid_t pid, uint64_t what, struct snapshot *snapshot)
{
	struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = what };

	return snapshot_with(pid, RING_USUAL, &arg, snapshot);
}

int snapshot_of_threads(pid_t pid, uint32_t flags, size_t ring_size, struct snapshot *snapshot)
{
	struct ipcshow_snapshot arg = {
		.size = sizeof(arg),
		.flags = flags,
		.what = IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_REGS,
	};

	return snapshot_with(pid, ring_size, &arg, snapshot);
}

void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->bytes);
	memset(snapshot, 0, sizeof(*snapshot));
}

const struct ipcshow_record *snapshot_next(const struct snapshot *snapshot,
					   const struct ipcshow_record *former)
{
	const unsigned char *next = snapshot->bytes;

	if (former)
		next = (const unsigned char *)former + former->size;
	return next < snapshot->bytes + snapshot->size ? (const void *)next : NULL;
}

const void *snapshot_next_of(const struct snapshot *snapshot, const void *former, uint32_t type)
{
	const struct ipcshow_record *rec = snapshot_next(snapshot, former);

	while (rec && rec->type != type)
		rec = snapshot_next(snapshot, rec);
	return rec;
}

size_t snapshot_count(const struct snapshot *snapshot, uint32_t type)
{
	const struct ipcshow_record *rec;
	size_t count = 0;

	for_each_of(rec, snapshot, type)
		count++;
	return count;
}

/* Behind which nothing comes. */
const struct ipcshow_end *snapshot_end(const struct snapshot *snapshot)
{
	const struct ipcshow_end *end = snapshot_next_of(snapshot, NULL, IPCSHOW_REC_END);

	if (!end || snapshot_next(snapshot, &end->rec))
		errx(1, end ? "something comes behind END" : "there is no END");
	return end;
}

const struct ipcshow_region *snapshot_region(const struct snapshot *snapshot, uint64_t address)
{
	const struct ipcshow_region *region;

	for_each_of(region, snapshot, IPCSHOW_REC_REGION) {
		if (region->start <= address && address < region->end)
			return region;
	}
	return NULL;
}

const struct ipcshow_pages *snapshot_pages(const struct snapshot *snapshot, uint64_t address)
{
	const struct ipcshow_pages *pages;

	for_each_of(pages, snapshot, IPCSHOW_REC_PAGES) {
		if (pages->start <= address && address < pages->end)
			return pages;
	}
	return NULL;
}

const struct ipcshow_thread *snapshot_thread(const struct snapshot *snapshot, pid_t tid)
{
	const struct ipcshow_thread *thread;

	for_each_of(thread, snapshot, IPCSHOW_REC_THREAD) {
		if (thread->tid == (uint32_t)tid)
			return thread;
	}
	return NULL;
}

/* REGS stands behind its THREAD. */
const struct ipcshow_regs *snapshot_regs(const struct snapshot *snapshot, pid_t tid)
{
	const struct ipcshow_thread *thread = snapshot_thread(snapshot, tid);
	const struct ipcshow_record *rec = thread ? snapshot_next(snapshot, &thread->rec) : NULL;
	const struct ipcshow_regs *regs = (const void *)rec;

	if (!rec || rec->type != IPCSHOW_REC_REGS)
		return NULL;
	if (regs->tid != (uint32_t)tid)
		errx(1, "REGS of thread %u stand behind thread %d", regs->tid, tid);
	return regs;
}

const struct ipcshow_file *snapshot_file(const struct snapshot *snapshot,
					 const struct ipcshow_region *region)
{
	const struct ipcshow_file *file, *newest = NULL;

	for_each_of(file, snapshot, IPCSHOW_REC_FILE) {
		if ((const void *)file > (const void *)region)
			break;
		if (file->id == region->file)
			newest = file;
	}
	return region->file ? newest : NULL;
}
