// SPDX-License-Identifier: GPL-2.0
/* Signals: a number each, and who may send them to whom. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "channel.h"
#include "tell.h"

static sigset_t one_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	return set;
}

/* They wait until they are asked for. */
static void prepare(struct actor *me, const struct channel *channel)
{
	sigset_t set = one_signal();

	(void)channel;
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		actor_failed(me, "sigprocmask");
}

static void send(struct actor *me, const struct channel *channel, const int *buffer)
{
	size_t i;

	(void)channel;
	for (i = 0; i < NR_NUMBERS; i++)
		if (sigqueue(channel_receiver, SIGRTMIN, (union sigval){ .sival_int = buffer[i] }))
			actor_failed(me, "sigqueue");
	actor_say(me, "I send %d a real-time signal %d times, each with a number, by sigqueue().",
		  channel_receiver, NR_NUMBERS);
}

static void receive(struct actor *me, const struct channel *channel, int *buffer)
{
	sigset_t set = one_signal();
	siginfo_t info;
	size_t i;

	(void)channel;
	for (i = 0; i < NR_NUMBERS; i++) {
		if (sigwaitinfo(&set, &info) < 0)
			actor_failed(me, "sigwaitinfo");
		buffer[i] = info.si_value.sival_int;
	}
}

static void run(void)
{
	const struct channel channel = {
		.kind = IPCSHOW_CHANNEL_SIGNAL,
		.flow = IPCSHOW_FLOW_A_TO_B,
		.fds = { -1, -1 },
		.prepare = prepare,
		.send = send,
		.receive = receive,
	};

	textbook("A signal tells a process that something happened, with no more than a number. "
		 "Real-time signals are queued, and come in order. Who may send one depends on "
		 "user IDs.");
	channel_show(&channel);
}

const struct demo signal_demo = {
	.name = "signal",
	.title = N_("signals with a number each"),
	.channel = true,
	.run = run,
};
