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

static void put(struct output *output, const void *bytes, size_t size)
{
	if (size > OUTPUT_BYTES - output->used)
		output_flush(output);
	if (size > OUTPUT_BYTES) {
		write_all(output, bytes, size);
		return;
	}
	memcpy(output->buf + output->used, bytes, size);
	output->used += size;
}

/**
 * output_put() - write a record, now or when the buffer is full
 * @output: the output
 * @record: what
 * @size: its bytes
 */
void output_put(struct output *output, const void *record, size_t size)
{
	__u32 length = htole32((__u32)size);

	if (output->framing.binary)
		put(output, &length, LENGTH_BYTES);
	put(output, record, size);
	if (!output->framing.binary)
		put(output, &output->framing.delimiter, 1);
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
