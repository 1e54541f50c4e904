// SPDX-License-Identifier: GPL-2.0
/* How an end of a ring comes by the other end: through the broker. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attachment.h"
#include "complaint.h"
#include "now.h"
#include "ring.h"

/* Who waits for longer than this is told what for. */
#define SILENT_NS	300000000LL

/* So long the other end has to answer, however late it came; and if there is time. */
#define ANSWER_MIN_NS	1000000000LL
#define ANSWER_MAX_NS	(30 * ANSWER_MIN_NS)

static int connect_to(struct attachment *at)
{
	int err;

	at->control = rendezvous_connect(at->path);
	err = at->control;
	if (err >= 0)
		err = rendezvous_say(at->control, at->side == PRODUCER ? RENDEZVOUS_PRODUCE :
				     RENDEZVOUS_CONSUME, 0);
	/* Before it hung up, it may have said why. */
	if (err == -EPIPE)
		err = 0;
	if (err)
		complain_of_path(at->path, reason_of_broker(err));
	return err;
}

/**
 * attachment_next() - take the stream that the broker has found, if it has
 * @at: the attachment
 * @sock: out: to the other end
 *
 * Return: 0; -EAGAIN: not yet; -EPIPE: the broker has ended; -EUSERS, -EPROTO.
 */
int attachment_next(struct attachment *at, int *sock)
{
	struct rendezvous_message message;
	int fds[RENDEZVOUS_FDS];
	ssize_t n = rendezvous_receive(at->control, &message, sizeof(message), fds);

	if (n <= 0 && n != -EMSGSIZE)
		return n ? (int)n : -EPIPE;
	if (rendezvous_valid(&message, n) && message.what == RENDEZVOUS_STREAM && fds[0] >= 0) {
		at->flags = message.flags;
		at->ring_size = message.ring_size;
		at->id = message.id;
		/* Without it, they are not known to others. */
		page_take(fds[1], &at->page);
		close(fds[1]);
		*sock = fds[0];
		return 0;
	}
	if (fds[0] >= 0) {
		close(fds[0]);
		close(fds[1]);
	}
	return rendezvous_valid(&message, n) && message.what == RENDEZVOUS_REFUSED ?
	       -message.error : -EPROTO;
}

static void say_waiting(const struct attachment *at, bool quiet)
{
	if (!quiet && isatty(STDERR_FILENO))
		note(at->path, at->side == PRODUCER ? N_("waiting for a consumer") :
		     N_("waiting for a producer"));
}

/* Milliseconds of a poll() that ends at @deadline, or never. */
static int poll_ms(__s64 deadline, __s64 now)
{
	if (deadline < 0)
		return -1;
	if (deadline <= now)
		return 0;
	return (deadline - now) / 1000000 < 1000000 ? (int)((deadline - now) / 1000000) + 1 : 1000000;
}

/* Wait for the other end: 0, with a socket to it, or what was complained of. */
static int meet(struct attachment *at, int *sock, __s64 deadline, bool quiet)
{
	struct pollfd control = { .fd = at->control, .events = POLLIN };
	__s64 silent = now_ns() + SILENT_NS;
	bool said = false;
	int err;

	while ((err = attachment_next(at, sock)) == -EAGAIN) {
		__s64 now = now_ns();

		if (deadline >= 0 && now >= deadline) {
			note(at->path, at->side == PRODUCER ? N_("no consumer came in time") :
			     N_("no producer came in time"));
			return -ETIMEDOUT;
		}
		if (!said && now >= silent) {
			say_waiting(at, quiet);
			said = true;
		}
		poll(&control, 1, poll_ms(!said && (deadline < 0 || silent < deadline) ?
					  silent : deadline, now));
	}
	if (err)
		complain_of_path(at->path, reason_of_broker(err));
	return err;
}

/* Nobody is to blame if the other end leaves just then: another may come. */
static bool is_worth_another(int err)
{
	return err == -EPIPE || err == -ETIMEDOUT;
}

