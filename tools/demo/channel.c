// SPDX-License-Identifier: GPL-2.0
/* What is the same for all channels: the numbers pass, both ends are found, and copies. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "excerpt.h"
#include "results.h"
#include "tell.h"

pid_t channel_receiver;

/* struct passed - what a side has, and where */
struct passed {
	__u64 address;
	int numbers[NR_NUMBERS];
};

void write_whole(struct actor *me, int fd, const void *data, size_t bytes)
{
	const char *p = data;

	while (bytes) {
		ssize_t n = write(fd, p, bytes);

		if (n <= 0)
			actor_failed(me, "write");
		p += n;
		bytes -= (size_t)n;
	}
}

void read_whole(struct actor *me, int fd, void *data, size_t bytes)
{
	char *p = data;

	while (bytes) {
		ssize_t n = read(fd, p, bytes);

		if (!n)
			errno = EPIPE;
		if (n <= 0)
			actor_failed(me, "read");
		p += n;
		bytes -= (size_t)n;
	}
}

void say_received(struct actor *me, const int *p)
{
	actor_say(me, "I receive %d %d %d %d %d %d, at %p.", p[0], p[1], p[2], p[3], p[4], p[5],
		  (const void *)p);
}

static void leave_other_end(const struct channel *channel, size_t other)
{
	if (channel->fds[other] >= 0 && channel->fds[0] != channel->fds[1])
		close(channel->fds[other]);
}

static void put(struct actor *me, const int *buffer)
{
	struct passed passed = { .address = as_number(buffer) };

	memcpy(passed.numbers, buffer, sizeof(passed.numbers));
	actor_put(me, &passed, sizeof(passed));
	actor_rest();
}

static void play_sender(struct actor *me, void *arg)
{
	const struct channel *channel = arg;
	int *buffer = own_pages(page_size());

	leave_other_end(channel, 1);
	memcpy(buffer, numbers, sizeof(numbers));
	channel->send(me, channel, buffer);
	put(me, buffer);
}

static void play_receiver(struct actor *me, void *arg)
{
	const struct channel *channel = arg;
	int *buffer = own_pages(page_size());

	leave_other_end(channel, 0);
	if (channel->prepare)
		channel->prepare(me, channel);
	actor_pause(me);
	channel->receive(me, channel, buffer);
	say_received(me, buffer);
	put(me, buffer);
}

static void prove_copied(struct view *view, const struct passed *sent,
			 const struct passed *received)
{
	struct page_counts a, b;

	view_pages(view, 0, 1, sent->address, page_size(), &a);
	view_pages(view, 1, 0, received->address, page_size(), &b);
	proof(!a.bytes[IPCSHOW_RANGE_SAME] && !b.bytes[IPCSHOW_RANGE_SAME],
	      "The page that they were sent from, %llx, and the page where they arrived, %llx, are "
	      "not the same: they were copied.", sent->address, received->address);
}

static void look(const struct channel *channel, const pid_t *pids, const struct passed *sent,
		 const struct passed *received)
{
	struct link link = { 0 };
	struct view view;
	bool found;

	if (!view_open(&view, pids, 2)) {
		missing("whether ipcshow finds both ends of the channel.");
		return;
	}
	found = view_link(&view, 0, 1, channel->kind, channel->name, channel->fds[0], &link) > 0;
	proof(found && link.flow == channel->flow,
	      "ipcshow finds the channel with both its ends: %s, %s.",
	      ipcshow_channel_kind_name(channel->kind), flow_word(link.flow));
	results_add_channel(&(struct channel_facts){
		.kind = channel->kind,
		.both_ends = found,
		.flow = link.flow,
	});
	prove_copied(&view, sent, received);
	view_close(&view);
}

void channel_show(const struct channel *channel)
{
	struct actor *sender, *receiver;
	struct passed sent, received;
	char row[64];
	size_t i;

	receiver = stage_start("receiver", play_receiver, (void *)(unsigned long)channel);
	actor_ready(receiver);
	channel_receiver = receiver->pid;
	sender = stage_start("sender", play_sender, (void *)(unsigned long)channel);
	actor_get(sender, &sent, sizeof(sent));
	actor_go(receiver);
	actor_get(receiver, &received, sizeof(received));
	proof(are_the_numbers(received.numbers), "What was sent has arrived: %s.",
	      NUMBERS_TEXT);
	snprintf(row, sizeof(row), "%s&%s ", ipcshow_channel_kind_name(channel->kind),
		 flow_word(channel->flow));
	excerpt(ROWS(row), "ipcshow-diff --channels -o KIND,FLOW,NAME,A,B %d %d", sender->pid,
		receiver->pid);
	look(channel, (pid_t[]){ sender->pid, receiver->pid }, &sent, &received);
	stage_clear();
	for (i = 0; i < ARRAY_SIZE(channel->fds); i++)
		if (channel->fds[i] >= 0)
			close(channel->fds[i]);
}
