// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Several tasks are read in turn, twice: identities hold only as long as the
 * objects do, so what is not the same both times is not believed.
 */
#include <errno.h>

#include "device.h"
#include "resource.h"
#include "survey.h"

/* Longer records than ours are of a newer module: take what we know. */
#define COPY_RECORD(to, from)	memcpy(to, from, sizeof(*(to)))

#define FLAGS_KNOWN									\
	(IPCSHOW_SURVEY_F_CHANNELS | IPCSHOW_SURVEY_F_DESCRIPTORS |			\
	 IPCSHOW_SURVEY_F_PIDS | IPCSHOW_SURVEY_F_SURVIVORS | IPCSHOW_SURVEY_F_NO_SIGNALS)

/**
 * struct reader - a snapshot that is being taken
 * @reading: what it says
 * @survey: for which
 * @files: FILE records that REGIONs may refer to
 */
struct reader {
	struct reading *reading;
	struct ipcshow_survey *survey;
	struct files files;
};

static int add_thread(struct reading *reading, const struct ipcshow_thread *rec)
{
	struct survey_thread *grown = array_grow(reading->threads, reading->nr_threads,
						 &reading->threads_room, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	reading->threads = grown;
	grown += reading->nr_threads++;
	*grown = (struct survey_thread){
		.tid = rec->tid,
		.state = rec->state,
		.start_time = rec->start_time,
		.seen = 1,
	};
	memcpy(grown->comm, rec->comm, sizeof(grown->comm));
	return 0;
}

/* REGS and RESOURCES follow their THREAD. */
static struct survey_thread *last_thread(struct reading *reading, u32 tid)
{
	struct survey_thread *last;

	if (!reading->nr_threads)
		return NULL;
	last = &reading->threads[reading->nr_threads - 1];
	return last->tid == tid ? last : NULL;
}

static int add_regs(const struct reader *reader, const struct ipcshow_regs *regs)
{
	struct survey_thread *thread = last_thread(reader->reading, regs->tid);
	const struct futex_caller caller = {
		.regs = regs,
		.machine = reader->survey->machine,
		.compat = reader->reading->task.flags & IPCSHOW_TASK_F_COMPAT,
		.tgid = reader->reading->task.tgid,
	};

	if (!thread || thread->state != 'S' || thread->wait.nr)
		return 0;
	return futex_wait_read(&thread->wait, &caller, &reader->survey->peek);
}

static void add_resources(struct reading *reading, const struct ipcshow_resources *rec)
{
	struct survey_thread *thread = last_thread(reading, rec->tid);

	if (!thread)
		return;
	COPY_RECORD(&thread->resources, rec);
	thread->has_resources = !(rec->flags & (IPCSHOW_RESOURCES_F_REFUSED |
						IPCSHOW_RESOURCES_F_EXITING));
	thread->exited = rec->flags & IPCSHOW_RESOURCES_F_EXITING;
}

static int add_region(struct reader *reader, const struct ipcshow_region *region)
{
	if (!(region->vma_flags & IPCSHOW_VMA_MAYSHARE))
		return 0;
	return mappings_add(&reader->reading->mappings, region,
			    files_pin(&reader->files, region->file));
}

static int see_record(const struct ipcshow_record *rec, void *arg)
{
	struct reader *reader = arg;
	struct reading *reading = reader->reading;

	switch (rec->type) {
	case IPCSHOW_REC_TASK:
		COPY_RECORD(&reading->task, rec);
		reading->has_task = true;
		return 0;
	case IPCSHOW_REC_MM:
		COPY_RECORD(&reading->mm, rec);
		return 0;
	case IPCSHOW_REC_THREAD:
		return add_thread(reading, (const struct ipcshow_thread *)rec);
	case IPCSHOW_REC_REGS:
		return add_regs(reader, (const struct ipcshow_regs *)rec);
	case IPCSHOW_REC_RESOURCES:
		add_resources(reading, (const struct ipcshow_resources *)rec);
		return 0;
	case IPCSHOW_REC_FD:
		return descriptors_add(&reading->descriptors, (const struct ipcshow_fd *)rec);
	case IPCSHOW_REC_FILE:
		return files_put(&reader->files, (const struct ipcshow_file *)rec);
	case IPCSHOW_REC_REGION:
		return add_region(reader, (const struct ipcshow_region *)rec);
	case IPCSHOW_REC_END:
		reading->gone = ((const struct ipcshow_end *)rec)->flags & IPCSHOW_END_F_GONE;
		return 0;
	}
	return 0;
}

static int by_tid(const void *a, const void *b)
{
	const struct survey_thread *x = a, *y = b;

	return x->tid < y->tid ? -1 : x->tid > y->tid;
}

static void reading_free(struct reading *reading)
{
	size_t i;

	for (i = 0; i < reading->nr_threads; i++)
		futex_wait_free(&reading->threads[i].wait);
	free(reading->threads);
	descriptors_free(&reading->descriptors);
	mappings_free(&reading->mappings);
	*reading = (struct reading){ 0 };
}

/* An older module tells of private VMAs, too: see add_region(). */
static u64 what_of(const struct ipcshow_device *device, unsigned int flags)
{
	const u64 shared = ipcshow_device_info(device)->what & IPCSHOW_WHAT_SHARED;
	u64 what = IPCSHOW_WHAT_TASK | IPCSHOW_WHAT_MM | IPCSHOW_WHAT_THREADS |
		   IPCSHOW_WHAT_RESOURCES;

	if (flags & IPCSHOW_SURVEY_F_CHANNELS)
		what |= IPCSHOW_WHAT_REGS | IPCSHOW_WHAT_REGIONS | shared;
	if (flags & (IPCSHOW_SURVEY_F_CHANNELS | IPCSHOW_SURVEY_F_DESCRIPTORS))
		what |= IPCSHOW_WHAT_FDS;
	return what;
}

/* @reading: zeroed; it is to be freed, whatever is returned. */
static int reading_take(struct reading *reading, struct ipcshow_device *device,
			const struct ipcshow_subject *subject, struct ipcshow_survey *survey)
{
	struct reader reader = { .reading = reading, .survey = survey };
	const unsigned int flags = survey->flags;
	struct ipcshow_query query = {
		.what = what_of(device, flags),
		.target = subject->target,
	};
	int err;

	if (flags & IPCSHOW_SURVEY_F_PIDS) {
		query.target = 0;
		err = ipcshow_device_target(device, (pid_t)subject->target);
		if (err)
			return err;
	}
	err = ipcshow_snapshot_take(device, &query, see_record, &reader);
	files_clear(&reader.files);
	if (!err && (reading->gone || !reading->has_task || !reading->nr_threads))
		err = -ESRCH;
	/* The number of a process that has left may be that of a thread of another by now. */
	if (!err && flags & IPCSHOW_SURVEY_F_PIDS && reading->task.tgid != subject->target)
		err = -ESRCH;
	if (err)
		return err;
	qsort(reading->threads, reading->nr_threads, sizeof(*reading->threads), by_tid);
	descriptors_sort(&reading->descriptors);
	return 0;
}

static struct survey_thread *find_thread(const struct reading *reading, u32 tid)
{
	const struct survey_thread key = { .tid = tid };

	return bsearch(&key, reading->threads, reading->nr_threads, sizeof(key), by_tid);
}

static void settle_thread(struct survey_thread *thread, const struct survey_thread *again)
{
	if (!again || again->start_time != thread->start_time) {
		futex_wait_free(&thread->wait);
		thread->has_resources = false;
		thread->exited = true;
		return;
	}
	thread->seen++;
	if (!again->has_resources)
		thread->has_resources = false;
	if (again->exited)
		thread->exited = true;
	thread->changed = resources_changed(&thread->resources, &again->resources);
	futex_wait_settle(&thread->wait, &again->wait);
}

/* The thread that was asked for; for a process the leader, or one that lives. */
static struct survey_thread *choose_thread(const struct survey_subject *subject)
{
	const struct reading *reading = &subject->reading;
	u32 tid = subject->asked.tid ? (u32)subject->asked.tid : reading->task.tgid;
	struct survey_thread *thread = find_thread(reading, tid);
	size_t i;

	if (subject->asked.tid || (thread && thread->has_resources))
		return thread && thread->seen > 1 ? thread : NULL;
	for (i = 0; i < reading->nr_threads; i++)
		if (reading->threads[i].has_resources)
			return &reading->threads[i];
	return thread;
}

static int settle(struct survey_subject *subject, const struct reading *again)
{
	struct reading *reading = &subject->reading;
	size_t i;

	if (again->task.start_time != reading->task.start_time || again->mm.id != reading->mm.id)
		return -ESRCH;
	for (i = 0; i < reading->nr_threads; i++)
		settle_thread(&reading->threads[i],
			      find_thread(again, reading->threads[i].tid));
	subject->nr_changed = descriptors_settle(&reading->descriptors, &again->descriptors) +
			      mappings_settle(&reading->mappings, &again->mappings);
	subject->chosen = choose_thread(subject);
	return subject->chosen ? 0 : -ESRCH;
}

static int read_again(struct survey_subject *subject, struct ipcshow_device *device,
		      struct ipcshow_survey *survey)
{
	struct reading again = { 0 };
	int err = reading_take(&again, device, &subject->asked, survey);

	if (!err)
		err = settle(subject, &again);
	reading_free(&again);
	return err;
}

static int read_first(struct survey_subject *subject, struct ipcshow_device *device,
		      struct ipcshow_survey *survey)
{
	return reading_take(&subject->reading, device, &subject->asked, survey);
}

/* It exits, or is another now that may not be looked at. */
static bool has_left(int err)
{
	switch (err) {
	case -ESRCH:
	case -ENODATA:
	case -ENXIO:
	case -EACCES:
	case -EPERM:
	case -EAGAIN:
		return true;
	default:
		return false;
	}
}

static void leave_out(struct ipcshow_survey *survey, size_t at)
{
	reading_free(&survey->subjects[at].reading);
	survey->nr--;
	memmove(&survey->subjects[at], &survey->subjects[at + 1],
		(survey->nr - at) * sizeof(*survey->subjects));
}

typedef int subject_fn(struct survey_subject *subject, struct ipcshow_device *device,
		       struct ipcshow_survey *survey);

/* @failed: out, on failure: the subject that could not be read, as the caller has them. */
static int each_subject(struct ipcshow_survey *survey, struct ipcshow_device *device,
			subject_fn *fn, size_t *failed)
{
	size_t at = 0;
	int err;

	while (at < survey->nr) {
		err = fn(&survey->subjects[at], device, survey);
		if (!err) {
			at++;
		} else if (survey->flags & IPCSHOW_SURVEY_F_SURVIVORS && has_left(err)) {
			leave_out(survey, at);
		} else {
			*failed = survey->subjects[at].number;
			return err;
		}
	}
	return 0;
}

static int survey_read(struct ipcshow_survey *survey, struct ipcshow_device *device,
		       size_t *failed)
{
	int err = each_subject(survey, device, read_first, failed);

	if (!err)
		err = each_subject(survey, device, read_again, failed);
	peek_end(&survey->peek);
	return err;
}

int ipcshow_survey_take(struct ipcshow_device *device, const struct ipcshow_subject *subjects,
			size_t nr, unsigned int flags, struct ipcshow_survey **survey,
			size_t *failed)
{
	struct ipcshow_survey *s;
	size_t i;
	int err;

	*failed = 0;
	if (!nr || flags & ~FLAGS_KNOWN)
		return -EINVAL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->flags = flags;
	s->machine = ipcshow_device_info(device)->machine;
	s->subjects = calloc(nr, sizeof(*s->subjects));
	err = s->subjects ? 0 : -ENOMEM;
	for (i = 0; !err && i < nr; i++, s->nr++)
		s->subjects[i] = (struct survey_subject){ .asked = subjects[i], .number = i };
	if (!err)
		err = survey_read(s, device, failed);
	if (err) {
		ipcshow_survey_free(s);
		return err;
	}
	*survey = s;
	return 0;
}

size_t ipcshow_survey_count(const struct ipcshow_survey *survey)
{
	return survey->nr;
}

void ipcshow_survey_free(struct ipcshow_survey *survey)
{
	size_t i;

	if (!survey)
		return;
	for (i = 0; i < survey->nr; i++)
		reading_free(&survey->subjects[i].reading);
	free(survey->subjects);
	free(survey);
}

/* Whether descriptors in the table @files are the subject's. */
bool subject_has_table(const struct survey_subject *subject, u64 files)
{
	return !subject->asked.tid ||
	       (subject->chosen->has_resources && subject->chosen->resources.files == files);
}

void ipcshow_survey_subject(const struct ipcshow_survey *survey, size_t index,
			    struct ipcshow_subject_view *view)
{
	const struct survey_subject *subject = &survey->subjects[index];

	*view = (struct ipcshow_subject_view){
		.task = &subject->reading.task,
		.mm = &subject->reading.mm,
		.tid = subject->chosen->tid,
		.comm = subject->chosen->comm,
		.nr_threads = subject->reading.nr_threads,
		.nr_changed = subject->nr_changed,
	};
}

void ipcshow_survey_thread(const struct ipcshow_survey *survey, size_t index, size_t thread,
			   struct ipcshow_thread_resources *view)
{
	const struct survey_thread *t = &survey->subjects[index].reading.threads[thread];

	*view = (struct ipcshow_thread_resources){
		.tid = t->tid,
		.comm = t->comm,
		.resources = t->has_resources ? &t->resources : NULL,
		.changed = t->changed,
	};
}

bool ipcshow_survey_thread_exited(const struct ipcshow_survey *survey, size_t index, size_t thread)
{
	return survey->subjects[index].reading.threads[thread].exited;
}
