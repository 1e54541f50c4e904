// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * System V message queues and semaphores. Of their users the kernel keeps only the PIDs that
 * used them last, and when: that is all that is said.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <time.h>

#include "channel.h"
#include "translate.h"

/* Semaphores of a set whose last users are asked for. */
#define SEMS_MAX	1024

/**
 * struct sysv_use - what is said of an object
 * @pid: who used it
 * @time: when; 0: never
 * @or_earlier: or before that, when somebody else did
 * @role: @access: of the end
 */
struct sysv_use {
	u32 pid;
	time_t time;
	bool or_earlier;
	const char *role;
	u32 access;
};

/* The thread that is meant or, where that has ended, one that lives on. */
static const struct survey_thread *living(const struct survey_subject *subject)
{
	size_t i;

	for (i = 0; subject->chosen->exited && i < subject->reading.nr_threads; i++)
		if (!subject->reading.threads[i].exited)
			return &subject->reading.threads[i];
	return subject->chosen;
}

static bool is_same_namespace(const struct ipcshow_survey *survey)
{
	struct stat own;
	size_t i;

	if (stat("/proc/self/ns/ipc", &own))
		return false;
	for (i = 0; i < survey->nr; i++) {
		const struct survey_thread *thread = living(&survey->subjects[i]);

		if (!thread->has_resources ||
		    thread->resources.ns_ino[IPCSHOW_NS_IPC] != own.st_ino)
			return false;
	}
	return true;
}

/* When the task started, as the clock on the wall has it. */
static time_t started(const struct ipcshow_task *task)
{
	struct timespec wall, boot;

	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return wall.tv_sec - boot.tv_sec + (time_t)(task->start_time / 1000000000ULL);
}

/* PIDs are used again: what was done before the task began, another one did. */
static bool is_user(const struct ipcshow_task *task, const struct sysv_use *use)
{
	return use->pid && use->pid == task->tgid && use->time && use->time + 1 >= started(task);
}

static int add_uses(struct ends *ends, const struct ipcshow_survey *survey,
		    enum ipcshow_channel_kind kind, const struct sysv_use *use)
{
	char when[64], text[96];
	struct tm tm;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < survey->nr; i++) {
		struct end end = {
			.kind = kind,
			.subject = (u32)i,
			.access = use->access,
			.role = use->role,
		};

		if (!is_user(&survey->subjects[i].reading.task, use))
			continue;
		if (!localtime_r(&use->time, &tm) ||
		    !strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm))
			*when = '\0';
		snprintf(text, sizeof(text), use->or_earlier ? _("at %s or earlier") : _("at %s"),
			 when);
		end.detail = strdup(text);
		err = end.detail ? ends_add(ends, &end) : -ENOMEM;
	}
	return err;
}

static int add_object(struct ipcshow_channels *channels, struct ends *ends, const char *name)
{
	int err = 0;

	if (ends->nr)
		err = channel_add_named(channels, ends->all, ends->nr,
					IPCSHOW_CHANNEL_F_LAST_USED, name);
	ends_free(ends);
	return err;
}

static int see_queue(struct ipcshow_channels *channels, const char *line)
{
	unsigned int lspid, lrpid;
	struct ends ends = { 0 };
	long stime, rtime;
	char name[64];
	int key, id, err;

	if (sscanf(line, "%d %d %*o %*u %*u %u %u %*u %*u %*u %*u %ld %ld", &key, &id, &lspid,
		   &lrpid, &stime, &rtime) != 6)
		return 0;
	snprintf(name, sizeof(name), "msqid %d key 0x%08x", id, (unsigned int)key);
	err = add_uses(&ends, channels->survey, IPCSHOW_CHANNEL_SYSV_MSG,
		       &(struct sysv_use){ .pid = lspid, .time = stime, .role = N_("last sent"),
					   .access = IPCSHOW_END_WRITE });
	if (!err)
		err = add_uses(&ends, channels->survey, IPCSHOW_CHANNEL_SYSV_MSG,
			       &(struct sysv_use){ .pid = lrpid, .time = rtime,
						   .role = N_("last received"),
						   .access = IPCSHOW_END_READ });
	return err ? err : add_object(channels, &ends, name);
}

/*
 * The kernel keeps a PID for each semaphore, but its times are of the set: only of a set of one is
 * the time of the last operation that of the PID's. So is the guard against PIDs that were used
 * again: of a set of several it says only that somebody used one of them since.
 */
static int see_set(struct ipcshow_channels *channels, const char *line)
{
	const u32 both = IPCSHOW_END_READ | IPCSHOW_END_WRITE;
	struct sysv_use use = { .role = N_("last changed"), .access = both };
	struct ends ends = { 0 };
	unsigned int nr, i;
	int key, id, pid, err = 0;
	char name[64];
	long changed;

	if (sscanf(line, "%d %d %*o %u %*u %*u %*u %*u %ld %ld", &key, &id, &nr, &use.time,
		   &changed) != 5)
		return 0;
	use.or_earlier = nr > 1 || changed > use.time;
	/* SETVAL leaves its PID, but no time of an operation; IPC_SET leaves neither. */
	if (changed > use.time)
		use.time = changed;
	for (i = 0; !err && i < nr && i < SEMS_MAX; i++) {
		pid = semctl(id, (int)i, GETPID);
		if (pid < 0) {
			channels->sysv |= IPCSHOW_SYSV_F_UNREAD;
			break;
		}
		if ((u32)pid != use.pid) {
			use.pid = (u32)pid;
			err = add_uses(&ends, channels->survey, IPCSHOW_CHANNEL_SYSV_SEM, &use);
		}
	}
	if (i < nr)
		channels->sysv |= IPCSHOW_SYSV_F_UNREAD;
	snprintf(name, sizeof(name), "semid %d key 0x%08x", id, (unsigned int)key);
	return err ? err : add_object(channels, &ends, name);
}

/* A kernel without System V IPC has no objects; all others let everybody ask for their limits. */
static bool has_sysv(void)
{
	struct seminfo info;

	return semctl(0, 0, IPC_INFO, &info) >= 0 || errno != ENOSYS;
}

static int for_each_line(struct ipcshow_channels *channels, const char *path,
			 int (*see)(struct ipcshow_channels *channels, const char *line))
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	int err = 0;

	while (!err && file && getline(&line, &room, file) > 0)
		err = see(channels, line);
	/* No more files may be open, say, or the mount of /proc has processes only. */
	if (file ? ferror(file) : has_sysv())
		channels->sysv |= IPCSHOW_SYSV_F_UNREAD;
	free(line);
	if (file)
		fclose(file);
	return err;
}

int sysv_find(struct ipcshow_channels *channels)
{
	int err;

	if (!is_same_namespace(channels->survey)) {
		channels->sysv |= IPCSHOW_SYSV_F_OTHER_NAMESPACE;
		return 0;
	}
	err = for_each_line(channels, "/proc/sysvipc/msg", see_queue);
	return err ? err : for_each_line(channels, "/proc/sysvipc/sem", see_set);
}
