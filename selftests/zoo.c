// SPDX-License-Identifier: GPL-2.0
/*
 * Have one of each kind of region and of each state of a thread, say where they
 * are, and wait until standard input ends. See zoo.h for the output.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "zoo.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct shape {
	const char *name;
	void (*make)(void);
	bool alone;	/* not part of what is made when nothing is named */
} shapes[] = {
	/* First, so that what comes later is not shared with the child. */
	{ "fork", zoo_fork, false },
	{ "image", zoo_image, false },
	{ "anon", zoo_anon, false },
	{ "ksm", zoo_ksm, false },
	{ "files", zoo_files, false },
	{ "devices", zoo_devices, false },
	{ "shared", zoo_shared, false },
	{ "huge", zoo_huge, false },
	{ "swap", zoo_swap, false },
	{ "stacks", zoo_stacks, false },
	{ "spin", zoo_spin, true },
	{ "vfork", zoo_vfork, true },
	{ "hostile", zoo_hostile, true },
	/* Does not return. */
	{ "leader-exits", zoo_leader_exits, true },
};

void say(const char *name, const volatile void *start, size_t size, const char *fmt, ...)
{
	va_list args;

	printf("%s %lx %lx", name, (unsigned long)start, (unsigned long)start + size);
	if (*fmt) {
		putchar(' ');
		va_start(args, fmt);
		vprintf(fmt, args);
		va_end(args);
	}
	putchar('\n');
	fflush(stdout);
}

void skip(const char *name, const char *fmt, ...)
{
	va_list args;

	printf("skip %s ", name);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

/*
 * A mapping of its own with a hole on either side: the kernel merges
 * neighbours that are alike, and a region would not be where it was announced.
 */
void *map_at(size_t align, size_t size, int prot, int flags, int fd)
{
	size_t room = size + align + 2 * PAGE;
	char *hole = mmap(NULL, room, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char *start;

	if (hole == MAP_FAILED)
		err(1, "mmap of a hole of %zu bytes", room);
	start = (char *)(((uintptr_t)hole + PAGE + align - 1) & -align);
	if (fd < 0)
		flags |= MAP_ANONYMOUS;
	if (mmap(start, size, prot, flags | MAP_FIXED, fd, 0) == MAP_FAILED) {
		int error = errno;

		munmap(hole, room);
		errno = error;
		return NULL;
	}
	return start;
}

void *map(size_t size, int prot, int flags, int fd)
{
	void *start = map_at(PAGE, size, prot, flags, fd);

	if (!start)
		err(1, "mmap of %zu bytes", size);
	return start;
}

/* Pages that differ from each other, so that KSM leaves them alone. */
void touch(void *start, size_t size)
{
	static unsigned long count;
	size_t at;

	for (at = 0; at < size; at += PAGE)
		*(volatile unsigned long *)((char *)start + at) = ++count;
}

void look(const void *start, size_t size)
{
	size_t at;

	for (at = 0; at < size; at += PAGE)
		(void)*(const volatile char *)((const char *)start + at);
}

int memory_file(const char *name, unsigned int flags, size_t size)
{
	int fd = memfd_create(name, flags | MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, size)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* In the child: 0. It is to wait for its end; it does not outlive its parent. */
pid_t fork_child(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static struct {
	void (*function)(void *);
	void *argument;
} ends[64];
static size_t nr_ends;

void at_end(void (*function)(void *), void *argument)
{
	if (nr_ends == LENGTH(ends))
		errx(1, "too many things to undo");
	ends[nr_ends].function = function;
	ends[nr_ends++].argument = argument;
}

bool may_change_system(void)
{
	return getenv("IPCSHOW_VM") && !geteuid();
}

bool set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);

	if (fd >= 0)
		close(fd);
	return done;
}

bool pagemap(const void *address, unsigned long long *entry)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	off_t at = (uintptr_t)address / PAGE * sizeof(*entry);
	bool done = fd >= 0 && pread(fd, entry, sizeof(*entry), at) == sizeof(*entry);

	if (fd >= 0)
		close(fd);
	return done;
}

static void make(const char *name)
{
	size_t i;

	for (i = 0; i < LENGTH(shapes); i++) {
		if (!strcmp(shapes[i].name, name)) {
			shapes[i].make();
			return;
		}
	}
	errx(2, "no shape is called '%s'", name);
}

int main(int argc, char **argv)
{
	char byte;
	int i;

	for (i = 1; i < argc; i++)
		make(argv[i]);
	for (i = 0; argc == 1 && i < (int)LENGTH(shapes); i++) {
		if (!shapes[i].alone)
			shapes[i].make();
	}
	puts("ready");
	fflush(stdout);

	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	while (nr_ends--)
		ends[nr_ends].function(ends[nr_ends].argument);
	return 0;
}
