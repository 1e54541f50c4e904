// SPDX-License-Identifier: GPL-2.0
/* FD records of sockets: both ends, and where they are bound to. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "test.h"

#define WHAT	(IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_FDS)

FIXTURE(sockets) {
	struct snapshot snapshot;
};

FIXTURE_SETUP(sockets)
{
}

FIXTURE_TEARDOWN(sockets)
{
	snapshot_free(&self->snapshot);
}

static const struct ipcshow_fd *find(const struct snapshot *snapshot, int nr)
{
	const struct ipcshow_fd *fd;

	for_each_of(fd, snapshot, IPCSHOW_REC_FD) {
		if (fd->fd == (uint32_t)nr)
			return fd;
	}
	return NULL;
}

#define ASSERT_LOOK()								\
	do {									\
		snapshot_free(&self->snapshot);					\
		ASSERT_EQ(0, snapshot_of(getpid(), WHAT, &self->snapshot));	\
	} while (0)
#define ASSERT_FIND(fd, nr)							\
	do {									\
		(fd) = find(&self->snapshot, nr);				\
		ASSERT_NE(NULL, fd) TH_LOG("descriptor %d", nr);		\
		ASSERT_NE(0, (fd)->flags & IPCSHOW_FD_F_SOCKET);		\
		ASSERT_NE(0, (fd)->self);					\
	} while (0)

TEST_F(sockets, unix_pairs)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	const struct ipcshow_fd *a, *b;
	int fds[3][2], i;

	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, socketpair(AF_UNIX, types[i], 0, fds[i]));
	ASSERT_LOOK();
	for (i = 0; i < 3; i++) {
		ASSERT_FIND(a, fds[i][0]);
		ASSERT_FIND(b, fds[i][1]);
		EXPECT_EQ(a->self, b->peer);
		EXPECT_EQ(b->self, a->peer);
		EXPECT_NE(a->self, b->self);
		EXPECT_EQ(types[i], (int)a->type);
		EXPECT_EQ(AF_UNIX, a->family);
		EXPECT_EQ(1, a->state);
		EXPECT_EQ(0, a->path_size);
		EXPECT_EQ(a->netns, b->netns);
		EXPECT_NE(0, a->netns);
	}
	ASSERT_EQ(0, shutdown(fds[0][0], SHUT_WR));
	close(fds[1][1]);
	ASSERT_LOOK();
	ASSERT_FIND(a, fds[0][0]);
	ASSERT_FIND(b, fds[0][1]);
	EXPECT_EQ(IPCSHOW_FD_F_SHUT_WRITE,
		  a->flags & (IPCSHOW_FD_F_SHUT_READ | IPCSHOW_FD_F_SHUT_WRITE));
	EXPECT_EQ(IPCSHOW_FD_F_SHUT_READ,
		  b->flags & (IPCSHOW_FD_F_SHUT_READ | IPCSHOW_FD_F_SHUT_WRITE));
}

static socklen_t unix_name(struct sockaddr_un *to, const char *name, size_t size)
{
	to->sun_family = AF_UNIX;
	memcpy(to->sun_path, name, size);
	return offsetof(struct sockaddr_un, sun_path) + size;
}

TEST_F(sockets, unix_names)
{
	static const char *const names[] = { "/tmp/ipcshow.socket", "\0abstract\n\0name" };
	static const size_t sizes[] = { 19, 15 };
	const struct ipcshow_fd *listener, *server, *client;
	struct sockaddr_un name = {};
	int fds[3], i;

	for (i = 0; i < 2; i++) {
		socklen_t size = unix_name(&name, names[i], sizes[i]);

		fds[0] = socket(AF_UNIX, SOCK_STREAM, 0);
		fds[1] = socket(AF_UNIX, SOCK_STREAM, 0);
		ASSERT_EQ(0, bind(fds[0], (void *)&name, size));
		ASSERT_EQ(0, listen(fds[0], 1));
		ASSERT_EQ(0, connect(fds[1], (void *)&name, size));
		fds[2] = accept(fds[0], NULL, NULL);
		ASSERT_LOOK();
		ASSERT_FIND(listener, fds[0]);
		ASSERT_FIND(client, fds[1]);
		ASSERT_FIND(server, fds[2]);
		EXPECT_EQ(sizes[i], listener->path_size);
		EXPECT_EQ(0, memcmp(names[i], listener->path, sizes[i]));
		EXPECT_NE(0, listener->flags & IPCSHOW_FD_F_LISTENS);
		EXPECT_EQ(10, listener->state);
		EXPECT_EQ(0, listener->peer);
		EXPECT_EQ(sizes[i], server->path_size);
		EXPECT_EQ(0, client->path_size);
		EXPECT_EQ(server->self, client->peer);
		EXPECT_EQ(client->self, server->peer);
		EXPECT_EQ(0, client->flags & IPCSHOW_FD_F_LISTENS);
	}
	unlink(names[0]);
}

/* What getsockname() or getpeername() gives, as the record has it. */
struct name {
	uint8_t address[16];
	uint32_t port;
};

