// SPDX-License-Identifier: GPL-2.0
/* Bytes in a row, written and read through the kernel: pipes, and vmsplice() into one. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "stream.h"

#define COPIES_PIPE	N_("into pages of the pipe, and out of them")

int stream_commit(struct end *end)
{
	return write_all(end, end->buffer, end->link->size);
}

const void *stream_peek(struct end *end)
{
	int err = read_all(end, end->buffer, end->link->size);

	errno = -err;
	return err ? NULL : end->buffer;
}

/* A reader is left with half of a message. */
int stream_break_off(struct end *end)
{
	return write_all(end, end->buffer, end->link->size / 2);
}

/* ---- pipes ---- */

static int pipe_make(struct link *link)
{
	return pipe2(link->fd, O_CLOEXEC) ? -errno : 0;
}

static int pipe_open(struct end *end)
{
	end_keep(end, end->link->fd[end->sends], end->link->fd[!end->sends]);
	return 0;
}

static const struct mechanism_ops pipe_ops = {
	.make = pipe_make, .open = pipe_open, .commit = stream_commit, .peek = stream_peek,
	.break_off = stream_break_off,
};

static int fifo_make(struct link *link)
{
	int err = link_name(link, "fifo");

	return err ? err : mkfifo(link->path, 0600) ? -errno : 0;
}

/* Each waits for the other here. */
static int fifo_open(struct end *end)
{
	end->fd = open(end->link->path, (end->sends ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
	return end->fd < 0 ? end_failed(end, "open") : 0;
}

static const struct mechanism_ops fifo_ops = {
	.make = fifo_make, .open = fifo_open, .commit = stream_commit, .peek = stream_peek,
	.break_off = stream_break_off,
};

/*
 * ---- vmsplice: the pipe refers to the sender's own pages ----
 *
 * A message must not change before it was read. The pipe holds so many pieces and no more: what was given to
 * it that many pieces ago has been read.
 */

#define PIPE_PIECES	16U

/* struct gift - buffers in turn */
struct gift {
	char *buffers;
	size_t stride;
	size_t nr;
};

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static int splice_open(struct end *end)
{
	size_t pieces = (end->link->size + page_size() - 1) / page_size();
	struct gift *gift;

	pipe_open(end);
	if (!end->sends)
		return 0;
	gift = calloc(1, sizeof(*gift));
	if (!gift)
		return end_failed(end, "malloc");
	gift->stride = pieces * page_size();
	gift->nr = 1 + (PIPE_PIECES + pieces - 1) / pieces;
	gift->buffers = mmap(NULL, gift->nr * gift->stride, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (gift->buffers == MAP_FAILED) {
		free(gift);
		return end_failed(end, "mmap");
	}
	end->own = gift;
	return 0;
}

static void *splice_reserve(struct end *end)
{
	struct gift *gift = end->own;

	return gift->buffers + end->number % gift->nr * gift->stride;
}

static int splice_some(struct end *end, size_t size)
{
	struct iovec rest = { .iov_base = splice_reserve(end), .iov_len = size };

	while (rest.iov_len) {
		ssize_t n = vmsplice(end->fd, &rest, 1, 0);

		if (n < 0)
			return end_failed(end, "vmsplice");
		rest.iov_base = (char *)rest.iov_base + n;
		rest.iov_len -= (size_t)n;
	}
	return 0;
}

static int splice_commit(struct end *end)
{
	return splice_some(end, end->link->size);
}

static int splice_break_off(struct end *end)
{
	return splice_some(end, end->link->size / 2);
}

static const struct mechanism_ops splice_ops = {
	.make = pipe_make, .open = splice_open, .reserve = splice_reserve,
	.commit = splice_commit, .peek = stream_peek, .break_off = splice_break_off,
};

const struct mechanism pipe_mechanisms[] = {
	{ .name = "pipe", .group = "pipe", .help = N_("pipe(), write() and read()"), .copies = 2,
	  .copies_reason = COPIES_PIPE, .directions = ONE_WAY, .ops = &pipe_ops },
	{ .name = "fifo", .group = "pipe", .help = N_("mkfifo(), a pipe with a name"), .copies = 2,
	  .copies_reason = COPIES_PIPE, .directions = ONE_WAY, .ops = &fifo_ops },
	{ .name = "vmsplice", .group = "pipe",
	  .help = N_("vmsplice() of the sender's pages into a pipe, and read()"), .copies = 1,
	  .copies_reason = N_("the pipe refers to the sender's pages; read() copies out of them"),
	  .directions = ONE_WAY, .ops = &splice_ops },
	{ 0 }
};
