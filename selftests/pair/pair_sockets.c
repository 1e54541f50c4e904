// SPDX-License-Identifier: GPL-2.0
/* Sockets that join two tasks, and sockets that do not. */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "pair.h"

static int new_socket(int family, int type)
{
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

static int accepted(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		err(1, "accept");
	return fd;
}

/* ---- unix ---- */

static void by_socketpair(const char *name, const char *kind, int type, int fds[2],
			  enum phase phase)
{
	if (phase == BEFORE) {
		if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds))
			err(1, "socketpair");
		return;
	}
	close(fds[phase == IN_A]);
	end_of(name, fds[phase == IN_B]);
	if (phase == IN_A)
		joined(name, kind);
}

/* Two of them, each with both ends in one task. */
static void two_socketpairs(enum phase phase)
{
	int fds[2];

	if (phase == BEFORE)
		return;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		err(1, "socketpair");
	end_of("two-socketpairs", fds[0]);
	end_of("two-socketpairs", fds[1]);
	if (phase == IN_A)
		apart("two-socketpairs");
}

static socklen_t unix_address(struct sockaddr_un *address, const char *name, bool abstract)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	snprintf(address->sun_path, sizeof(address->sun_path), "%s%s", abstract ? "@" : "",
		 scratch(name));
	if (abstract)
		address->sun_path[0] = '\0';
	return offsetof(struct sockaddr_un, sun_path) + abstract + strlen(scratch(name));
}

/* A listens or is bound, B connects. */
static void by_name(const char *name, const char *kind, int type, bool abstract, int *fd,
		    enum phase phase)
{
	struct sockaddr_un address;
	socklen_t size = unix_address(&address, name, abstract);
	int end = -1;

	switch (phase) {
	case BEFORE:
		*fd = new_socket(AF_UNIX, type);
		if (bind(*fd, (struct sockaddr *)&address, size) ||
		    (type != SOCK_DGRAM && listen(*fd, 4)))
			err(1, "bind to %s", name);
		return;
	case IN_B:
		close(*fd);
		end = new_socket(AF_UNIX, type);
		if (connect(end, (struct sockaddr *)&address, size))
			err(1, "connect to %s", name);
		break;
	case IN_A:
		end = type == SOCK_DGRAM ? *fd : accepted(*fd);
		if (end != *fd)
			close(*fd);
		joined(name, kind);
	}
	end_of(name, end);
}

/* Both are clients of somebody else. */
static void third(const char *name, enum phase phase, int family)
{
	static struct sockaddr_storage addresses[2];
	struct sockaddr_storage *address = &addresses[family == AF_UNIX];
	static socklen_t sizes[2];
	socklen_t *size = &sizes[family == AF_UNIX];
	int fd;

	if (phase == BEFORE) {
		*size = sizeof(*address);
		fd = new_socket(family, SOCK_STREAM);
		address->ss_family = family;
		/* A name or a port of the kernel's choice. */
		if (bind(fd, (struct sockaddr *)address, sizeof(sa_family_t) +
			 (family == AF_UNIX ? 0 : sizeof(struct sockaddr_in) - sizeof(sa_family_t))) ||
		    listen(fd, 4) || getsockname(fd, (struct sockaddr *)address, size))
			err(1, "a server");
		if (!fork()) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			accepted(fd);
			accepted(fd);
			for (;;)
				pause();
		}
		close(fd);
		return;
	}
	fd = new_socket(family, SOCK_STREAM);
	if (connect(fd, (struct sockaddr *)address, *size))
		err(1, "connect to a third");
	end_of(name, fd);
	if (phase == IN_A)
		apart(name);
}

void pair_unix(enum phase phase)
{
	static int fds[4][2], named[4];

	by_socketpair("socketpair-stream", "unix-stream", SOCK_STREAM, fds[0], phase);
	by_socketpair("socketpair-dgram", "unix-dgram", SOCK_DGRAM, fds[1], phase);
	by_socketpair("socketpair-seqpacket", "unix-seqpacket", SOCK_SEQPACKET, fds[2], phase);
	by_name("unix-stream", "unix-stream", SOCK_STREAM, false, &named[0], phase);
	by_name("unix-abstract", "unix-stream", SOCK_STREAM, true, &named[1], phase);
	by_name("unix-seqpacket", "unix-seqpacket", SOCK_SEQPACKET, false, &named[2], phase);
	by_name("unix-dgram", "unix-dgram", SOCK_DGRAM, true, &named[3], phase);
	two_socketpairs(phase);
	third("unix-third", phase, AF_UNIX);
}

