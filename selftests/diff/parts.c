// SPDX-License-Identifier: GPL-2.0
/*
 * Compare tasks that stand still, in one call of the module and, as if this took no more than a
 * few sites, in parts: all that is said must be the same. parts PID PID...
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "comparison.h"

/* Two to a call: each two sites are a call of their own. */
static const u32 limits[] = { 2, 3, 4, 6, 16, 512 };

#define TASKS_MAX	8

/**
 * struct told - what a comparison says, as text
 * @text: of it
 * @size: bytes in it
 * @file: to write it
 * @c: the comparison at hand
 */
struct told {
	char *text;
	size_t size;
	FILE *file;
	const struct ipcshow_comparison *c;
};

static void tell_side(FILE *file, const struct ipcshow_side *side)
{
	if (side)
		fprintf(file, " %llx-%llx %llu %llu %llu %d,", side->start, side->end, side->rss,
			side->swap, side->unsettled, side->changed);
	else
		fprintf(file, " none,");
}

static int tell_match(const struct ipcshow_match *match, void *arg)
{
	const struct told *told = arg;
	struct ipcshow_range *ranges;
	size_t i, nr;

	tell_side(told->file, match->a);
	tell_side(told->file, match->b);
	fprintf(told->file, " %llu %llu %llu %llu %llu %llu %llu %llu, %d %x\n", match->common,
		match->same, match->only_a, match->only_b, match->different, match->untouched,
		match->swap_same, match->unsettled, match->verdict, match->mechanisms);
	ranges = ipcshow_comparison_ranges(told->c, match, &nr);
	for (i = 0; i < nr; i++)
		fprintf(told->file, "    %llx %llx %llu %d\n", ranges[i].a, ranges[i].b,
			ranges[i].bytes, ranges[i].what);
	free(ranges);
	return 0;
}

static void tell_two(struct told *told, size_t a, size_t b)
{
	struct ipcshow_shared shared;

	ipcshow_comparison_shared(told->c, a, b, &shared);
	fprintf(told->file, "%zu and %zu: %llu %llu\n", a, b, shared.bytes, shared.swap);
	if (told->c->flags & IPCSHOW_COMPARISON_F_AREAS)
		ipcshow_comparison_rows(told->c, a, b, tell_match, told);
}

static void tell(struct told *told, struct ipcshow_process **processes, size_t nr,
		 unsigned int flags)
{
	struct ipcshow_comparison *comparison;
	size_t a, b, failed;
	int ret;

	ret = ipcshow_comparison_run(processes, nr, flags, &comparison, &failed);
	if (ret)
		errx(1, "ipcshow_comparison_run: %s", strerror(-ret));
	*told = (struct told){ .c = comparison };
	told->file = open_memstream(&told->text, &told->size);
	if (!told->file)
		err(1, "open_memstream");
	for (a = 0; a < nr; a++)
		for (b = a + 1; b < nr; b++)
			tell_two(told, a, b);
	fclose(told->file);
	ipcshow_comparison_free(comparison);
}

/* The first line that differs, of each. */
static void tell_difference(const struct told *whole, const struct told *parts)
{
	size_t i, line = 0;

	for (i = 0; whole->text[i] && whole->text[i] == parts->text[i]; i++)
		if (whole->text[i] == '\n')
			line = i + 1;
	printf("whole: %.*s\nparts: %.*s\n", (int)strcspn(whole->text + line, "\n"),
	       whole->text + line, (int)strcspn(parts->text + line, "\n"), parts->text + line);
}

static bool check(struct ipcshow_device *device, struct ipcshow_process **processes, size_t nr,
		  unsigned int flags)
{
	const u32 most = device->info.sites_max;
	struct told whole, parts;
	bool good = true;
	size_t i;

	tell(&whole, processes, nr, flags);
	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		device->info.sites_max = limits[i];
		tell(&parts, processes, nr, flags);
		if (strcmp(whole.text, parts.text)) {
			printf("flags %x, %u sites:\n", flags, limits[i]);
			tell_difference(&whole, &parts);
			good = false;
		}
		free(parts.text);
	}
	device->info.sites_max = most;
	printf("%zu bytes told\n", whole.size);
	free(whole.text);
	return good;
}

int main(int argc, char **argv)
{
	static const unsigned int flags[] = {
		0,
		IPCSHOW_COMPARISON_F_AREAS,
		IPCSHOW_COMPARISON_F_AREAS | IPCSHOW_COMPARISON_F_RANGES,
	};
	struct ipcshow_process *processes[TASKS_MAX];
	struct ipcshow_device *device;
	int status = 0, i, ret = ipcshow_device_open(&device, 0);

	if (ret)
		errx(1, "/dev/ipcshow: %s", strerror(-ret));
	if (argc < 3 || argc > TASKS_MAX + 1)
		errx(2, "usage: parts PID PID...");
	for (i = 0; i < argc - 1; i++) {
		ret = ipcshow_process_open(device, atoi(argv[i + 1]), IPCSHOW_PROCESS_F_ADD |
					   IPCSHOW_PROCESS_F_FAMILY, &processes[i]);
		if (ret)
			errx(1, "%s: %s", argv[i + 1], strerror(-ret));
	}
	for (i = 0; i < (int)ARRAY_SIZE(flags); i++)
		if (!check(device, processes, (size_t)argc - 1, flags[i]))
			status = 1;
	return status;
}
