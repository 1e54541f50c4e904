// SPDX-License-Identifier: GPL-2.0
/* A pipe: bytes, in one direction. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "tell.h"

static void send(struct actor *me, const struct channel *channel, const int *buffer)
{
	write_whole(me, channel->fds[0], buffer, sizeof(numbers));
	actor_say(me, "I write %s to the pipe, from %p.", NUMBERS_TEXT,
		  (const void *)buffer);
}

static void receive(struct actor *me, const struct channel *channel, int *buffer)
{
	read_whole(me, channel->fds[1], buffer, sizeof(numbers));
}

static void run(void)
{
	struct channel channel = {
		.kind = IPCSHOW_CHANNEL_PIPE,
		.flow = IPCSHOW_FLOW_A_TO_B,
		.send = send,
		.receive = receive,
	};
	int fds[2];

	textbook("A pipe carries bytes in one direction. No size need be given beforehand: the "
		 "kernel keeps what was written until it is read, and copies it in and out.");
	if (pipe(fds))
		failed("A pipe could not be made: %s.", strerror(errno));
	channel.fds[0] = fds[1];
	channel.fds[1] = fds[0];
	channel_show(&channel);
}

const struct demo pipe_demo = {
	.name = "pipe",
	.title = N_("a pipe from one process to another"),
	.channel = true,
	.run = run,
};