/* ---- internet ---- */

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = new_socket(AF_INET, SOCK_DGRAM);

	if (ioctl(fd, SIOCGIFFLAGS, &request))
		err(1, "lo");
	request.ifr_flags |= IFF_UP;
	/* It may be up, and who runs this no administrator. */
	ioctl(fd, SIOCSIFFLAGS, &request);
	close(fd);
}

static socklen_t loopback(struct sockaddr_storage *address, int family, unsigned short port)
{
	struct sockaddr_in *ipv4 = (void *)address;
	struct sockaddr_in6 *ipv6 = (void *)address;

	memset(address, 0, sizeof(*address));
	address->ss_family = family;
	if (family == AF_INET) {
		ipv4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		ipv4->sin_port = htons(port);
		return sizeof(*ipv4);
	}
	ipv6->sin6_addr = in6addr_loopback;
	ipv6->sin6_port = htons(port);
	return sizeof(*ipv6);
}

static bool bound(int fd, int family, unsigned short port)
{
	struct sockaddr_storage address;
	socklen_t size = loopback(&address, family, port);
	const int one = 1;

	return !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) &&
	       !bind(fd, (struct sockaddr *)&address, size);
}

static bool connected(int fd, int family, unsigned short port)
{
	struct sockaddr_storage address;
	socklen_t size = loopback(&address, family, port);

	return !connect(fd, (struct sockaddr *)&address, size);
}

static unsigned short port_of(int fd)
{
	struct sockaddr_in6 address;
	socklen_t size = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &size))
		err(1, "getsockname");
	return ntohs(address.sin6_port);
}

static void tcp(const char *name, int family, unsigned int key, int *fd, enum phase phase)
{
	int end = -1;

	switch (phase) {
	case BEFORE:
		*fd = new_socket(family, SOCK_STREAM);
		if (!bound(*fd, family, 0) || listen(*fd, 4)) {
			skip(name, "no loopback: %s", strerror(errno));
			close(*fd);
			*fd = -1;
			return;
		}
		put(key, port_of(*fd));
		return;
	case IN_B:
		if (*fd < 0)
			return;
		close(*fd);
		end = new_socket(family, SOCK_STREAM);
		if (!connected(end, family, get(key)))
			err(1, "connect to %s", name);
		break;
	case IN_A:
		if (*fd < 0)
			return;
		end = accepted(*fd);
		close(*fd);
		joined(name, "tcp");
	}
	end_of(name, end);
}

/* Each is connected to the other; bound before, and told its peer's port. */
static void udp(enum phase phase)
{
	static int fds[2];
	int mine = fds[phase == IN_B];

	if (phase == BEFORE) {
		fds[0] = new_socket(AF_INET, SOCK_DGRAM);
		fds[1] = new_socket(AF_INET, SOCK_DGRAM);
		if (!bound(fds[0], AF_INET, 0) || !bound(fds[1], AF_INET, 0) ||
		    !connected(fds[0], AF_INET, port_of(fds[1])) ||
		    !connected(fds[1], AF_INET, port_of(fds[0])))
			err(1, "UDP");
		return;
	}
	close(fds[phase == IN_A]);
	end_of("udp", mine);
	if (phase == IN_A)
		joined("udp", "udp");
}

static void bind_to(int fd, in_addr_t host)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(host),
	};

	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)))
		err(1, "UDP");
}

/*
 * A takes what comes to @host, from whomever; B sends to 127.0.0.1 at that port.
 */
