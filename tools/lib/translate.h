/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_TRANSLATE_H
#define IPCSHOW_TRANSLATE_H

#include <libintl.h>

#include "ipcshow.h"

/*
 * The library has its messages in the programs' catalogue: they are made of one source, most are
 * seen in the programs only, and a program that links the library statically installs one file.
 * It binds no catalogue itself: where that lies is the program's to know.
 */
#define _(text)		dgettext(IPCSHOW_TEXT_DOMAIN, text)
#define N_(text)	text

/* For a table of texts in which some have none. */
static inline const char *translated(const char *text)
{
	return text ? _(text) : NULL;
}

#endif
