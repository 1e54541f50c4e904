// SPDX-License-Identifier: GPL-2.0
/* A tie in words. */
#include <stdarg.h>
#include <stdio.h>

#include "map.h"

struct text {
	char *to;
	size_t room;
	size_t size;
};

__attribute__((format(printf, 2, 3)))
static void add(struct text *text, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text->to + text->size, text->room - text->size, format, args);
	va_end(args);
	if (n > 0)
		text->size += (size_t)n;
	if (text->size >= text->room)
		text->size = text->room - 1;
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
		add(&text, "%s%s %s", told ? ", " : "", size,
		    ipcshow_mechanism_name((enum ipcshow_mechanism)i));
		told |= 1U << i;
	}
	return text.size;
}

/* "2 pipe, unix-stream": by kind. */
size_t tie_channels_text(const struct map *map, const struct tie *tie, char *to, size_t room)
{
	size_t counts[IPCSHOW_NR_CHANNEL_KINDS] = { 0 };
	struct text text = { .to = to, .room = room };
	size_t i;

	for (i = 0; i < tie->nr_links; i++)
		counts[ipcshow_channels_get(map->channels, tie->links[i].channel)->kind]++;
	for (i = 0; i < IPCSHOW_NR_CHANNEL_KINDS; i++) {
		if (!counts[i])
			continue;
		add(&text, "%s", text.size ? ", " : "");
		if (counts[i] > 1)
			add(&text, "%zu ", counts[i]);
		add(&text, "%s", ipcshow_channel_kind_name((enum ipcshow_channel_kind)i));
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
