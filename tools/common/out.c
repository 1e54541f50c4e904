// SPDX-License-Identifier: GPL-2.0
/*
 * Output and numbers. A dump is a hundred thousand numbers: printf() would be
 * most of its time.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include <wchar.h>

#include "ipcshow.h"
#include "out.h"

#define CHUNK_MAX	8192

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

/* For a sentence, up to a kilobyte; a table would take too long. */
void out_format(struct out *out, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	out_text(out, text);
}

size_t text_cut(const char *text, size_t most)
{
	const size_t least = most > 4 ? most - 4 : 0;
	size_t n = most;

	while (n > least && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

size_t text_chunk(const char *text, size_t size)
{
	size_t n;

	if (size <= CHUNK_MAX + 4)
		return size;
	n = text_cut(text, CHUNK_MAX);
	return text[n - 1] == '\\' ? n - 1 : n;
}

size_t out_escaped(struct out *out, const void *bytes, size_t size, bool blanks)
{
	const char *p = bytes;
	size_t n, used, all = 0;

	for (; size; p += n, size -= n, all += used) {
		n = text_chunk(p, size);
		used = ipcshow_text_escape(out_room(out, n * 4 + 1), p, n, blanks);
		out_advance(out, used);
	}
	return all;
}

size_t text_width(const char *text, size_t size)
{
	mbstate_t state = { 0 };
	size_t width = 0, n;
	wchar_t c;

	for (; size; text += n, size -= n) {
		n = mbrtowc(&c, text, size, &state);
		/* What is no character is a byte that takes a place. */
		if (n == 0 || n > size) {
			state = (mbstate_t){ 0 };
			n = 1;
			width++;
		} else if (wcwidth(c) > 0) {
			width += (size_t)wcwidth(c);
		}
	}
	return width;
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

/* Five digits that count, whatever the locale writes between them, and no exponent: 0.00012, 12.5, 123456. */
size_t format_real(char *to, double real)
{
	uint64_t whole = (uint64_t)real, fraction, scale = 1;
	int digits = 0, leading;
	size_t size;

	if (real >= 10000) {
		size = format_decimal(to, (uint64_t)(real + 0.5));
		return size;
	}
	for (leading = whole ? 0 : 4; real > 0 && leading && real * (double)scale < 1; leading--)
		scale *= 10;
	for (digits = whole >= 1000 ? 1 : whole >= 100 ? 2 : whole >= 10 ? 3 : 4; digits; digits--)
		scale *= 10;
	fraction = (uint64_t)((real - (double)whole) * (double)scale + 0.5);
	if (fraction >= scale) {
		whole++;
		fraction = 0;
	}
	size = format_decimal(to, whole);
	if (!fraction)
		return size;
	to[size++] = '.';
	for (scale /= 10; fraction; scale /= 10) {
		to[size++] = (char)('0' + fraction / scale % 10);
		fraction %= scale;
	}
	to[size] = '\0';
	return size;
}

/* Less than a part of that is nothing. */
#define SHORT_SCALE_MAX	1000000000000ULL

/*
 * Three digits that count, but no more than four behind the point, unless nothing would be left of
 * the number; a whole number has no point.
 */
size_t format_short(char *to, double real)
{
	uint64_t scale, scaled;
	double limit = 99.95;
	size_t size;

	for (scale = 1; scale < 10000 && real < limit; scale *= 10)
		limit /= 10;
	while (real > 0 && real * (double)scale < 0.5 && scale < SHORT_SCALE_MAX)
		scale *= 10;
	scaled = (uint64_t)(real * (double)scale + 0.5);
	size = format_decimal(to, scaled / scale);
	if (scaled % scale == 0)
		return size;
	to[size++] = '.';
	for (scale /= 10; scale; scale /= 10)
		to[size++] = (char)('0' + scaled / scale % 10);
	to[size] = '\0';
	return size;
}

static size_t format_unit(char *to, double n, const char *unit)
{
	size_t size = format_short(to, n);

	while (*unit)
		to[size++] = *unit++;
	to[size] = '\0';
	return size;
}

/* 12.3k, 4.56M */
size_t format_rate(char *to, double rate)
{
	static const char *const units[] = { "", "k", "M", "G", "T" };
	size_t unit = 0;

	while (rate >= 999.5 && unit < 4) {
		rate /= 1000;
		unit++;
	}
	return format_unit(to, rate, units[unit]);
}

/* 340ns, 12.3us */
size_t format_time(char *to, double ns)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	size_t unit = 0;

	while (ns >= 999.5 && unit < 3) {
		ns /= 1000;
		unit++;
	}
	return format_unit(to, ns, units[unit]);
}
