// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Ends of channels that are sockets. A socket that is connected to one of another task, or of
 * the same, is known by the pair; any other by itself.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "channel.h"
#include "table.h"
#include "translate.h"

/* Sides of a socket that is not part of a pair. */
#define SIDE_SENDS	1
#define SIDE_RECEIVES	2

/**
 * struct sockets - the sockets of all tasks
 * @by_self: by identity
 * @by_tuple: those that are connected, by namespace, protocol, and both addresses
 * @receivers: UDP sockets that take from anybody, by namespace and port
 */
struct sockets {
	struct table by_self;
	struct table by_tuple;
	const struct ipcshow_fd **receivers;
	size_t nr_receivers;
	size_t receivers_room;
};

static bool is_inet(const struct ipcshow_fd *fd)
{
	return fd->family == AF_INET || fd->family == AF_INET6;
}

static bool is_tcp(const struct ipcshow_fd *fd)
{
	return is_inet(fd) && fd->type == SOCK_STREAM && fd->protocol == IPPROTO_TCP;
}

static bool is_udp(const struct ipcshow_fd *fd)
{
	return is_inet(fd) && fd->type == SOCK_DGRAM && fd->protocol == IPPROTO_UDP;
}

/* A closed TCP socket may still say what it was connected to. */
static bool is_connected(const struct ipcshow_fd *fd)
{
	if (!fd->remote_port || !fd->local_port)
		return false;
	if (is_udp(fd))
		return true;
	switch (is_tcp(fd) ? fd->state : 0) {
	case TCP_ESTABLISHED:
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
	case TCP_CLOSE_WAIT:
	case TCP_LAST_ACK:
	case TCP_CLOSING:
		return true;
	}
	return false;
}

static u64 address_mix(u64 key, const u8 *address, u32 port)
{
	u64 half[2];

	memcpy(half, address, sizeof(half));
	return key_mix(key_mix(key_mix(key, half[0]), half[1]), port);
}

/* As the one side has it, and as the other. */
static u64 tuple_key(const struct ipcshow_fd *fd, bool reversed)
{
	u64 key = key_mix(fd->netns, fd->protocol);

	if (reversed)
		return address_mix(address_mix(key, fd->remote_addr, fd->remote_port),
				   fd->local_addr, fd->local_port);
	return address_mix(address_mix(key, fd->local_addr, fd->local_port),
			   fd->remote_addr, fd->remote_port);
}

static bool is_tuple(const struct ipcshow_fd *a, const struct ipcshow_fd *b)
{
	return a->netns == b->netns && a->protocol == b->protocol &&
	       a->local_port == b->remote_port && a->remote_port == b->local_port &&
	       !memcmp(a->local_addr, b->remote_addr, sizeof(a->local_addr)) &&
	       !memcmp(a->remote_addr, b->local_addr, sizeof(a->remote_addr));
}

