// SPDX-License-Identifier: GPL-2.0
/*
 * Pages of HTML: one file with style, scripts and the JSON that they draw. Nothing is
 * fetched, and what others chose reaches the page as data only: JSON has no '<'
 * (ipcshow_text_json()), and the scripts set it as text.
 */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "page.h"

/* The assets lie in the program as they are; the Makefile says where they come from. */
#define ASSET(name, file)						\
	__asm__(".pushsection .rodata\n"				\
		"asset_" #name ":\n"					\
		".incbin \"" ASSETS "/" file "\"\n"			\
		"asset_" #name "_end:\n"				\
		".byte 0\n"						\
		".popsection\n");					\
	extern const char asset_##name[] __attribute__((visibility("hidden")));	\
	extern const char asset_##name##_end[] __attribute__((visibility("hidden")))

ASSET(style, "page.css");
ASSET(scripts, "page.js");

static const char head[] =
	"<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	"style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
	"<meta name=\"generator\" content=\"ipcshow\">\n";

static const char body[] =
	"<main id=\"page\"></main>\n"
	"<noscript><p>";

static const char words[] =
	"</p></noscript>\n"
	"<script type=\"application/json\" id=\"words\">\n";

static const char data[] =
	"\n</script>\n"
	"<script type=\"application/json\" id=\"data\">\n";

static void asset(struct out *out, const char *from, const char *to)
{
	out_bytes(out, from, (size_t)(to - from));
}

static void write_word(struct out *out, bool first, const char *text)
{
	const char *translated = _(text);

	out_text(out, first ? "" : ",\n");
	json_string(out, text, strlen(text));
	out_char(out, ':');
	json_string(out, translated, strlen(translated));
}

/* The texts that the scripts translate stand in them as xgettext finds them, without escapes. */
static void write_words(struct out *out)
{
	static const char begin[] = "_(\"";
	const char *p = asset_scripts, *end;
	bool first = true;
	char text[256];

	out_char(out, '{');
	while ((p = strstr(p, begin))) {
		p += strlen(begin);
		end = strchr(p, '"');
		if ((size_t)(end - p) >= sizeof(text))
			continue;
		memcpy(text, p, (size_t)(end - p));
		text[end - p] = '\0';
		/* A word that stands there twice is told twice, and counts once. */
		if (strcmp(text, _(text))) {
			write_word(out, first, text);
			first = false;
		}
	}
	out_char(out, '}');
}

/**
 * page_open() - begin a file that appears when it is whole
 * @page: out: the page
 * @path: where
 * @out: out: writes to it from now on
 *
 * Return: 0 or a negative errno.
 */
int page_open(struct whole_file *page, const char *path, struct out *out)
{
	int err = whole_file_begin(page, path);

	if (!err)
		out->fd = fileno(page->stream);
	return err;
}

/**
 * page_begin() - what stands before the data
 * @out: the page
 * @name: which page it is: "dump" or "diff"
 *
 * JSON follows, then page_end().
 */
void page_begin(struct out *out, const char *name)
{
	/* TRANSLATORS: the code of your language, as HTML has it. */
	out_format(out, "<!doctype html>\n<html lang=\"%s\">\n", _("en"));
	out_text(out, head);
	out_text(out, "<title>ipcshow-");
	out_text(out, name);
	out_text(out, "</title>\n<style>\n");
	asset(out, asset_style, asset_style_end);
	out_text(out, "</style>\n<body data-page=\"");
	out_text(out, name);
	out_text(out, "\">\n");
	out_text(out, body);
	out_text(out, _("The pictures are drawn by the script in this page. What they are drawn of "
			"is in it as JSON."));
	out_text(out, words);
	write_words(out);
	out_text(out, data);
}

void page_end(struct out *out)
{
	out_text(out, "</script>\n<script>\n");
	asset(out, asset_scripts, asset_scripts_end);
	out_text(out, "</script>\n</body>\n</html>\n");
}

/**
 * page_close() - the page is whole: give it its name
 * @page: the page
 * @out: what was written to it
 *
 * Return: 0; or a negative errno, and there is no file.
 */
int page_close(struct whole_file *page, struct out *out)
{
	out_flush(out);
	if (out->err)
		whole_file_drop(page);
	else
		out->err = whole_file_end(page);
	return out->err;
}

/** page_discard() - there is nothing to show: leave no file */
void page_discard(struct whole_file *page, struct out *out)
{
	out->used = 0;
	whole_file_drop(page);
}
