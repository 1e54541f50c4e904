/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_SURVEY_H
#define IPCSHOW_SURVEY_H

#include "descriptor.h"
#include "futex.h"
#include "internal.h"
#include "mapping.h"

/**
 * struct survey_thread - a thread of a subject
 * @tid: its TID
 * @state: a letter
 * @start_time: tells it from another of the same TID
 * @comm: its name
 * @wait: the futex words that it waits on
 * @resources: what it uses
 * @has_resources: the module reported that
 * @exited: it did not, since the thread has let go of all, or does so
 * @changed: bit by bit (enum ipcshow_resource): not the same both times
 * @seen: how many times it was there
 */
struct survey_thread {
	u32 tid;
	u32 state;
	u64 start_time;
	u8 comm[IPCSHOW_COMM_LEN];
	struct futex_wait wait;
	struct ipcshow_resources resources;
	bool has_resources;
	bool exited;
	u64 changed;
	unsigned int seen;
};

/**
 * struct reading - what one snapshot said of a subject
 * @task: @mm: its thread group and address space
 * @has_task: there was a TASK
 * @gone: the process exited or called execve()
 * @threads: by ascending TID
 * @nr_threads: @threads_room: of @threads
 * @descriptors: what it has open
 * @mappings: its shared mappings
 */
struct reading {
	struct ipcshow_task task;
	struct ipcshow_mm mm;
	bool has_task;
	bool gone;
	struct survey_thread *threads;
	size_t nr_threads;
	size_t threads_room;
	struct descriptors descriptors;
	struct mappings mappings;
};

/**
 * struct survey_subject - one of the tasks
 * @asked: as the caller has it
 * @number: where
 * @reading: of the first snapshot, less what the second did not confirm
 * @chosen: the thread that stands for it, or NULL where there is none
 * @nr_changed: descriptors and mappings that were not the same both times
 */
struct survey_subject {
	struct ipcshow_subject asked;
	size_t number;
	struct reading reading;
	struct survey_thread *chosen;
	size_t nr_changed;
};

/**
 * struct ipcshow_survey - see ipcshow_survey_take()
 * @flags: IPCSHOW_SURVEY_F_*
 * @machine: ELF machine of registers
 * @subjects: the tasks; @nr of them
 * @peek: reads their memory, while the survey is taken
 */
struct ipcshow_survey {
	unsigned int flags;
	u32 machine;
	struct survey_subject *subjects;
	size_t nr;
	struct peek peek;
};

/* Whether what the thread has open or waits on counts for the subject. */
static inline bool subject_has_thread(const struct survey_subject *subject,
				      const struct survey_thread *thread)
{
	return !subject->asked.tid || thread == subject->chosen;
}

bool subject_has_table(const struct survey_subject *subject, u64 files);

#endif
