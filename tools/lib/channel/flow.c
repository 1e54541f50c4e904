// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which way data can go, and channels that are no object of their own. */
#include <errno.h>
#include <stdio.h>

#include "channel.h"
#include "translate.h"

/* What one puts in, another can take out. */
static bool is_for_data(enum ipcshow_channel_kind kind)
{
	switch (kind) {
	case IPCSHOW_CHANNEL_FILES:
	case IPCSHOW_CHANNEL_EPOLL:
	case IPCSHOW_CHANNEL_IO_URING:
	case IPCSHOW_CHANNEL_ANON_INODE:
	case IPCSHOW_CHANNEL_DEVICE:
	case IPCSHOW_CHANNEL_OPEN_FILE:
	case IPCSHOW_CHANNEL_TERMINAL:
	case IPCSHOW_CHANNEL_SYSV_MSG:
	case IPCSHOW_CHANNEL_SYSV_SEM:
		return false;
	default:
		return true;
	}
}

/* It only puts in, and has nothing in common with others who do. */
static bool is_sender(const struct ipcshow_channel *channel, const struct ipcshow_channel_end *end)
{
	switch (channel->kind) {
	case IPCSHOW_CHANNEL_SIGNAL:
		return end->side == 1;
	case IPCSHOW_CHANNEL_FUTEX:
		return !end->role || strncmp(end->role, "waits", strlen("waits"));
	default:
		return end->role && !strcmp(end->role, "sends");
	}
}

static bool can_send(const struct ipcshow_channel_end *from, const struct ipcshow_channel_end *to)
{
	return (from->access & IPCSHOW_END_WRITE) && (to->access & IPCSHOW_END_READ) &&
	       (!from->side || from->side != to->side);
}

/* struct range - the ends of one task */
struct range {
	const struct ipcshow_channel_end *ends;
	size_t nr;
};

/* Ends stand by task. */
static struct range ends_of(const struct ipcshow_channel *channel, size_t subject)
{
	size_t low = 0, high = channel->nr_ends;
	struct range range;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (channel->ends[mid].subject < subject)
			low = mid + 1;
		else
			high = mid;
	}
	range = (struct range){ channel->ends + low, 0 };
	while (low + range.nr < channel->nr_ends && range.ends[range.nr].subject == subject)
		range.nr++;
	return range;
}

static bool are_senders(const struct ipcshow_channel *channel, const struct range *range)
{
	size_t i;

	for (i = 0; i < range->nr; i++)
		if (!is_sender(channel, &range->ends[i]))
			return false;
	return true;
}

static bool can_flow(const struct range *from, const struct range *to)
{
	size_t i, j;

	for (i = 0; i < from->nr; i++)
		for (j = 0; j < to->nr; j++)
			if (can_send(&from->ends[i], &to->ends[j]))
				return true;
	return false;
}

bool ipcshow_channel_joins(const struct ipcshow_channel *channel, size_t a, size_t b,
			   unsigned int *flow)
{
	const struct range of_a = ends_of(channel, a), of_b = ends_of(channel, b);

	*flow = 0;
	if (!of_a.nr || !of_b.nr ||
	    (are_senders(channel, &of_a) && are_senders(channel, &of_b)) ||
	    holds_same_owners(&channel_of(channel)->holds, a, b))
		return false;
	if (is_for_data(channel->kind))
		*flow = (can_flow(&of_a, &of_b) ? IPCSHOW_FLOW_A_TO_B : 0) |
			(can_flow(&of_b, &of_a) ? IPCSHOW_FLOW_B_TO_A : 0);
	return true;
}

static int by_key(const void *a, const void *b)
{
	const struct end *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->subject < y->subject ? -1 : x->subject > y->subject;
}

/* Sorts @ends, and adds a channel of each key that several tasks have. */
static int add_common(struct ipcshow_channels *channels, struct ends *ends, const char *name)
{
	size_t i, first = 0;
	int err = 0;

	if (ends->nr)
		qsort(ends->all, ends->nr, sizeof(*ends->all), by_key);
	for (i = 1; !err && i <= ends->nr; i++) {
		if (i < ends->nr && ends->all[i].key == ends->all[first].key)
			continue;
		if (ends->all[first].subject != ends->all[i - 1].subject)
			err = channel_add_named(channels, ends->all + first, i - first, 0, name);
		first = i;
	}
	ends_free(ends);
	return err;
}

static int add_memory_end(struct ends *ends, const struct survey_subject *subject, u32 index)
{
	const struct end end = {
		.key = subject->reading.mm.id,
		.kind = IPCSHOW_CHANNEL_MM,
		.subject = index,
		.access = IPCSHOW_END_READ | IPCSHOW_END_WRITE,
	};

	return ends_add(ends, &end);
}

static int add_table_end(struct ends *ends, const struct survey_subject *subject, u32 index)
{
	const struct survey_thread *thread = subject->chosen;
	char text[64];
	struct end end = {
		.key = thread->resources.files,
		.kind = IPCSHOW_CHANNEL_FILES,
		.subject = index,
	};

	if (!thread->has_resources || !end.key ||
	    thread->changed >> IPCSHOW_RESOURCE_FILES & 1)
		return 0;
	snprintf(text, sizeof(text), _("%zu open"),
		 descriptors_of_table(&subject->reading.descriptors, end.key));
	end.detail = strdup(text);
	return end.detail ? ends_add(ends, &end) : -ENOMEM;
}

/* Tasks that have one address space, or one table of descriptors. */
int common_find(struct ipcshow_channels *channels)
{
	const struct ipcshow_survey *survey = channels->survey;
	struct ends memory = { 0 }, tables = { 0 };
	size_t i;
	int err = 0;

	for (i = 0; !err && i < survey->nr; i++) {
		err = add_memory_end(&memory, &survey->subjects[i], (u32)i);
		if (!err)
			err = add_table_end(&tables, &survey->subjects[i], (u32)i);
	}
	if (!err)
		err = add_common(channels, &memory, _("one address space"));
	if (!err)
		err = add_common(channels, &tables, _("one table of descriptors"));
	ends_free(&memory);
	ends_free(&tables);
	return err;
}
