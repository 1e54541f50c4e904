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

/* The mechanism with the most bytes that is not in @told; or IPCSHOW_NR_MECHANISMS. */
static unsigned int next_mechanism(const struct tie *tie, unsigned int told)
{
	unsigned int i, best = IPCSHOW_NR_MECHANISMS;

	for (i = 0; i < IPCSHOW_NR_MECHANISMS; i++)
		if (tie->bytes[i] && !(told & 1U << i) &&
		    (best == IPCSHOW_NR_MECHANISMS || tie->bytes[i] > tie->bytes[best]))
			best = i;
	return best;
}

/* "32M shared-anon, 1.2M fork": the most first. */
size_t tie_mechanisms_text(const struct tie *tie, bool bytes, char *to, size_t room)
{
	struct text text = { .to = to, .room = room };
	unsigned int i, told = 0;
	char size[NUMBER_MAX];

	while ((i = next_mechanism(tie, told)) < IPCSHOW_NR_MECHANISMS) {
		if (bytes)
			format_decimal(size, tie->bytes[i]);
		else
			format_size(size, tie->bytes[i]);
		add(&text, told ? ", " : "");
		add(&text, size);
		add(&text, " ");
		add(&text, ipcshow_mechanism_name((enum ipcshow_mechanism)i));
		told |= 1U << i;
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
