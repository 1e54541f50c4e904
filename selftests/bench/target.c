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

char *target_map(size_t size, int flags)
{
	char *p = map(size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1);

	if (madvise(p, size, MADV_NOHUGEPAGE))
		die("MADV_NOHUGEPAGE");
	return p;
}

void target_touch(char *p, size_t size)
{
	for (size_t i = 0; i < size; i += PAGE)
		*(volatile char *)(p + i) = 1;
}

/* Neighbours differ in access, so that they do not become one VMA. */
static void make_vmas(size_t nr)
{
	char *p = target_map(nr * PAGE, 0);

	target_touch(p, nr * PAGE);
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
	target_touch(target_map(mib * MIB, 0), mib * MIB);
}

static void make_huge(size_t mib)
{
	size_t size = mib * MIB;
	char *p = map(size + 2 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	p += -(uintptr_t)p % (2 * MIB);
	if (madvise(p, size, MADV_HUGEPAGE))
		die("MADV_HUGEPAGE");
	target_touch(p, size);
}

/* A reserved terabyte with a page here and there, beside some small VMAs. */
static void make_sparse(size_t nr)
{
	const size_t size = 1UL << 40;
	char *p = target_map(size, MAP_NORESERVE);

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
	char *stacks = target_map(nr * STACK, 0);
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

/* As many mappings and descriptors as a usual program has. */
static void make_system(size_t mib)
{
	int ends[2];

	make_files(200);
	members_make_crowd(mib);
	for (unsigned int i = 0; i < 10; i++)
		if (pipe(ends))
			die("pipe");
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
	[SHAPE_PAIR_SHARED] = { "pair-shared", "2 processes, 1 GiB of shared memory",
				members_make_shared, 1024 },
	[SHAPE_PAIR_FORK] = { "pair-fork", "2 processes, 1 GiB in common since fork()",
			      members_make_fork, 1024 },
	[SHAPE_PAIR_SPARSE] = { "pair-sparse", "2 processes, 1,000 pages in 1 TiB shared",
				members_make_sparse, 1000 },
	[SHAPE_CROWD_50] = { "crowd-50", "50 processes of 256 MiB since fork()",
			     members_make_crowd, 256 },
	[SHAPE_CROWD_200] = { "crowd-200", "200 processes of 64 MiB since fork()",
			      members_make_crowd, 64 },
	[SHAPE_SYSTEM] = { "system", "100 processes of 200 VMAs, 4 MiB and 20 pipe ends",
			   make_system, 4 },
};

/* Those of more than one process: how many, and what each does. */
static const struct {
	size_t nr;
	void (*join)(size_t index, size_t nr);
} groups[SHAPE_NR] = {
	[SHAPE_PAIR_SHARED] = { 2, members_join_shared },
	[SHAPE_PAIR_FORK] = { 2, NULL },
	[SHAPE_PAIR_SPARSE] = { 2, members_join_sparse },
	[SHAPE_CROWD_50] = { 50, members_join_crowd },
	[SHAPE_CROWD_200] = { 200, members_join_crowd },
	[SHAPE_SYSTEM] = { 100, members_join_crowd },
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

static size_t nr_members(enum shape shape)
{
	return groups[shape].nr ? groups[shape].nr : 1;
}

static void be_target(enum shape shape, int ready)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	shape_make(shape);
	/* Not before: a directory's random name comes from the clock. */
	if (groups[shape].nr)
		members_forget_clock();
	members_fork(nr_members(shape), groups[shape].join, ready);
	close(ready);
	sleep_on(NULL);
}

void target_start(struct target *target, enum shape shape)
{
	size_t size;
	int ready[2];

	/* Whom a first member leaves behind is then ours to wait for. */
	if (pipe2(ready, O_CLOEXEC) || prctl(PR_SET_CHILD_SUBREAPER, 1))
		die("target %s", shape_name(shape));
	fflush(NULL);
	target->shape = shape;
	target->nr = nr_members(shape);
	target->pid = fork();
	if (target->pid < 0)
		die("fork");
	if (!target->pid)
		be_target(shape, ready[1]);
	close(ready[1]);
	size = target->nr * sizeof(target->pids[0]);
	if (read(ready[0], target->pids, size) != (ssize_t)size) {
		errno = ECHILD;
		die("target %s", shape_name(shape));
	}
	close(ready[0]);
}

void target_stop(struct target *target)
{
	kill(-target->pid, SIGKILL);
	while (waitpid(-target->pid, NULL, 0) > 0)
		;
	target->pid = 0;
}
