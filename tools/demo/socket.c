// SPDX-License-Identifier: GPL-2.0
/* Sockets: within the machine, and as if over a network. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel.h"
#include "loopback.h"
#include "tell.h"

static void send_all(struct actor *me, const struct channel *channel, const int *buffer)
{
	write_whole(me, channel->fds[0], buffer, sizeof(numbers));
	actor_say(me, "I write %s to the socket, from %p.", NUMBERS_TEXT,
		  (const void *)buffer);
}

static void receive_all(struct actor *me, const struct channel *channel, int *buffer)
{
	read_whole(me, channel->fds[1], buffer, sizeof(numbers));
}

static void run(void)
{
	struct channel channel = {
		.flow = IPCSHOW_FLOW_A_TO_B | IPCSHOW_FLOW_B_TO_A,
		.send = send_all,
		.receive = receive_all,
	};

	textbook("A socket carries bytes both ways, between processes of one machine or, by TCP, "
		 "of two. The kernel copies what is sent.");
	say("First, a pair of unix sockets.");
	channel.kind = IPCSHOW_CHANNEL_UNIX_STREAM;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, channel.fds))
		failed("A pair of sockets could not be made: %s.", strerror(errno));
	channel_show(&channel);

	say("The same by TCP, through the loopback interface.");
	channel.kind = IPCSHOW_CHANNEL_TCP;
	loopback_pair(channel.fds);
	channel_show(&channel);
}

const struct demo socket_demo = {
	.name = "socket",
	.title = N_("two unix sockets, and two TCP sockets"),
	.channel = true,
	.run = run,
};
