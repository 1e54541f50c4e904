// SPDX-License-Identifier: GPL-2.0
/*
 * target [-m COUNT] [-x OTHER] [-u MICROSECONDS] [-s] [-v] [FILE...]
 *
 * Has COUNT small mappings, and each FILE as a library would be mapped; says
 * "ready"; becomes OTHER when it gets SIGUSR1, or after some time of its own
 * accord (and OTHER becomes this one, and so on); maps one more page when it gets
 * SIGUSR2; with -s, has a thread whose stack is a part of memory of its own; with -v,
 * waits for a child that it makes by vfork(). Names are as on the command line.
 */
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096UL

static char **arguments;
static const char *other;
static char *pause_time;

static void become_other(int signal)
{
	char *again[] = { (char *)other, "-u", pause_time, "-x", arguments[0], NULL };
	char *once[] = { (char *)other, NULL };

	execv(other, signal ? once : again);
	_exit(3);
}

/* Behind the first page, where linkers put code. */
static void map_file(const char *path)
{
	off_t from;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", path);
	from = st.st_size > (off_t)PAGE ? PAGE : 0;
	if (mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, from) == MAP_FAILED)
		err(1, "mmap of %s", path);
	close(fd);
}

/* Every other page may be written to, so that the kernel cannot merge them. */
static void map_many(unsigned long count)
{
	char *start = mmap(NULL, count * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned long i;

	if (start == MAP_FAILED)
		err(1, "mmap");
	for (i = 1; i < count; i += 2)
		if (mprotect(start + i * PAGE, PAGE, PROT_READ | PROT_WRITE))
			err(1, "mprotect");
}

static void map_one(int signal)
{
	(void)signal;
	map_many(1);
}

static void *wait_for_ever(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return NULL;
}

/* The highest fifth of a mapping, with no guard. */
static void start_on_own_stack(void)
{
	const size_t size = 1UL << 20;
	char *start = mmap(NULL, 5 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_attr_t attr;
	pthread_t thread;

	if (start == MAP_FAILED)
		err(1, "mmap");
	if (pthread_attr_init(&attr) || pthread_attr_setstack(&attr, start + 4 * size, size) ||
	    pthread_create(&thread, &attr, wait_for_ever, NULL))
		errx(1, "pthread_create");
	pthread_attr_destroy(&attr);
}

/* For ever, uninterruptibly. */
static void wait_for_child(void)
{
	if (vfork())
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	bool waits = false;
	int option;

	arguments = argv;
	while ((option = getopt(argc, argv, "m:su:vx:")) != -1) {
		switch (option) {
		case 'm':
			map_many(strtoul(optarg, NULL, 10));
			break;
		case 's':
			start_on_own_stack();
			break;
		case 'u':
			pause_time = optarg;
			break;
		case 'v':
			waits = true;
			break;
		case 'x':
			other = optarg;
			break;
		default:
			return 2;
		}
	}
	for (; optind < argc; optind++)
		map_file(argv[optind]);
	if (other)
		signal(SIGUSR1, become_other);
	signal(SIGUSR2, map_one);
	puts("ready");
	fflush(stdout);
	if (pause_time) {
		usleep(strtoul(pause_time, NULL, 10));
		become_other(0);
	}
	if (waits)
		wait_for_child();
	for (;;)
		pause();
}
