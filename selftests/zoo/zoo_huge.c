// SPDX-License-Identifier: GPL-2.0
/* Huge pages: of hugetlb, and transparent ones, mapped whole and in parts. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "zoo.h"

#define RW	(PROT_READ | PROT_WRITE)

/* Newer than the headers that this may be built with. */
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE	25
#endif

static void say_hugetlb(const char *name, int flags, int fd)
{
	char *start = map_at(HUGE, 2 * HUGE, RW, flags, fd);

	if (!start) {
		skip(name, "no huge pages are reserved: %s", strerror(errno));
		return;
	}
	touch(start, HUGE);
	say(name, start, 2 * HUGE, "%s", "");
}

static void hugetlb(void)
{
	int fd;

	if (may_change_system())
		set("/proc/sys/vm/nr_hugepages", "14");
	say_hugetlb("hugetlb-private", MAP_PRIVATE | MAP_HUGETLB, -1);
	say_hugetlb("hugetlb-shared", MAP_SHARED | MAP_HUGETLB, -1);
	fd = memory_file("zoo hugetlb", MFD_HUGETLB, 2 * HUGE);
	if (fd < 0) {
		skip("hugetlb-memfd", "memfd_create: %s", strerror(errno));
		return;
	}
	say_hugetlb("hugetlb-memfd", MAP_SHARED, fd);
	close(fd);
}

/* Are there huge pages of a file that is mapped at @start? Told by smaps: nothing else knows. */
static bool file_is_huge(const void *start)
{
	unsigned long at = 0, kb = 0;
	bool found = false;
	char line[512];
	FILE *smaps = fopen("/proc/self/smaps", "re");

	if (!smaps)
		err(1, "/proc/self/smaps");
	while (fgets(line, sizeof(line), smaps)) {
		sscanf(line, "%lx-", &at);
		if (at == (unsigned long)start && sscanf(line, "FilePmdMapped: %lu", &kb) == 1)
			found = kb;
	}
	fclose(smaps);
	return found;
}

static void *transparent(size_t size)
{
	char *start = map_at(HUGE, size, RW, MAP_PRIVATE, -1);

	if (!start)
		err(1, "mmap");
	if (madvise(start, size, MADV_HUGEPAGE))
		return NULL;
	touch(start, size);
	return start;
}

static void anonymous(void)
{
	static const char *const all[] = { "huge", "huge-parts", "huge-half-ro", "huge-half-rw",
					   "huge-locked" };
	char *start = transparent(2 * HUGE);
	size_t i;

	for (i = 0; !start && i < sizeof(all) / sizeof(all[0]); i++)
		skip(all[i], "this kernel has no transparent huge pages");
	if (!start)
		return;
	say("huge", start, 2 * HUGE, "%s", "");

	/* The page stays huge, and is mapped by pages: one is missing. */
	start = transparent(HUGE);
	if (madvise(start + 7 * PAGE, PAGE, MADV_DONTNEED))
		err(1, "MADV_DONTNEED");
	say("huge-parts", start, HUGE, "%s", "");

	/* Two VMAs share one huge page. */
	start = transparent(HUGE);
	if (mprotect(start, HUGE / 2, PROT_READ))
		err(1, "mprotect");
	say("huge-half-ro", start, HUGE / 2, "%s", "");
	say("huge-half-rw", start + HUGE / 2, HUGE / 2, "%s", "");

	start = transparent(HUGE);
	if (mlock(start, HUGE))
		skip("huge-locked", "mlock: %s", strerror(errno));
	else
		say("huge-locked", start, HUGE, "%s", "");
}

static void shared_memory(void)
{
	char *start, *parts;
	int fd = memory_file("zoo huge", 0, 2 * HUGE);

	if (fd < 0)
		err(1, "memfd_create");
	start = map_at(HUGE, 2 * HUGE, RW, MAP_SHARED, fd);
	if (!start)
		err(1, "mmap");
	touch(start, HUGE);
	if (madvise(start, HUGE, MADV_COLLAPSE)) {
		skip("huge-shmem", "MADV_COLLAPSE: %s", strerror(errno));
		skip("huge-shmem-parts", "there is no huge-shmem");
		close(fd);
		return;
	}
	look(start, HUGE);
	say("huge-shmem", start, 2 * HUGE, "%s", "");

	/* The same huge page once more, by pages, since it is not aligned. */
	parts = map(64 * PAGE, RW, MAP_SHARED, fd);
	look(parts, 16 * PAGE);
	say("huge-shmem-parts", parts, 64 * PAGE, "%s", "");
	close(fd);
}

/* A file that no one writes to; one of tmpfs would be shared memory. */
static void file(void)
{
	char path[] = "/var/tmp/zoo-XXXXXX";
	int fd = mkstemp(path), ro;
	char *start;
	size_t at;

	if (fd < 0)
		err(1, "%s", path);
	for (at = 0; at < HUGE; at += PAGE) {
		char page[PAGE] = "";

		if (write(fd, page, PAGE) != (ssize_t)PAGE)
			err(1, "%s", path);
	}
	ro = open(path, O_RDONLY | O_CLOEXEC);
	unlink(path);
	close(fd);
	if (ro < 0)
		err(1, "%s", path);
	start = map_at(HUGE, HUGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, ro);
	if (!start)
		err(1, "mmap");
	look(start, HUGE);
	if (madvise(start, HUGE, MADV_COLLAPSE))
		skip("huge-file", "MADV_COLLAPSE: %s", strerror(errno));
	else if (!file_is_huge(start))
		skip("huge-file", "no file system here has huge pages");
	else
		say("huge-file", start, HUGE, "%s", "");
	close(ro);
}

void zoo_huge(void)
{
	keep_pages_apart();
	hugetlb();
	anonymous();
	shared_memory();
	file();
}
