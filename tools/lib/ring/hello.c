// SPDX-License-Identifier: LGPL-2.1-or-later
/* How two ends meet, over a socket whose other side may be anybody. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "hello.h"

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(RING_HELLO_FDS_MAX * sizeof(int))];
};

/**
 * ring_hello_send() - say hello
 * @sock: connected unix stream socket
 * @hello: what to say
 * @fds: what goes with it
 * @nr_fds: how many, at most RING_HELLO_FDS_MAX
 *
 * Return: 0; -EPIPE: nobody is there; -EPROTO: @sock is none of these, or is full.
 */
int ring_hello_send(int sock, const struct ring_hello *hello, const int *fds, size_t nr_fds)
{
	struct iovec bytes = { .iov_base = (void *)(uintptr_t)hello, .iov_len = sizeof(*hello) };
	struct msghdr message = { .msg_iov = &bytes, .msg_iovlen = 1 };
	union control control = { 0 };
	struct cmsghdr *head = &control.align;
	ssize_t n;

	if (nr_fds) {
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(nr_fds * sizeof(int));
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(nr_fds * sizeof(int));
		memcpy(CMSG_DATA(head), fds, nr_fds * sizeof(int));
	}
	n = sendmsg(sock, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n == (ssize_t)sizeof(*hello))
		return 0;
	return n < 0 && (errno == EPIPE || errno == ECONNRESET) ? -EPIPE : -EPROTO;
}

static int wait_readable(int sock, __s64 deadline)
{
	struct pollfd poll_sock = { .fd = sock, .events = POLLIN };
	struct timespec timeout;
	__s64 left;
	int ret;

	do {
		left = clock_left(deadline);
		timeout = clock_timespec(left);
		ret = ppoll(&poll_sock, 1, left == IPCSHOW_FOREVER ? NULL : &timeout, NULL);
	} while (ret < 0 && errno == EINTR);
	if (ret < 0)
		return -errno;
	return ret ? 0 : -ETIMEDOUT;
}

/* Descriptors that come: the first ones are for the caller, the rest is closed. */
static size_t take_fds(struct msghdr *message, int *fds, size_t have, size_t room)
{
	struct cmsghdr *head;
	size_t i, n;
	int fd;

	for (head = CMSG_FIRSTHDR(message); head; head = CMSG_NXTHDR(message, head)) {
		if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
			continue;
		n = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < n; i++) {
			memcpy(&fd, CMSG_DATA(head) + i * sizeof(int), sizeof(fd));
			if (have < room)
				fds[have++] = fd;
			else
				close(fd);
		}
	}
	return have;
}

static int receive(int sock, struct ring_hello *hello, int *fds, size_t *have, size_t room,
		   __s64 deadline)
{
	size_t done = 0;
	ssize_t n;
	int err;

	while (done < sizeof(*hello)) {
		struct iovec bytes = {
			.iov_base = (char *)hello + done, .iov_len = sizeof(*hello) - done,
		};
		union control control;
		struct msghdr message = {
			.msg_iov = &bytes, .msg_iovlen = 1,
			.msg_control = control.bytes, .msg_controllen = sizeof(control.bytes),
		};

		err = wait_readable(sock, deadline);
		if (err)
			return err;
		n = recvmsg(sock, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n < 0 && errno != ECONNRESET)
			return -EPROTO;
		if (n <= 0)
			return -EPIPE;
		*have = take_fds(&message, fds, *have, room);
		done += (size_t)n;
	}
	return 0;
}

/**
 * ring_hello_receive() - hear what the other end says
 * @sock: connected unix stream socket
 * @hello: out
 * @fds: out: what came with it; -1 where nothing did
 * @nr_fds: room there, at most RING_HELLO_FDS_MAX
 * @deadline: of clock_deadline()
 *
 * Return: 0; -ETIMEDOUT; -EPIPE: nobody is there any more; -EPROTO: @sock is none of these. On failure
 * nothing is left open in @fds.
 */
int ring_hello_receive(int sock, struct ring_hello *hello, int *fds, size_t nr_fds,
		       __s64 deadline)
{
	size_t have = 0, i;
	int err;

	for (i = 0; i < nr_fds; i++)
		fds[i] = -1;
	err = receive(sock, hello, fds, &have, nr_fds, deadline);
	if (!err)
		return 0;
	for (i = 0; i < have; i++) {
		close(fds[i]);
		fds[i] = -1;
	}
	return err;
}
