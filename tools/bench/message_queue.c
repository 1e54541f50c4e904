// SPDX-License-Identifier: GPL-2.0
/* Message queues, POSIX and System V. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <unistd.h>

#include "mechanism.h"

#define COPIES_QUEUE	N_("into the kernel's message, and out of it")

/* ---- POSIX ---- */

#define MQ_MESSAGES	8

static int mq_make(struct link *link)
{
	static unsigned int number;
	struct mq_attr attr = { .mq_maxmsg = MQ_MESSAGES, .mq_msgsize = (long)link->size };
	mqd_t queue;

	snprintf(link->path, sizeof(link->path), "/ipcshow-bench-%d-%u", getpid(), number++);
	queue = mq_open(link->path, O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
	if (queue < 0)
		return -errno;
	mq_close(queue);
	return 0;
}

static void mq_unmake(struct link *link)
{
	mq_unlink(link->path);
}

static int mq_open_end(struct end *end)
{
	end->fd = mq_open(end->link->path, end->sends ? O_WRONLY : O_RDONLY);
	return end->fd < 0 ? end_failed(end, "mq_open") : 0;
}

static int mq_commit(struct end *end)
{
	return mq_send(end->fd, end->buffer, end->link->size, 0) ? end_failed(end, "mq_send") : 0;
}

static const void *mq_peek(struct end *end)
{
	if (mq_receive(end->fd, end->buffer, end->link->size, NULL) < 0)
		return end_failed_at(end, "mq_receive");
	return end->buffer;
}

static const struct mechanism_ops mq_ops = {
	.make = mq_make, .unmake = mq_unmake, .open = mq_open_end, .commit = mq_commit,
	.peek = mq_peek,
};

/* What anyone may have, and what those who may have more are given no more than. */
static size_t mq_max(void)
{
	return read_limit("/proc/sys/fs/mqueue/msgsize_max");
}

static const char *mq_probe(void)
{
	if (access("/proc/sys/fs/mqueue/msgsize_max", F_OK))
		return N_("the kernel has no POSIX message queues (no /proc/sys/fs/mqueue)");
	return NULL;
}

/* ---- System V ---- */

/* struct packet - a message, as the kernel wants it */
struct packet {
	long type;
	char content[];
};

static int msg_make(struct link *link)
{
	link->id[0] = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
	return link->id[0] < 0 ? -errno : 0;
}

static void msg_unmake(struct link *link)
{
	if (link->id[0] >= 0)
		msgctl(link->id[0], IPC_RMID, NULL);
}

static int msg_open(struct end *end)
{
	struct packet *packet = calloc(1, sizeof(*packet) + end->link->size);

	if (!packet)
		return end_failed(end, "malloc");
	packet->type = 1;
	end->own = packet;
	return 0;
}

static void *msg_reserve(struct end *end)
{
	return ((struct packet *)end->own)->content;
}

static int msg_commit(struct end *end)
{
	return msgsnd(end->link->id[0], end->own, end->link->size, 0) ?
	       end_failed(end, "msgsnd") : 0;
}

static const void *msg_peek(struct end *end)
{
	struct packet *packet = end->own;

	if (msgrcv(end->link->id[0], packet, end->link->size, 0, 0) < 0)
		return end_failed_at(end, "msgrcv");
	return packet->content;
}

static const struct mechanism_ops msg_ops = {
	.make = msg_make, .unmake = msg_unmake, .open = msg_open, .reserve = msg_reserve,
	.commit = msg_commit, .peek = msg_peek,
};

static size_t msg_max(void)
{
	return read_limit("/proc/sys/kernel/msgmax");
}

static const char *msg_probe(void)
{
	if (access("/proc/sys/kernel/msgmax", F_OK))
		return N_("the kernel has no System V message queues (no /proc/sys/kernel/msgmax)");
	return NULL;
}

const struct mechanism queue_mechanisms[] = {
	{ .name = "posix-mq", .group = "queue", .help = N_("mq_send() and mq_receive()"),
	  .flags = MECHANISM_NEEDS_SIZE, .copies = 2, .copies_reason = COPIES_QUEUE,
	  .directions = ANY_WAY, .max = mq_max, .max_reason = N_("fs.mqueue.msgsize_max"),
	  .probe = mq_probe, .ops = &mq_ops },
	{ .name = "sysv-msg", .group = "queue", .help = N_("msgsnd() and msgrcv()"), .copies = 2,
	  .copies_reason = COPIES_QUEUE, .directions = ANY_WAY, .max = msg_max,
	  .max_reason = N_("kernel.msgmax"), .probe = msg_probe, .ops = &msg_ops },
	{ 0 }
};
