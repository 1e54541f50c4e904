// SPDX-License-Identifier: GPL-2.0
/* What is said of mechanisms, of channels and of their ends. */
#include <string.h>

#include "channel_words.h"
#include "json.h"

void mechanisms_list(struct out *out)
{
	int i;

	out_text(out, _("\nMechanisms:\n"));
	for (i = 0; i < IPCSHOW_NR_MECHANISMS; i++)
		help_line(out, ipcshow_mechanism_name((enum ipcshow_mechanism)i),
			  ipcshow_mechanism_help((enum ipcshow_mechanism)i));
}

void channels_list(struct out *out)
{
	int i;

	out_text(out, _("\nChannels:\n"));
	for (i = 0; i < IPCSHOW_NR_CHANNEL_KINDS; i++)
		help_line(out, ipcshow_channel_kind_name((enum ipcshow_channel_kind)i),
			  ipcshow_channel_kind_help((enum ipcshow_channel_kind)i));
	out_text(out, _("\nNotes on channels:\n"));
	help_line(out, "same-open-file", _("one open file description: one position, one set of flags"));
	help_line(out, "deleted", _("it has no name in the file system any more"));
	help_line(out, "last-used", _("who used it last is all that the kernel keeps"));
}

/* Of IPCSHOW_FLOW_*; NULL: none. */
const char *flow_word(unsigned int flow)
{
	static const char *const words[] = {
		[IPCSHOW_FLOW_A_TO_B] = "A->B",
		[IPCSHOW_FLOW_B_TO_A] = "A<-B",
		[IPCSHOW_FLOW_A_TO_B | IPCSHOW_FLOW_B_TO_A] = "A<->B",
	};

	return flow < ARRAY_SIZE(words) ? words[flow] : NULL;
}

static bool is_for_data(enum ipcshow_channel_kind kind)
{
	switch (kind) {
	case IPCSHOW_CHANNEL_PIPE:
	case IPCSHOW_CHANNEL_FIFO:
	case IPCSHOW_CHANNEL_UNIX_STREAM:
	case IPCSHOW_CHANNEL_UNIX_DGRAM:
	case IPCSHOW_CHANNEL_UNIX_SEQPACKET:
	case IPCSHOW_CHANNEL_TCP:
	case IPCSHOW_CHANNEL_UDP:
	case IPCSHOW_CHANNEL_SOCKET:
	case IPCSHOW_CHANNEL_PTY:
		return true;
	default:
		return false;
	}
}

/* Two that both only write to it, say, tell one another nothing through it. */
bool channel_is_idle(const struct ipcshow_channel *channel, unsigned int flow)
{
	return !flow && is_for_data(channel->kind);
}

/* @flags: IPCSHOW_CHANNEL_F_* */
void set_channel_notes(struct value *value, unsigned int flags)
{
	value->type = VALUE_WORDS;
	value->number = 0;
	if (flags & IPCSHOW_CHANNEL_F_SAME_FILE)
		value->words[value->number++] = "same-open-file";
	if (flags & IPCSHOW_CHANNEL_F_DELETED)
		value->words[value->number++] = "deleted";
	if (flags & IPCSHOW_CHANNEL_F_LAST_USED)
		value->words[value->number++] = "last-used";
	if (!value->number)
		value->words[0] = "";
}

static void json_fds(struct out *out, const struct ipcshow_channel_end *end)
{
	size_t i;

	json_key(out, false, "fds");
	out_char(out, '[');
	for (i = 0; i < end->nr_fds; i++) {
		if (i)
			out_char(out, ',');
		out_decimal(out, end->fds[i]);
	}
	out_char(out, ']');
}

static void json_text_member(struct out *out, const char *name, const char *text)
{
	json_key(out, false, name);
	if (text)
		json_string(out, text, strlen(text));
	else
		out_text(out, "null");
}

/* @first: they are the first members. */
void json_channel_end_members(struct out *out, bool first, const struct ipcshow_survey *survey,
			      const struct ipcshow_channel_end *end)
{
	struct ipcshow_subject_view view;

	ipcshow_survey_subject(survey, end->subject, &view);
	json_key(out, first, "pid");
	out_decimal(out, view.task->tgid);
	json_number_member(out, "tid", end->tid ? end->tid : view.tid);
	json_key(out, false, "comm");
	json_string(out, view.comm, strnlen((const char *)view.comm, IPCSHOW_COMM_LEN));
	json_fds(out, end);
	json_bool_member(out, "read", end->access & IPCSHOW_END_READ);
	json_bool_member(out, "write", end->access & IPCSHOW_END_WRITE);
	json_number_member(out, "side", end->side);
	json_text_member(out, "role", end->role);
	json_key(out, false, "address");
	if (end->address)
		json_address(out, end->address);
	else
		out_text(out, "null");
	json_number_member(out, "bytes", end->bytes);
	json_text_member(out, "detail", end->detail);
}
