// SPDX-License-Identifier: GPL-2.0
/*
 * What is said of a process beside its tables: mostly the module's words; the
 * command line and the user's name are from elsewhere.
 */
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "language.h"

/* Reads what is there, up to @size bytes. */
static size_t read_at(int dir, const char *name, char *to, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	size_t done = 0;
	ssize_t n = 1;

	if (fd < 0)
		return 0;
	while (done < size && n > 0) {
		n = read(fd, to + done, size - done);
		if (n > 0)
			done += (size_t)n;
	}
	close(fd);
	return done;
}

/*
 * Whether the process that @dir (/proc/PID) is of is the one that the module
 * looked at: PIDs are used again. The start time is the 22nd field; the second
 * is a name that may hold anything, in parentheses.
 */
static bool is_same_process(int dir, const struct ipcshow_task *task)
{
	unsigned long long start;
	char stat[1024];
	size_t size = read_at(dir, "stat", stat, sizeof(stat) - 1);
	char *p;

	stat[size] = '\0';
	p = memrchr(stat, ')', size);
	if (!p || sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u"
			 " %*d %*d %*d %*d %*d %*d %llu", &start) != 1)
		return false;
	return start == task->start_time / (1000000000ULL / (unsigned long long)sysconf(_SC_CLK_TCK));
}

static void read_command(struct facts *facts)
{
	char path[32];
	int dir;

	snprintf(path, sizeof(path), "/proc/%u", facts->task->tgid);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return;
	if (is_same_process(dir, facts->task))
		facts->command = malloc(COMMAND_MAX + 1);
	if (facts->command)
		facts->command_size = read_at(dir, "cmdline", facts->command, COMMAND_MAX);
	close(dir);
	facts->command_cut = facts->command_size == COMMAND_MAX;
	if (facts->command_size && facts->command[facts->command_size - 1])
		facts->command[facts->command_size++] = '\0';
}

/*
 * The name of a user, or NULL. Looked up once for each: the answer may come from a network. It lives
 * as long as the program.
 */
const char *user_name(uid_t uid)
{
	static struct known {
		uid_t uid;
		char *name;
	} *known;
	static size_t nr;
	struct known *grown;
	struct passwd *pw;
	size_t i;

	for (i = 0; i < nr; i++)
		if (known[i].uid == uid)
			return known[i].name;
	grown = reallocarray(known, nr + 1, sizeof(*known));
	if (!grown)
		return NULL;
	known = grown;
	pw = getpwuid(uid);
	known[nr] = (struct known){ .uid = uid, .name = pw ? strdup(pw->pw_name) : NULL };
	return known[nr++].name;
}

void facts_read(struct facts *facts, const struct ipcshow_process *process,
		unsigned int machine)
{
	*facts = (struct facts){
		.process = process,
		.task = ipcshow_process_task(process),
		.mm = ipcshow_process_mm(process),
		.machine = machine,
	};
	facts->user = user_name(facts->task->euid);
	read_command(facts);
}

void facts_free(struct facts *facts)
{
	free(facts->command);
	facts->command = NULL;
}

/* Nothing is missing that was to be shown. */
bool facts_complete(const struct facts *facts)
{
	return !ipcshow_process_gone(facts->process);
}

const char *state_word(__u32 state)
{
	switch (state) {
	case 'R':
		return _("running");
	case 'S':
		return _("sleeping");
	case 'D':
		return _("in uninterruptible sleep");
	case 'T':
		return _("stopped");
	case 't':
		return _("traced");
	case 'Z':
		return _("zombie");
	case 'X':
		return _("dead");
	case 'I':
		return _("idle");
	case 'P':
		return _("parked");
	default:
		return _("in an unknown state");
	}
}
