// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lock_trace.h"
#include "sizes.h"

#define INSTANCES	"/sys/kernel/tracing/instances/"
#define TEXT		17
/* More than a comparison has targets in any test, and we ourselves. */
#define SPACES		16

static char instance[128];

static int put(const char *name, const char *value)
{
	char path[256];
	int fd, ret;

	snprintf(path, sizeof(path), "%s/%s", instance, name);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = write(fd, value, strlen(value)) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

/*
 * Neither set_event_pid nor names of tasks: for these, the kernel patches its scheduler, which is
 * not free, and which not every emulation of a processor gets over.
 */
static int set_up(void)
{
	char filter[32];
	int ret;

	snprintf(filter, sizeof(filter), "common_pid == %d", (int)getpid());
	ret = put("buffer_size_kb", "8192");
	if (!ret)
		ret = put("trace_clock", "mono");
	if (!ret)
		ret = put("trace_options", "norecord-cmd");
	if (!ret)
		ret = put("events/mmap_lock/filter", filter);
	if (!ret)
		ret = put("events/mmap_lock/mmap_lock_acquire_returned/enable", "1");
	if (!ret)
		ret = put("events/mmap_lock/mmap_lock_released/enable", "1");
	return ret;
}

int lock_trace_open(const char *name)
{
	int ret;

	snprintf(instance, sizeof(instance), INSTANCES "%s", name);
	if (mkdir(instance, 0700) && errno != EEXIST)
		return -errno;
	ret = set_up();
	if (ret)
		lock_trace_close();
	return ret;
}

void lock_trace_close(void)
{
	put("events/enable", "0");
	rmdir(instance);
}

void lock_trace_begin(void)
{
	void *page;

	put("trace", "");
	put("tracing_on", "1");
	/* Tells which address space is our own. */
	page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(page, PAGE);
}

/* One address space that the trace speaks of. */
struct space {
	char mm[TEXT];
	size_t holds;
	/* When it was taken, us; the longest that it was held. */
	double since;
	double longest;
	/* Ours: nobody else's do we lock for writing. */
	bool own;
};

static struct space *find(struct space *space, const char *mm)
{
	size_t i;

	for (i = 0; i < SPACES; i++) {
		if (!strcmp(space[i].mm, mm) || !*space[i].mm) {
			strcpy(space[i].mm, mm);
			return &space[i];
		}
	}
	return NULL;
}

static void end_hold(struct space *s, double now)
{
	if (!s->since)
		return;
	s->holds++;
	if (now - s->since > s->longest)
		s->longest = now - s->since;
	s->since = 0;
}

/* "task-pid [cpu] flags seconds: event: mm=X memcg_path=P write=B ..." */
static bool take_line(struct space *space, const char *line)
{
	const char *event = strstr(line, ": mmap_lock_");
	const char *mm = event ? strstr(event, "mm=") : NULL;
	struct space *s;
	char name[TEXT];
	double now;

	if (!mm || sscanf(mm, "mm=%16s", name) != 1)
		return true;
	while (event > line && event[-1] != ' ')
		event--;
	now = strtod(event, NULL) * 1e6;
	s = find(space, name);
	if (!s)
		return false;
	if (strstr(mm, "write=true"))
		s->own = true;
	if (strstr(line, "_released"))
		end_hold(s, now);
	else if (strstr(mm, "success=true"))
		s->since = now;
	return true;
}

static int take_trace(struct space *space)
{
	bool known = true;
	char path[256], *line = NULL;
	size_t room = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/trace", instance);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (known && getline(&line, &room, file) > 0)
		known = take_line(space, line);
	free(line);
	fclose(file);
	return known ? 0 : -ENOSPC;
}

int lock_trace_end(struct lock_trace *seen)
{
	struct space space[SPACES] = { 0 };
	size_t i;
	int ret;

	put("tracing_on", "0");
	ret = take_trace(space);
	*seen = (struct lock_trace){ 0 };
	for (i = 0; i < SPACES; i++) {
		if (space[i].own)
			continue;
		seen->holds += space[i].holds;
		if (space[i].longest * 1000 > seen->longest_ns)
			seen->longest_ns = space[i].longest * 1000;
	}
	return ret;
}
