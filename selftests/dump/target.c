// SPDX-License-Identifier: GPL-2.0
/*
 * target [-m COUNT] [-x OTHER] [-u MICROSECONDS] [FILE...]
 *
 * Has COUNT small mappings, and each FILE as a library would be mapped; says
 * "ready"; becomes OTHER when it gets SIGUSR1, or after some time of its own
 * accord (and OTHER becomes this one, and so on). Names are as on the command line.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
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

int main(int argc, char **argv)
{
	int option;

	arguments = argv;
	while ((option = getopt(argc, argv, "m:u:x:")) != -1) {
		switch (option) {
		case 'm':
			map_many(strtoul(optarg, NULL, 10));
			break;
		case 'u':
			pause_time = optarg;
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
	puts("ready");
	fflush(stdout);
	if (pause_time) {
		usleep(strtoul(pause_time, NULL, 10));
		become_other(0);
	}
	for (;;)
		pause();
}
