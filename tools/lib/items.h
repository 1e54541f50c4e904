/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_ITEMS_H
#define IPCSHOW_ITEMS_H

#include "note.h"

/* struct item - a text, and as which of all it came */
struct item {
	char *text;
	size_t at;
};

/**
 * struct items - texts to be listed, each once
 * @all: from malloc(), and so are the texts
 * @failed: there was no memory for some of them
 */
struct items {
	struct item *all;
	size_t nr;
	size_t room;
	bool failed;
};

void items_add(struct items *items, const char *text);
void items_list(struct items *items, struct note *note);
void items_free(struct items *items);

#endif
