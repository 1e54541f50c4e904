/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RENDEZVOUS_H
#define RENDEZVOUS_H

#include <sys/un.h>

#include "page.h"

/*
 * What the broker and those who come to it say to each other, over a socket of
 * SOCK_SEQPACKET: a message a packet.
 *
 *	client			broker
 *	PRODUCE or CONSUME	...		as long as nobody is there for it
 *				STREAM		with a socket to the other end, and a page for statistics
 *	MET			...		the ring is there
 *	(it ends)		(it ends)
 *
 *	ASK			ROW or END	what there is of a number above @id
 *
 * The connection stays open as long as the client is at one end of a stream. A consumer of many
 * producers says CONSUME again when it is ready for one more, and LEFT when it is done with one.
 */
#define RENDEZVOUS_MAGIC	0x52637069U
#define RENDEZVOUS_VERSION	1

/* Beside IPCSHOW_RING_*: one consumer for all producers. */
#define RENDEZVOUS_F_MANY	(1U << 31)

#define RENDEZVOUS_FDS		2
#define RENDEZVOUS_COMMAND_MAX	120

enum rendezvous_what {
	RENDEZVOUS_PRODUCE = 1,
	RENDEZVOUS_CONSUME,
	RENDEZVOUS_MET,
	RENDEZVOUS_LEFT,
	RENDEZVOUS_ASK,
	RENDEZVOUS_STREAM,
	RENDEZVOUS_ROW,
	RENDEZVOUS_END,
	RENDEZVOUS_REFUSED,
};

/**
 * struct rendezvous_message - what either says
 * @magic: RENDEZVOUS_MAGIC
 * @version: RENDEZVOUS_VERSION
 * @what: RENDEZVOUS_*
 * @error: REFUSED: why, an errno
 * @flags: the broker's: IPCSHOW_RING_* that the producer is to have, RENDEZVOUS_F_*
 * @ring_size: the broker's: of the ring
 * @id: STREAM, MET, LEFT, ROW: number of the stream; ASK: number after which to look
 */
struct rendezvous_message {
	__u32 magic;
	__u16 version;
	__u16 what;
	__s32 error;
	__u32 flags;
	__u64 ring_size;
	__u64 id;
};

/**
 * struct rendezvous_party - one side of a stream
 * @pid: its PID, as the broker sees it; 0: there is nobody
 * @here: it has not ended
 * @met: it has the ring
 * @command_size: bytes of @command
 * @report: what it says of itself
 * @command: its command line, cut
 */
struct rendezvous_party {
	__u32 pid;
	__u8 here;
	__u8 met;
	__u16 command_size;
	struct report report;
	char command[RENDEZVOUS_COMMAND_MAX];
};

/**
 * struct rendezvous_row - RENDEZVOUS_ROW: a stream, or who waits for one
 * @message: what kind it is
 * @age_ns: since it began
 * @parties: PRODUCER and CONSUMER
 */
struct rendezvous_row {
	struct rendezvous_message message;
	__u64 age_ns;
	struct rendezvous_party parties[2];
};

enum { PRODUCER, CONSUMER };

int rendezvous_address(const char *path, struct sockaddr_un *address);
bool rendezvous_is_socket(const char *path);
int rendezvous_connect(const char *path);
int rendezvous_send(int sock, const void *message, size_t size, const int *fds);
int rendezvous_say(int sock, enum rendezvous_what what, __u64 id);
ssize_t rendezvous_receive(int sock, void *message, size_t size, int *fds);
bool rendezvous_valid(const struct rendezvous_message *message, ssize_t size);

#endif
