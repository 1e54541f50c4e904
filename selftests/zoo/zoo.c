// SPDX-License-Identifier: GPL-2.0
/*
 * Have one of each kind of region and of each state of a thread, say where they
 * are, and wait until standard input ends. See zoo.h for the output.
 */
#include <err.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