static int attach(struct attachment *at, const struct end_options *options,
		  int (*open_end)(struct attachment *at, int sock,
				  const struct end_options *options, void *end), void *end)
{
	int sock, err;

	at->deadline_ns = options->timeout_ns < 0 ? -1 : now_ns() + options->timeout_ns;
	do {
		err = connect_to(at);
		if (!err)
			err = meet(at, &sock, at->deadline_ns, options->quiet);
		if (err) {
			detach(at);
			return err;
		}
		err = open_end(at, sock, options, end);
		if (!err)
			return 0;
		detach(at);
	} while (is_worth_another(err) && (at->deadline_ns < 0 || now_ns() < at->deadline_ns));
	complain_of_path(at->path, at->flags & IPCSHOW_RING_HUGE && err == -ENOMEM ?
			 N_("not enough huge pages; see /proc/sys/vm/nr_hugepages") :
			 reason_of_ring(err));
	return err;
}

static __s64 time_to_answer(const struct attachment *at)
{
	__s64 left = at->deadline_ns < 0 ? ANSWER_MAX_NS : at->deadline_ns - now_ns();

	return left < ANSWER_MIN_NS ? ANSWER_MIN_NS : left < ANSWER_MAX_NS ? left : ANSWER_MAX_NS;
}

static int open_producer(struct attachment *at, int sock, const struct end_options *options,
			 void *end)
{
	struct ipcshow_ring_options wanted = {
		.size = sizeof(wanted),
		.flags = (at->flags & ~RENDEZVOUS_F_MANY) | options->flags,
		.ring_size = at->ring_size,
		.timeout_ns = time_to_answer(at),
	};
	int err = ipcshow_producer_open(end, sock, &wanted);

	/* Where the broker has ended there is nobody to tell, and the stream goes on. */
	if (!err)
		rendezvous_say(at->control, RENDEZVOUS_MET, at->id);
	return err;
}

static int open_consumer(struct attachment *at, int sock, const struct end_options *options,
			 void *end)
{
	struct ipcshow_ring_options wanted = {
		.size = sizeof(wanted),
		.flags = options->flags,
		.ring_size = at->ring_size,
		.timeout_ns = time_to_answer(at),
	};
	int err = ipcshow_consumer_open(end, sock, &wanted);

	if (!err)
		rendezvous_say(at->control, RENDEZVOUS_MET, at->id);
	return err;
}

/**
 * attach_producer() - become a producer at @path
 * @at: out
 * @path: the rendezvous
 * @options: the user's
 * @producer: out
 *
 * Return: 0; or a negative errno, which was complained of.
 */
int attach_producer(struct attachment *at, const char *path, const struct end_options *options,
		    struct ipcshow_producer **producer)
{
	*at = (struct attachment){ .path = path, .side = PRODUCER, .control = -1 };
	return attach(at, options, open_producer, producer);
}

/* One of many needs a socket only: what it is for is known when it is there. */
struct consumer_end {
	struct ipcshow_consumer **consumer;
	int *sock;
};

static int open_consumer_end(struct attachment *at, int sock, const struct end_options *options,
			     void *arg)
{
	struct consumer_end *end = arg;

	*end->sock = -1;
	if (!(at->flags & RENDEZVOUS_F_MANY))
		return open_consumer(at, sock, options, end->consumer);
	*end->sock = sock;
	return 0;
}

/**
 * attach_consumer() - become a consumer at @path
 * @at: out
 * @path: the rendezvous
 * @options: the user's
 * @consumer: out
 * @sock: out: at a broker of many: to the first producer, and @consumer is none; else -1
 *
 * Return: 0; or a negative errno, which was complained of.
 */
int attach_consumer(struct attachment *at, const char *path, const struct end_options *options,
		    struct ipcshow_consumer **consumer, int *sock)
{
	struct consumer_end end = { .consumer = consumer, .sock = sock };

	*at = (struct attachment){ .path = path, .side = CONSUMER, .control = -1 };
	return attach(at, options, open_consumer_end, &end);
}

void detach(struct attachment *at)
{
	page_unmap(at->page);
	at->page = NULL;
	if (at->control >= 0)
		close(at->control);
	at->control = -1;
}
