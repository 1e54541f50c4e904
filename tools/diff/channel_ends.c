// SPDX-License-Identifier: GPL-2.0
/* The ends of channels, as cells. */
#include <stdarg.h>
#include <stdio.h>

#include "channel_words.h"
#include "channels.h"

/* struct text - a text in row->scratch */
struct text {
	char *to;
	size_t size;
};

__attribute__((format(printf, 2, 3)))
static void add(struct text *text, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text->to + text->size, SCRATCH_MAX - text->size, format, args);
	va_end(args);
	if (n > 0)
		text->size += (size_t)n;
	if (text->size >= SCRATCH_MAX)
		text->size = SCRATCH_MAX - 1;
}

static void view_of(const struct row *row, const struct ipcshow_channel_end *end,
		    struct ipcshow_subject_view *view)
{
	ipcshow_survey_subject(row->diff->survey, end->subject, view);
}

/* The PID, or the TID where one thread is meant. */
static unsigned int number_of(const struct row *row, const struct ipcshow_channel_end *end)
{
	struct ipcshow_subject_view view;

	view_of(row, end, &view);
	return row->diff->tasks[end->subject].whole ? view.task->tgid : view.tid;
}

static void add_place(struct text *text, const struct ipcshow_channel_end *end)
{
	size_t i;

	for (i = 0; i < end->nr_fds; i++)
		add(text, "%s%u", i ? "+" : ",", end->fds[i]);
	if (end->address)
		add(text, "%s", end->nr_fds ? "+mem" : ",mem");
	if (end->tid)
		add(text, ",tid=%u", end->tid);
}

/* As lsfd writes endpoints: PID,COMMAND,FD and what the end can do. */
static void add_end(struct text *text, const struct row *row,
		    const struct ipcshow_channel_end *end)
{
	struct ipcshow_subject_view view;

	view_of(row, end, &view);
	add(text, "%u,%.*s", number_of(row, end), IPCSHOW_COMM_LEN, (const char *)view.comm);
	add_place(text, end);
	if (end->nr_fds || end->address)
		add(text, ",%c%c", end->access & IPCSHOW_END_READ ? 'r' : '-',
		    end->access & IPCSHOW_END_WRITE ? 'w' : '-');
}

void ends_text(struct row *row, struct value *value, unsigned int task)
{
	const struct ipcshow_channel *channel = row->channel->channel;
	struct text text = { .to = row->scratch };
	size_t i;

	for (i = 0; i < channel->nr_ends; i++) {
		if (channel->ends[i].subject != task)
			continue;
		if (text.size)
			add(&text, " ");
		add_end(&text, row, &channel->ends[i]);
	}
	if (text.size)
		set_text(value, text.to, text.size);
}

static bool is_plain(const char *role)
{
	return !role || !strcmp(role, "maps");
}

/* What the ends say beside where they are: "A listens; B maps". */
void ends_detail(struct row *row, struct value *value)
{
	const struct ipcshow_channel *channel = row->channel->channel;
	struct text text = { .to = row->scratch };
	size_t i;

	if (channel->detail)
		add(&text, "%s", channel->detail);
	for (i = 0; i < channel->nr_ends; i++) {
		const struct ipcshow_channel_end *end = &channel->ends[i];

		if ((end->subject != row->channel->a && end->subject != row->channel->b) ||
		    (is_plain(end->role) && !end->detail))
			continue;
		add(&text, "%s%c", text.size ? "; " : "", end->subject == row->channel->a ? 'A' : 'B');
		if (!is_plain(end->role))
			add(&text, " %s", _(end->role));
		if (end->detail)
			add(&text, is_plain(end->role) ? " %s" : ": %s", end->detail);
	}
	if (text.size)
		set_text(value, text.to, text.size);
}

static void json_end(const struct row *row, struct out *out,
		     const struct ipcshow_channel_end *end)
{
	out_text(out, "{\"task\":");
	out_decimal(out, end->subject);
	json_channel_end_members(out, false, row->diff->survey, end);
	out_char(out, '}');
}

/* Those of the two tasks; the others have theirs with other pairs. */
void ends_json(const struct row *row, struct out *out)
{
	const struct ipcshow_channel *channel = row->channel->channel;
	bool first = true;
	size_t i;

	out_char(out, '[');
	for (i = 0; i < channel->nr_ends; i++) {
		if (channel->ends[i].subject != row->channel->a &&
		    channel->ends[i].subject != row->channel->b)
			continue;
		if (!first)
			out_char(out, ',');
		first = false;
		json_end(row, out, &channel->ends[i]);
	}
	out_char(out, ']');
}
