// SPDX-License-Identifier: GPL-2.0
/* A regular file: one writes it, the other reads it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "results.h"
#include "tell.h"

static void send(struct actor *me, const struct channel *channel, const int *buffer)
{
	write_whole(me, channel->fds[0], buffer, sizeof(numbers));
	actor_say(me, "I write %s to the file, from %p.", NUMBERS_TEXT,
		  (const void *)buffer);
}

static void receive(struct actor *me, const struct channel *channel, int *buffer)
{
	read_whole(me, channel->fds[1], buffer, sizeof(numbers));
}

static void run(void)
{
	const char *path = name_make(NAME_FILE, "numbers");
	struct channel channel = {
		.kind = IPCSHOW_CHANNEL_FILE,
		.flow = IPCSHOW_FLOW_A_TO_B,
		.name = path,
		.send = send,
		.receive = receive,
	};

	textbook("A file is there for all who may open it, and stays when they end. What is "
		 "written to it is copied into the page cache, and what is read, out of it.");
	channel.fds[0] = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	channel.fds[1] = open(path, O_RDONLY | O_CLOEXEC);
	if (channel.fds[0] < 0 || channel.fds[1] < 0)
		failed("The file %s could not be opened: %s.", path, strerror(errno));
	channel_show(&channel);
}

const struct demo file_demo = {
	.name = "file",
	.title = N_("a file that one writes and another reads"),
	.channel = true,
	.run = run,
};
