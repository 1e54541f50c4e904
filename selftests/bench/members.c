// SPDX-License-Identifier: GPL-2.0
/* Processes that have memory in common: one makes it, and forks the others. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "bench.h"

/* What a member has before the memory in common, so that this lies elsewhere in each. */
#define SHIFT		(64 * MIB)
/* Shared by a whole crowd, beside what it has since fork(). */
#define CROWD_SHARED	(4 * MIB)
#define SPARSE_SIZE	(1UL << 40)

/* Made by the first member, known to all; of some kinds of memory only. */
static struct {
	int fd;
	char *memory;
	size_t size;
	char *shared;
	size_t pages;
} common;

static void *map(size_t size, int prot, int flags, int fd)
{
	void *p = mmap(NULL, size, prot, flags, fd, 0);

	if (p == MAP_FAILED)
		die("mmap of %zu bytes", size);
	return p;
}

static void make_object(size_t size)
{
	common.size = size;
	common.fd = memfd_create("ipcshow-bench", MFD_CLOEXEC);
	if (common.fd < 0 || ftruncate(common.fd, (off_t)size))
		die("memfd of %zu bytes", size);
}

static char *map_object(size_t index, int flags)
{
	if (index)
		map(index * SHIFT, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	return map(common.size, PROT_READ | PROT_WRITE, MAP_SHARED | flags, common.fd);
}

/*
 * What the kernel lends for telling the time has no struct page, and pagemap is silent about
 * it. That all processes have it in common, only the module says.
 */
void members_forget_clock(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char *line = NULL, *rest;
	size_t room = 0;

	if (!maps)
		die("maps");
	while (getline(&line, &room, maps) > 0) {
		uintptr_t start = strtoul(line, &rest, 16);

		if (strstr(line, "[vvar"))
			munmap((void *)start, strtoul(rest + 1, NULL, 16) - start);
	}
	free(line);
	fclose(maps);
}

void members_make_shared(size_t mib)
{
	make_object(mib * MIB);
}

void members_join_shared(size_t index, size_t nr)
{
	(void)nr;
	map_object(index, MAP_POPULATE);
}

void members_make_fork(size_t mib)
{
	target_touch(target_map(mib * MIB, 0), mib * MIB);
}

void members_make_sparse(size_t pages)
{
	common.pages = pages;
	make_object(SPARSE_SIZE);
}

void members_join_sparse(size_t index, size_t nr)
{
	char *p = map_object(index, MAP_NORESERVE);

	(void)nr;
	for (size_t i = 0; i < common.pages; i++)
		p[i * (common.size / common.pages)] = 1;
}

void members_make_crowd(size_t mib)
{
	common.size = mib * MIB;
	common.memory = target_map(common.size, 0);
	target_touch(common.memory, common.size);
	common.shared = map(CROWD_SHARED, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
}

/* Each but the first writes to another part, which all the others have still in common. */
void members_join_crowd(size_t index, size_t nr)
{
	size_t part = common.size / nr / PAGE * PAGE;

	if (index)
		target_touch(common.memory + index * part, part);
	target_touch(common.shared, CROWD_SHARED);
}

static void be_member(size_t index, size_t nr, void (*join)(size_t index, size_t nr), int ready)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (join)
		join(index, nr);
	if (write(ready, "r", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static pid_t fork_member(size_t index, size_t nr, void (*join)(size_t index, size_t nr))
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		be_member(index, nr, join, ready[1]);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		_exit(1);
	close(ready[0]);
	return pid;
}

void members_fork(size_t nr, void (*join)(size_t index, size_t nr), int ready)
{
	pid_t pids[MEMBERS_MAX] = { getpid() };
	ssize_t size = (ssize_t)(nr * sizeof(pids[0]));

	for (size_t i = 1; i < nr; i++)
		pids[i] = fork_member(i, nr, join);
	if (join)
		join(0, nr);
	if (write(ready, pids, (size_t)size) != size)
		_exit(1);
}
