// SPDX-License-Identifier: LGPL-2.1-or-later
/* Signals as channels: to each task, from all that may send it any. */
#include <errno.h>
#include <stdio.h>

#include "channel.h"
#include "may_signal.h"
#include "translate.h"

/* What no thread of it takes at present. */
static u64 blocked_by_all(const struct survey_subject *subject)
{
	u64 blocked = ~0ULL;
	size_t i;

	for (i = 0; i < subject->reading.nr_threads; i++) {
		const struct survey_thread *thread = &subject->reading.threads[i];

		if (thread->has_resources && subject_has_thread(subject, thread))
			blocked &= thread->resources.sig_blocked;
	}
	return blocked;
}

static char *describe_receiver(const struct survey_subject *subject)
{
	const struct ipcshow_resources *resources = &subject->chosen->resources;
	struct note note = { 0 };

	if (!subject->chosen->has_resources) {
		note_add(&note, _("not permitted to see its handlers"));
		return note.text;
	}
	note_add(&note, _("handles "));
	note_add_signals(&note, resources->sig_caught);
	note_add(&note, _("; ignores "));
	note_add_signals(&note, resources->sig_ignored);
	note_add(&note, _("; blocks "));
	note_add_signals(&note, blocked_by_all(subject));
	return note.text;
}

static const char *role_of(enum may_signal may)
{
	switch (may) {
	case MAY_SIGNAL:
		return N_("may send");
	case MAY_SIGCONT:
		return N_("may send CONT only");
	default:
		return N_("cannot be told");
	}
}

static int add_senders(struct ipcshow_channels *channels, struct lineages *lineages,
		       struct ends *ends, u32 to)
{
	const struct ipcshow_survey *survey = channels->survey;
	enum may_signal may;
	const char *why;
	int err = 0;
	u32 i;

	for (i = 0; !err && i < survey->nr; i++) {
		struct end end = { .kind = IPCSHOW_CHANNEL_SIGNAL, .subject = i, .side = 1 };

		if (i == to || survey->subjects[i].chosen->exited)
			continue;
		may = signal_may(lineages, &survey->subjects[i], &survey->subjects[to], &why);
		if (may == MAY_NOT)
			continue;
		end.access = may == MAY_BE ? 0 : IPCSHOW_END_WRITE;
		end.role = role_of(may);
		end.detail = strdup(why);
		err = end.detail ? ends_add(ends, &end) : -ENOMEM;
	}
	return err;
}

static int add_receiver(struct ipcshow_channels *channels, struct lineages *lineages, u32 to)
{
	const struct survey_subject *subject = &channels->survey->subjects[to];
	struct end end = {
		.kind = IPCSHOW_CHANNEL_SIGNAL,
		.subject = to,
		.side = 2,
		.access = IPCSHOW_END_READ,
		.role = N_("receives"),
	};
	struct ends ends = { 0 };
	char name[64];
	int err = add_senders(channels, lineages, &ends, to);

	if (!err && ends.nr) {
		end.detail = describe_receiver(subject);
		err = end.detail ? ends_add(&ends, &end) : -ENOMEM;
		snprintf(name, sizeof(name), _("to %u"), subject->asked.tid ?
			 subject->chosen->tid : subject->reading.task.tgid);
		if (!err)
			err = channel_add_named(channels, ends.all, ends.nr, 0, name);
	}
	ends_free(&ends);
	return err;
}

int signals_find(struct ipcshow_channels *channels)
{
	struct lineages lineages = { 0 };
	int err = 0;
	u32 i;

	/* A thread that has ended neither sends any nor handles them. */
	for (i = 0; !err && i < channels->survey->nr; i++)
		if (!channels->survey->subjects[i].chosen->exited)
			err = add_receiver(channels, &lineages, i);
	lineages_free(&lineages);
	return err;
}
