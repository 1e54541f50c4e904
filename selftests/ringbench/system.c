// SPDX-License-Identifier: GPL-2.0
/* What the kernel has to pass messages with. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "way.h"

#define PIPE_BATCH	(64UL << 10)
#define PIPE_SIZE	(1 << 20)

/* How many messages a queue may hold where nobody has said otherwise. */
#define QUEUE_LENGTH	10

static void pipe_make(struct channel *channel)
{
	if (pipe2(channel->fd, O_CLOEXEC))
		channel_die(channel, "pipe", errno);
	if (channel->way->arg && fcntl(channel->fd[1], F_SETPIPE_SZ, channel->way->arg) < 0)
		channel_die(channel, "F_SETPIPE_SZ", errno);
}

static void socket_make(struct channel *channel)
{
	if (socketpair(AF_UNIX, (int)channel->way->arg | SOCK_CLOEXEC, 0, channel->fd))
		channel_die(channel, "socketpair", errno);
}

static void queue_make(struct channel *channel)
{
	struct mq_attr attr = {
		.mq_maxmsg = QUEUE_LENGTH, .mq_msgsize = (long)channel->size,
	};
	char name[40];

	snprintf(name, sizeof(name), "/ipcshow-ringbench.%d", getpid());
	channel->fd[0] = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attr);
	if (channel->fd[0] < 0)
		channel_die(channel, "mq_open", errno);
	mq_unlink(name);
	channel->fd[1] = dup(channel->fd[0]);
}

static void end(struct channel *channel, bool produces)
{
	(void)produces;
	close(channel->fd[0]);
	close(channel->fd[1]);
}

static void write_all(struct channel *channel, const void *buf, size_t size)
{
	const char *from = buf;
	ssize_t done;

	for (; size; size -= (size_t)done, from += done) {
		done = write(channel->fd[1], from, size);
		if (done < 0)
			channel_die(channel, "write", errno);
	}
}

static void read_all(struct channel *channel, void *buf, size_t size)
{
	char *to = buf;
	ssize_t done;

	for (; size; size -= (size_t)done, to += done) {
		done = read(channel->fd[0], to, size);
		if (done <= 0)
			channel_die(channel, "read", done ? errno : EPIPE);
	}
}

/* pipe, unix stream */
SIZED void stream_produce_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	u64 message[LARGE / sizeof(u64)];

	for (u64 i = first; i != first + count; i++) {
		message_fill(message, size, i);
		write_all(channel, message, size);
	}
}

SIZED struct tally stream_consume_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	u64 message[LARGE / sizeof(u64)];
	struct tally tally = { 0 };

	for (u64 i = first; i != first + count; i++) {
		read_all(channel, message, size);
		message_take(&tally, message, size, i);
	}
	return tally;
}

DEFINE_BY_SIZE(stream)

static char buffer[PIPE_BATCH] __attribute__((aligned(64)));

SIZED void batch_produce_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	u64 in_buffer = PIPE_BATCH / size, batch;

	for (; count; first += batch, count -= batch) {
		batch = count < in_buffer ? count : in_buffer;
		for (u64 i = 0; i < batch; i++)
			message_fill(buffer + i * size, size, first + i);
		write_all(channel, buffer, batch * size);
	}
}

SIZED struct tally batch_consume_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	struct tally tally = { 0 };
	ssize_t got;
	u64 batch;

	for (; count; first += batch, count -= batch) {
		batch = PIPE_BATCH / size < count ? PIPE_BATCH / size : count;
		got = read(channel->fd[0], buffer, batch * size);
		if (got <= 0)
			channel_die(channel, "read", got ? errno : EPIPE);
		batch = ((u64)got + size - 1) / size;
		read_all(channel, buffer + got, batch * size - (u64)got);
		for (u64 i = 0; i < batch; i++)
			message_take(&tally, buffer + i * size, size, first + i);
	}
	return tally;
}

DEFINE_BY_SIZE(batch)

/* seqpacket */
SIZED void packet_produce_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	u64 message[LARGE / sizeof(u64)];

	for (u64 i = first; i != first + count; i++) {
		message_fill(message, size, i);
		if (send(channel->fd[1], message, size, 0) != (ssize_t)size)
			channel_die(channel, "send", errno);
	}
}

SIZED struct tally packet_consume_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	u64 message[LARGE / sizeof(u64)];
	struct tally tally = { 0 };

	for (u64 i = first; i != first + count; i++) {
		if (recv(channel->fd[0], message, size, 0) != (ssize_t)size)
			channel_die(channel, "recv", errno);
		message_take(&tally, message, size, i);
	}
	return tally;
}

DEFINE_BY_SIZE(packet)

SIZED void queue_produce_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	u64 message[LARGE / sizeof(u64)];

	for (u64 i = first; i != first + count; i++) {
		message_fill(message, size, i);
		if (mq_send(channel->fd[1], (char *)message, size, 0))
			channel_die(channel, "mq_send", errno);
	}
}

SIZED struct tally queue_consume_sized(struct channel *channel, size_t size, u64 first, u64 count)
{
	u64 message[LARGE / sizeof(u64)];
	struct tally tally = { 0 };

	for (u64 i = first; i != first + count; i++) {
		if (mq_receive(channel->fd[0], (char *)message, size, NULL) != (ssize_t)size)
			channel_die(channel, "mq_receive", errno);
		message_take(&tally, message, size, i);
	}
	return tally;
}

DEFINE_BY_SIZE(queue)

#define WAY(text, flags_, arg_, make_, functions)					\
	{ .name = text, .kind = KIND_ANY, .flags = WAY_NO_RING | (flags_), .arg = arg_,	\
	  .make = make_, .end = end,							\
	  .produce = functions##_produce, .consume = functions##_consume }

const struct way system_ways[] = {
	WAY("pipe", WAY_TRIPS, 0, pipe_make, stream),
	WAY("pipe, 64 KiB batches", 0, PIPE_SIZE, pipe_make, batch),
	WAY("unix stream", WAY_TRIPS, SOCK_STREAM, socket_make, stream),
	WAY("unix seqpacket", WAY_TRIPS, SOCK_SEQPACKET, socket_make, packet),
	WAY("POSIX message queue", WAY_TRIPS, 0, queue_make, queue),
	{ 0 }
};
