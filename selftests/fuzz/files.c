// SPDX-License-Identifier: GPL-2.0
/* What can be done with descriptors, whatever they are of. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "machine.h"

#define POLL_MS		2
#define BUFFER		4096

#define ON(wanted)	{ .name = "fd", .kind = (wanted) }
#define TO		{ .name = "to", .kind = FIELD_NEW, .usual = 1 }

static const int open_flags[] = {
	O_RDWR, O_RDONLY, O_WRONLY, O_RDWR | O_NONBLOCK, O_RDWR | O_CLOEXEC, O_PATH, O_RDWR | O_APPEND,
};

static const struct field open_fields[] = {
	{ .name = "to", .kind = FIELD_NEW },
	{ .name = "flags", .kind = FIELD_CHOICE, .mask = ARRAY_SIZE(open_flags) },
};

static long do_open(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	int fd = open("/dev/ipcshow", open_flags[arg[1] % ARRAY_SIZE(open_flags)]);

	(void)type;
	machine_put_fd(machine, arg[0], fd);
	return fd;
}

static const struct field close_fields[] = { ON(FIELD_ANY) };

static long do_close(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	int fd = machine_fd(machine, arg[0]);

	(void)type;
	machine->fd[arg[0] % SLOTS] = -1;
	return close(fd);
}

static const struct field dup_fields[] = { ON(FIELD_ANY), TO };

static long do_dup(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	int fd = dup(machine_fd(machine, arg[0]));

	(void)type;
	machine_put_fd(machine, arg[1], fd);
	return fd;
}

static const struct field poll_fields[] = {
	ON(FIELD_END),
	{ .name = "events", .kind = FIELD_FLAGS, .usual = POLLIN,
	  .mask = POLLIN | POLLOUT | POLLHUP | POLLPRI | POLLRDNORM },
	{ .name = "with", .kind = FIELD_END },
};

static long do_poll(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	struct pollfd pollfds[] = {
		{ .fd = machine_fd(machine, arg[0]), .events = (short)arg[1] },
		{ .fd = machine_fd(machine, arg[2]), .events = (short)arg[1] },
	};

	(void)type;
	return poll(pollfds, ARRAY_SIZE(pollfds), POLL_MS);
}

static const struct field epoll_fields[] = {
	ON(FIELD_END), TO,
	{ .name = "events", .kind = FIELD_FLAGS, .usual = EPOLLIN,
	  .mask = EPOLLIN | EPOLLET | EPOLLONESHOT | EPOLLHUP },
};

static long do_epoll(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	struct epoll_event event = { .events = (uint32_t)arg[2] };
	int fd = epoll_create1(EPOLL_CLOEXEC);

	(void)type;
	machine_put_fd(machine, arg[1], fd);
	return epoll_ctl(fd, EPOLL_CTL_ADD, machine_fd(machine, arg[0]), &event);
}

static const struct field epoll_wait_fields[] = { ON(FIELD_ANY) };

static long do_epoll_wait(struct machine *machine, const struct call_type *type,
			  const uint64_t *arg)
{
	struct epoll_event event;

	(void)type;
	return epoll_wait(machine_fd(machine, arg[0]), &event, 1, POLL_MS);
}

static const struct field read_fields[] = {
	ON(FIELD_ANY),
	{ .name = "bytes", .kind = FIELD_BYTES, .usual = 64 },
};

static long do_read(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	char buffer[BUFFER];

	(void)type;
	return read(machine_fd(machine, arg[0]), buffer, arg[1] % (BUFFER + 1));
}

static const struct field write_fields[] = {
	ON(FIELD_ANY),
	{ .name = "bytes", .kind = FIELD_BYTES, .usual = 64 },
};

static long do_write(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	const char buffer[BUFFER] = {};

	(void)type;
	return write(machine_fd(machine, arg[0]), buffer, arg[1] % (BUFFER + 1));
}

static const struct field seek_fields[] = {
	ON(FIELD_ANY),
	{ .name = "offset", .kind = FIELD_NUMBER },
};

static long do_seek(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	(void)type;
	return lseek(machine_fd(machine, arg[0]), (off_t)arg[1], SEEK_SET);
}

static const struct field fdinfo_fields[] = { ON(FIELD_END) };

static long do_fdinfo(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	char path[64], text[BUFFER];
	long ret;
	int fd;

	(void)type;
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", machine_fd(machine, arg[0]));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ret = read(fd, text, sizeof(text));
	close(fd);
	return ret;
}

/* Into a message, where it stays until it is received or the sockets are closed. */
static const struct field send_fields[] = { ON(FIELD_ANY) };

static long pass(struct machine *machine, int *fd, bool send)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec iov = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	long ret;

	if (machine->post[0] < 0 &&
	    socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, machine->post))
		return -1;
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), fd, sizeof(int));
	if (send)
		return sendmsg(machine->post[0], &message, 0);
	ret = recvmsg(machine->post[1], &message, 0);
	header = ret > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	if (header)
		memcpy(fd, CMSG_DATA(header), sizeof(int));
	return ret;
}

static long do_send(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	int fd = machine_fd(machine, arg[0]);

	(void)type;
	return pass(machine, &fd, true);
}

static const struct field receive_fields[] = { TO };

static long do_receive(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	int fd = -1;
	long ret = pass(machine, &fd, false);

	(void)type;
	machine_put_fd(machine, arg[0], fd);
	return ret;
}

static const struct call_type types[] = {
	CALL(open, do_open, .makes = FIELD_DEVICE),
	CALL(close, do_close),
	CALL(dup, do_dup, .makes = FIELD_ANY),
	CALL(poll, do_poll),
	CALL(epoll, do_epoll, .makes = FIELD_ANY),
	CALL(epoll_wait, do_epoll_wait),
	CALL(read, do_read),
	CALL(write, do_write),
	CALL(seek, do_seek),
	CALL(fdinfo, do_fdinfo),
	CALL(send, do_send),
	CALL(receive, do_receive, .makes = FIELD_ANY),
};

const struct call_table file_calls = { types, ARRAY_SIZE(types) };
