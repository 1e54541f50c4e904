/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_NOTE_H
#define IPCSHOW_NOTE_H

#include "internal.h"

/**
 * struct note - a text that grows
 * @text: terminated once something was added; from malloc()
 * @size: bytes in it
 * @failed: there was no memory for some of it
 */
struct note {
	char *text;
	size_t size;
	size_t room;
	bool failed;
};

__attribute__((format(printf, 2, 3)))
void note_add(struct note *note, const char *format, ...);
void note_add_bytes(struct note *note, const void *bytes, size_t size);
void note_add_signals(struct note *note, u64 signals);
void note_clear(struct note *note);
void note_free(struct note *note);

#endif
