// SPDX-License-Identifier: GPL-2.0
/* Sockets: streams, datagrams and packets, of unix and over loopback. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stream.h"

#define COPIES_SOCKET	N_("into the kernel's buffers, and out of them")

/* ---- unix ---- */

static int pair_make(struct link *link)
{
	int type = *(const int *)link->mechanism->kind;
	int room = (int)(2 * link->size), i;

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, link->fd))
		return -errno;
	/* A message that goes in one piece must fit into the buffer. */
	for (i = 0; i < 2 && type != SOCK_STREAM; i++)
		if (setsockopt(link->fd[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)))
			return -errno;
	return 0;
}

static int pair_open(struct end *end)
{
	end_keep(end, end->link->fd[end->sends], end->link->fd[!end->sends]);
	return 0;
}

static int packet_commit(struct end *end)
{
	ssize_t n = send(end->fd, end->buffer, end->link->size, MSG_NOSIGNAL);

	return n == (ssize_t)end->link->size ? 0 : end_failed(end, "send");
}

static const void *packet_peek(struct end *end)
{
	ssize_t n = recv(end->fd, end->buffer, end->link->size, 0);

	if (n == (ssize_t)end->link->size)
		return end->buffer;
	if (n >= 0)
		errno = n ? EMSGSIZE : EPIPE;
	return end_failed_at(end, "recv");
}

static const struct mechanism_ops pair_stream_ops = {
	.make = pair_make, .open = pair_open, .commit = stream_commit, .peek = stream_peek,
	.break_off = stream_break_off,
};

static const struct mechanism_ops pair_packet_ops = {
	.make = pair_make, .open = pair_open, .commit = packet_commit, .peek = packet_peek,
};

/* What the buffer holds, less what the kernel needs for itself. */
static size_t packet_max(void)
{
	size_t max = read_limit("/proc/sys/net/core/wmem_max") * 2;

	return max > 4096 ? max - 4096 : 0;
}

/* ---- TCP over loopback ---- */

static int loopback(int fd, struct sockaddr_in *address)
{
	socklen_t size = sizeof(*address);

	*address = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	if (fd < 0 || bind(fd, (struct sockaddr *)address, sizeof(*address)) ||
	    getsockname(fd, (struct sockaddr *)address, &size))
		return -errno;
	return 0;
}

static int tcp_make(struct link *link)
{
	struct sockaddr_in address;
	int err;

	link->fd[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	err = loopback(link->fd[0], &address);
	if (err)
		return err;
	link->own = address.sin_port;
	return listen(link->fd[0], 1) ? -errno : 0;
}

static int tcp_connect(struct end *end)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = (in_port_t)end->link->own,
	};

	end->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (end->fd < 0 || connect(end->fd, (struct sockaddr *)&address, sizeof(address)))
		return end_failed(end, "connect");
	return 0;
}

static int tcp_open(struct end *end)
{
	int one = 1;

	if (end->sends) {
		int err = tcp_connect(end);

		if (err)
			return err;
		end_keep(end, end->fd, end->link->fd[0]);
	} else {
		end->fd = accept4(end->link->fd[0], NULL, NULL, SOCK_CLOEXEC);
		if (end->fd < 0)
			return end_failed(end, "accept");
	}
	/* Small messages go at once. */
	if (setsockopt(end->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
		return end_failed(end, "setsockopt");
	return 0;
}

static const struct mechanism_ops tcp_ops = {
	.make = tcp_make, .open = tcp_open, .commit = stream_commit, .peek = stream_peek,
	.break_off = stream_break_off,
};

/*
 * ---- UDP over loopback ----
 *
 * What finds no room at the receiver is dropped. So the sender waits for an answer to each so many, as any
 * program that must not lose datagrams does in some form.
 */

#define UDP_MAX		65507

/* Datagrams under way that fit into any receiver's buffer. */
static uint64_t udp_window(size_t size)
{
	return size <= 1024 ? 32 : size <= 16384 ? 4 : 1;
}

static int udp_make(struct link *link)
{
	struct sockaddr_in address[2];
	int i, err;

	for (i = 0; i < 2; i++) {
		link->fd[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		err = loopback(link->fd[i], &address[i]);
		if (err)
			return err;
	}
	for (i = 0; i < 2; i++)
		if (connect(link->fd[i], (struct sockaddr *)&address[!i], sizeof(address[0])))
			return -errno;
	return 0;
}

/* The answer to the window before the last one that was sent. */
static int udp_commit(struct end *end)
{
	uint64_t window = udp_window(end->link->size);
	int err = packet_commit(end);
	char answer;

	if (err || (end->number + 1) % window)
		return err;
	return recv(end->fd, &answer, 1, 0) == 1 ? 0 : end_failed(end, "recv");
}

static int udp_release(struct end *end)
{
	uint64_t window = udp_window(end->link->size);

	if ((end->number + 1) % window)
		return 0;
	return send(end->fd, "", 1, MSG_NOSIGNAL) == 1 ? 0 : end_failed(end, "send");
}

static const struct mechanism_ops udp_ops = {
	.make = udp_make, .open = pair_open, .commit = udp_commit, .peek = packet_peek,
	.release = udp_release,
};

static size_t udp_max(void)
{
	return UDP_MAX;
}

static const int type_stream = SOCK_STREAM, type_dgram = SOCK_DGRAM, type_packet = SOCK_SEQPACKET;

#define SOCKET(name_, help_, ops_)						\
	.name = name_, .group = "socket", .help = help_, .copies = 2,		\
	.copies_reason = COPIES_SOCKET, .directions = TWO_WAY, .ops = &(ops_)

#define WMEM_REASON	N_("a packet must fit into the socket's buffer: net.core.wmem_max")

const struct mechanism socket_mechanisms[] = {
	{ SOCKET("unix-stream", N_("socketpair(SOCK_STREAM)"), pair_stream_ops), .kind = &type_stream },
	{ SOCKET("unix-dgram", N_("socketpair(SOCK_DGRAM)"), pair_packet_ops), .kind = &type_dgram,
	  .max = packet_max, .max_reason = WMEM_REASON },
	{ SOCKET("unix-seqpacket", N_("socketpair(SOCK_SEQPACKET)"), pair_packet_ops),
	  .kind = &type_packet, .max = packet_max, .max_reason = WMEM_REASON },
	{ SOCKET("tcp", N_("TCP over loopback, TCP_NODELAY"), tcp_ops), .flags = MECHANISM_NETWORK },
	{ SOCKET("udp", N_("UDP over loopback; an answer for each so many, since it drops what finds no room"),
		 udp_ops), .flags = MECHANISM_NETWORK,
	  .max = udp_max, .max_reason = N_("the longest datagram has 65507 bytes") },
	{ 0 }
};
