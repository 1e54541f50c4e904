// SPDX-License-Identifier: LGPL-2.1-or-later
/* Text that is put together. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include "note.h"
#include "translate.h"

static bool note_grow(struct note *note, size_t size)
{
	size_t room = note->size + size + 1;
	char *grown;

	if (room <= note->room)
		return true;
	room = room < 256 ? 256 : room * 2;
	grown = realloc(note->text, room);
	if (!grown) {
		note->failed = true;
		return false;
	}
	note->text = grown;
	note->room = room;
	return true;
}

void note_add_bytes(struct note *note, const void *bytes, size_t size)
{
	if (!note_grow(note, size))
		return;
	if (size)
		memcpy(note->text + note->size, bytes, size);
	note->size += size;
	note->text[note->size] = '\0';
}

void note_add(struct note *note, const char *format, ...)
{
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (size < 0 || !note_grow(note, (size_t)size))
		return;
	va_start(args, format);
	vsnprintf(note->text + note->size, (size_t)size + 1, format, args);
	va_end(args);
	note->size += (size_t)size;
}

static void add_signal(struct note *note, int signal)
{
	const char *name = sigabbrev_np(signal);

	if (name)
		note_add(note, "%s", name);
	else
		note_add(note, "RT%d", signal - 32);
}

/* Names as kill -l has them, with commas; "all", or all but few; "none". */
void note_add_signals(struct note *note, u64 signals)
{
	const u64 never = 1ULL << (SIGKILL - 1) | 1ULL << (SIGSTOP - 1);
	bool is_inverse = __builtin_popcountll(signals) > 40;
	u64 left = is_inverse ? ~(signals | never) : signals;
	const char *comma = is_inverse && left ? _(" but ") : "";

	if (is_inverse)
		note_add(note, "%s", _("all"));
	else if (!signals)
		note_add(note, "%s", _("none"));
	for (; left; left &= left - 1) {
		note_add(note, "%s", comma);
		add_signal(note, __builtin_ctzll(left) + 1);
		comma = ",";
	}
}

void note_clear(struct note *note)
{
	note->size = 0;
	if (note->text)
		*note->text = '\0';
}

void note_free(struct note *note)
{
	free(note->text);
	*note = (struct note){ 0 };
}
