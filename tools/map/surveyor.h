/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SURVEYOR_H
#define SURVEYOR_H

#include <pthread.h>
#include <stdatomic.h>

#include "map.h"

/**
 * struct surveyor - a thread that surveys processes while their memory is compared
 * @thread: the thread, if @runs
 * @runs: it is to be waited for
 * @unwanted: it is to end early
 * @subjects: the processes, by PID; @nr of them
 * @survey: @channels: what it found; NULL: nothing
 */
struct surveyor {
	pthread_t thread;
	bool runs;
	atomic_bool unwanted;
	struct ipcshow_subject *subjects;
	size_t nr;
	struct ipcshow_survey *survey;
	struct ipcshow_channels *channels;
};

#define SURVEY_FLAGS	(IPCSHOW_SURVEY_F_CHANNELS | IPCSHOW_SURVEY_F_NO_SIGNALS |	\
			 IPCSHOW_SURVEY_F_SURVIVORS)

void surveyor_send(struct surveyor *surveyor, const struct map *map);
bool surveyor_await(struct surveyor *surveyor, struct map *map);
void surveyor_dismiss(struct surveyor *surveyor);

#endif
