// SPDX-License-Identifier: GPL-2.0
/*
 * Names that a process can choose, chosen to do harm to who prints them: escape
 * codes, newlines, quotes, bytes that are no UTF-8, and what looks like an
 * answer of the tool.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zoo.h"

/* Newer than the headers that this may be built with. */
#ifndef PR_SET_VMA
#define PR_SET_VMA		0x53564d41
#define PR_SET_VMA_ANON_NAME	0
#endif

#define CLEAR	"\033[2J\033]0;title\007"
#define OTHER	"\"',\\<&>\t%s%n\xff\xfe\xc3(\r"

static const char *const names[] = {
	"hostile" CLEAR, "hostile\nstack 0-1", "hostile" OTHER, "hostile (deleted)",
	"hostile\u202egnp.exe", "hostile\xc2\x9b" "2J", "hostile {\"a\": [1]}", " hostile ",
};

static char folder[64];

static void remove_all(void *unused)
{
	char path[256];
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

/* Executable, so that they are taken for libraries, whose headers are read. */
static void map_named_file(size_t i)
{
	char path[256], *start;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	if (fd < 0 || write(fd, "\177ELF", 4) != 4 || ftruncate(fd, PAGE))
		err(1, "hostile file %zu", i);
	start = map(PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd);
	close(fd);
	snprintf(path, sizeof(path), "hostile-file-%zu", i);
	say(path, start, PAGE, "%s", "");
}

static void map_memfd(size_t i)
{
	char name[32], *start;
	int fd = memory_file(names[i], 0, PAGE);

	if (fd < 0)
		err(1, "memfd_create");
	start = map(PAGE, PROT_READ, MAP_SHARED, fd);
	close(fd);
	snprintf(name, sizeof(name), "hostile-memfd-%zu", i);
	say(name, start, PAGE, "%s", "");
}

void zoo_hostile(void)
{
	char *start;
	size_t i;

	snprintf(folder, sizeof(folder), "/tmp/zoo-XXXXXX");
	if (!mkdtemp(folder))
		err(1, "%s", folder);
	at_end(remove_all, NULL);

	prctl(PR_SET_NAME, "\033[31m\n\"\\\xff</b>");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		map_named_file(i);
		map_memfd(i);
	}

	/* The kernel refuses what it calls unprintable; these characters pass. */
	start = map(PAGE, PROT_READ, MAP_PRIVATE, -1);
	if (prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, start, PAGE, "\"}, <b>&{name: 1}'%s%n"))
		skip("hostile-anon", "this kernel names no anonymous memory");
	else
		say("hostile-anon", start, PAGE, "%s", "");
}
