// SPDX-License-Identifier: GPL-2.0
/*
 * What root can find out without the module: page frames from /proc/PID/pagemap, merged.
 * Each process is read once, where the module reads twice to be sure; a process that
 * frees pages meanwhile makes this one say what is not so.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "merge.h"

/* Entries a pread(); what they take stays in the caches. */
#define ENTRIES		(32UL << 10)
#define ADDRESS_MAX	(1ULL << 47)

struct reading {
	/* NULL: read, and no more. */
	struct merge *merge;
	size_t process;
	int fd;
	/* VMAs that follow one another are read as one. */
	u64 start;
	u64 end;
};

static int open_file(pid_t pid, const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int read_range(struct reading *reading)
{
	static u64 entries[ENTRIES];
	u64 at = reading->start / PAGE, end = reading->end / PAGE;
	ssize_t got;

	while (at < end) {
		size_t nr = end - at < ENTRIES ? end - at : ENTRIES;

		got = pread(reading->fd, entries, nr * sizeof(u64), (off_t)(at * sizeof(u64)));
		if (got <= 0)
			return got ? -errno : -EIO;
		nr = (size_t)got / sizeof(u64);
		if (reading->merge)
			merge_add(reading->merge, reading->process, entries, nr);
		at += nr;
	}
	return 0;
}

static int see_vma(struct reading *reading, u64 start, u64 end)
{
	int ret = 0;

	if (end > ADDRESS_MAX)
		return 0;
	if (start != reading->end) {
		ret = read_range(reading);
		reading->start = start;
	}
	reading->end = end;
	return ret;
}

/* Each line begins with "start-end ". */
static int see_maps(struct reading *reading, FILE *maps)
{
	char *line = NULL, *rest;
	size_t room = 0;
	u64 start;
	int ret = 0;

	while (!ret && getline(&line, &room, maps) > 0) {
		start = strtoull(line, &rest, 16);
		ret = see_vma(reading, start, strtoull(rest + 1, NULL, 16));
	}
	free(line);
	return ret ? ret : read_range(reading);
}

static int read_process(struct reading *reading, pid_t pid)
{
	int maps = open_file(pid, "maps");
	FILE *file;
	int ret;

	if (maps < 0)
		return maps;
	file = fdopen(maps, "r");
	if (!file)
		die("fdopen");
	reading->start = 0;
	reading->end = 0;
	reading->fd = open_file(pid, "pagemap");
	ret = reading->fd < 0 ? reading->fd : see_maps(reading, file);
	if (reading->fd >= 0)
		close(reading->fd);
	fclose(file);
	return ret;
}

static int read_all(const struct target *target, struct merge *merge)
{
	struct reading reading = { .merge = merge };
	int ret = 0;

	for (size_t i = 0; i < target->nr && !ret; i++) {
		reading.process = i;
		ret = read_process(&reading, target->pids[i]);
	}
	return ret;
}

/* What reading from untouched memory maps. */
static u64 zero_frame(void)
{
	void *page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open_file(getpid(), "pagemap");
	u64 entry = 0;

	if (page == MAP_FAILED || fd < 0)
		die("the zero page");
	(void)*(volatile char *)page;
	if (pread(fd, &entry, sizeof(entry), (off_t)((uintptr_t)page / PAGE * sizeof(entry))) < 0)
		die("pagemap");
	close(fd);
	munmap(page, PAGE);
	return entry & PAGEMAP_FRAME;
}

int pagemap_merge(const struct target *target, bool check, struct facts *facts)
{
	static u64 nothing;
	struct matrix matrix;
	struct merge *merge;
	int ret;

	(void)check;
	if (!nothing)
		nothing = zero_frame();
	merge = merge_create(target->nr, nothing);
	ret = read_all(target, merge);
	if (!ret) {
		matrix_make(&matrix, target->nr);
		merge_finish(merge, &matrix);
		matrix_tell(&matrix, facts);
		matrix_free(&matrix);
	}
	merge_free(merge);
	return ret;
}

int pagemap_read(const struct target *target, bool check, struct facts *facts)
{
	(void)check;
	(void)facts;
	return read_all(target, NULL);
}