static struct name name_of(int fd, int (*get)(int, struct sockaddr *, socklen_t *))
{
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
	} from = {};
	socklen_t size = sizeof(from);
	struct name name = {};

	if (get(fd, &from.any, &size))
		return name;
	if (from.any.sa_family == AF_INET6) {
		memcpy(name.address, &from.six.sin6_addr, 16);
		name.port = ntohs(from.six.sin6_port);
		return name;
	}
	name.port = ntohs(from.four.sin_port);
	if (from.four.sin_addr.s_addr) {
		memset(name.address + 10, 0xff, 2);
		memcpy(name.address + 12, &from.four.sin_addr, 4);
	}
	return name;
}

static int wrap_getsockname(int fd, struct sockaddr *to, socklen_t *size)
{
	return getsockname(fd, to, size);
}

static int wrap_getpeername(int fd, struct sockaddr *to, socklen_t *size)
{
	return getpeername(fd, to, size);
}

static void as_named(struct __test_metadata *_metadata, const struct ipcshow_fd *fd)
{
	struct name local = name_of(fd->fd, wrap_getsockname);
	struct name remote = name_of(fd->fd, wrap_getpeername);

	EXPECT_EQ(0, memcmp(local.address, fd->local_addr, 16));
	EXPECT_EQ(0, memcmp(remote.address, fd->remote_addr, 16));
	EXPECT_EQ(local.port, fd->local_port);
	EXPECT_EQ(remote.port, fd->remote_port);
}

static int bound(int family, int type, struct sockaddr_in6 *name, socklen_t *size)
{
	int fd = socket(family, type, 0), off = 0;

	memset(name, 0, sizeof(*name));
	*size = sizeof(*name);
	name->sin6_family = family;
	if (family == AF_INET)
		((struct sockaddr_in *)name)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (fd < 0 || bind(fd, (void *)name, *size))
		return -1;
	getsockname(fd, (void *)name, size);
	return fd;
}

