// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Makes hostile bytes safe: for a terminal, for one word a field, for JSON. In
 * each form the bytes can be told again.
 */
#include <langinfo.h>
#include <wchar.h>
#include <wctype.h>

#include "internal.h"

static const char hex[] = "0123456789abcdef";

/*
 * utf8_decode() - decode one character
 * Return: its bytes, or 0 when @s does not begin with valid UTF-8 (RFC 3629:
 * shortest form, no surrogates, at most U+10FFFF).
 */
static size_t utf8_decode(const u8 *s, size_t size, u32 *c)
{
	static const u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n, i;

	if (s[0] < 0x80) {
		*c = s[0];
		return 1;
	}
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (n > size)
		return 0;
	*c = s[0] & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (s[i] & 0x3f);
	}
	if (*c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff))
		return 0;
	return n;
}

/*
 * Characters without a glyph of their own that hide text or turn its
 * direction (Unicode's general category Cf, separators, and fillers).
 */
static bool is_invisible(u32 c)
{
	static const struct {
		u32 first, last;
	} ranges[] = {
		{ 0x7f, 0xa0 },		{ 0xad, 0xad },		{ 0x34f, 0x34f },
		{ 0x600, 0x605 },	{ 0x61c, 0x61c },	{ 0x6dd, 0x6dd },
		{ 0x70f, 0x70f },	{ 0x115f, 0x1160 },	{ 0x1680, 0x1680 },
		{ 0x17b4, 0x17b5 },	{ 0x180b, 0x180f },	{ 0x2000, 0x200f },
		{ 0x2028, 0x202f },	{ 0x205f, 0x206f },	{ 0x2800, 0x2800 },
		{ 0x3000, 0x3000 },	{ 0x3164, 0x3164 },	{ 0xd800, 0xf8ff },
		{ 0xfe00, 0xfe0f },	{ 0xfeff, 0xfeff },	{ 0xffa0, 0xffa0 },
		{ 0xfff0, 0xfffb },	{ 0xfffe, 0xffff },	{ 0x1d173, 0x1d17a },
		{ 0xe0000, 0x10ffff },
	};
	size_t i;

	if (c < 0x20)
		return true;
	for (i = 0; i < ARRAY_SIZE(ranges) && c >= ranges[i].first; i++)
		if (c <= ranges[i].last)
			return true;
	return false;
}

static bool locale_is_utf8(void)
{
	static int known = -1;

	if (known < 0)
		known = !strcmp(nl_langinfo(CODESET), "UTF-8");
	return known;
}

static bool is_plain(u8 c)
{
	return c >= 0x20 && c < 0x7f && c != '\\';
}

static char *put_byte(char *to, u8 byte)
{
	*to++ = '\\';
	*to++ = 'x';
	*to++ = hex[byte >> 4];
	*to++ = hex[byte & 15];
	return to;
}

static bool is_false_escape(const u8 *s, size_t size)
{
	return s[0] == '\\' && size > 1 && s[1] == 'x';
}

/* Bytes of the character at @s that may be printed as they are, or 0. */
static size_t printable(const u8 *s, size_t size, bool blanks)
{
	size_t n;
	u32 c;

	if (is_false_escape(s, size) || (blanks && *s == ' '))
		return 0;
	if (*s < 0x80)
		return *s >= 0x20 && *s < 0x7f;
	if (!locale_is_utf8())
		return 0;
	n = utf8_decode(s, size, &c);
	if (!n || is_invisible(c) || !iswprint((wint_t)c) || wcwidth((wchar_t)c) < 0)
		return 0;
	return n;
}

/* What has no text may be NULL, to which nothing can be added, not even 0. */
static const u8 *text_end(const u8 *s, size_t size)
{
	return size ? s + size : s;
}

size_t ipcshow_text_escape(char *to, const void *from, size_t size, bool blanks)
{
	const u8 *s = from;
	const u8 *end = text_end(s, size);
	char *start = to;

	if (blanks && size == 1 && *s == '-')
		to = put_byte(to, *s++);
	while (s < end) {
		size_t n;

		if (is_plain(*s) && *s != ' ') {
			*to++ = (char)*s++;
			continue;
		}
		n = printable(s, (size_t)(end - s), blanks);
		if (!n) {
			to = put_byte(to, *s++);
			continue;
		}
		memcpy(to, s, n);
		to += n;
		s += n;
	}
	*to = '\0';
	return (size_t)(to - start);
}

static char *put_u16(char *to, u32 c)
{
	*to++ = '\\';
	*to++ = 'u';
	*to++ = hex[c >> 12 & 15];
	*to++ = hex[c >> 8 & 15];
	*to++ = hex[c >> 4 & 15];
	*to++ = hex[c & 15];
	return to;
}

static char *put_unicode(char *to, u32 c)
{
	if (c < 0x10000)
		return put_u16(to, c);
	c -= 0x10000;
	to = put_u16(to, 0xd800 | c >> 10);
	return put_u16(to, 0xdc00 | (c & 0x3ff));
}

/* Bytes are not characters: told apart by the text \xHH. */
static char *put_json_byte(char *to, u8 byte)
{
	*to++ = '\\';
	return put_byte(to, byte);
}

size_t ipcshow_text_json(char *to, const void *from, size_t size)
{
	const u8 *s = from;
	const u8 *end = text_end(s, size);
	char *start = to;

	while (s < end) {
		size_t n;
		u32 c;

		if (is_plain(*s) && *s != '"' && *s != '<') {
			*to++ = (char)*s++;
			continue;
		}
		n = utf8_decode(s, (size_t)(end - s), &c);
		if (!n || is_false_escape(s, (size_t)(end - s))) {
			to = put_json_byte(to, *s++);
		} else if (c == '"' || c == '\\') {
			*to++ = '\\';
			*to++ = (char)*s++;
		} else if (is_invisible(c) || c == '<') {
			to = put_unicode(to, c);
			s += n;
		} else {
			memcpy(to, s, n);
			to += n;
			s += n;
		}
	}
	*to = '\0';
	return (size_t)(to - start);
}
