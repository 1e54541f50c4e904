/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OUT_H
#define OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/**
 * struct out - buffered output that remembers its first error
 * @fd: where to
 * @err: 0, or the negative errno of the first write that failed; from then on
 *	nothing is written
 * @used: bytes in @buf
 */
struct out {
	int fd;
	int err;
	size_t used;
	char buf[1 << 16];
};

/* Digits of the largest number, sign and NUL included. */
#define NUMBER_MAX	24

void out_flush(struct out *out);
void out_long(struct out *out, const void *bytes, size_t size);
void out_decimal(struct out *out, uint64_t n);
void out_hex(struct out *out, uint64_t n);
__attribute__((format(printf, 2, 3)))
void out_format(struct out *out, const char *format, ...);

/* Room for at least @size bytes (at most sizeof(buf)); used up by out_advance(). */
static inline char *out_room(struct out *out, size_t size)
{
	if (sizeof(out->buf) - out->used < size)
		out_flush(out);
	return out->buf + out->used;
}

static inline void out_advance(struct out *out, size_t size)
{
	out->used += size;
}

static inline void out_bytes(struct out *out, const void *bytes, size_t size)
{
	if (sizeof(out->buf) - out->used < size) {
		out_long(out, bytes, size);
		return;
	}
	memcpy(out->buf + out->used, bytes, size);
	out->used += size;
}

static inline void out_text(struct out *out, const char *text)
{
	out_bytes(out, text, strlen(text));
}

static inline void out_char(struct out *out, char c)
{
	*out_room(out, 1) = c;
	out->used++;
}

/* Where to cut a text that goes on behind @most bytes: not in the middle of a character. */
size_t text_cut(const char *text, size_t most);

/*
 * What is escaped at a time of @size bytes: never a part of a character, or of a false escape. Up to
 * seven times as many bytes fit into out_room().
 */
size_t text_chunk(const char *text, size_t size);

/* As ipcshow_text_escape(), of any size. Gives the number of bytes that it wrote. */
size_t out_escaped(struct out *out, const void *bytes, size_t size, bool blanks);

/* Columns of a terminal that @size bytes of printable text take. */
size_t text_width(const char *text, size_t size);

/* These give the number of characters that they wrote, NUL excluded. */
size_t format_decimal(char *to, uint64_t n);
size_t format_hex(char *to, uint64_t n);
size_t format_size(char *to, uint64_t bytes);
size_t format_real(char *to, double real);
size_t format_short(char *to, double real);
size_t format_rate(char *to, double rate);
size_t format_time(char *to, double ns);

#endif
