/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LANGUAGE_H
#define LANGUAGE_H

#include <libintl.h>

/*
 * Texts are in English here, and are translated where they are put out: _() is for a text that is
 * used at once, N_() marks one that somebody translates later. Functions that say what they are
 * given translate it themselves; tools/po/extract has them.
 *
 * What stays in English: names of columns as -o has them, keys of JSON, and words that stand for
 * something (kinds, mechanisms, verdicts), since they are typed and searched for.
 */
#define _(text)		gettext(text)
#define N_(text)	text
/* On standard error, whatever standard output is for. */
#define P_(text)	language_for_people(text)

void language_begin(void);
void language_for_programs(void);
__attribute__((format_arg(1)))
const char *language_for_people(const char *text);

#endif
