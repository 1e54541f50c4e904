// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The link of two ends. With memfds it is a unix socket, since nothing that a
 * hostile peer does to its side of one can make ours block: MSG_DONTWAIT counts for
 * one call, while O_NONBLOCK of an eventfd or a pipe is everybody's. A byte is a wake; the end of
 * the stream is the end of the peer, however it came.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "clock.h"
#include "link.h"

/* How often to try to send a wake where the kernel has no memory for a byte. */
#define WAKE_TRIES	100

/**
 * ring_link_begin() - a socket becomes a link
 * @link: the link, of a socket
 *
 * A program that is executed must not keep the other end from learning that we are gone. Any
 * limit of time makes a signal end recv(), also where SA_RESTART is set.
 */
void ring_link_begin(const struct ring_link *link)
{
	static const struct timeval long_time = { .tv_sec = 1000000 };

	fcntl(link->fd, F_SETFD, FD_CLOEXEC);
	setsockopt(link->fd, SOL_SOCKET, SO_RCVTIMEO, &long_time, sizeof(long_time));
}

/**
 * ring_link_wake() - wake the other end, now or when it next sleeps
 * @link: the link
 *
 * Never blocks. Where memory stays short the link is ended: a wake that got lost would be waited
 * for for ever, and the end of the stream takes no memory, so that the other end hears of it.
 */
void ring_link_wake(struct ring_link *link)
{
	int i;

	if (link->module) {
		ioctl(link->fd, IPCSHOW_IOC_WAKE, 0);
		return;
	}
	for (i = 0; i < WAKE_TRIES; i++) {
		/* EAGAIN: it is full, so there are wakes enough in it. */
		if (send(link->fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 || errno == EAGAIN)
			return;
		if (errno != EINTR && errno != ENOMEM && errno != ENOBUFS)
			break;
	}
	shutdown(link->fd, SHUT_RDWR);
	link->gone = true;
}

static int sleep_module(struct ring_link *link, __s64 timeout_ns)
{
	struct ipcshow_wait arg = {
		.size = sizeof(arg), .timeout_ns = (__u64)timeout_ns,
	};

	return ioctl(link->fd, IPCSHOW_IOC_WAIT, &arg) ? -errno : 0;
}

/**
 * ring_link_ask() - is the other end gone?
 * @link: the link
 *
 * However many of its wakes are left, behind which the end of the stream is. The module says it in
 * the page of who is gone, too, but what is left of that process may have pages pinned, and write
 * to them.
 */
void ring_link_ask(struct ring_link *link)
{
	struct pollfd ends = { .fd = link->fd };

	if (poll(&ends, 1, 0) == 1 && ends.revents & POLLHUP)
		link->gone = true;
}

static int take_wakes(struct ring_link *link, int flags)
{
	char wakes[512];
	ssize_t n = recv(link->fd, wakes, sizeof(wakes), flags);

	if (n > 0)
		return 0;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return -errno;
	link->gone = true;
	return 0;
}

/**
 * ring_link_sleep() - sleep until the other end wakes this one
 * @link: the link
 * @timeout_ns: at most so long; 0: don't sleep; IPCSHOW_FOREVER
 *
 * Return: 0: woken, which may be by a wake of long ago, or the other end is gone; -ETIMEDOUT;
 * -EINTR.
 */
int ring_link_sleep(struct ring_link *link, __s64 timeout_ns)
{
	struct timespec timeout = clock_timespec(timeout_ns);
	struct pollfd readable = { .fd = link->fd, .events = POLLIN };
	int ret;

	if (link->gone)
		return 0;
	if (link->module)
		return sleep_module(link, timeout_ns);

	/* One call where it can be one. */
	if (timeout_ns == IPCSHOW_FOREVER) {
		ret = take_wakes(link, 0);
		if (ret != -EAGAIN)
			return ret;
	}
	ret = ppoll(&readable, 1, timeout_ns == IPCSHOW_FOREVER ? NULL : &timeout, NULL);
	if (ret < 0)
		return -errno;
	if (!ret)
		return -ETIMEDOUT;
	ret = take_wakes(link, MSG_DONTWAIT);
	return ret == -EAGAIN ? 0 : ret;
}

void ring_link_close(struct ring_link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
}