static void udp_receiver(const char *name, in_addr_t host, int fds[2], enum phase phase)
{
	if (phase == BEFORE) {
		fds[0] = new_socket(AF_INET, SOCK_DGRAM);
		fds[1] = new_socket(AF_INET, SOCK_DGRAM);
		bind_to(fds[0], host);
		if (!connected(fds[1], AF_INET, port_of(fds[0])))
			err(1, "UDP");
		return;
	}
	close(fds[phase == IN_A]);
	end_of(name, fds[phase == IN_B]);
	if (phase == IN_A && host == INADDR_LOOPBACK + 1)
		apart(name);
	else if (phase == IN_A)
		joined(name, "udp");
}

/* The same with a receiver for any address of IPv6, which takes what comes by IPv4 as well, or does not. */
static void udp6_receiver(const char *name, int only, int fds[2], enum phase phase)
{
	const struct sockaddr_in6 any = { .sin6_family = AF_INET6 };

	if (phase == BEFORE) {
		fds[0] = new_socket(AF_INET6, SOCK_DGRAM);
		fds[1] = new_socket(AF_INET, SOCK_DGRAM);
		if (setsockopt(fds[0], IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only)) ||
		    bind(fds[0], (const struct sockaddr *)&any, sizeof(any)) ||
		    !connected(fds[1], AF_INET, port_of(fds[0])))
			err(1, "UDP by IPv6");
		return;
	}
	close(fds[phase == IN_A]);
	end_of(name, fds[phase == IN_B]);
	if (phase == IN_A && only)
		apart(name);
	else if (phase == IN_A)
		joined(name, "udp");
}

/* A connection within one task, at ports that the other has in its own network. */
static void both_ends(const char *name, unsigned short ports[2])
{
	int listener = new_socket(AF_INET, SOCK_STREAM);
	int client = new_socket(AF_INET, SOCK_STREAM);

	if (!bound(listener, AF_INET, ports[0]) || listen(listener, 4) ||
	    !bound(client, AF_INET, ports[1]) || !connected(client, AF_INET, port_of(listener)))
		err(1, "a connection within");
	end_of(name, client);
	end_of(name, accepted(listener));
	ports[0] = port_of(listener);
	ports[1] = port_of(client);
	close(listener);
}

/* The same without a connection: each is told of the other. */
static void both_ends_udp(const char *name)
{
	int one = new_socket(AF_INET, SOCK_DGRAM), two = new_socket(AF_INET, SOCK_DGRAM);

	if (!bound(one, AF_INET, 7003) || !bound(two, AF_INET, 7004) ||
	    !connected(one, AF_INET, 7004) || !connected(two, AF_INET, 7003))
		err(1, "sockets within");
	end_of(name, one);
	end_of(name, two);
}

static void other_network(enum phase phase)
{
	unsigned short ports[2];
	int home;

	switch (phase) {
	case BEFORE:
		return;
	case IN_B:
		home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		if (unshare(CLONE_NEWNET)) {
			close(home);
			return;
		}
		loopback_up();
		ports[0] = 7001;
		ports[1] = 7002;
		both_ends("other-network", ports);
		both_ends_udp("other-network-udp");
		if (setns(home, CLONE_NEWNET))
			err(1, "setns");
		close(home);
		return;
	case IN_A:
		ports[0] = 7001;
		ports[1] = 7002;
		both_ends("other-network", ports);
		both_ends_udp("other-network-udp");
		apart("other-network");
		apart("other-network-udp");
	}
}

void pair_internet(enum phase phase)
{
	static int fds[2], receivers[5][2];

	if (phase == BEFORE)
		loopback_up();
	tcp("tcp", AF_INET, 32, &fds[0], phase);
	tcp("tcp6", AF_INET6, 33, &fds[1], phase);
	udp(phase);
	udp_receiver("udp-receiver", INADDR_LOOPBACK, receivers[0], phase);
	udp_receiver("udp-any-address", INADDR_ANY, receivers[1], phase);
	udp_receiver("udp-elsewhere", INADDR_LOOPBACK + 1, receivers[2], phase);
	udp6_receiver("udp-any-family", 0, receivers[3], phase);
	udp6_receiver("udp-ipv6-only", 1, receivers[4], phase);
	third("tcp-third", phase, AF_INET);
	other_network(phase);
}
