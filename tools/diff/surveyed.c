// SPDX-License-Identifier: GPL-2.0
/* What the tables of resources and of channels both rest on. */
#include <errno.h>
#include <stdlib.h>

#include "surveyed.h"

/* Takes the survey, unless the other table did. */
int survey_get(struct diff *diff)
{
	unsigned int flags = IPCSHOW_SURVEY_F_DESCRIPTORS;
	struct ipcshow_subject *subjects;
	size_t i;
	int err;

	if (diff->survey)
		return 0;
	if (diff->show & SHOW_CHANNELS)
		flags |= IPCSHOW_SURVEY_F_CHANNELS;
	subjects = calloc(diff->nr_tasks, sizeof(*subjects));
	if (!subjects)
		return -ENOMEM;
	for (i = 0; i < diff->nr_tasks; i++)
		subjects[i] = (struct ipcshow_subject){
			.target = ipcshow_process_target(diff->tasks[i].process),
			.tid = diff->tasks[i].whole ? 0 : diff->tasks[i].pid,
		};
	err = ipcshow_survey_take(diff->device, subjects, diff->nr_tasks, flags, &diff->survey,
				  &diff->failed);
	free(subjects);
	return err;
}

/* The table of channels, the last, is freed before that of resources or not at all. */
void survey_put(struct diff *diff)
{
	ipcshow_channels_free(diff->found);
	diff->found = NULL;
	ipcshow_survey_free(diff->survey);
	diff->survey = NULL;
}
