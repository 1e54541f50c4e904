// SPDX-License-Identifier: GPL-2.0
/*
 * What an FD record says of a socket.
 *
 * All of this runs under a spinlock, where a socket cannot be locked: each fact is
 * one load. The open file keeps the socket, and the socket its struct sock.
 */
#include <linux/ipcshow.h>
#include <linux/ipv6.h>
#include <linux/net.h>
#include <linux/string.h>
#include <net/af_unix.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "identity.h"
#include "socket.h"

/*
 * The address is set once, published with release (unix_bind()), and freed with the
 * socket. One in the file system ends in NUL, an abstract one begins with it.
 */
static void fill_unix(struct ipcshow_fd *rec, const struct ipcshow_salt *salt,
		      struct sock *sk)
{
	/* Pairs with the release in unix_bind_bsd() and unix_bind_abstract(). */
	const struct unix_address *addr = smp_load_acquire(&unix_sk(sk)->addr);
	const char *path;
	size_t size;

	/* It is not followed, and the socket holds it. */
	rec->peer = ipcshow_identity(salt, READ_ONCE(unix_peer(sk)));
	if (!addr || addr->len <= offsetof(struct sockaddr_un, sun_path))
		return;
	path = addr->name[0].sun_path;
	size = min_t(size_t, addr->len - offsetof(struct sockaddr_un, sun_path),
		     UNIX_PATH_MAX);
	rec->path_size = path[0] ? strnlen(path, size) : size;
	memcpy(rec->path, path, rec->path_size);
}

static void put_address(u8 *to, const struct in6_addr *address)
{
	memcpy(to, address, sizeof(*address));
}

static void put_v4(u8 *to, __be32 address)
{
	struct in6_addr mapped;

	if (!address)
		return;
	ipv6_addr_set_v4mapped(address, &mapped);
	put_address(to, &mapped);
}

/* What getsockname() gives: where it is bound to, or else what it sends from. */
static void fill_inet(struct ipcshow_fd *rec, const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);

	put_v4(rec->local_addr, READ_ONCE(inet->inet_rcv_saddr) ?: READ_ONCE(inet->inet_saddr));
	put_v4(rec->remote_addr, READ_ONCE(inet->inet_daddr));
}

static void fill_inet6(struct ipcshow_fd *rec, const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	const struct ipv6_pinfo *np = inet6_sk(sk);

	put_address(rec->local_addr, &sk->sk_v6_rcv_saddr);
	if (np && !memchr_inv(rec->local_addr, 0, sizeof(rec->local_addr)))
		put_address(rec->local_addr, &np->saddr);
	put_address(rec->remote_addr, &sk->sk_v6_daddr);
	if (ipv6_only_sock(sk))
		rec->flags |= IPCSHOW_FD_F_IPV6_ONLY;
#endif
}

/* Others (raw, ICMP) keep in the same place what is no port. */
static bool has_ports(const struct ipcshow_fd *rec)
{
	if (rec->type == SOCK_RAW)
		return false;
	switch (rec->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
	case IPPROTO_SCTP:
	case IPPROTO_MPTCP:
		return true;
	}
	return false;
}

static void fill_ports(struct ipcshow_fd *rec, const struct sock *sk)
{
	if (!has_ports(rec))
		return;
	rec->local_port = READ_ONCE(sk->sk_num);
	rec->remote_port = ntohs(READ_ONCE(sk->sk_dport));
}

static void fill_state(struct ipcshow_fd *rec, const struct sock *sk)
{
	u8 shutdown = READ_ONCE(sk->sk_shutdown);

	rec->state = READ_ONCE(sk->sk_state);
	if (rec->state == TCP_LISTEN)
		rec->flags |= IPCSHOW_FD_F_LISTENS;
	if (shutdown & RCV_SHUTDOWN)
		rec->flags |= IPCSHOW_FD_F_SHUT_READ;
	if (shutdown & SEND_SHUTDOWN)
		rec->flags |= IPCSHOW_FD_F_SHUT_WRITE;
}

/**
 * ipcshow_socket_fill() - say what there is to say of a file that is a socket
 * @rec: what it is said in: a record with zeros
 * @salt: of its identities
 * @file: an open file
 *
 * Return: true: the path is the address of a unix socket, if it has one.
 */
bool ipcshow_socket_fill(struct ipcshow_fd *rec, const struct ipcshow_salt *salt,
			 struct file *file)
{
	struct socket *sock = sock_from_file(file);
	struct sock *sk = sock ? READ_ONCE(sock->sk) : NULL;

	if (!sk)
		return false;
	rec->flags |= IPCSHOW_FD_F_SOCKET;
	rec->self = ipcshow_identity(salt, sk);
	rec->netns = ipcshow_identity(salt, sock_net(sk));
	rec->family = READ_ONCE(sk->sk_family);
	rec->type = READ_ONCE(sk->sk_type);
	rec->protocol = READ_ONCE(sk->sk_protocol);
	fill_state(rec, sk);
	switch (rec->family) {
	case AF_UNIX:
		fill_unix(rec, salt, sk);
		return true;
	case AF_INET:
		fill_inet(rec, sk);
		fill_ports(rec, sk);
		break;
	case AF_INET6:
		fill_inet6(rec, sk);
		fill_ports(rec, sk);
		break;
	}
	return false;
}