static void tcp(struct __test_metadata *_metadata, FIXTURE_DATA(sockets) *self, int family,
		int from)
{
	const struct ipcshow_fd *listener, *client, *server;
	struct sockaddr_in6 name;
	struct sockaddr_in four;
	socklen_t size;
	int fds[3];

	fds[0] = bound(family, SOCK_STREAM, &name, &size);
	if (fds[0] < 0)
		SKIP(return, "no sockets of family %d: %m", family);
	ASSERT_EQ(0, listen(fds[0], 1));
	fds[1] = socket(from, SOCK_STREAM, 0);
	if (from == family) {
		ASSERT_EQ(0, connect(fds[1], (void *)&name, size));
	} else {
		four = (struct sockaddr_in){
			.sin_family = AF_INET, .sin_port = name.sin6_port,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		};
		ASSERT_EQ(0, connect(fds[1], (void *)&four, sizeof(four)));
	}
	fds[2] = accept(fds[0], NULL, NULL);
	ASSERT_LE(0, fds[2]);
	ASSERT_LOOK();
	ASSERT_FIND(listener, fds[0]);
	ASSERT_FIND(client, fds[1]);
	ASSERT_FIND(server, fds[2]);
	as_named(_metadata, listener);
	as_named(_metadata, client);
	as_named(_metadata, server);
	EXPECT_EQ(family, (int)listener->family);
	EXPECT_EQ(SOCK_STREAM, (int)listener->type);
	EXPECT_EQ(IPPROTO_TCP, listener->protocol);
	EXPECT_NE(0, listener->flags & IPCSHOW_FD_F_LISTENS);
	EXPECT_EQ(1, client->state);
	EXPECT_EQ(client->local_port, server->remote_port);
	EXPECT_EQ(server->local_port, client->remote_port);
	EXPECT_EQ(0, memcmp(client->local_addr, server->remote_addr, 16));
	EXPECT_EQ(0, memcmp(server->local_addr, client->remote_addr, 16));
	EXPECT_EQ(0, client->peer);
}

TEST_F(sockets, tcp4)
{
	tcp(_metadata, self, AF_INET, AF_INET);
}

TEST_F(sockets, tcp6)
{
	tcp(_metadata, self, AF_INET6, AF_INET6);
}

TEST_F(sockets, tcp4_to_tcp6)
{
	tcp(_metadata, self, AF_INET6, AF_INET);
}

TEST_F(sockets, udp_and_raw)
{
	const struct ipcshow_fd *fd;
	struct sockaddr_in6 name;
	int fds[3];
	socklen_t size;

	fds[0] = bound(AF_INET, SOCK_DGRAM, &name, &size);
	ASSERT_LE(0, fds[0]);
	fds[1] = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, connect(fds[1], (void *)&name, size));
	fds[2] = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	ASSERT_LE(0, fds[2]);
	ASSERT_LOOK();
	ASSERT_FIND(fd, fds[0]);
	as_named(_metadata, fd);
	EXPECT_EQ(7, fd->state);
	ASSERT_FIND(fd, fds[1]);
	as_named(_metadata, fd);
	EXPECT_EQ(IPPROTO_UDP, fd->protocol);
	EXPECT_EQ(ntohs(name.sin6_port), fd->remote_port);
	ASSERT_FIND(fd, fds[2]);
	EXPECT_EQ(IPPROTO_ICMP, fd->protocol);
	EXPECT_EQ(0, fd->local_port);
}

TEST_F(sockets, ipv6_only)
{
	const struct ipcshow_fd *fd;
	struct sockaddr_in6 name;
	int fds[2], on = 1;
	socklen_t size;

	fds[0] = bound(AF_INET6, SOCK_DGRAM, &name, &size);
	ASSERT_LE(0, fds[0]);
	fds[1] = socket(AF_INET6, SOCK_DGRAM, 0);
	ASSERT_EQ(0, setsockopt(fds[1], IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)));
	ASSERT_LOOK();
	ASSERT_FIND(fd, fds[0]);
	EXPECT_EQ(0, fd->flags & IPCSHOW_FD_F_IPV6_ONLY);
	ASSERT_FIND(fd, fds[1]);
	EXPECT_NE(0, fd->flags & IPCSHOW_FD_F_IPV6_ONLY);
}

TEST_F(sockets, other_network)
{
	int here = socket(AF_INET, SOCK_STREAM, 0), there;
	const struct ipcshow_fd *a, *b;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	there = socket(AF_NETLINK, SOCK_RAW, 0);
	ASSERT_LOOK();
	ASSERT_FIND(a, here);
	ASSERT_FIND(b, there);
	EXPECT_NE(a->netns, b->netns);
	EXPECT_EQ(AF_NETLINK, b->family);
}

TEST_MAIN
