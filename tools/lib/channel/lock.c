// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Locks on files: those that are held from fdinfo, which is of one descriptor; those that are
 * waited for from /proc/locks.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "channel.h"
#include "translate.h"

#define LINE_LOCK_MAX	256

/* struct lock - a line of either file; the words are the kernel's */
struct lock {
	bool waits;
	char type[16];
	char access[16];
	int pid;
	unsigned int major;
	unsigned int minor;
	unsigned long ino;
	char start[24];
	char end[24];
};

static bool parse_lock(struct lock *lock, const char *line)
{
	char mode[16];
	int n = 0;

	sscanf(line, "%*d: %n", &n);
	if (!n)
		return false;
	lock->waits = !strncmp(line + n, "-> ", 3);
	n += lock->waits ? 3 : 0;
	return sscanf(line + n, "%15s %15s %15s %d %x:%x:%lu %23s %23s", lock->type, mode,
		      lock->access, &lock->pid, &lock->major, &lock->minor, &lock->ino,
		      lock->start, lock->end) == 9;
}

/* Of several descriptors of one file, each tells of the process's locks. */
static void add_lock(struct items *items, const struct lock *lock)
{
	char text[LINE_LOCK_MAX];

	snprintf(text, sizeof(text), lock->waits ? _("waits for %s lock %s, bytes %s-%s") :
		 _("holds %s lock %s, bytes %s-%s"), lock->type, lock->access, lock->start, lock->end);
	items_add(items, text);
}

/* The thread that has the table that the descriptor is in. */
static u32 tid_of_table(const struct survey_subject *subject, u64 files)
{
	size_t i;

	for (i = 0; i < subject->reading.nr_threads; i++)
		if (subject->reading.threads[i].has_resources &&
		    subject->reading.threads[i].resources.files == files)
			return subject->reading.threads[i].tid;
	return subject->chosen->tid;
}

static void add_held(struct items *items, const struct survey_subject *subject,
		     const struct ipcshow_fd *fd)
{
	char path[80], *line = NULL;
	unsigned long ino = fd->ino;
	struct lock lock;
	size_t room = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/task/%u/fdinfo/%u", subject->reading.task.tgid,
		 tid_of_table(subject, fd->files), fd->fd);
	file = fopen(path, "re");
	/* Where it has been closed, or the process is gone, there are none. */
	if (!file && errno != ENOENT && errno != ESRCH)
		items_add(items, _("its locks cannot be read"));
	while (file && getline(&line, &room, file) > 0) {
		/* It may be another file by now. */
		if (sscanf(line, "ino: %lu", &ino) == 1 && ino != fd->ino)
			break;
		if (!strncmp(line, "lock:", 5) && parse_lock(&lock, line + 5))
			add_lock(items, &lock);
	}
	free(line);
	if (file)
		fclose(file);
}

/*
 * Once for all files: it is the same for each, and long where there are many locks. Few are
 * waited for.
 */
static void read_awaited(struct ipcshow_channels *channels)
{
	FILE *file = fopen("/proc/locks", "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	channels->has_awaited = true;
	channels->awaited_unread = !file;
	while (file && (n = getline(&line, &room, file)) > 0) {
		if (!strstr(line, "->"))
			continue;
		line[n - 1] = '\0';
		note_add_bytes(&channels->awaited, line, (size_t)n);
	}
	if ((file && ferror(file)) || channels->awaited.failed)
		channels->awaited_unread = true;
	free(line);
	if (file)
		fclose(file);
}

static void add_awaited(struct ipcshow_channels *channels, struct items *items,
			const struct survey_subject *subject, const struct ipcshow_fd *fd)
{
	const char *line, *end;
	struct lock lock;

	if (!channels->has_awaited)
		read_awaited(channels);
	if (channels->awaited_unread)
		items_add(items, _("whether it waits for a lock cannot be told"));
	if (!channels->awaited.size)
		return;
	line = channels->awaited.text;
	for (end = line + channels->awaited.size; line < end; line += strlen(line) + 1)
		if (parse_lock(&lock, line) && lock.waits &&
		    (u32)lock.pid == subject->reading.task.tgid && lock.ino == fd->ino &&
		    lock.major == fd->dev_major && lock.minor == fd->dev_minor)
			add_lock(items, &lock);
}

void locks_list(struct ipcshow_channels *channels, struct items *items,
		const struct survey_subject *subject, const struct ipcshow_fd *fd)
{
	/* Most files have none, and asking procfs for each costs more than the rest of a survey. */
	if (!subject->reading.task.tgid || !(fd->flags & IPCSHOW_FD_F_LOCKED))
		return;
	add_held(items, subject, fd);
	add_awaited(channels, items, subject, fd);
}
