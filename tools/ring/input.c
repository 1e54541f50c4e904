// SPDX-License-Identifier: GPL-2.0
/* Records in standard input. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "ring.h"

/* Fits into the nearest caches: with more, to copy it costs more than the calls that it saves. */
#define READ_BYTES	(16U << 10)
#define LENGTH_BYTES	4

/* Return: 0 or -ENOMEM. */
int input_open(struct input *input, const struct framing *framing, size_t max)
{
	*input = (struct input){ .framing = *framing, .max = max, .room = 2 * READ_BYTES };
	input->buf = malloc(input->room);
	return input->buf ? 0 : -ENOMEM;
}

/**
 * input_wait() - wait for more
 * @gone_fd: stop waiting when that hangs up
 * @timeout_ms: of poll()
 *
 * Return: 1: there is more, or its end; 0: not yet; -EPIPE: it hung up.
 */
int input_wait(int gone_fd, int timeout_ms)
{
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN }, { .fd = gone_fd },
	};

	if (poll(fds, 2, timeout_ms) <= 0)
		return 0;
	if (fds[1].revents & (POLLHUP | POLLERR))
		return -EPIPE;
	return !!fds[0].revents;
}

/* Have room for READ_BYTES behind what is there. */
static int make_room(struct input *input)
{
	size_t used = input->end - input->start;
	char *more;

	if (!used)
		input->start = input->end = 0;
	if (input->room - input->end >= READ_BYTES)
		return 0;
	if (input->start && used <= input->room / 2) {
		memmove(input->buf, input->buf + input->start, used);
		input->start = 0;
		input->end = used;
		return 0;
	}
	more = realloc(input->buf, 2 * input->room);
	if (!more)
		return -ENOMEM;
	input->buf = more;
	input->room *= 2;
	return 0;
}

/* Read some more. Return: 0, or a negative errno. */
int input_fill(struct input *input)
{
	ssize_t n;
	int err = make_room(input);

	if (err)
		return err;
	n = read(STDIN_FILENO, input->buf + input->end, READ_BYTES);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	input->eof = !n;
	input->end += (size_t)n;
	return 0;
}

static int next_binary(struct input *input, const char **record, size_t *size)
{
	const unsigned char *p = (const unsigned char *)input->buf + input->start;
	size_t there = input->end - input->start, length;

	if (there < LENGTH_BYTES)
		return there && input->eof ? INPUT_CUT : 0;
	length = p[0] | p[1] << 8 | p[2] << 16 | (size_t)p[3] << 24;
	if (length > input->max)
		return INPUT_LONG;
	if (there - LENGTH_BYTES < length)
		return input->eof ? INPUT_CUT : 0;
	*record = (const char *)p + LENGTH_BYTES;
	*size = length;
	input->start += LENGTH_BYTES + length;
	return 1;
}

static int next_line(struct input *input, const char **record, size_t *size)
{
	char *line = input->buf + input->start;
	size_t there = input->end - input->start;
	const char *end = memchr(line + input->seen, input->framing.delimiter,
				 there - input->seen);

	if ((end ? (size_t)(end - line) : there) > input->max)
		return INPUT_LONG;
	if (!end && (!input->eof || !there)) {
		input->seen = there;
		return 0;
	}
	input->seen = 0;
	*record = line;
	*size = end ? (size_t)(end - line) : there;
	input->start += *size + !!end;
	return 1;
}

/**
 * input_next() - the next record of what was read
 * @input: it
 * @record: out
 * @size: out: its bytes
 *
 * Return: 1; 0: there is none that is complete; INPUT_LONG: it is too long;
 * INPUT_CUT: it ends in the middle.
 */
int input_next(struct input *input, const char **record, size_t *size)
{
	int ret = input->framing.binary ? next_binary(input, record, size) :
		  next_line(input, record, size);

	input->records += ret == 1;
	return ret;
}

void input_complain(const struct input *input, int err)
{
	unsigned long long number = input->records + 1;
	const bool lines = !input->framing.binary && input->framing.delimiter;
	char reason[256];

	switch (err) {
	case INPUT_LONG:
		snprintf(reason, sizeof(reason), lines ?
			 P_("line %llu is longer than the ring can take, which is %zu bytes") :
			 P_("record %llu is longer than the ring can take, which is %zu bytes"),
			 number, input->max);
		break;
	case INPUT_CUT:
		snprintf(reason, sizeof(reason), P_("it ends in the middle of record %llu"), number);
		break;
	default:
		snprintf(reason, sizeof(reason), "%s", strerror(-err));
	}
	complain(P_("standard input"), reason);
}
