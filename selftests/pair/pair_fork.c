// SPDX-License-Identifier: GPL-2.0
/* Files, shared memory and a ring that both had before the fork. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/io_uring.h>
#include <linux/ipcshow.h>

#include "pair.h"

/* Reading maps what is around it, so many pages that begin at a multiple of as many. */
#define AROUND	(16 * PAGE)

static int file_of(const char *name, size_t size)
{
	int fd = open(scratch(name), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	char page[PAGE];
	size_t at;

	if (fd < 0)
		err(1, "%s", scratch(name));
	for (at = 0; at < size; at += PAGE) {
		memset(page, 'a' + at / PAGE % 26, PAGE);
		if (write(fd, page, PAGE) != (ssize_t)PAGE)
			err(1, "%s", scratch(name));
	}
	return fd;
}

static char *map_around(size_t size, int flags, int fd)
{
	char *start = map_at(AROUND, size, RW, flags, fd);

	if (!start)
		err(1, "mmap");
	return start;
}

/* Page cache, and copies of it: those made before the fork are copied on write once more. */
static void copied(enum phase phase)
{
	static char *start;
	int fd;

	switch (phase) {
	case BEFORE:
		fd = file_of("copied", 4 * AROUND);
		start = map_around(4 * AROUND, MAP_PRIVATE, fd);
		close(fd);
		look(start, 3 * AROUND);
		touch(start, 4 * PAGE);
		break;
	case IN_B:
		touch(start + 2 * PAGE, 4 * PAGE);
		area("file-private-copied", start, 4 * AROUND);
		break;
	case IN_A:
		touch(start + 10 * PAGE, PAGE);
		area("file-private-copied", start, 4 * AROUND);
		truth("file-private-copied", "copy-on-write", "fork+file-private",
		      "2S 4D 4S 1D 37S 16N");
	}
}

/* fork() does not copy what can be read again: B has only what it looked at. */
static void looked_at(enum phase phase)
{
	static char *start;
	int fd;

	switch (phase) {
	case BEFORE:
		fd = file_of("looked-at", 4 * AROUND);
		start = map_around(4 * AROUND, MAP_PRIVATE, fd);
		close(fd);
		look(start, 3 * AROUND);
		break;
	case IN_B:
		look(start + AROUND, AROUND);
		area("file-private", start, 4 * AROUND);
		break;
	case IN_A:
		area("file-private", start, 4 * AROUND);
		truth("file-private", "copy-on-write", "file-private", "16A 16S 16A 16N");
	}
}

void pair_private_file(enum phase phase)
{
	copied(phase);
	looked_at(phase);
}

/* ---- shared anonymous memory: all of it reads /dev/zero (deleted) ---- */

static void shared(const char *name, enum phase phase, char **start, size_t by_a, size_t by_b,
		   const char *pages)
{
	switch (phase) {
	case BEFORE:
		*start = map(8 * PAGE, RW, MAP_SHARED, -1);
		break;
	case IN_B:
		touch(*start, by_b * PAGE);
		area(name, *start, 8 * PAGE);
		break;
	case IN_A:
		touch(*start, by_a * PAGE);
		area(name, *start, 8 * PAGE);
		truth(name, "shared", "shared-anon", pages);
	}
}

static void shared_read_only(enum phase phase)
{
	static char *start;

	if (phase == BEFORE)
		start = map(8 * PAGE, RW, MAP_SHARED, -1);
	if (phase == IN_B && mprotect(start, 8 * PAGE, PROT_READ))
		err(1, "mprotect");
	if (phase == IN_A)
		touch(start, 5 * PAGE);
	if (phase != BEFORE)
		area("shared-anon-read-only", start, 8 * PAGE);
	if (phase == IN_A)
		truth("shared-anon-read-only", "shared", "shared-anon", "5A 3N");
}

/* Made by each for itself, where the other has one, too. */
static void not_shared(enum phase phase)
{
	static char *start;

	if (phase == BEFORE) {
		start = map(8 * PAGE, PROT_NONE, MAP_PRIVATE, -1);
		return;
	}
	if (mmap(start, 8 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		err(1, "mmap");
	touch(start, 3 * PAGE);
	area("shared-anon-own", start, 8 * PAGE);
	if (phase == IN_A)
		truth("shared-anon-own", "independent", "none", "3D 5n");
}

void pair_shared_anon(enum phase phase)
{
	static char *start[4];

	shared("shared-anon-untouched", phase, &start[0], 0, 0, "8N");
	shared("shared-anon-by-a", phase, &start[1], 3, 0, "3A 5N");
	shared("shared-anon-by-b", phase, &start[2], 0, 2, "2B 6N");
	shared("shared-anon-by-both", phase, &start[3], 2, 4, "2S 2B 4N");
	shared_read_only(phase);
	not_shared(phase);
}

/* One of them has it at two addresses, the other at one. */
void pair_twice(enum phase phase)
{
	static char *one, *other;
	int fd;

	switch (phase) {
	case BEFORE:
		fd = memory_file("twice", 0, 8 * PAGE);
		if (fd < 0)
			err(1, "memfd_create");
		one = map(8 * PAGE, RW, MAP_SHARED, fd);
		other = map(8 * PAGE, RW, MAP_SHARED, fd);
		close(fd);
		break;
	case IN_B:
		munmap(other, 8 * PAGE);
		touch(one, 4 * PAGE);
		area("twice-one", one, 8 * PAGE);
		area("twice-other", one, 8 * PAGE);
		break;
	case IN_A:
		touch(one, 2 * PAGE);
		touch(other, 4 * PAGE);
		area("twice-one", one, 8 * PAGE);
		area("twice-other", other, 8 * PAGE);
		truth("twice-one", "shared", "memfd", "2S 2B 4N");
		truth("twice-other", "shared", "memfd", "4S 4N");
	}
}

/* fork() copies the descriptor only; each maps it at an address of its own. */
void pair_ring(enum phase phase)
{
	static struct ipcshow_ring ring = { .size = sizeof(ring), .ring_size = 4 * PAGE };
	static int fd = -1;
	char *start;

	if (phase == BEFORE) {
		fd = open("/dev/ipcshow", O_RDWR | O_CLOEXEC);
		if (fd >= 0 && ioctl(fd, IPCSHOW_IOC_RING, &ring)) {
			close(fd);
			fd = -1;
		}
		if (fd < 0)
			skip("ring", "/dev/ipcshow: %s", strerror(errno));
		return;
	}
	if (fd < 0)
		return;
	if (phase == IN_B)
		map(16 * PAGE, PROT_NONE, MAP_PRIVATE, -1);
	start = mmap(NULL, 8 * PAGE, PROT_READ, MAP_SHARED, fd, ring.data_offset);
	if (start == MAP_FAILED)
		err(1, "mmap of a ring");
	area("ring", start, 8 * PAGE);
	end_of("ring", fd);
	if (phase == IN_A) {
		truth("ring", "shared", "ipcshow-ring", "8S");
		joined("ring", "ipcshow-ring");
	}
}

/* A ring for records from A to B: each keeps the end that is its own. */
void pair_ring_ends(enum phase phase)
{
	static struct ipcshow_shared_ring ring = { .size = sizeof(ring), .ring_size = 4 * PAGE };
	static bool made;
	int fd;

	if (phase == BEFORE) {
		fd = open("/dev/ipcshow", O_RDWR | O_CLOEXEC);
		made = fd >= 0 && !ioctl(fd, IPCSHOW_IOC_SHARED_RING, &ring);
		if (!made)
			skip("ring-ends", "/dev/ipcshow: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return;
	}
	if (!made)
		return;
	close(phase == IN_B ? ring.producer : ring.consumer);
	end_of("ring-ends", phase == IN_B ? ring.consumer : ring.producer);
	if (phase == IN_A)
		joined("ring-ends", "ipcshow-ring");
}

/* Both have mapped the submission ring of one io_uring. */
void pair_uring(enum phase phase)
{
	struct io_uring_params params = {};
	static char *start;
	static int fd;

	if (phase == BEFORE) {
		fd = syscall(SYS_io_uring_setup, 4, &params);
		if (fd < 0) {
			skip("uring", "io_uring_setup: %s", strerror(errno));
			return;
		}
		start = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQ_RING);
		if (start == MAP_FAILED)
			err(1, "mmap of an io_uring");
		return;
	}
	if (fd < 0)
		return;
	look(start, PAGE);
	area("uring", start, PAGE);
	end_of("uring", fd);
	if (phase == IN_A) {
		truth("uring", "shared", "device", "1S");
		joined("uring", "io-uring");
	}
}
