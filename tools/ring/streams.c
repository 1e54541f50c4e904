// SPDX-License-Identifier: GPL-2.0
/* The streams of a broker: who is with whom, and how they are doing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "broker.h"
#include "now.h"

static struct client *first_waiting(const struct broker *broker, int side)
{
	size_t i;

	for (i = 0; i < broker->nr_clients; i++)
		if (broker->clients[i]->waits && broker->clients[i]->side == side)
			return broker->clients[i];
	return NULL;
}

static struct rendezvous_party party_of(const struct client *client)
{
	struct rendezvous_party party = {
		.pid = (__u32)client->pid,
		.here = true,
		.command_size = (__u16)client->command_size,
	};

	memcpy(party.command, client->command, client->command_size);
	return party;
}

static void close_both(const int *fds)
{
	size_t i;

	for (i = 0; i < RENDEZVOUS_FDS; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static void free_stream(struct stream *stream)
{
	page_unmap(stream->pages[PRODUCER]);
	page_unmap(stream->pages[CONSUMER]);
	free(stream);
}

/* What each is to get: @fds[side] are a socket and a page. */
static int make_fds(struct stream *stream, int fds[2][RENDEZVOUS_FDS])
{
	int socks[2], side;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, socks))
		return -errno;
	for (side = PRODUCER; side <= CONSUMER; side++) {
		fds[side][0] = socks[side];
		fds[side][1] = page_make(&stream->pages[side]);
	}
	return fds[PRODUCER][1] < 0 ? fds[PRODUCER][1] :
	       fds[CONSUMER][1] < 0 ? fds[CONSUMER][1] : 0;
}

/* Who cannot be told has hung up, or will find out from the other end of its socket. */
static void introduce(const struct broker *broker, const struct stream *stream, int side,
		      const int *fds)
{
	struct rendezvous_message message = {
		.magic = RENDEZVOUS_MAGIC,
		.version = RENDEZVOUS_VERSION,
		.what = RENDEZVOUS_STREAM,
		.flags = broker->flags,
		.ring_size = broker->ring_size,
		.id = stream->number,
	};

	if (rendezvous_send(stream->clients[side]->fd, &message, sizeof(message), fds))
		shutdown(stream->clients[side]->fd, SHUT_RDWR);
}

static struct stream *pair_up(struct broker *broker, struct client **clients)
{
	int fds[2][RENDEZVOUS_FDS] = { { -1, -1 }, { -1, -1 } };
	struct stream *stream = calloc(1, sizeof(*stream));
	int side, err;

	if (!stream)
		return NULL;
	err = make_fds(stream, fds);
	stream->number = ++broker->last_number;
	stream->since_ns = now_ns();
	for (side = PRODUCER; side <= CONSUMER && !err; side++) {
		stream->clients[side] = clients[side];
		stream->parties[side] = party_of(clients[side]);
		introduce(broker, stream, side, fds[side]);
	}
	close_both(fds[PRODUCER]);
	close_both(fds[CONSUMER]);
	if (!err)
		return stream;
	free_stream(stream);
	return NULL;
}

/* Bring together whoever waits, those who came first before others. */
void streams_pair(struct broker *broker)
{
	struct client *clients[2];
	struct stream *stream;

	for (;;) {
		clients[PRODUCER] = first_waiting(broker, PRODUCER);
		clients[CONSUMER] = first_waiting(broker, CONSUMER);
		if (!clients[PRODUCER] || !clients[CONSUMER] || broker->nr_streams == CLIENTS_MAX)
			return;
		stream = pair_up(broker, clients);
		/* No descriptors or memory: when somebody has left there may be some. */
		if (!stream)
			return;
		broker->streams[broker->nr_streams++] = stream;
		clients[PRODUCER]->waits = false;
		clients[PRODUCER]->paired = true;
		clients[CONSUMER]->waits = false;
		clients[CONSUMER]->paired = true;
	}
}

void streams_met(struct broker *broker, const struct client *client, __u64 number)
{
	struct stream *stream;
	size_t i;

	for (i = 0; i < broker->nr_streams; i++) {
		stream = broker->streams[i];
		if (stream->number == number && stream->clients[client->side] == client)
			stream->parties[client->side].met = true;
	}
}

static bool is_over(struct broker *broker, const struct stream *stream)
{
	if (stream->clients[PRODUCER] || stream->clients[CONSUMER])
		return false;
	broker->ended += stream->parties[PRODUCER].met && stream->parties[CONSUMER].met;
	return true;
}

/* @client is done with that stream, or has hung up: STREAMS_ALL. */
void streams_leave(struct broker *broker, const struct client *client, __u64 number)
{
	size_t i, kept = 0;

	for (i = 0; i < broker->nr_streams; i++) {
		struct stream *stream = broker->streams[i];

		if (stream->clients[client->side] == client &&
		    (number == STREAMS_ALL || number == stream->number)) {
			stream->clients[client->side] = NULL;
			stream->parties[client->side].here = false;
		}
		if (is_over(broker, stream))
			free_stream(stream);
		else
			broker->streams[kept++] = stream;
	}
	broker->nr_streams = kept;
}

/* ---- what somebody asks ---- */

static const struct stream *stream_after(const struct broker *broker, __u64 after)
{
	size_t i;

	for (i = 0; i < broker->nr_streams; i++)
		if (broker->streams[i]->number > after)
			return broker->streams[i];
	return NULL;
}

static const struct client *waiting_after(const struct broker *broker, __u64 after)
{
	size_t i;

	for (i = 0; i < broker->nr_clients; i++)
		if (broker->clients[i]->waits && !broker->clients[i]->paired &&
		    broker->clients[i]->number > after)
			return broker->clients[i];
	return NULL;
}

static void describe_stream(struct rendezvous_row *row, const struct stream *stream)
{
	int side;

	row->message.id = stream->number;
	row->age_ns = now_ns() - stream->since_ns;
	for (side = PRODUCER; side <= CONSUMER; side++) {
		row->parties[side] = stream->parties[side];
		page_read(stream->pages[side], &row->parties[side].report);
	}
}

static void describe_client(struct rendezvous_row *row, const struct client *client)
{
	row->message.id = client->number;
	row->age_ns = now_ns() - client->since_ns;
	row->parties[client->side] = party_of(client);
}

/**
 * streams_tell() - tell of a stream, or of one who waits
 * @broker: whose
 * @client: whom to tell
 * @after: the one with the smallest number above this
 *
 * Return: 0 or a negative errno.
 */
int streams_tell(const struct broker *broker, const struct client *client, __u64 after)
{
	const struct stream *stream = stream_after(broker, after);
	const struct client *waiting = waiting_after(broker, after);
	struct rendezvous_row row = {
		.message = {
			.magic = RENDEZVOUS_MAGIC,
			.version = RENDEZVOUS_VERSION,
			.what = RENDEZVOUS_ROW,
			.flags = broker->flags,
			.ring_size = broker->ring_size,
		},
	};

	if (stream && (!waiting || stream->number < waiting->number))
		describe_stream(&row, stream);
	else if (waiting)
		describe_client(&row, waiting);
	else
		row.message.what = RENDEZVOUS_END;
	return rendezvous_send(client->fd, &row, row.message.what == RENDEZVOUS_END ?
			       sizeof(row.message) : sizeof(row), NULL);
}
