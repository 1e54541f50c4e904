/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BROKER_H
#define BROKER_H

#include "listener.h"
#include "rendezvous.h"

/* Who is connected at a time; each takes a descriptor. */
#define CLIENTS_MAX	512

/* How long who comes may take to say what it wants. */
#define PATIENCE_NS	5000000000ULL

/**
 * struct client - who is connected
 * @fd: the connection
 * @pid: of who made it
 * @command: its command line then, cut
 * @command_size: bytes of it
 * @side: PRODUCER or CONSUMER
 * @number: in the order in which they came
 * @since_ns: when it came, or last asked
 * @waits: it wants to be at one end of a stream
 * @paired: it is
 */
struct client {
	int fd;
	pid_t pid;
	char command[RENDEZVOUS_COMMAND_MAX];
	size_t command_size;
	int side;
	__u64 number;
	__u64 since_ns;
	bool waits;
	bool paired;
};

/**
 * struct stream - a producer and a consumer that were brought together
 * @number: of it
 * @since_ns: when
 * @clients: PRODUCER and CONSUMER; NULL: it has ended
 * @pages: what they report
 * @parties: who they were
 */
struct stream {
	__u64 number;
	__u64 since_ns;
	struct client *clients[2];
	struct page *pages[2];
	struct rendezvous_party parties[2];
};

/**
 * struct broker - brings producers and consumers together
 * @listener: where they come
 * @flags: IPCSHOW_RING_*, RENDEZVOUS_F_*
 * @ring_size: of each ring
 * @clients: who is connected, in the order in which they came
 * @nr_clients: how many
 * @streams: of clients that have not both ended, by number
 * @nr_streams: how many
 * @last_number: of a client or stream
 * @ended: streams that began and ended
 */
struct broker {
	struct listener listener;
	__u32 flags;
	__u64 ring_size;
	struct client *clients[CLIENTS_MAX];
	size_t nr_clients;
	struct stream *streams[CLIENTS_MAX];
	size_t nr_streams;
	__u64 last_number;
	__u64 ended;
};

/* Instead of the number of a stream: all that a client is in. */
#define STREAMS_ALL	0

int broker_run(struct broker *broker, bool once, int signals);

void streams_pair(struct broker *broker);
void streams_met(struct broker *broker, const struct client *client, __u64 number);
void streams_leave(struct broker *broker, const struct client *client, __u64 number);
int streams_tell(const struct broker *broker, const struct client *client, __u64 after);

#endif
