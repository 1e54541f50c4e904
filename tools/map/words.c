// SPDX-License-Identifier: GPL-2.0
/* A tie in words. */
#include <string.h>

#include "map.h"

struct text {
	char *to;
	size_t room;
	size_t size;
};

/* What does not fit is cut off. There are a million ties on a large machine: no printf(). */
static void add(struct text *text, const char *word)
{
	const size_t left = text->room - 1 - text->size;
	size_t size = strlen(word);

	if (size > left)
		size = left;
	memcpy(text->to + text->size, word, size);
	text->size += size;
	text->to[text->size] = '\0';
}

/* Those that there are, that with the most bytes first. Return: how many. */
static size_t order_mechanisms(const struct tie *tie, unsigned int *order)
{
	unsigned int i;
	size_t at, nr = 0;

	for (i = 0; i < IPCSHOW_NR_MECHANISMS; i++) {
		if (!tie->bytes[i])
			continue;
		for (at = nr++; at && tie->bytes[order[at - 1]] < tie->bytes[i]; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
	return nr;
}

/* "32M shared-anon, 1.2M fork": the most first. */
size_t tie_mechanisms_text(const struct tie *tie, bool bytes, char *to, size_t room)
{
	struct text text = { .to = to, .room = room };
	unsigned int order[IPCSHOW_NR_MECHANISMS];
	size_t i, nr = order_mechanisms(tie, order);
	char size[NUMBER_MAX];

	for (i = 0; i < nr; i++) {
		if (bytes)
			format_decimal(size, tie->bytes[order[i]]);
		else
			format_size(size, tie->bytes[order[i]]);
		if (i)
			add(&text, ", ");
		add(&text, size);
		add(&text, " ");
		add(&text, ipcshow_mechanism_name((enum ipcshow_mechanism)order[i]));
	}
	return text.size;
}

/* "2 pipe, unix-stream": by kind. */
size_t tie_channels_text(const struct map *map, const struct tie *tie, char *to, size_t room)
{
	size_t counts[IPCSHOW_NR_CHANNEL_KINDS] = { 0 };
	struct text text = { .to = to, .room = room };
	char number[NUMBER_MAX];
	size_t i;

	for (i = 0; i < tie->nr_links; i++)
		counts[ipcshow_channels_get(map->channels, tie->links[i].channel)->kind]++;
	for (i = 0; tie->nr_links && i < IPCSHOW_NR_CHANNEL_KINDS; i++) {
		if (!counts[i])
			continue;
		add(&text, text.size ? ", " : "");
		if (counts[i] > 1) {
			format_decimal(number, counts[i]);
			add(&text, number);
			add(&text, " ");
		}
		add(&text, ipcshow_channel_kind_name((enum ipcshow_channel_kind)i));
	}
	return text.size;
}

/* IPCSHOW_FLOW_*: of all of its channels. */
unsigned int tie_flow(const struct tie *tie)
{
	unsigned int flow = 0;
	size_t i;

	for (i = 0; i < tie->nr_links; i++)
		flow |= tie->links[i].flow;
	return flow;
}
