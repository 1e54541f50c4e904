// SPDX-License-Identifier: GPL-2.0
/* The table of what two tasks may talk through. */
#include <stdio.h>
#include <string.h>

#include "channel_words.h"
#include "channels.h"

static void get_kind(struct row *row, struct value *value)
{
	set_word(value, ipcshow_channel_kind_name(row->channel->channel->kind));
}

static void get_flow(struct row *row, struct value *value)
{
	const char *word = flow_word(row->channel->flow);

	if (word)
		set_word(value, word);
}

static void get_name(struct row *row, struct value *value)
{
	if (row->channel->channel->name_size)
		set_text(value, row->channel->channel->name, row->channel->channel->name_size);
}

static void get_ends(struct row *row, struct value *value)
{
	(void)row;
	value->json = ends_json;
}

static void get_a(struct row *row, struct value *value)
{
	ends_text(row, value, row->channel->a);
}

static void get_b(struct row *row, struct value *value)
{
	ends_text(row, value, row->channel->b);
}

static void get_notes(struct row *row, struct value *value)
{
	set_channel_notes(value, ipcshow_channel_flags(row->channel->channel, row->channel->a,
						       row->channel->b));
}

static void get_detail(struct row *row, struct value *value)
{
	ends_detail(row, value);
}

static const struct column columns[] = {
	{ N_("KIND"), "kind", 0, get_kind, N_("how they are joined: see below") },
	{ N_("FLOW"), "flow", 0, get_flow, N_("which way data can go; none: both only read, say") },
	{ N_("NAME"), "name", 0, get_name, N_("its name") },
	{ N_("A"), "a", 0, get_a, N_("ends of A: PID,COMMAND,FD,ACCESS; FDs of one end with +") },
	{ N_("B"), "b", 0, get_b, N_("ends of B") },
	{ N_("NOTES"), "notes", 0, get_notes, N_("same-open-file and so on: see below") },
	{ N_("DETAIL"), "detail", COLUMN_LAST, get_detail,
	  N_("more about the ends: locks, handlers, times") },
	{ N_("ENDS"), "ends", 0, get_ends, N_("all of the ends; in JSON only") },
};

static const struct sheet sheet = {
	.title = N_("Channels (--channels)"),
	.key = "channels",
	.line = "channel",
	.columns = columns,
	.nr = ARRAY_SIZE(columns),
	.defaults = "KIND,FLOW,NAME,A,B,NOTES,DETAIL",
	.raw_defaults = "KIND,FLOW,NAME,A,B,NOTES,DETAIL",
	.json_defaults = "KIND,FLOW,NAME,NOTES,ENDS",
};

static bool has_end(const struct ipcshow_channel *channel, size_t task)
{
	size_t i;

	for (i = 0; i < channel->nr_ends; i++)
		if (channel->ends[i].subject == task)
			return true;
	return false;
}

/*
 * Of a System V queue that only one of two is known to use, nothing is said but that: worth a
 * row where there are no others who may be the other.
 */
static bool is_of_pair(const struct diff *diff, const struct ipcshow_channel *channel, size_t a,
		       size_t b, unsigned int *flow)
{
	return ipcshow_channel_joins(channel, a, b, flow) ||
	       (diff->nr_tasks == 2 && (channel->flags & IPCSHOW_CHANNEL_F_LAST_USED) &&
		(has_end(channel, a) || has_end(channel, b)));
}

size_t channels_between(const struct diff *diff, size_t a, size_t b, bool idle)
{
	const size_t first = a < b ? a : b, second = a < b ? b : a;
	size_t i, nr = 0;
	unsigned int flow;

	for (i = 0; i < ipcshow_channels_count(diff->found); i++) {
		const struct ipcshow_channel *channel = ipcshow_channels_get(diff->found, i);

		nr += channel->kind != IPCSHOW_CHANNEL_SIGNAL &&
		      ipcshow_channel_joins(channel, first, second, &flow) &&
		      channel_is_idle(channel, flow) == idle;
	}
	return nr;
}

/**
 * struct tally - channels of two tasks
 * @nr: but signals, and those that are idle
 * @kinds: of these, by kind
 * @idle: how many are idle
 * @signals: IPCSHOW_FLOW_*: who may send
 * @conts: the same, of which only SIGCONT
 * @untold: of whom it cannot be told whether they may
 */
struct tally {
	size_t nr;
	size_t kinds[IPCSHOW_NR_CHANNEL_KINDS];
	size_t idle;
	unsigned int signals;
	unsigned int conts;
	unsigned int untold;
};

/* Of two, one sends: a channel is to one receiver. */
static void count_signals(const struct ipcshow_channel *channel, size_t a, size_t b,
			  struct tally *tally)
{
	size_t i;

	for (i = 0; i < channel->nr_ends; i++) {
		const struct ipcshow_channel_end *end = &channel->ends[i];
		const unsigned int flow = end->subject == a ? IPCSHOW_FLOW_A_TO_B :
							      IPCSHOW_FLOW_B_TO_A;

		if ((end->subject != a && end->subject != b) || end->side != 1)
			continue;
		if (!(end->access & IPCSHOW_END_WRITE)) {
			tally->untold |= flow;
			continue;
		}
		tally->signals |= flow;
		tally->conts |= strstr(end->role, "CONT") ? flow : 0;
	}
}

