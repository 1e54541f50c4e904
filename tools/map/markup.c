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

/* JSON within a page may not have it. */
#define LESS_THAN "\\u003c"

/* Of JSON's escapes, those of what one can see are undone; the others are for people. */
static char next_char(const char **p)
{
	if (strncmp(*p, LESS_THAN, strlen(LESS_THAN)) == 0) {
		*p += strlen(LESS_THAN);
		return '<';
	}
	if (**p == '\\' && ((*p)[1] == '"' || (*p)[1] == '\\'))
		++*p;
	return *(*p)++;
}

static void write_markup(FILE *to, const void *bytes, size_t size, escape_fn *escape)
{
	char *text = malloc(size * 6 + 1);
	const char *p, *instead;
	char c;

	if (!text)
		return;
	ipcshow_text_json(text, bytes, size);
	for (p = text; *p; ) {
		c = next_char(&p);
		instead = escape(c);
		if (instead)
			fputs(instead, to);
		else
			fputc(c, to);
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
