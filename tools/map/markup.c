// SPDX-License-Identifier: GPL-2.0
/*
 * What processes call themselves, in other languages' strings. First it is made printable
 * UTF-8, as in JSON, whatever the locale; then what the language minds is escaped.
 */
#include <stdlib.h>
#include <string.h>

#include "ipcshow.h"
#include "markup.h"

typedef const char *escape_fn(char c);

static const char *dot_escape(char c)
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '&':
		/* Graphviz knows the entities of HTML. */
		return "&amp;";
	default:
		return NULL;
	}
}

static const char *html_escape(char c)
{
	switch (c) {
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	default:
		return NULL;
	}
}

static const char *label_escape(char c)
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	default:
		return NULL;
	}
}

/* Of JSON's escapes, those of quotes and backslashes are undone; the others are for people. */
static void write_markup(FILE *to, const void *bytes, size_t size, escape_fn *escape)
{
	char *text = malloc(size * 6 + 1);
	const char *p, *instead;

	if (!text)
		return;
	ipcshow_text_json(text, bytes, size);
	for (p = text; *p; p++) {
		if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
			p++;
		instead = escape(*p);
		if (instead)
			fputs(instead, to);
		else
			fputc(*p, to);
	}
	free(text);
}

void markup_dot(FILE *to, const void *bytes, size_t size)
{
	write_markup(to, bytes, size, dot_escape);
}

void markup_html(FILE *to, const void *bytes, size_t size)
{
	write_markup(to, bytes, size, html_escape);
}

void markup_label(FILE *to, const void *bytes, size_t size)
{
	write_markup(to, bytes, size, label_escape);
}
