// SPDX-License-Identifier: GPL-2.0
#include <elf.h>
#include <stdlib.h>
#include <unistd.h>

#include "library.h"

#define TASKS	2

struct ipcshow_device *library_device(const void *records, size_t size)
{
	const struct ipcshow_info info = {
		.size = sizeof(info), .machine = EM_X86_64, .page_size = 4096,
		.cuts_max = 1024, .targets_max = 64, .sites_max = 1024,
	};
	struct ipcshow_device *device;

	if (ipcshow_device_replay(&device, records, size, &info))
		abort();
	return device;
}

/* As JSON and for a terminal a byte can become six, and then one more. */
static void escape(const void *text, size_t size)
{
	char *to = malloc(6 * size + 1);

	if (!to)
		abort();
	ipcshow_text_escape(to, text, size, true);
	ipcshow_text_json(to, text, size);
	free(to);
}

static int see_area(const struct ipcshow_area *area, void *arg)
{
	size_t i;

	(void)arg;
	if (area->end < area->start || !ipcshow_kind_name(area->kind))
		abort();
	if (area->pages)
		ipcshow_pages_add(&(struct ipcshow_pages){ 0 }, area->pages);
	for (i = 0; i < area->nr_sp_threads; i++)
		escape(area->sp_threads[i]->comm, IPCSHOW_COMM_LEN);
	if (area->thread)
		escape(area->thread->comm, IPCSHOW_COMM_LEN);
	escape(area->name, area->name_size);
	return 0;
}

void library_read_process(struct ipcshow_device *device, unsigned int flags)
{
	struct ipcshow_thread_view thread;
	struct ipcshow_process *process;
	size_t i, size;
	const char *path;
	__u64 offset;

	if (ipcshow_process_open(device, getpid(), flags, &process))
		return;
	for (i = 0; i < ipcshow_process_threads(process); i++) {
		ipcshow_process_thread(process, i, &thread);
		if (!ipcshow_process_where(process, thread.thread->ip, &path, &size, &offset))
			escape(path, size);
	}
	ipcshow_process_areas(process, true, see_area, NULL);
	ipcshow_process_close(process);
}

static int see_match(const struct ipcshow_match *match, void *arg)
{
	size_t nr;

	free(ipcshow_comparison_ranges(arg, match, &nr));
	return 0;
}

static int see_tie(const struct ipcshow_tie *tie, void *arg)
{
	(void)tie;
	(void)arg;
	return 0;
}

void library_compare(struct ipcshow_device *device, unsigned int flags)
{
	const unsigned int areas = IPCSHOW_COMPARISON_F_AREAS | IPCSHOW_COMPARISON_F_RANGES;
	struct ipcshow_process *process[TASKS] = { NULL };
	struct ipcshow_comparison *comparison;
	struct ipcshow_shared shared;
	size_t i, failed;

	for (i = 0; i < TASKS; i++) {
		if (ipcshow_process_open(device, getpid(), IPCSHOW_PROCESS_F_ADD |
					 (flags & 1 ? IPCSHOW_PROCESS_F_FAMILY :
					  IPCSHOW_PROCESS_F_BARE), &process[i]))
			goto close;
	}
	if (!ipcshow_comparison_run(process, TASKS, flags & 1 ? areas :
				    IPCSHOW_COMPARISON_F_MECHANISMS, &comparison, &failed)) {
		ipcshow_comparison_shared(comparison, 0, 1, &shared);
		if (flags & 1)
			ipcshow_comparison_rows(comparison, 0, 1, see_match, comparison);
		else
			ipcshow_comparison_ties(comparison, see_tie, NULL);
		ipcshow_comparison_free(comparison);
	}
close:
	for (i = 0; i < TASKS; i++)
		ipcshow_process_close(process[i]);
}

static int see_resource(const struct ipcshow_resource_view *view, void *arg)
{
	(void)arg;
	escape(view->proof, view->proof_size);
	return 0;
}

static void see_channels(const struct ipcshow_survey *survey)
{
	struct ipcshow_channels *channels;
	size_t i, k;

	if (ipcshow_channels_find(survey, &channels))
		return;
	for (i = 0; i < ipcshow_channels_count(channels); i++) {
		const struct ipcshow_channel *channel = ipcshow_channels_get(channels, i);

		escape(channel->name, channel->name_size);
		for (k = 0; k < channel->nr_ends; k++) {
			if (channel->ends[k].subject >= TASKS)
				abort();
		}
	}
	ipcshow_channels_free(channels);
}

void library_survey(struct ipcshow_device *device, unsigned int flags)
{
	const struct ipcshow_subject subjects[TASKS] = { { .target = 0 }, { .target = 1 } };
	struct ipcshow_survey *survey;
	size_t failed;

	if (ipcshow_survey_take(device, subjects, TASKS, IPCSHOW_SURVEY_F_CHANNELS |
				(flags & 1 ? IPCSHOW_SURVEY_F_SURVIVORS : 0), &survey, &failed))
		return;
	if (ipcshow_survey_count(survey) == TASKS)
		ipcshow_resources_compare(survey, 0, 1, see_resource, NULL);
	see_channels(survey);
	ipcshow_survey_free(survey);
}