static int index_socket(struct sockets *sockets, struct ipcshow_fd *fd)
{
	const struct ipcshow_fd **grown;
	int err;

	err = fd->self ? table_put(&sockets->by_self, fd->self, fd) : 0;
	if (!err && is_connected(fd))
		err = table_put(&sockets->by_tuple, tuple_key(fd, false), fd);
	if (err || !is_udp(fd) || fd->remote_port || !fd->local_port)
		return err;
	grown = array_grow(sockets->receivers, sockets->nr_receivers, &sockets->receivers_room,
			   sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	sockets->receivers = grown;
	grown[sockets->nr_receivers++] = fd;
	return 0;
}

static int compare(u64 a, u64 b)
{
	return a < b ? -1 : a > b;
}

static int by_port(const void *a, const void *b)
{
	const struct ipcshow_fd *const *x = a, *const *y = b;
	int order = compare((*x)->netns, (*y)->netns);

	if (!order)
		order = compare((*x)->local_port, (*y)->local_port);
	return order ? order : compare((*x)->self, (*y)->self);
}

/* Each socket once, whoever has it. */
static void sort_receivers(struct sockets *sockets)
{
	size_t i, kept = 0;

	if (!sockets->nr_receivers)
		return;
	qsort(sockets->receivers, sockets->nr_receivers, sizeof(*sockets->receivers), by_port);
	for (i = 0; i < sockets->nr_receivers; i++)
		if (!kept || by_port(&sockets->receivers[kept - 1], &sockets->receivers[i]))
			sockets->receivers[kept++] = sockets->receivers[i];
	sockets->nr_receivers = kept;
}

static u32 access_of(const struct ipcshow_fd *fd)
{
	if (fd->flags & IPCSHOW_FD_F_LISTENS)
		return 0;
	return (fd->flags & IPCSHOW_FD_F_SHUT_READ ? 0 : IPCSHOW_END_READ) |
	       (fd->flags & IPCSHOW_FD_F_SHUT_WRITE ? 0 : IPCSHOW_END_WRITE);
}

static enum ipcshow_channel_kind kind_of(const struct ipcshow_fd *fd)
{
	if (is_tcp(fd))
		return IPCSHOW_CHANNEL_TCP;
	if (is_udp(fd))
		return IPCSHOW_CHANNEL_UDP;
	if (fd->family != AF_UNIX)
		return IPCSHOW_CHANNEL_SOCKET;
	switch (fd->type) {
	case SOCK_DGRAM:
		return IPCSHOW_CHANNEL_UNIX_DGRAM;
	case SOCK_SEQPACKET:
		return IPCSHOW_CHANNEL_UNIX_SEQPACKET;
	default:
		return IPCSHOW_CHANNEL_UNIX_STREAM;
	}
}

static bool is_zero(const u8 *address)
{
	static const u8 zero[16];

	return !memcmp(address, zero, sizeof(zero));
}

static bool is_v4(const u8 *address)
{
	static const u8 prefix[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(address, prefix, sizeof(prefix));
}

/* 127.0.0.0/8, ::1 */
static bool is_loopback(const u8 *address)
{
	static const u8 one[16] = { [15] = 1 };

	return is_v4(address) ? address[12] == 127 : !memcmp(address, one, sizeof(one));
}

/*
 * Whether what @from sends comes to @to. One that is bound to no address takes what is for any
 * of this machine's: surely loopback, and where sender and receiver have the same.
 */
static bool is_for(const struct ipcshow_fd *from, const struct ipcshow_fd *to)
{
	const bool is_any = is_zero(to->local_addr) ||
			    (is_v4(to->local_addr) && !memcmp(to->local_addr + 12, "\0\0\0", 4));

	if (!is_any)
		return !memcmp(from->remote_addr, to->local_addr, sizeof(to->local_addr));
	if (is_v4(from->remote_addr) ? to->flags & IPCSHOW_FD_F_IPV6_ONLY : to->family == AF_INET)
		return false;
	return is_loopback(from->remote_addr) ||
	       !memcmp(from->remote_addr, from->local_addr, sizeof(from->local_addr));
}

/* To each socket that may get what a connected UDP socket sends. */
static int add_receivers(const struct sockets *sockets, struct ends *ends, struct end end,
			 const struct ipcshow_fd *fd)
{
	const struct ipcshow_fd probe = { .netns = fd->netns, .local_port = fd->remote_port };
	const struct ipcshow_fd *key = &probe;
	size_t low = 0, high = sockets->nr_receivers;
	int err = 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (by_port(&sockets->receivers[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	end.side = SIDE_SENDS;
	end.role = N_("sends");
	end.access &= IPCSHOW_END_WRITE;
	for (; !err && low < sockets->nr_receivers; low++) {
		const struct ipcshow_fd *to = sockets->receivers[low];

		if (to->netns != fd->netns || to->local_port != fd->remote_port)
			break;
		end.key = to->self;
		if (is_for(fd, to))
			err = ends_add(ends, &end);
	}
	return err;
}

/* By itself: two tasks that have it have the same socket, and no data goes between them. */
static int add_alone(struct ends *ends, struct end end, const struct ipcshow_fd *fd)
{
	end.key = fd->self ? fd->self : fd->file;
	end.side = SIDE_RECEIVES;
	if (fd->flags & IPCSHOW_FD_F_LISTENS)
		end.role = N_("listens");
	return ends_add(ends, &end);
}

static int add_inet(const struct sockets *sockets, struct ends *ends, struct end end,
		    const struct ipcshow_fd *fd)
{
	const struct ipcshow_fd *other;
	u64 here, there;
	int err;

	if (!is_connected(fd))
		return add_alone(ends, end, fd);
	here = tuple_key(fd, false);
	there = tuple_key(fd, true);
	other = table_find(&sockets->by_tuple, there);
	if (other && is_tuple(fd, other)) {
		end.key = key_mix(min_u64(here, there), max_u64(here, there));
		end.side = here < there ? 1 : 2;
		return ends_add(ends, &end);
	}
	err = add_alone(ends, end, fd);
	return err || !is_udp(fd) ? err : add_receivers(sockets, ends, end, fd);
}

static int add_unix(const struct sockets *sockets, struct ends *ends, struct end end,
		    const struct ipcshow_fd *fd)
{
	const struct ipcshow_fd *other = table_find(&sockets->by_self, fd->peer);
	int err;

	if (fd->peer && fd->self && (!other || other->peer == fd->self) &&
	    (other || fd->type != SOCK_DGRAM)) {
		end.key = key_mix(min_u64(fd->self, fd->peer), max_u64(fd->self, fd->peer));
		end.side = fd->self < fd->peer ? 1 : 2;
		return ends_add(ends, &end);
	}
	err = add_alone(ends, end, fd);
	if (err || !other)
		return err;
	end.key = fd->peer;
	end.side = SIDE_SENDS;
	end.role = N_("sends");
	end.access &= IPCSHOW_END_WRITE;
	return ends_add(ends, &end);
}

static int add_socket(const struct sockets *sockets, struct ends *ends, u32 subject,
		      const struct ipcshow_fd *fd)
{
	const struct end end = {
		.kind = kind_of(fd),
		.subject = subject,
		.access = access_of(fd),
		.fd = fd,
	};

	if (fd->family == AF_UNIX)
		return add_unix(sockets, ends, end, fd);
	if (is_tcp(fd) || is_udp(fd))
		return add_inet(sockets, ends, end, fd);
	return add_alone(ends, end, fd);
}

typedef int socket_fn(struct sockets *sockets, struct ends *ends, u32 subject,
		      struct ipcshow_fd *fd);

static int for_each_socket(const struct ipcshow_survey *survey, struct sockets *sockets,
			   struct ends *ends, socket_fn *fn)
{
	size_t i, j;
	int err = 0;

	for (i = 0; !err && i < survey->nr; i++) {
		const struct survey_subject *subject = &survey->subjects[i];
		const struct descriptors *descriptors = &subject->reading.descriptors;

		for (j = 0; !err && j < descriptors->nr; j++)
			if ((descriptors->all[j]->flags & IPCSHOW_FD_F_SOCKET) &&
			    subject_has_table(subject, descriptors->all[j]->files))
				err = fn(sockets, ends, (u32)i, descriptors->all[j]);
	}
	return err;
}

static int index_one(struct sockets *sockets, struct ends *ends, u32 subject,
		     struct ipcshow_fd *fd)
{
	(void)ends;
	(void)subject;
	return index_socket(sockets, fd);
}

static int add_one(struct sockets *sockets, struct ends *ends, u32 subject,
		   struct ipcshow_fd *fd)
{
	return add_socket(sockets, ends, subject, fd);
}

int sockets_find(const struct ipcshow_survey *survey, struct ends *ends)
{
	struct sockets sockets = { 0 };
	int err = for_each_socket(survey, &sockets, ends, index_one);

	sort_receivers(&sockets);
	if (!err)
		err = for_each_socket(survey, &sockets, ends, add_one);
	table_clear(&sockets.by_self, NULL);
	table_clear(&sockets.by_tuple, NULL);
	free(sockets.receivers);
	return err;
}
