// SPDX-License-Identifier: GPL-2.0
/* A POSIX message queue: messages, which stay whole. */
#include <errno.h>
#include <mqueue.h>
#include <string.h>

#include "channel.h"
#include "results.h"
#include "tell.h"

static void send(struct actor *me, const struct channel *channel, const int *buffer)
{
	if (mq_send(channel->fds[0], (const char *)buffer, sizeof(numbers), 1))
		actor_failed(me, "mq_send");
	actor_say(me, "I send %s as one message, from %p.", NUMBERS_TEXT,
		  (const void *)buffer);
}

static void receive(struct actor *me, const struct channel *channel, int *buffer)
{
	if (mq_receive(channel->fds[1], (char *)buffer, sizeof(numbers), NULL) != sizeof(numbers))
		actor_failed(me, "mq_receive");
}

static void run(void)
{
	const struct mq_attr attr = { .mq_maxmsg = 8, .mq_msgsize = sizeof(numbers) };
	const char *name = name_make(NAME_MQ, "numbers");
	struct channel channel = {
		.kind = IPCSHOW_CHANNEL_MQUEUE,
		.flow = IPCSHOW_FLOW_A_TO_B,
		.name = name + 1,
		.send = send,
		.receive = receive,
	};

	textbook("A message queue keeps messages whole and in order of priority, and copies "
		 "them. How many there may be, and how long, is said beforehand.");
	channel.fds[0] = mq_open(name, O_CREAT | O_EXCL | O_WRONLY, 0600, &attr);
	if (channel.fds[0] < 0 && errno == ENOSYS)
		lacking("This kernel has no POSIX message queues.");
	channel.fds[1] = mq_open(name, O_RDONLY);
	if (channel.fds[0] < 0 || channel.fds[1] < 0)
		failed("The message queue %s could not be opened: %s.", name, strerror(errno));
	channel_show(&channel);
}

const struct demo mq_demo = {
	.name = "mq",
	.title = N_("a POSIX message queue"),
	.channel = true,
	.run = run,
};
