// SPDX-License-Identifier: GPL-2.0
/* A regular file: places for messages, and how far each side is in front of them. Who waits looks again. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "mechanism.h"

/* Bytes of the file: who is how far, then the messages. */
#define HEAD_BYTES	4096
#define PLACES_BYTES	(1UL << 20)
#define PLACES_MAX	64

enum { SENT, TAKEN };

static int make(struct link *link)
{
	int err = link_name(link, "file");

	link->slots = PLACES_BYTES / link->size;
	link->slots = link->slots < 2 ? 2 : link->slots > PLACES_MAX ? PLACES_MAX : link->slots;
	if (err)
		return err;
	link->fd[0] = open(link->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (link->fd[0] < 0)
		return -errno;
	return ftruncate(link->fd[0], HEAD_BYTES) ? -errno : 0;
}

static int open_end(struct end *end)
{
	end->fd = open(end->link->path, O_RDWR | O_CLOEXEC);
	return end->fd < 0 ? end_failed(end, "open") : 0;
}

static int tell(struct end *end, int what)
{
	uint64_t number = end->number + 1;

	if (pwrite(end->fd, &number, sizeof(number), (off_t)(what * sizeof(number))) !=
	    sizeof(number))
		return end_failed(end, "pwrite");
	return 0;
}

/* Until the other side is further than @beyond. */
static int await(struct end *end, int what, uint64_t beyond)
{
	uint64_t number;

	for (;;) {
		if (pread(end->fd, &number, sizeof(number), (off_t)(what * sizeof(number))) !=
		    sizeof(number))
			return end_failed(end, "pread");
		if (number > beyond)
			return 0;
		sched_yield();
	}
}

static off_t place(const struct end *end)
{
	return (off_t)(HEAD_BYTES + end->number % end->link->slots * end->link->size);
}

static int put(struct end *end, size_t size)
{
	const char *from = end->buffer;
	off_t at = place(end);
	ssize_t n;

	for (; size; size -= (size_t)n, from += n, at += n) {
		n = pwrite(end->fd, from, size, at);
		if (n < 0)
			return end_failed(end, "pwrite");
	}
	return 0;
}

static int commit(struct end *end)
{
	int err = 0;

	if (end->number >= end->link->slots)
		err = await(end, TAKEN, end->number - end->link->slots);
	if (!err)
		err = put(end, end->link->size);
	return err ? err : tell(end, SENT);
}

static const void *peek(struct end *end)
{
	size_t size = end->link->size;
	char *to = end->buffer;
	off_t at = place(end);
	ssize_t n;

	if (await(end, SENT, end->number))
		return NULL;
	for (; size; size -= (size_t)n, to += n, at += n) {
		n = pread(end->fd, to, size, at);
		if (!n)
			errno = ENODATA;
		if (n <= 0)
			return end_failed_at(end, "pread");
	}
	return end->buffer;
}

static int release(struct end *end)
{
	return tell(end, TAKEN);
}

static int break_off(struct end *end)
{
	return put(end, end->link->size / 2);
}

static const struct mechanism_ops ops = {
	.make = make, .open = open_end, .commit = commit, .peek = peek, .release = release,
	.break_off = break_off,
};

const struct mechanism file_mechanisms[] = {
	{ .name = "file", .group = "file",
	  .help = N_("pwrite() and pread() of a regular file; who waits reads it again and again"),
	  .copies = 2, .copies_reason = N_("into the page cache, and out of it"),
	  .directions = ANY_WAY, .ops = &ops },
	{ 0 }
};
