// SPDX-License-Identifier: GPL-2.0
/* What ipcshow says of what processes and threads use, and what they talk through. */
#include <string.h>
#include <unistd.h>

#include "tell.h"
#include "view.h"

const char *flow_word(unsigned int flow)
{
	switch (flow) {
	case IPCSHOW_FLOW_A_TO_B:
		return "A->B";
	case IPCSHOW_FLOW_B_TO_A:
		return "A<-B";
	case IPCSHOW_FLOW_A_TO_B | IPCSHOW_FLOW_B_TO_A:
		return "A<->B";
	default:
		return "-";
	}
}

/* Processes as such, for their channels. */
static void survey(struct view *view)
{
	struct ipcshow_subject subjects[VIEW_MAX] = { 0 };
	size_t i, who;
	int err;

	if (view->survey)
		return;
	for (i = 0; i < view->nr; i++)
		subjects[i].target = ipcshow_process_target(view->processes[i]);
	err = ipcshow_survey_take(view->device, subjects, view->nr, IPCSHOW_SURVEY_F_CHANNELS,
				  &view->survey, &who);
	if (!err)
		err = ipcshow_channels_find(view->survey, &view->channels);
	if (err)
		failed("What the processes talk through could not be read: %s.", strerror(-err));
}

static bool has_fd(const struct ipcshow_channel_end *end, int fd)
{
	size_t i;

	for (i = 0; i < end->nr_fds; i++)
		if (end->fds[i] == (__u32)fd)
			return true;
	return false;
}

static bool waits(const struct ipcshow_channel_end *end)
{
	return end->role && !strncmp(end->role, "waits", strlen("waits"));
}

/* False: @a does not have it as @fd. */
static bool take_ends(const struct ipcshow_channel *channel, size_t a, size_t b, int fd,
		      struct link *link)
{
	bool has = fd < 0;
	size_t i;

	for (i = 0; i < channel->nr_ends; i++) {
		const struct ipcshow_channel_end *end = &channel->ends[i];

		if (end->subject == a) {
			link->a_fds += end->nr_fds;
			link->a_waits |= waits(end);
			has |= fd >= 0 && has_fd(end, fd);
		} else if (end->subject == b) {
			link->b_fds += end->nr_fds;
			link->b_waits |= waits(end);
		}
	}
	return has;
}

static bool is_named(const struct ipcshow_channel *channel, const char *name)
{
	return !name || memmem(channel->name, channel->name_size, name, strlen(name));
}

/* Signals to either are a channel of their own. */
static bool leads_away(const struct link *link)
{
	return link->kind == IPCSHOW_CHANNEL_SIGNAL && !(link->flow & IPCSHOW_FLOW_A_TO_B);
}

size_t view_link(struct view *view, size_t a, size_t b, enum ipcshow_channel_kind kind,
		 const char *name, int fd, struct link *link)
{
	size_t i, nr = 0;

	survey(view);
	for (i = 0; i < ipcshow_channels_count(view->channels); i++) {
		const struct ipcshow_channel *channel = ipcshow_channels_get(view->channels, i);
		struct link found = { .kind = kind };

		if (channel->kind != kind || !is_named(channel, name) ||
		    !ipcshow_channel_joins(channel, a, b, &found.flow) ||
		    leads_away(&found) ||
		    !take_ends(channel, a, b, fd, &found))
			continue;
		if (!nr++)
			*link = found;
	}
	return nr;
}

/* Longer than anybody needs to fall asleep. */
#define TRIES	2000

int view_await_futex(const pid_t *pids, size_t who)
{
	struct view view;
	int i, waits = 0;

	for (i = 0; i < TRIES && !waits; i++) {
		struct link link = { 0 };

		if (!view_open(&view, pids, 2))
			return -1;
		view_link(&view, 0, 1, IPCSHOW_CHANNEL_FUTEX, NULL, -1, &link);
		waits = who ? link.b_waits : link.a_waits;
		view_close(&view);
		if (!waits)
			usleep(1000);
	}
	return waits;
}

struct resource_sought {
	enum ipcshow_resource resource;
	enum ipcshow_finding finding;
};

static int take_resource(const struct ipcshow_resource_view *resource, void *arg)
{
	struct resource_sought *sought = arg;

	if (resource->resource == sought->resource)
		sought->finding = resource->finding;
	return 0;
}

enum ipcshow_finding view_resource(struct view *view, size_t a, pid_t tid_a, size_t b,
				   pid_t tid_b, enum ipcshow_resource resource)
{
	struct resource_sought sought = {
		.resource = resource,
		.finding = IPCSHOW_FINDING_CHANGED,
	};
	const struct ipcshow_subject subjects[] = {
		{ .target = ipcshow_process_target(view->processes[a]), .tid = tid_a },
		{ .target = ipcshow_process_target(view->processes[b]), .tid = tid_b },
	};
	struct ipcshow_survey *two;
	size_t who;
	int err;

	err = ipcshow_survey_take(view->device, subjects, ARRAY_SIZE(subjects), 0, &two, &who);
	if (!err)
		err = ipcshow_resources_compare(two, 0, 1, take_resource, &sought);
	if (err)
		failed("What the tasks use could not be compared: %s.", strerror(-err));
	ipcshow_survey_free(two);
	return sought.finding;
}
