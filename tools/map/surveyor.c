// SPDX-License-Identifier: GPL-2.0
/*
 * What processes use is another question than which pages they have, and takes half as long: a
 * second processor can find it out meanwhile. The module has one snapshot at a time for each
 * open file, so the thread has one of its own.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "interrupts.h"
#include "surveyor.h"

static int go_on(void *arg)
{
	struct surveyor *surveyor = arg;

	return is_interrupted() || surveyor->unwanted ? -EINTR : 0;
}

static int survey(struct surveyor *surveyor)
{
	struct ipcshow_device *device;
	size_t failed;
	int err = ipcshow_device_open(&device, 0);

	if (err)
		return err;
	ipcshow_device_on_call(device, go_on, surveyor);
	err = ipcshow_survey_take(device, surveyor->subjects, surveyor->nr,
				  SURVEY_FLAGS | IPCSHOW_SURVEY_F_PIDS, &surveyor->survey, &failed);
	ipcshow_device_close(device);
	return err;
}

/* Whatever it fails in, the caller will fail in too, or do better. */
static void *work(void *arg)
{
	struct surveyor *surveyor = arg;

	if (!survey(surveyor) && ipcshow_channels_find(surveyor->survey, &surveyor->channels))
		surveyor->channels = NULL;
	return NULL;
}

/* Signals are for who waits for something. */
static bool start(struct surveyor *surveyor)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&surveyor->thread, NULL, work, surveyor);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return !err;
}

/**
 * surveyor_send() - begin to survey the processes of a map
 * @surveyor: zeroed
 * @map: with processes that are open, and stay so
 *
 * If it cannot be done, there will be nothing to wait for.
 */
void surveyor_send(struct surveyor *surveyor, const struct map *map)
{
	size_t i;

	surveyor->subjects = calloc(map->nr_nodes + 1, sizeof(*surveyor->subjects));
	if (!surveyor->subjects || !map->nr_nodes)
		return;
	for (i = 0; i < map->nr_nodes; i++)
		surveyor->subjects[surveyor->nr++].target = map->nodes[i].task.tgid;
	surveyor->runs = start(surveyor);
}

static void join(struct surveyor *surveyor)
{
	if (surveyor->runs)
		pthread_join(surveyor->thread, NULL);
	surveyor->runs = false;
	free(surveyor->subjects);
	surveyor->subjects = NULL;
}

/**
 * surveyor_await() - wait for what is found
 * @surveyor: after surveyor_send(), or zeroed
 * @map: out: its survey and channels
 *
 * Return: false: it could not find them.
 */
bool surveyor_await(struct surveyor *surveyor, struct map *map)
{
	join(surveyor);
	if (!surveyor->channels)
		return false;
	map->survey = surveyor->survey;
	map->channels = surveyor->channels;
	surveyor->survey = NULL;
	surveyor->channels = NULL;
	return true;
}

/**
 * surveyor_dismiss() - what is found is not needed any more
 * @surveyor: after surveyor_send(), or zeroed
 */
void surveyor_dismiss(struct surveyor *surveyor)
{
	surveyor->unwanted = true;
	join(surveyor);
	ipcshow_channels_free(surveyor->channels);
	ipcshow_survey_free(surveyor->survey);
	*surveyor = (struct surveyor){ 0 };
}
