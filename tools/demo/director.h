/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIRECTOR_H
#define DIRECTOR_H

#include "demo.h"

/* Before all else: this process answers for all that the demos start, or leave behind. */
void director_begin(void);
/* Demo number @index, in a process of its own, to its end. False: the output failed. */
bool director_run(size_t index);

/*
 * The same with something that is no demo: entries and names are kept as those of number
 * @index, which is beyond the demos; @name is what it is called in complaints.
 */
bool director_run_play(size_t index, const char *name, void (*play)(void));

#endif
