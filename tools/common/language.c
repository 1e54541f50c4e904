// SPDX-License-Identifier: GPL-2.0
/* The language that people are spoken to in, by gettext. */
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "ipcshow.h"
#include "language.h"

/* Of what is said on standard error; NULL: nothing is translated. */
static locale_t people;

static bool is_there(const char *dir)
{
	return !access(dir, X_OK);
}

/*
 * Catalogues are in share/locale beside the bin that the program is in, or, where it was just built,
 * in its own directory. A format of a catalogue is trusted, and a program that has more rights than
 * who runs it may lie, by a hard link, in a directory of his: it takes the system's catalogues.
 */
static void bind_catalogue(void)
{
	static const char *const places[] = { "locale/", "../share/locale/" };
	char path[PATH_MAX + sizeof("../share/locale/")];
	ssize_t size = readlink("/proc/self/exe", path, PATH_MAX);
	char *slash;
	size_t i;

	if (getauxval(AT_SECURE) || size <= 0)
		return;
	path[size] = '\0';
	slash = strrchr(path, '/');
	for (i = 0; slash && i < sizeof(places) / sizeof(*places); i++) {
		strcpy(slash + 1, places[i]);
		if (is_there(path)) {
			bindtextdomain(IPCSHOW_TEXT_DOMAIN, path);
			return;
		}
	}
}

/* Once, before all else. Numbers, times and order are the same everywhere. */
void language_begin(void)
{
	setlocale(LC_CTYPE, "");
	/* A terminal with another character set would get question marks, and a page a mixture. */
	if (strcmp(nl_langinfo(CODESET), "UTF-8"))
		return;
	setlocale(LC_MESSAGES, "");
	people = duplocale(LC_GLOBAL_LOCALE);
	bind_catalogue();
	textdomain(IPCSHOW_TEXT_DOMAIN);
}

/* From now on, standard output is for programs, which get the same everywhere. */
void language_for_programs(void)
{
	setlocale(LC_MESSAGES, "C");
}

/**
 * language_for_people() - translate what is said on standard error
 * @text: the text
 *
 * Return: its translation, whatever standard output is for.
 */
const char *language_for_people(const char *text)
{
	locale_t before;
	const char *translated;

	/* What gettext() knows as "" is the catalogue's heading. */
	if (!people || !*text)
		return text;
	before = uselocale(people);
	translated = gettext(text);
	uselocale(before);
	return translated;
}
