/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include "stage.h"
#include "view.h"

/**
 * struct channel - a way for one process to send the numbers to another
 * @kind: @flow: what ipcshow must call it, the sender being A
 * @name: part of its name, where there are others of its kind; or NULL
 * @fds: descriptors of the sender and of the receiver; -1: it has none of it, or opens it itself
 * @id: what else callbacks need
 * @prepare: by the receiver before anything is sent; or NULL
 * @send: by the sender, from a page of its own
 * @receive: by the receiver, to a page of its own
 */
struct channel {
	enum ipcshow_channel_kind kind;
	unsigned int flow;
	const char *name;
	int fds[2];
	int id;
	void (*prepare)(struct actor *me, const struct channel *channel);
	void (*send)(struct actor *me, const struct channel *channel, const int *buffer);
	void (*receive)(struct actor *me, const struct channel *channel, int *buffer);
};

/* The receiver's PID, once it waits. */
extern pid_t channel_receiver;

/* At work, found, and what it costs: copies. Its descriptors are closed then. */
void channel_show(const struct channel *channel);

/* For callbacks: all of @bytes, or the actor fails. */
void write_whole(struct actor *me, int fd, const void *data, size_t bytes);
void read_whole(struct actor *me, int fd, void *data, size_t bytes);
void say_received(struct actor *me, const int *buffer);

#endif
