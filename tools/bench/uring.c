// SPDX-License-Identifier: GPL-2.0
/* io_uring: reads and writes of a socket as entries in rings, by liburing. */
#include <errno.h>
#include <liburing.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "mechanism.h"

#define ENTRIES		4

static int make(struct link *link)
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link->fd) ? -errno : 0;
}

static int open_end(struct end *end)
{
	struct io_uring *ring = calloc(1, sizeof(*ring));
	int err;

	end_keep(end, end->link->fd[end->sends], end->link->fd[!end->sends]);
	if (!ring)
		return end_failed(end, "malloc");
	err = io_uring_queue_init(ENTRIES, ring, 0);
	if (err) {
		end->what = "io_uring_queue_init";
		return err;
	}
	end->own = ring;
	return 0;
}

static void close_end(struct end *end)
{
	io_uring_queue_exit(end->own);
	free(end->own);
}

/* One entry, submitted and waited for by one system call. */
static int transfer(struct end *end, char *at, size_t size)
{
	struct io_uring *ring = end->own;
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
	struct io_uring_cqe *cqe;
	int ret;

	if (end->sends)
		io_uring_prep_send(sqe, end->fd, at, size, MSG_NOSIGNAL);
	else
		io_uring_prep_recv(sqe, end->fd, at, size, MSG_WAITALL);
	ret = io_uring_submit_and_wait(ring, 1);
	if (ret < 0)
		return ret;
	ret = io_uring_peek_cqe(ring, &cqe);
	if (ret)
		return ret;
	ret = cqe->res;
	io_uring_cqe_seen(ring, cqe);
	return ret ? ret : -EPIPE;
}

static int transfer_all(struct end *end, size_t size)
{
	char *at = end->buffer;
	int n;

	while (size) {
		n = transfer(end, at, size);
		if (n == -EINTR || n == -EAGAIN)
			continue;
		if (n < 0) {
			end->what = end->sends ? "io_uring send" : "io_uring recv";
			return n;
		}
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

static int commit(struct end *end)
{
	return transfer_all(end, end->link->size);
}

static const void *peek(struct end *end)
{
	int err = transfer_all(end, end->link->size);

	errno = -err;
	return err ? NULL : end->buffer;
}

static int break_off(struct end *end)
{
	return transfer_all(end, end->link->size / 2);
}

static const char *probe(void)
{
	struct io_uring ring;
	int err = io_uring_queue_init(ENTRIES, &ring, 0);

	if (!err)
		io_uring_queue_exit(&ring);
	return !err ? NULL : err == -ENOSYS ? N_("the kernel has no io_uring") :
	       err == -EPERM ?
	       N_("io_uring is not permitted here (kernel.io_uring_disabled, or a filter)") :
	       N_("io_uring cannot be set up here");
}

static const struct mechanism_ops ops = {
	.make = make, .open = open_end, .close = close_end, .commit = commit, .peek = peek,
	.break_off = break_off,
};

const struct mechanism uring_mechanisms[] = {
	{ .name = "io_uring", .group = "direct",
	  .help = N_("a unix stream socket, sent and received through io_uring"), .copies = 2,
	  .copies_reason = N_("into the socket's buffers, and out of them"), .directions = TWO_WAY,
	  .probe = probe, .ops = &ops },
	{ 0 }
};
