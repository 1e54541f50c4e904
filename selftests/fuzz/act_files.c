// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/ipcshow.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include "act_files.h"
#include "arena.h"
#include "target.h"

#define PIPES	40

void act_open_pipes(volatile char *start)
{
	int fds[2], i;

	(void)start;
	for (i = 0; i < PIPES; i++) {
		if (pipe(fds))
			return;
	}
}

void act_open_sockets(volatile char *start)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	const socklen_t size = offsetof(struct sockaddr_un, sun_path) + 6;
	int fds[2], fd;

	(void)start;
	if (!socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		shutdown(fds[0], SHUT_WR);
	if (!socketpair(AF_UNIX, SOCK_DGRAM, 0, fds))
		shutdown(fds[1], SHUT_RD);
	fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	/* An abstract one: it begins with NUL. */
	memcpy(name.sun_path + 1, "fuzz\n", 5);
	bind(fd, (struct sockaddr *)&name, size);
	listen(fd, 1);
	connect(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0), (struct sockaddr *)&name, size);
	socket(AF_NETLINK, SOCK_RAW, 0);
}

static void open_pair(int family, const struct sockaddr *any, socklen_t size)
{
	struct sockaddr_storage at;
	socklen_t at_size = sizeof(at);
	int fd = socket(family, SOCK_STREAM, 0);

	if (bind(fd, any, size) || listen(fd, 1) ||
	    getsockname(fd, (struct sockaddr *)&at, &at_size))
		return;
	connect(socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0), (struct sockaddr *)&at, at_size);
	connect(socket(family, SOCK_DGRAM, 0), (struct sockaddr *)&at, at_size);
	accept4(fd, NULL, NULL, SOCK_NONBLOCK);
}

void act_open_inet(volatile char *start)
{
	const struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};

	(void)start;
	open_pair(AF_INET, (const struct sockaddr *)&in, sizeof(in));
	open_pair(AF_INET6, (const struct sockaddr *)&in6, sizeof(in6));
}

void act_open_others(volatile char *start)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), fd = memfd_create("fuzz \\ \n", 0);

	(void)start;
	if (master >= 0 && !grantpt(master) && !unlockpt(master))
		open(ptsname(master), O_RDWR | O_NOCTTY);
	mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	fd = open("/tmp/fuzz", O_RDWR | O_CREAT | O_APPEND, 0600);
	mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	unlink("/tmp/fuzz");
	open("/", O_PATH);
	open("/proc/self/exe", O_RDONLY);
	eventfd(0, 0);
	inotify_init();
	epoll_create1(0);
	timerfd_create(CLOCK_MONOTONIC, 0);
}

/* A device of its own, of which it has mapped the ring. */
void act_open_device(volatile char *start)
{
	struct ipcshow_ring ring = { .size = sizeof(ring), .ring_size = 16384 };
	int fd = open("/dev/ipcshow", O_RDWR);

	if (ioctl(fd, IPCSHOW_IOC_RING, &ring))
		return;
	mmap((void *)start, PAGE + 2 * 16384, PROT_READ, MAP_SHARED | MAP_FIXED, fd,
	     (off_t)ring.producer_offset);
}

void act_close(volatile char *start)
{
	(void)start;
	target_close_files();
}
