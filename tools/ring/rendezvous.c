// SPDX-License-Identifier: GPL-2.0
/* Messages between the broker and its clients. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rendezvous.h"

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(RENDEZVOUS_FDS * sizeof(int))];
};

int rendezvous_address(const char *path, struct sockaddr_un *address)
{
	size_t size = strlen(path);

	if (!size)
		return -ENOENT;
	if (size >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(address->sun_path, path, size + 1);
	return 0;
}

bool rendezvous_is_socket(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

/**
 * rendezvous_connect() - to the broker
 * @path: where it listens
 *
 * Return: a socket; -ECONNREFUSED: nobody listens there; -ENOTSOCK: it is no socket;
 * -EPROTOTYPE: somebody else listens there; another negative errno.
 */
int rendezvous_connect(const char *path)
{
	struct sockaddr_un address;
	int sock, err;

	err = rendezvous_address(path, &address);
	if (err)
		return err;
	sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return -errno;
	while (connect(sock, (struct sockaddr *)&address, sizeof(address))) {
		if (errno == EINTR)
			continue;
		err = -errno;
		/* connect() says the same of a file that is no socket. */
		if (err == -ECONNREFUSED && !rendezvous_is_socket(path))
			err = -ENOTSOCK;
		close(sock);
		return err;
	}
	return sock;
}

/**
 * rendezvous_send() - send a message
 * @sock: where to
 * @message: what
 * @size: bytes of it
 * @fds: RENDEZVOUS_FDS that go with it, or NULL
 *
 * Never blocks.
 *
 * Return: 0; -EPIPE: the other has hung up, but what it said before may be there to be received;
 * another negative errno.
 */
int rendezvous_send(int sock, const void *message, size_t size, const int *fds)
{
	struct iovec bytes = { .iov_base = (void *)(uintptr_t)message, .iov_len = size };
	struct msghdr packet = { .msg_iov = &bytes, .msg_iovlen = 1 };
	union control control = { 0 };
	struct cmsghdr *head = &control.align;

	if (fds) {
		packet.msg_control = control.bytes;
		packet.msg_controllen = sizeof(control.bytes);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(RENDEZVOUS_FDS * sizeof(int));
		memcpy(CMSG_DATA(head), fds, RENDEZVOUS_FDS * sizeof(int));
	}
	if (sendmsg(sock, &packet, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return 0;
	return errno == ECONNRESET ? -EPIPE : -errno;
}

/* What has nothing but a number. */
int rendezvous_say(int sock, enum rendezvous_what what, __u64 id)
{
	struct rendezvous_message message = {
		.magic = RENDEZVOUS_MAGIC,
		.version = RENDEZVOUS_VERSION,
		.what = (__u16)what,
		.id = id,
	};

	return rendezvous_send(sock, &message, sizeof(message), NULL);
}

/* Those that were sent for us, all or none of them. */
static void take_fds(struct msghdr *packet, int *fds)
{
	struct cmsghdr *head = CMSG_FIRSTHDR(packet);
	int sent[RENDEZVOUS_FDS];
	size_t i, n;

	if (!head || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
		return;
	n = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	if (n > RENDEZVOUS_FDS)
		n = RENDEZVOUS_FDS;
	memcpy(sent, CMSG_DATA(head), n * sizeof(int));
	for (i = 0; i < n; i++) {
		if (fds && n == RENDEZVOUS_FDS)
			fds[i] = sent[i];
		else
			close(sent[i]);
	}
}

/**
 * rendezvous_receive() - receive a message that is there
 * @sock: where from
 * @message: out: zero behind what was received
 * @size: room there
 * @fds: out: RENDEZVOUS_FDS, or -1; NULL: there should be none
 *
 * Return: its bytes; 0: the other has hung up; -EAGAIN: there is none; -EMSGSIZE: it is
 * larger; another negative errno.
 */
ssize_t rendezvous_receive(int sock, void *message, size_t size, int *fds)
{
	struct iovec bytes = { .iov_base = message, .iov_len = size };
	union control control;
	struct msghdr packet = {
		.msg_iov = &bytes, .msg_iovlen = 1,
		.msg_control = control.bytes, .msg_controllen = sizeof(control.bytes),
	};
	size_t i;
	ssize_t n;

	for (i = 0; fds && i < RENDEZVOUS_FDS; i++)
		fds[i] = -1;
	memset(message, 0, size);
	do {
		n = recvmsg(sock, &packet, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
		/* That the other hung up before it heard all is told once, ahead of what it said. */
	} while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	if (n < 0)
		return -errno;
	take_fds(&packet, fds);
	return packet.msg_flags & MSG_TRUNC ? -EMSGSIZE : n;
}

/* Is that ours, of our version? */
bool rendezvous_valid(const struct rendezvous_message *message, ssize_t size)
{
	return size >= (ssize_t)sizeof(*message) && message->magic == RENDEZVOUS_MAGIC &&
	       message->version == RENDEZVOUS_VERSION;
}
