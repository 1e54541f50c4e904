// SPDX-License-Identifier: GPL-2.0
/*
 * The broker: it waits for producers and consumers, and brings them together. It
 * touches no data, and streams go on without it. Nothing that a client does or does not do makes it wait.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "broker.h"
#include "now.h"

/* When there were no descriptors left for who comes. */
#define PAUSE_MS	100

/* The command line with blanks between, as far as there is room; or nothing. */
static void read_command(struct client *client)
{
	char path[32];
	ssize_t n = 0;
	int fd, i;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", client->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, client->command, sizeof(client->command));
		close(fd);
	}
	while (n > 0 && !client->command[n - 1])
		n--;
	for (i = 0; i < n; i++)
		if (!client->command[i])
			client->command[i] = ' ';
	client->command_size = n > 0 ? (size_t)n : 0;
}

static void refuse(int fd, int error)
{
	struct rendezvous_message message = {
		.magic = RENDEZVOUS_MAGIC,
		.version = RENDEZVOUS_VERSION,
		.what = RENDEZVOUS_REFUSED,
		.error = error,
	};

	rendezvous_send(fd, &message, sizeof(message), NULL);
}

static struct client *make_client(struct broker *broker, int fd)
{
	struct client *client = calloc(1, sizeof(*client));
	struct ucred peer = { 0 };
	socklen_t size = sizeof(peer);

	if (!client)
		return NULL;
	client->fd = fd;
	client->number = ++broker->last_number;
	client->since_ns = now_ns();
	if (!getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) && peer.pid > 0) {
		client->pid = peer.pid;
		read_command(client);
	}
	return client;
}

/* Whoever has come. */
static void admit(struct broker *broker)
{
	struct client *client;
	int fd, i;

	/* As many as may stand in line; then it is the others' turn. */
	for (i = 0; i < 128; i++) {
		fd = accept4(broker->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
				poll(NULL, 0, PAUSE_MS);
			return;
		}
		client = broker->nr_clients < CLIENTS_MAX ? make_client(broker, fd) : NULL;
		if (client) {
			broker->clients[broker->nr_clients++] = client;
		} else {
			refuse(fd, EUSERS);
			close(fd);
		}
	}
}

/* False: it is to go. */
static bool obey(struct broker *broker, struct client *client,
		 const struct rendezvous_message *message)
{
	bool fresh = !client->waits && !client->paired;
	bool more = broker->flags & RENDEZVOUS_F_MANY && client->side == CONSUMER &&
		    !client->waits;

	switch (message->what) {
	case RENDEZVOUS_PRODUCE:
		client->side = PRODUCER;
		client->waits = fresh;
		return fresh;
	case RENDEZVOUS_CONSUME:
		if (!fresh && !more)
			return false;
		client->side = CONSUMER;
		client->waits = true;
		return true;
	case RENDEZVOUS_MET:
		streams_met(broker, client, message->id);
		return client->paired;
	case RENDEZVOUS_LEFT:
		if (message->id != STREAMS_ALL)
			streams_leave(broker, client, message->id);
		return client->paired;
	case RENDEZVOUS_ASK:
		client->since_ns = now_ns();
		return fresh && !streams_tell(broker, client, message->id);
	default:
		return false;
	}
}

/* What @client says. False: it has hung up, or is to go. */
static bool hear(struct broker *broker, struct client *client)
{
	struct rendezvous_message message;
	ssize_t n = rendezvous_receive(client->fd, &message, sizeof(message), NULL);

	if (n == -EAGAIN)
		return true;
	if (n <= 0 && n != -EMSGSIZE)
		return false;
	if (!rendezvous_valid(&message, n)) {
		refuse(client->fd, EPROTO);
		return false;
	}
	return obey(broker, client, &message);
}

static void drop(struct broker *broker, struct client *client)
{
	streams_leave(broker, client, STREAMS_ALL);
	close(client->fd);
	free(client);
}

/* Who is neither in a stream nor waits for one has so long to say what it wants. */
static __u64 time_left(const struct client *client, __u64 now)
{
	__u64 spent = now - client->since_ns;

	if (client->waits || client->paired)
		return UINT64_MAX;
	return spent < PATIENCE_NS ? PATIENCE_NS - spent : 0;
}

/* @polled: of each client that was there when it was made. */
static void serve(struct broker *broker, const struct pollfd *polled)
{
	size_t i, kept = 0, nr = broker->nr_clients;
	__u64 now = now_ns();

	for (i = 0; i < nr; i++) {
		struct client *client = broker->clients[i];

		if (polled[i].revents ? hear(broker, client) : time_left(client, now))
			broker->clients[kept++] = client;
		else
			drop(broker, client);
	}
	broker->nr_clients = kept;
}

static int next_timeout(const struct broker *broker)
{
	__u64 least = UINT64_MAX, left, now = now_ns();
	size_t i;

	for (i = 0; i < broker->nr_clients; i++) {
		left = time_left(broker->clients[i], now);
		if (left < least)
			least = left;
	}
	return least == UINT64_MAX ? -1 : (int)(least / 1000000) + 1;
}

static void leave_all(struct broker *broker)
{
	size_t i;

	for (i = 0; i < broker->nr_clients; i++)
		drop(broker, broker->clients[i]);
	broker->nr_clients = 0;
}

static int run(struct broker *broker, bool once, int signals)
{
	struct pollfd polled[CLIENTS_MAX + 2];
	size_t i;

	while (!once || !broker->ended || broker->nr_streams) {
		for (i = 0; i < broker->nr_clients; i++)
			polled[i] = (struct pollfd){ .fd = broker->clients[i]->fd, .events = POLLIN };
		polled[i] = (struct pollfd){ .fd = broker->listener.fd, .events = POLLIN };
		polled[i + 1] = (struct pollfd){ .fd = signals, .events = POLLIN };
		if (poll(polled, i + 2, next_timeout(broker)) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (polled[i + 1].revents)
			return 0;
		serve(broker, polled);
		if (polled[i].revents)
			admit(broker);
		streams_pair(broker);
	}
	return 0;
}

/**
 * broker_run() - until it is told to end
 * @broker: with @listener, @flags and @ring_size
 * @once: end, too, when there was a stream and there is none any more
 * @signals: becomes readable when it is to end
 *
 * Return: 0 or a negative errno.
 */
int broker_run(struct broker *broker, bool once, int signals)
{
	int err = run(broker, once, signals);

	leave_all(broker);
	return err;
}
