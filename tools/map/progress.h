/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct progress - a bar on the terminal that tells how far a long look is
 * @active: there is a terminal to tell
 * @shown: there is something on its line
 * @began_ns: when the look began
 * @told_ns: when the bar was drawn last
 * @what: what is done at present
 * @done: calls of the module so far, of @all that are expected
 * @phase_end: where of these the present phase ends
 */
struct progress {
	bool active;
	bool shown;
	long long began_ns;
	long long told_ns;
	const char *what;
	size_t done;
	size_t all;
	size_t phase_end;
};

void progress_begin(struct progress *progress);
void progress_phase(struct progress *progress, const char *what, size_t calls);
int progress_step(void *progress);
void progress_end(struct progress *progress);

#endif
