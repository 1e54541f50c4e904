/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VARIABLES_H
#define VARIABLES_H

#include "demo.h"

#define NR_VARIABLES	9

/**
 * struct variable - something that a program has in memory
 * @what: what it is, as a sentence begins with it; the same in all processes that are forks
 * @kind: of the area that textbooks put it into
 * @address: where it is
 */
struct variable {
	char what[48];
	enum ipcshow_kind kind;
	__u64 address;
};

/* One of each kind, of the calling thread; @local is on its stack. */
void variables_find(struct variable *variables, int *local);

#endif
