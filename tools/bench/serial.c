// SPDX-License-Identifier: GPL-2.0
/*
 * A serialising queue: each object becomes bytes with their length in front, which go through a pipe under a lock
 * for writers and one for readers, as Python's multiprocessing.Queue has it.
 */
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mechanism.h"

/* What an object's bytes begin with. */
#define TAG		0x80

/* struct locks - in memory of both; who is killed while it holds one has it for ever */
struct locks {
	sem_t readers;
	sem_t writers;
};

/* struct frame - an object in bytes */
struct frame {
	uint64_t size;
	uint64_t tag;
	char content[];
};

static int make(struct link *link)
{
	struct locks *locks = link_map(link, sizeof(*locks), true);

	if (!locks || sem_init(&locks->readers, 1, 1) || sem_init(&locks->writers, 1, 1) ||
	    pipe2(link->fd, O_CLOEXEC))
		return -errno;
	return 0;
}

static int open_end(struct end *end)
{
	end_keep(end, end->link->fd[end->sends], end->link->fd[!end->sends]);
	end->memory = end->link->shared;
	end->own = malloc(sizeof(struct frame) + end->link->size);
	return end->own ? 0 : end_failed(end, "malloc");
}

static int lock(struct end *end, sem_t *semaphore)
{
	return sem_wait(semaphore) ? end_failed(end, "sem_wait") : 0;
}

static struct frame *serialise(struct end *end)
{
	struct frame *frame = end->own;

	frame->size = end->link->size;
	frame->tag = TAG;
	memcpy(frame->content, end->buffer, end->link->size);
	return frame;
}

static int commit(struct end *end)
{
	struct frame *frame = serialise(end);
	struct locks *locks = end->memory;
	int err = lock(end, &locks->writers);

	if (err)
		return err;
	err = write_all(end, frame, sizeof(*frame) + frame->size);
	sem_post(&locks->writers);
	return err;
}

static int break_off(struct end *end)
{
	struct frame *frame = serialise(end);
	struct locks *locks = end->memory;
	int err = lock(end, &locks->writers);

	return err ? err : write_all(end, frame, sizeof(*frame) + frame->size / 2);
}

static int receive(struct end *end, struct frame *frame)
{
	struct locks *locks = end->memory;
	int err = lock(end, &locks->readers);

	if (err)
		return err;
	err = read_all(end, frame, sizeof(*frame));
	if (!err && (frame->tag != TAG || frame->size != end->link->size))
		err = -EBADMSG;
	if (!err)
		err = read_all(end, frame->content, frame->size);
	sem_post(&locks->readers);
	return err;
}

static const void *peek(struct end *end)
{
	struct frame *frame = end->own;
	int err = receive(end, frame);

	errno = -err;
	if (err)
		return NULL;
	memcpy(end->buffer, frame->content, frame->size);
	return end->buffer;
}

static const struct mechanism_ops ops = {
	.make = make, .open = open_end, .commit = commit, .peek = peek, .break_off = break_off,
};

const struct mechanism serial_mechanisms[] = {
	{ .name = "queue", .group = "server",
	  .help = N_("objects made into bytes, with their length, through a pipe under locks"),
	  .copies = 4,
	  .copies_reason = N_("into bytes, into pages of the pipe, out of them, and into an object"),
	  .directions = ANY_WAY, .ops = &ops },
	{ 0 }
};
