// SPDX-License-Identifier: GPL-2.0
/*
 * Pages of HTML: one file with style, scripts and the JSON that they draw. Nothing is
 * fetched, and what others chose reaches the page as data only: JSON has no '<'
 * (ipcshow_text_json()), and the scripts set it as text.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* What is no file (a pipe, a terminal) is written as it comes. */
static bool is_stream(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISREG(st.st_mode);
}

/* A link stays: it is what it leads to that is replaced. */
static int choose_names(struct page *page, const char *path)
{
	page->path = realpath(path, NULL);
	if (!page->path)
		page->path = strdup(path);
	if (!page->path || asprintf(&page->temporary, "%s.%ld", page->path, (long)getpid()) < 0) {
		free(page->path);
		return -ENOMEM;
	}
	return 0;
}

/* What a signal that ends the program is to remove. */
static const char *volatile unfinished;

static const int ending[] = { SIGHUP, SIGINT, SIGTERM };

static void on_signal(int number)
{
	if (unfinished)
		unlink(unfinished);
	/* Once handled, it does what it always does. */
	raise(number);
}

static void catch_signals(void)
{
	const struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND };
	struct sigaction before;
	size_t i;

	for (i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		if (!sigaction(ending[i], NULL, &before) && before.sa_handler == SIG_DFL)
			sigaction(ending[i], &action, NULL);
}

/* No signal comes between the file and the note that it is to be removed. */
static int create(const char *path)
{
	sigset_t block, before;
	size_t i;
	int fd;

	sigemptyset(&block);
	for (i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		sigaddset(&block, ending[i]);
	sigprocmask(SIG_BLOCK, &block, &before);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd >= 0) {
		unfinished = path;
		catch_signals();
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return fd;
}

static void forget_names(struct page *page)
{
	unfinished = NULL;
	free(page->temporary);
	free(page->path);
}

/**
 * page_open() - begin a file that appears when it is whole
 * @page: out: the page
 * @path: where
 * @out: out: writes to it from now on
 *
 * Return: 0 or a negative errno.
 */
int page_open(struct page *page, const char *path, struct out *out)
{
	int fd, err = 0;

	*page = (struct page){ 0 };
	if (is_stream(path)) {
		fd = open(path, O_WRONLY | O_CLOEXEC);
	} else {
		err = choose_names(page, path);
		if (err)
			return err;
		fd = create(page->temporary);
	}
	if (fd < 0) {
		err = -errno;
		forget_names(page);
		return err;
	}
	out->fd = fd;
	return 0;
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
int page_close(struct page *page, struct out *out)
{
	out_flush(out);
	if (close(out->fd) && !out->err)
		out->err = -errno;
	if (!out->err && page->temporary && rename(page->temporary, page->path))
		out->err = -errno;
	if (out->err && page->temporary)
		unlink(page->temporary);
	forget_names(page);
	return out->err;
}

/** page_discard() - there is nothing to show: leave no file */
void page_discard(struct page *page, struct out *out)
{
	out->used = 0;
	close(out->fd);
	if (page->temporary)
		unlink(page->temporary);
	forget_names(page);
}
