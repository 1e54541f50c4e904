// SPDX-License-Identifier: GPL-2.0
/* The rings of libipcshow: in memfds, or the module's. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipcshow.h"
#include "mechanism.h"
#include "tool.h"

#define RING_MIN	(256UL << 10)

/* A record may have half of the ring; four in it let both sides work at once. */
static uint64_t ring_size(size_t size)
{
	uint64_t ring = RING_MIN;

	while (ring < 4 * (uint64_t)size)
		ring *= 2;
	return ring;
}

static unsigned int flags_of(const struct link *link)
{
	return *(const unsigned int *)link->mechanism->kind;
}

static int make(struct link *link)
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link->fd) ? -errno : 0;
}

/* The library closes the one socket. */
static int open_end(struct end *end)
{
	struct ipcshow_ring_options options = { .size = sizeof(options) };
	struct ipcshow_producer *producer;
	struct ipcshow_consumer *consumer;
	int err;

	end_keep(end, end->link->fd[end->sends], end->link->fd[!end->sends]);
	if (end->sends) {
		options.flags = flags_of(end->link);
		options.ring_size = ring_size(end->link->size);
		err = ipcshow_producer_open(&producer, end->fd, &options);
		end->own = producer;
		end->what = "ipcshow_producer_open";
	} else {
		err = ipcshow_consumer_open(&consumer, end->fd, &options);
		end->own = consumer;
		end->what = "ipcshow_consumer_open";
	}
	return err;
}

static void close_end(struct end *end)
{
	if (end->sends)
		ipcshow_producer_close(end->own);
	else
		ipcshow_consumer_close(end->own);
}

static void *reserve(struct end *end)
{
	void *room;
	int err;

	while (!(room = ipcshow_producer_reserve(end->own, end->link->size))) {
		err = ipcshow_producer_wait(end->own, end->link->size, IPCSHOW_FOREVER);
		if (err) {
			errno = -err;
			return end_failed_at(end, "ipcshow_producer_wait");
		}
	}
	return room;
}

static int commit(struct end *end)
{
	ipcshow_producer_commit(end->own, end->link->size);
	return 0;
}

static const void *peek(struct end *end)
{
	const void *record;
	size_t size;
	int err;

	while (!(record = ipcshow_consumer_peek(end->own, &size))) {
		err = ipcshow_consumer_wait(end->own, IPCSHOW_FOREVER);
		if (err) {
			errno = -err;
			return end_failed_at(end, "ipcshow_consumer_wait");
		}
	}
	if (size == end->link->size)
		return record;
	errno = EBADMSG;
	return end_failed_at(end, "ipcshow_consumer_peek");
}

static int release(struct end *end)
{
	ipcshow_consumer_release(end->own);
	return 0;
}

static const struct mechanism_ops ops = {
	.make = make, .open = open_end, .close = close_end, .reserve = reserve, .commit = commit,
	.peek = peek, .release = release,
};

static const char *probe_module(void)
{
	if (!access("/dev/ipcshow", R_OK | W_OK))
		return NULL;
	if (errno == EACCES)
		return N_("/dev/ipcshow may not be used by this user");
	return module_is_loaded() ? N_("the module is loaded, but there is no /dev/ipcshow") :
				    N_("the module is not loaded (no /dev/ipcshow)");
}

static const unsigned int flags_memfd, flags_module = IPCSHOW_RING_MODULE;

#define RING(name_, flags_, help_)						\
	.name = name_, .group = "ring", .help = help_,				\
	.flags = MECHANISM_NEEDS_SIZE | MECHANISM_IN_PLACE, .copies = 0,	\
	.copies_reason = N_("made and read in place, in the ring that both map"),	\
	.directions = ONE_WAY, .ops = &ops, .kind = &(flags_)

const struct mechanism ring_mechanisms[] = {
	{ RING("ring-memfd", flags_memfd, N_("a ring of libipcshow in two sealed memfds")) },
	{ RING("ring-kernel", flags_module, N_("a ring of libipcshow in the module")),
	  .probe = probe_module },
	{ 0 }
};
