// SPDX-License-Identifier: LGPL-2.1-or-later
/* Texts of which each is listed once, however many there are. */
#include "items.h"

void items_add(struct items *items, const char *text)
{
	struct item *grown = array_grow(items->all, items->nr, &items->room, sizeof(*grown));
	char *copy = grown ? strdup(text) : NULL;

	if (grown)
		items->all = grown;
	if (copy) {
		grown[items->nr] = (struct item){ copy, items->nr };
		items->nr++;
	} else {
		items->failed = true;
	}
}

static int by_place(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static int by_text(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int order = strcmp(x->text, y->text);

	return order ? order : by_place(a, b);
}

/* With commas, in the order in which they first came; the others are dropped. */
void items_list(struct items *items, struct note *note)
{
	size_t i, kept = 0;

	if (!items->nr)
		return;
	qsort(items->all, items->nr, sizeof(*items->all), by_text);
	for (i = 0; i < items->nr; i++) {
		if (kept && !strcmp(items->all[kept - 1].text, items->all[i].text))
			free(items->all[i].text);
		else
			items->all[kept++] = items->all[i];
	}
	items->nr = kept;
	qsort(items->all, items->nr, sizeof(*items->all), by_place);
	for (i = 0; i < items->nr; i++)
		note_add(note, "%s%s", note->size ? ", " : "", items->all[i].text);
}

void items_free(struct items *items)
{
	size_t i;

	for (i = 0; i < items->nr; i++)
		free(items->all[i].text);
	free(items->all);
	*items = (struct items){ 0 };
}
