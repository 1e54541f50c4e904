// SPDX-License-Identifier: GPL-2.0
/* Where shared memory comes from. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "memory.h"

static int map_fd(struct end *end, int fd, size_t size, void **at)
{
	*at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return *at == MAP_FAILED ? end_failed(end, "mmap") : 0;
}

/* ---- anonymous, inherited ---- */

static int anon_make(struct link *link, size_t size)
{
	return link_map(link, size, true) ? 0 : -errno;
}

static int anon_map(struct end *end, size_t size, void **at)
{
	(void)size;
	*at = end->link->shared;
	return 0;
}

const struct backing backing_anon = { .make = anon_make, .map = anon_map };

/* Threads have all memory together. */
static int heap_make(struct link *link, size_t size)
{
	return link_map(link, size, false) ? 0 : -errno;
}

const struct backing backing_heap = { .make = heap_make, .map = anon_map };

/* ---- by name ---- */

static int posix_make(struct link *link, size_t size)
{
	static unsigned int number;
	int fd, err = 0;

	snprintf(link->path, sizeof(link->path), "/ipcshow-bench-%d-%u", getpid(), number++);
	fd = shm_open(link->path, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)size))
		err = -errno;
	close(fd);
	return err;
}

static int posix_map(struct end *end, size_t size, void **at)
{
	int fd = shm_open(end->link->path, O_RDWR, 0);
	int err;

	if (fd < 0)
		return end_failed(end, "shm_open");
	err = map_fd(end, fd, size, at);
	close(fd);
	return err;
}

static void posix_unmake(struct link *link)
{
	shm_unlink(link->path);
}

const struct backing backing_posix = {
	.make = posix_make, .map = posix_map, .unmake = posix_unmake,
};

/* ---- by descriptor ---- */

static int memfd_make(struct link *link, size_t size)
{
	link->fd[0] = memfd_create("ipcshow-bench", MFD_CLOEXEC);
	if (link->fd[0] < 0 || ftruncate(link->fd[0], (off_t)size))
		return -errno;
	return 0;
}

static int memfd_map(struct end *end, size_t size, void **at)
{
	return map_fd(end, end->link->fd[0], size, at);
}

const struct backing backing_memfd = { .make = memfd_make, .map = memfd_map };

/* ---- System V ---- */

static int sysv_make(struct link *link, size_t size)
{
	link->id[0] = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
	return link->id[0] < 0 ? -errno : 0;
}

/* The whole, always: it is detached by its address. */
static int sysv_map(struct end *end, size_t size, void **at)
{
	(void)size;
	*at = shmat(end->link->id[0], NULL, 0);
	return *at == (void *)-1 ? end_failed(end, "shmat") : 0;
}

static void sysv_unmake(struct link *link)
{
	if (link->id[0] >= 0)
		shmctl(link->id[0], IPC_RMID, NULL);
}

const struct backing backing_sysv = {
	.make = sysv_make, .map = sysv_map, .unmake = sysv_unmake,
};

/* ---- files ---- */

static int file_make(struct link *link, size_t size)
{
	int err = link_name(link, "map");

	if (err)
		return err;
	link->fd[0] = open(link->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (link->fd[0] < 0)
		return -errno;
	return ftruncate(link->fd[0], (off_t)size) ? -errno : 0;
}

const struct backing backing_file = { .make = file_make, .map = memfd_map };

static int file_flush(struct end *end, void *at, size_t size)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = (uintptr_t)at & ~(page - 1);

	if (msync((void *)start, (uintptr_t)at + size - start, MS_SYNC))
		return end_failed(end, "msync");
	return 0;
}

const struct backing backing_synced = {
	.make = file_make, .map = memfd_map, .flush = file_flush,
};
