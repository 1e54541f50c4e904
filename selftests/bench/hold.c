// SPDX-License-Identifier: GPL-2.0
/*
 * How long a look holds the target's mmap lock, as the kernel's own trace
 * points see it: the same measure for the module and for its peers. What END
 * says of the module's holds is measured apart.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

#define INSTANCE	"/sys/kernel/tracing/instances/ipcshow-bench/"
#define TEXT		17

static int put(const char *name, const char *value)
{
	char path[128];
	int fd, ret;

	snprintf(path, sizeof(path), INSTANCE "%s", name);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = write(fd, value, strlen(value)) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

static int trace_open(void)
{
	char pid[16];
	int ret;

	if (mkdir(INSTANCE, 0700) && errno != EEXIST)
		return -errno;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	ret = put("buffer_size_kb", "8192");
	if (!ret)
		ret = put("trace_clock", "mono");
	if (!ret)
		ret = put("set_event_pid", pid);
	if (!ret)
		ret = put("events/mmap_lock/mmap_lock_acquire_returned/enable", "1");
	if (!ret)
		ret = put("events/mmap_lock/mmap_lock_released/enable", "1");
	return ret;
}

static void trace_close(void)
{
	put("events/enable", "0");
	rmdir(INSTANCE);
}

/* One address space that the trace speaks of. */
struct traced {
	char mm[TEXT];
	/* When it was taken, us; the longest that it was held. */
	double since;
	double longest;
	/* Ours: nobody else's do we lock for writing. */
	bool own;
};

static struct traced *find(struct traced *traced, size_t nr, const char *mm)
{
	for (size_t i = 0; i < nr; i++) {
		if (!strcmp(traced[i].mm, mm) || !*traced[i].mm) {
			strcpy(traced[i].mm, mm);
			return &traced[i];
		}
	}
	return NULL;
}

/* "task-pid [cpu] flags seconds: event: mm=X memcg_path=P write=B ..." */
static void trace_line(struct traced *traced, size_t nr, const char *line)
{
	const char *event = strstr(line, ": mmap_lock_");
	const char *mm = event ? strstr(event, "mm=") : NULL;
	struct traced *t;
	char name[TEXT];
	double now;

	if (!mm || sscanf(mm, "mm=%16s", name) != 1)
		return;
	while (event > line && event[-1] != ' ')
		event--;
	now = strtod(event, NULL) * 1e6;
	t = find(traced, nr, name);
	if (!t)
		return;
	if (strstr(mm, "write=true"))
		t->own = true;
	if (strstr(line, "_released"))
		t->longest = t->since && now - t->since > t->longest ?
			     now - t->since : t->longest;
	t->since = strstr(line, "_acquire_returned") ? now : 0;
}

/* The longest hold of another's lock, ns. */
static double trace_longest(void)
{
	struct traced traced[4] = { 0 };
	double longest = 0;
	char *line = NULL;
	size_t room = 0;
	FILE *file;

	file = fopen(INSTANCE "trace", "re");
	if (!file)
		die(INSTANCE "trace");
	while (getline(&line, &room, file) > 0)
		trace_line(traced, ARRAY_SIZE(traced), line);
	free(line);
	fclose(file);
	for (size_t i = 0; i < ARRAY_SIZE(traced); i++) {
		if (!traced[i].own && traced[i].longest > longest)
			longest = traced[i].longest;
	}
	return longest * 1000;
}

static void look(const struct cell *cell, const struct target *target)
{
	struct result *result = &results[cell->shape][cell->method];
	struct facts facts;
	double longest;
	void *page;
	u64 ns;
	int ret;

	put("trace", "");
	put("tracing_on", "1");
	/* Tells which address space is our own. */
	page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(page, PAGE);
	ret = method_run(cell->method, target, false, &facts, &ns);
	put("tracing_on", "0");
	if (ret) {
		disagree(cell->shape, cell->method, "failed: %s", strerror(-ret));
		return;
	}
	longest = trace_longest();
	if (longest > 0)
		series_add(&result->series[QUANTITY_HOLD_SEEN], longest);
}

void hold_run(const struct experiment *experiment)
{
	int ret = trace_open();

	for (size_t i = 0; i < CELLS_MAX && experiment->cell[i].method; i++) {
		const struct cell *cell = &experiment->cell[i];
		static struct target target;

		if (ret) {
			results[cell->shape][cell->method].missing =
				"the hold of the lock: no trace points";
			continue;
		}
		if (!target.pid)
			target_start(&target, cell->shape);
		for (unsigned int round = 0; round < experiment->rounds; round++)
			look(cell, &target);
		if (i + 1 == CELLS_MAX || experiment->cell[i + 1].shape != cell->shape)
			target_stop(&target);
	}
	trace_close();
}