static void count(const struct diff *diff, size_t a, size_t b, struct tally *tally)
{
	unsigned int flow;
	size_t i;

	for (i = 0; i < ipcshow_channels_count(diff->found); i++) {
		const struct ipcshow_channel *channel = ipcshow_channels_get(diff->found, i);

		if (!ipcshow_channel_joins(channel, a, b, &flow))
			continue;
		if (channel->kind == IPCSHOW_CHANNEL_SIGNAL) {
			count_signals(channel, a, b, tally);
			continue;
		}
		if (channel_is_idle(channel, flow)) {
			tally->idle++;
			continue;
		}
		tally->nr++;
		tally->kinds[channel->kind]++;
	}
}

static size_t add_kinds(const struct tally *tally, char *to, size_t room)
{
	const char *before = ": ";
	size_t i, used = 0;

	for (i = 0; i < IPCSHOW_NR_CHANNEL_KINDS && used < room; i++) {
		if (!tally->kinds[i])
			continue;
		used += (size_t)snprintf(to + used, room - used, "%s", before);
		before = ", ";
		if (used < room && tally->kinds[i] > 1)
			used += (size_t)snprintf(to + used, room - used, "%zu ", tally->kinds[i]);
		if (used < room)
			used += (size_t)snprintf(to + used, room - used, "%s",
						 ipcshow_channel_kind_name((enum ipcshow_channel_kind)i));
	}
	return used;
}

/* Of what cannot be told, nothing is said but that: it is not none. */
static size_t add_signals(const struct tally *tally, char *to, size_t room)
{
	static const char *const flows[] = {
		[0] = N_("none"), [IPCSHOW_FLOW_A_TO_B] = N_("A to B"),
		[IPCSHOW_FLOW_B_TO_A] = N_("B to A"),
		[IPCSHOW_FLOW_A_TO_B | IPCSHOW_FLOW_B_TO_A] = N_("both ways"),
	};
	const char *untold = _(flows[tally->untold]);
	size_t used;

	if (tally->untold && !tally->signals)
		return (size_t)snprintf(to, room, _("; signals: cannot be told (%s)"), untold);
	used = (size_t)snprintf(to, room, _("; signals: %s"), _(flows[tally->signals]));
	if (used < room && tally->conts)
		used += (size_t)snprintf(to + used, room - used, _(" (%s only CONT)"),
					 _(flows[tally->conts]));
	if (used < room && tally->untold)
		used += (size_t)snprintf(to + used, room - used, _(" (%s cannot be told)"), untold);
	return used;
}

/* What is missing from the table, and why. */
static const char *gaps(const struct diff *diff, size_t a, size_t b)
{
	const unsigned int sysv = ipcshow_channels_sysv(diff->found);
	struct ipcshow_subject_view va, vb;

	ipcshow_survey_subject(diff->survey, a, &va);
	ipcshow_survey_subject(diff->survey, b, &vb);
	if (va.nr_changed || vb.nr_changed)
		return _("; what changed while it was looked at is left out");
	if (sysv & IPCSHOW_SYSV_F_OTHER_NAMESPACE)
		return _("; System V queues and semaphores: in another IPC namespace, not seen");
	if (sysv & IPCSHOW_SYSV_F_UNREAD)
		return _("; some System V queues or semaphores cannot be read");
	return "";
}

static void verdict(const struct diff *diff, size_t a, size_t b, char *to, size_t room)
{
	struct tally tally = { 0 };
	size_t used;

	count(diff, a, b, &tally);
	used = (size_t)snprintf(to, room, tally.nr ? _("joined by %zu") : _("not joined"), tally.nr);
	if (used < room)
		used += add_kinds(&tally, to + used, room - used);
	if (used < room && tally.idle)
		used += (size_t)snprintf(to + used, room - used,
					 ngettext("; %zu that carries nothing between the two",
						  "; %zu that carry nothing between the two",
						  tally.idle), tally.idle);
	if (used < room)
		used += add_signals(&tally, to + used, room - used);
	if (used < room)
		snprintf(to + used, room - used, "%s", gaps(diff, a, b));
}

static int read_all(struct diff *diff)
{
	int err = survey_get(diff);

	return err ? err : ipcshow_channels_find(diff->survey, &diff->found);
}

static int rows(struct diff *diff, size_t a, size_t b)
{
	struct channel_row row = { .a = (unsigned int)a, .b = (unsigned int)b };
	size_t i;
	int ret = 0;

	diff->row.channel = &row;
	for (i = 0; !ret && i < ipcshow_channels_count(diff->found); i++) {
		row.channel = ipcshow_channels_get(diff->found, i);
		if (is_of_pair(diff, row.channel, a, b, &row.flow))
			ret = diff_row(diff);
	}
	diff->row.channel = NULL;
	return ret;
}

const struct part channels_part = {
	.bit = SHOW_CHANNELS,
	.title = N_("Channels"),
	.sheet = &sheet,
	.read = read_all,
	.verdict = verdict,
	.rows = rows,
	.free = survey_put,
};
