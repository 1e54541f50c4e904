// SPDX-License-Identifier: GPL-2.0
/* Processes of the shapes that are measured; each sleeps once it is made. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

/* What a thread needs that does nothing. */
#define STACK		(16UL << 10)
/* A library is mapped in about so many VMAs. */
#define VMAS_A_FILE	5

static char *map(size_t size, int prot, int flags, int fd)
{
	void *p = mmap(NULL, size, prot, flags, fd, 0);

	if (p == MAP_FAILED)
		die("mmap of %zu bytes", size);
	return p;
}

static char *map_small(size_t size, int flags)
{
	char *p = map(size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1);

	if (madvise(p, size, MADV_NOHUGEPAGE))
		die("MADV_NOHUGEPAGE");
	return p;
}

static void touch(char *p, size_t size)
{
	for (size_t i = 0; i < size; i += PAGE)
		*(volatile char *)(p + i) = 1;
}

/* Neighbours differ in access, so that they do not become one VMA. */
static void make_vmas(size_t nr)
{
	char *p = map_small(nr * PAGE, 0);

	touch(p, nr * PAGE);
	for (size_t i = 0; i < nr; i += 2) {
		if (mprotect(p + i * PAGE, PAGE, PROT_READ))
			die("mprotect");
	}
}

/* All begin at the start of their file, so that neighbours do not merge. */
static void map_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, (off_t)PAGE) || pwrite(fd, "x", 1, 0) != 1)
		die("%s", path);
	for (unsigned int i = 0; i < VMAS_A_FILE; i++)
		(void)*(volatile char *)map(PAGE, PROT_READ, MAP_PRIVATE, fd);
	close(fd);
}

/* The files go with the directory: nothing is left behind but the mappings. */
static void make_files(size_t nr)
{
	char dir[] = "/tmp/ipcshow-bench-XXXXXX";
	char path[sizeof(dir) + 64];

	if (!mkdtemp(dir))
		die("%s", dir);
	for (size_t i = 0; i < nr / VMAS_A_FILE; i++) {
		snprintf(path, sizeof(path), "%s/libexample-%zu.so.1.0.0", dir, i);
		map_file(path);
	}
}

static void make_small(size_t mib)
{
	touch(map_small(mib * MIB, 0), mib * MIB);
}

static void make_huge(size_t mib)
{
	size_t size = mib * MIB;
	char *p = map(size + 2 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	p += -(uintptr_t)p % (2 * MIB);
	if (madvise(p, size, MADV_HUGEPAGE))
		die("MADV_HUGEPAGE");
	touch(p, size);
}

/* A reserved terabyte with a page here and there, beside some small VMAs. */
static void make_sparse(size_t nr)
{
	const size_t size = 1UL << 40;
	char *p = map_small(size, MAP_NORESERVE);

	for (size_t i = 0; i < nr; i++)
		p[i * (size / nr)] = 1;
	make_vmas(nr);
}

static void *sleep_on(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return NULL;
}

/* Their stacks lie in one VMA: threads are measured here, not VMAs. */
static void make_threads(size_t nr)
{
	char *stacks = map_small(nr * STACK, 0);
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	for (size_t i = 1; i < nr; i++) {
		pthread_attr_setstack(&attr, stacks + i * STACK, STACK);
		errno = pthread_create(&thread, &attr, sleep_on, NULL);
		if (errno)
			die("thread %zu", i);
	}
}

/* Much to look at while it works. */
static void make_churn(size_t nr)
{
	make_vmas(nr);
	make_small(256);
}

static const struct {
	const char *name;
	const char *help;
	void (*make)(size_t nr);
	size_t nr;
} shapes[] = {
	[SHAPE_VMAS_1K] = { "vmas-1k", "1,000 anonymous VMAs of a page", make_vmas, 1000 },
	[SHAPE_VMAS_10K] = { "vmas-10k", "10,000 anonymous VMAs of a page", make_vmas, 10000 },
	[SHAPE_VMAS_100K] = { "vmas-100k", "100,000 anonymous VMAs of a page", make_vmas, 100000 },
	[SHAPE_FILES_10K] = { "files-10k", "10,000 file VMAs of a page", make_files, 10000 },
	[SHAPE_SMALL] = { "small", "1 GiB resident in small pages", make_small, 1024 },
	[SHAPE_HUGE] = { "huge", "1 GiB resident in huge pages", make_huge, 1024 },
	[SHAPE_SPARSE] = { "sparse", "sparse 1 TiB and 100 VMAs", make_sparse, 100 },
	[SHAPE_THREADS_1K] = { "threads-1k", "1,000 threads", make_threads, 1000 },
	[SHAPE_THREADS_10K] = { "threads-10k", "10,000 threads", make_threads, 10000 },
	[SHAPE_CHURN] = { "churn", "maps, faults and unmaps; 10,000 VMAs, 256 MiB",
			  make_churn, 10000 },
};

const char *shape_name(enum shape shape)
{
	return shapes[shape].name;
}

const char *shape_help(enum shape shape)
{
	return shapes[shape].help;
}

void shape_make(enum shape shape)
{
	shapes[shape].make(shapes[shape].nr);
}

static void be_target(enum shape shape, int ready)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	shape_make(shape);
	if (write(ready, "r", 1) != 1)
		_exit(1);
	close(ready);
	sleep_on(NULL);
}

void target_start(struct target *target, enum shape shape)
{
	int ready[2];
	char byte;

	if (pipe2(ready, O_CLOEXEC))
		die("pipe");
	fflush(NULL);
	target->shape = shape;
	target->pid = fork();
	if (target->pid < 0)
		die("fork");
	if (!target->pid)
		be_target(shape, ready[1]);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1) {
		errno = ECHILD;
		die("target %s", shape_name(shape));
	}
	close(ready[0]);
}

void target_stop(struct target *target)
{
	kill(target->pid, SIGKILL);
	waitpid(target->pid, NULL, 0);
	target->pid = 0;
}
