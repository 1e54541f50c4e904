/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_MAY_SIGNAL_H
#define IPCSHOW_MAY_SIGNAL_H

#include "survey.h"
#include "table.h"

/**
 * enum may_signal - whether one task may signal another
 * @MAY_NOT: the kernel's rules say no
 * @MAY_SIGNAL: they say yes; a security module may still object
 * @MAY_SIGCONT: only SIGCONT, within the session
 * @MAY_BE: it cannot be told from here
 */
enum may_signal {
	MAY_NOT,
	MAY_SIGNAL,
	MAY_SIGCONT,
	MAY_BE,
};

/* struct lineages - which namespaces lie in which, as far as it was asked */
struct lineages {
	struct table known;
};

enum may_signal signal_may(struct lineages *lineages, const struct survey_subject *from,
			   const struct survey_subject *to, const char **why);
void lineages_free(struct lineages *lineages);

#endif
