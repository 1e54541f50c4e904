// SPDX-License-Identifier: GPL-2.0
/*
 * Output and numbers. A dump is a hundred thousand numbers: printf() would be
 * most of its time.
 */
#include <errno.h>
#include <unistd.h>

#include "out.h"

void out_flush(struct out *out)
{
	size_t done = 0;

	while (!out->err && done < out->used) {
		ssize_t n = write(out->fd, out->buf + done, out->used - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			out->err = -errno;
	}
	out->used = 0;
}

/* What may not fit: a bufferful at a time. */
void out_long(struct out *out, const void *bytes, size_t size)
{
	const char *p = bytes;

	while (size) {
		size_t n = size < sizeof(out->buf) ? size : sizeof(out->buf);

		memcpy(out_room(out, n), p, n);
		out_advance(out, n);
		p += n;
		size -= n;
	}
}

void out_decimal(struct out *out, uint64_t n)
{
	out_advance(out, format_decimal(out_room(out, NUMBER_MAX), n));
}

void out_hex(struct out *out, uint64_t n)
{
	out_advance(out, format_hex(out_room(out, NUMBER_MAX), n));
}

size_t format_decimal(char *to, uint64_t n)
{
	char digits[NUMBER_MAX];
	size_t i = sizeof(digits);
	size_t size;

	do {
		digits[--i] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	size = sizeof(digits) - i;
	memcpy(to, digits + i, size);
	to[size] = '\0';
	return size;
}

size_t format_hex(char *to, uint64_t n)
{
	size_t size = n ? (size_t)(67 - __builtin_clzll(n)) / 4 : 1;
	size_t i;

	for (i = size; i--; n >>= 4)
		to[i] = "0123456789abcdef"[n & 15];
	to[size] = '\0';
	return size;
}

/* 1.9M, 12.1G: one digit behind the point, none where it would be 0. */
size_t format_size(char *to, uint64_t bytes)
{
	static const char units[] = "BKMGTPE";
	unsigned int unit = 0;
	uint64_t tenths = bytes;
	uint64_t rest = 0;
	size_t size;

	while (tenths >= 1024) {
		rest = tenths & 1023;
		tenths >>= 10;
		unit++;
	}
	tenths = tenths * 10 + (rest * 10 + 512) / 1024;
	if (tenths >= 10240) {
		tenths = 10;
		unit++;
	}
	size = format_decimal(to, tenths / 10);
	if (tenths % 10) {
		to[size++] = '.';
		to[size++] = (char)('0' + tenths % 10);
	}
	if (bytes)
		to[size++] = units[unit];
	to[size] = '\0';
	return size;
}
