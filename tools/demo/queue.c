// SPDX-License-Identifier: GPL-2.0
/* A queue as Python's multiprocessing.Queue is: a pipe, a lock, and the length in front. */
#include <errno.h>
#include <semaphore.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "tell.h"

/* ---- a message: its length, and so many bytes ---- */

/* In memory that all processes map. */
static sem_t *lock;

/* Two write()s: another's must not come between. */
static void put_message(struct actor *me, int fd, const void *data, unsigned int size)
{
	sem_wait(lock);
	write_whole(me, fd, &size, sizeof(size));
	write_whole(me, fd, data, size);
	sem_post(lock);
}

static unsigned int get_message(struct actor *me, int fd, void *data, unsigned int room)
{
	unsigned int size;

	read_whole(me, fd, &size, sizeof(size));
	if (size > room) {
		errno = EMSGSIZE;
		actor_failed(me, "read");
	}
	read_whole(me, fd, data, size);
	return size;
}

static void send(struct actor *me, const struct channel *channel, const int *buffer)
{
	size_t i;

	for (i = 0; i < NR_NUMBERS; i++)
		put_message(me, channel->fds[0], &buffer[i], sizeof(buffer[i]));
	actor_say(me, "I put %s into the queue, as %d messages, from %p.", NUMBERS_TEXT,
		  NR_NUMBERS, (const void *)buffer);
}

static void receive(struct actor *me, const struct channel *channel, int *buffer)
{
	size_t i;

	for (i = 0; i < NR_NUMBERS; i++)
		get_message(me, channel->fds[1], &buffer[i], sizeof(buffer[i]));
}

/* ---- several producers ---- */

#define NR_PRODUCERS	2
#define NR_MESSAGES	200
#define LONGEST		300

struct producer {
	char letter;
	int fd;
};

/* Messages of many lengths, each of one letter throughout. */
static void produce(struct actor *me, void *arg)
{
	const struct producer *producer = arg;
	char text[LONGEST];
	unsigned int i;

	memset(text, producer->letter, sizeof(text));
	for (i = 0; i < NR_MESSAGES; i++)
		put_message(me, producer->fd, text, 1 + i * 7 % LONGEST);
	actor_say(me, "I have put %d messages of the letter %c into the queue.", NR_MESSAGES,
		  producer->letter);
	actor_pause(me);
}

/* struct counts - messages that came whole, by producer */
struct counts {
	unsigned int whole[NR_PRODUCERS];
};

static void consume(struct actor *me, void *arg)
{
	struct counts counts = { 0 };
	unsigned int i, n, size;
	char text[LONGEST];

	for (i = 0; i < NR_PRODUCERS * NR_MESSAGES; i++) {
		size = get_message(me, *(const int *)arg, text, sizeof(text));
		for (n = 1; n < size && text[n] == text[0]; n++)
			;
		if (n == size && text[0] >= 'a' && text[0] < 'a' + NR_PRODUCERS)
			counts.whole[text[0] - 'a']++;
	}
	actor_put(me, &counts, sizeof(counts));
	actor_rest();
}

static void run_several(void)
{
	struct producer producers[NR_PRODUCERS];
	struct actor *actors[NR_PRODUCERS], *consumer;
	struct counts counts;
	int fds[2], i;

	if (pipe(fds))
		failed("A pipe could not be made: %s.", strerror(errno));
	consumer = stage_start("consumer", consume, &fds[0]);
	for (i = 0; i < NR_PRODUCERS; i++) {
		producers[i] = (struct producer){ (char)('a' + i), fds[1] };
		actors[i] = stage_start("producer", produce, &producers[i]);
	}
	for (i = 0; i < NR_PRODUCERS; i++)
		actor_ready(actors[i]);
	actor_get(consumer, &counts, sizeof(counts));
	proof(counts.whole[0] == NR_MESSAGES && counts.whole[1] == NR_MESSAGES, "Of two "
	      "producers at once, %u and %u messages came, and each of them whole: the lock lets "
	      "one write at a time.", counts.whole[0], counts.whole[1]);
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

	textbook("A queue takes messages of any size from any number of producers, one at a "
		 "time. It is simple to use, but each message is turned into bytes and copied.");
	lock = stage_share();
	if (pipe(fds))
		failed("A pipe could not be made: %s.", strerror(errno));
	sem_init(lock, 1, 1);
	channel.fds[0] = fds[1];
	channel.fds[1] = fds[0];
	channel_show(&channel);
	run_several();
}

const struct demo queue_demo = {
	.name = "queue",
	.title = N_("a queue of messages, made of a pipe and a lock"),
	.channel = true,
	.run = run,
};
