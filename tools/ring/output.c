// SPDX-License-Identifier: GPL-2.0
/* Records to standard output. */
#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "output.h"
#include "ring.h"

#define LENGTH_BYTES	sizeof(__u32)

static void write_all(struct output *output, const char *bytes, size_t size)
{
	struct pollfd writable = { .fd = STDOUT_FILENO, .events = POLLOUT };
	ssize_t n;

	while (size && !output->err) {
		n = write(STDOUT_FILENO, bytes, size);
		if (n >= 0) {
			bytes += n;
			size -= (size_t)n;
		} else if (errno == EAGAIN) {
			poll(&writable, 1, -1);
		} else if (errno != EINTR) {
			output->err = -errno;
		}
	}
}

void output_flush(struct output *output)
{
	write_all(output, output->buf, output->used);
	output->used = 0;
}

/* Longer than the buffer: past it. */
static void put_long(struct output *output, __u32 length, const void *record, size_t size)
{
	output_flush(output);
	if (output->framing.binary)
		write_all(output, (const char *)&length, LENGTH_BYTES);
	write_all(output, record, size);
	if (!output->framing.binary)
		output->buf[output->used++] = output->framing.delimiter;
}

/**
 * output_put() - write a record, now or when the buffer is full
 * @output: the output
 * @record: what
 * @size: its bytes
 */
void output_put(struct output *output, const void *record, size_t size)
{
	size_t before = output->framing.binary ? LENGTH_BYTES : 0, after = !before;
	__u32 length = htole32((__u32)size);
	char *to;

	if (size > OUTPUT_BYTES - before - after) {
		put_long(output, length, record, size);
		return;
	}
	if (before + size + after > OUTPUT_BYTES - output->used)
		output_flush(output);
	to = output->buf + output->used;
	memcpy(to, &length, before);
	memcpy(to + before, record, size);
	if (after)
		to[size] = output->framing.delimiter;
	output->used += before + size + after;
}

/* Would writing be in vain? */
bool output_is_closed(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	return poll(&out, 1, 0) == 1 && out.revents & POLLERR;
}

/* Return: 0; or the first error that there was. */
int output_close(struct output *output)
{
	output_flush(output);
	if (close(STDOUT_FILENO) && errno != EINTR && !output->err)
		output->err = -errno;
	return output->err;
}
