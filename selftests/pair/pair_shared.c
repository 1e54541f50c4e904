// SPDX-License-Identifier: GPL-2.0
/* Memory of one name or one file, which two strangers attach wherever it comes to lie. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "pair.h"

#define AROUND	(16 * PAGE)

/* Which pages of 16 each of them writes to. */
static const struct touched {
	const char *suffix;
	size_t a_first, a_end, b_first, b_end;
	const char *pages;
} touched[] = {
	{ "untouched", 0, 0, 0, 0, "16N" },
	{ "by-a", 0, 5, 0, 0, "5A 11N" },
	{ "by-b", 0, 0, 2, 3, "2N 1B 13N" },
	{ "by-both", 0, 6, 4, 9, "4A 2S 3B 7N" },
};
#define NR_TOUCHED	(sizeof(touched) / sizeof(touched[0]))

static void touch_mine(char *start, enum phase phase, const struct touched *which)
{
	if (phase == IN_A)
		touch(start + which->a_first * PAGE, (which->a_end - which->a_first) * PAGE);
	else
		touch(start + which->b_first * PAGE, (which->b_end - which->b_first) * PAGE);
}

/* What A and B attached at @start, 16 pages. */
static void attached(const char *mechanism, char *start, enum phase phase,
		     const struct touched *which)
{
	char name[64];

	snprintf(name, sizeof(name), "%s-%s", mechanism, which->suffix);
	touch_mine(start, phase, which);
	area(name, start, 16 * PAGE);
	if (phase == IN_A)
		truth(name, "shared", mechanism, which->pages);
}

/* ---- a file ---- */

static int new_file(const char *name, size_t size)
{
	int fd = open(scratch(name), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, size))
		err(1, "%s", scratch(name));
	return fd;
}

static int same_file(const char *name)
{
	int fd = open(scratch(name), O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(1, "%s", scratch(name));
	return fd;
}

static char *map_file(int fd, off_t offset, size_t size, int prot, int flags)
{
	char *start = map_at(AROUND, size, PROT_NONE, MAP_PRIVATE, -1);

	if (!start || mmap(start, size, prot, flags | MAP_FIXED, fd, offset) == MAP_FAILED)
		err(1, "mmap of a file");
	return start;
}

static void file_touched(const struct touched *which, enum phase phase)
{
	int fd = phase == BEFORE ? new_file(which->suffix, 16 * PAGE) : same_file(which->suffix);

	if (phase != BEFORE)
		attached("file-shared", map_file(fd, 0, 16 * PAGE, RW, MAP_SHARED), phase, which);
	close(fd);
}

/* Windows of one file that overlap: pages 0 to 63 and 32 to 95. */
static void overlapping(enum phase phase)
{
	int fd = phase == BEFORE ? new_file("overlap", 96 * PAGE) : same_file("overlap");
	char *start;

	if (phase != BEFORE) {
		start = map_file(fd, phase == IN_A ? 0 : 32 * PAGE, 64 * PAGE, RW, MAP_SHARED);
		touch(start + (phase == IN_A ? 30 : 0) * PAGE, 10 * PAGE);
		area("file-overlap", start, 64 * PAGE);
	}
	if (phase == IN_A)
		truth("file-overlap", "shared", "file-shared", "30n 2a 8S 2B 22N 32n");
	close(fd);
}

static void file_read_only(enum phase phase)
{
	int fd = phase == BEFORE ? new_file("read-only", 16 * PAGE) : same_file("read-only");
	char *start;

	if (phase == IN_B) {
		start = map_file(fd, 0, 16 * PAGE, PROT_READ, MAP_SHARED);
		look(start, 16 * PAGE);
		area("file-read-only", start, 16 * PAGE);
	} else if (phase == IN_A) {
		start = map_file(fd, 0, 16 * PAGE, RW, MAP_SHARED);
		touch(start, 4 * PAGE);
		area("file-read-only", start, 16 * PAGE);
		truth("file-read-only", "shared", "file-shared", "4S 12B");
	}
	close(fd);
}

static void file_unlinked(enum phase phase)
{
	int fd = phase == BEFORE ? new_file("unlinked", 16 * PAGE) : same_file("unlinked");
	char *start;

	if (phase != BEFORE) {
		start = map_file(fd, 0, 16 * PAGE, RW, MAP_SHARED);
		touch(start, 4 * PAGE);
		area("file-unlinked", start, 16 * PAGE);
	}
	if (phase == IN_A) {
		truth("file-unlinked", "shared", "file-shared", "4S 12N");
		unlink(scratch("unlinked"));
	}
	close(fd);
}

/* Both look at all of it, each writes to some: what was written is private. */
static void file_private(enum phase phase)
{
	int fd = phase == BEFORE ? new_file("private", 32 * PAGE) : same_file("private");
	char *start;

	if (phase != BEFORE) {
		start = map_file(fd, 0, 32 * PAGE, RW, MAP_PRIVATE);
		look(start, 32 * PAGE);
		touch(start + (phase == IN_A ? 0 : 2) * PAGE, 4 * PAGE);
		area("file-private", start, 32 * PAGE);
	}
	if (phase == IN_A)
		truth("file-private", "copy-on-write", "file-private", "6D 26S");
	close(fd);
}

/* One side's copy is its own, also where it is of what the other side shares. */
static void file_mixed(enum phase phase)
{
	int fd = phase == BEFORE ? new_file("mixed", 16 * PAGE) : same_file("mixed");
	char *start;

	if (phase != BEFORE) {
		start = map_file(fd, 0, 16 * PAGE, RW, phase == IN_A ? MAP_SHARED : MAP_PRIVATE);
		if (phase == IN_A)
			touch(start, 16 * PAGE);
		else
			look(start, 16 * PAGE);
		if (phase == IN_B)
			touch(start, 4 * PAGE);
		area("file-mixed", start, 16 * PAGE);
	}
	if (phase == IN_A)
		truth("file-mixed", "copy-on-write", "file-private+file-shared",
		      "4D 12S");
	close(fd);
}

void pair_file(enum phase phase)
{
	size_t i;

	for (i = 0; i < NR_TOUCHED; i++)
		file_touched(&touched[i], phase);
	overlapping(phase);
	file_read_only(phase);
	file_unlinked(phase);
	file_private(phase);
	file_mixed(phase);
}

/* Two files that have one name, after one another. */
static void renewed(enum phase phase)
{
	static int fd;
	char *start;

	if (phase == BEFORE)
		fd = new_file("renewed", 16 * PAGE);
	if (phase == IN_B) {
		unlink(scratch("renewed"));
		fd = new_file("renewed", 16 * PAGE);
	}
	if (phase != BEFORE) {
		start = map_file(fd, 0, 16 * PAGE, RW, MAP_SHARED);
		touch(start, 4 * PAGE);
		area("file-renewed", start, 16 * PAGE);
		close(fd);
	}
	if (phase == IN_A)
		truth("file-renewed", "independent", "none", "4D 12n");
}

/* One file, and no page of it that both have mapped. */
static void side_by_side(enum phase phase)
{
	int fd = phase == BEFORE ? new_file("side", 32 * PAGE) : same_file("side");
	char *start;

	if (phase != BEFORE) {
		start = map_file(fd, phase == IN_A ? 0 : 16 * PAGE, 16 * PAGE, RW, MAP_SHARED);
		touch(start, 4 * PAGE);
		area("file-side-by-side", start, 16 * PAGE);
	}
	if (phase == IN_A)
		truth("file-side-by-side", "independent", "none", "4a 12n 4b 12n");
	close(fd);
}

void pair_file_near(enum phase phase)
{
	renewed(phase);
	side_by_side(phase);
}

/* ---- System V ---- */

static void remove_segment(long id)
{
	shmctl(id, IPC_RMID, NULL);
}

static char *attach(int id, int flags)
{
	char *start = shmat(id, NULL, flags);

	if (start == (char *)-1)
		err(1, "shmat");
	return start;
}

static void make_segment(unsigned int key)
{
	int id = shmget(IPC_PRIVATE, 16 * PAGE, 0600);

	if (id < 0)
		err(1, "shmget");
	put(key, id);
	at_end(remove_segment, id);
}

void pair_sysv(enum phase phase)
{
	const unsigned int key = 8, removed = key + NR_TOUCHED, read_only = removed + 1;
	char *start;
	size_t i;

	for (i = 0; i < NR_TOUCHED; i++) {
		if (phase == BEFORE)
			make_segment(key + i);
		else
			attached("sysv-shm", attach(get(key + i), 0), phase, &touched[i]);
	}
	if (phase == BEFORE) {
		make_segment(removed);
		make_segment(read_only);
		return;
	}
	start = attach(get(removed), 0);
	touch(start, 3 * PAGE);
	area("sysv-shm-removed", start, 16 * PAGE);
	start = attach(get(read_only), phase == IN_B ? SHM_RDONLY : 0);
	area("sysv-shm-read-only", start, 16 * PAGE);
	if (phase == IN_A) {
		touch(start, 4 * PAGE);
		truth("sysv-shm-read-only", "shared", "sysv-shm", "4A 12N");
		truth("sysv-shm-removed", "shared", "sysv-shm", "3S 13N");
		remove_segment(get(removed));
	}
}

/* ---- POSIX shared memory, and files without a name ---- */

static const char *posix_name(const char *suffix)
{
	static char name[64];

	snprintf(name, sizeof(name), "/pair-%ld-%s", get(0), suffix);
	return name;
}

static void remove_posix(long name)
{
	shm_unlink((const char *)name);
}

static int open_posix(const char *suffix)
{
	int fd = shm_open(posix_name(suffix), O_RDWR | O_CREAT, 0600);

	if (fd < 0 || ftruncate(fd, 16 * PAGE))
		err(1, "shm_open");
	return fd;
}

void pair_posix(enum phase phase)
{
	static const struct touched unlinked = { "unlinked", 0, 6, 4, 9, "4A 2S 3B 7N" };
	size_t i;
	int fd;

	if (phase == BEFORE)
		put(0, getpid());
	for (i = 0; phase != BEFORE && i <= NR_TOUCHED; i++) {
		const struct touched *which = i < NR_TOUCHED ? &touched[i] : &unlinked;

		fd = open_posix(which->suffix);
		attached("posix-shm", map_file(fd, 0, 16 * PAGE, RW, MAP_SHARED), phase, which);
		close(fd);
		if (phase == IN_A && which == &unlinked)
			shm_unlink(posix_name(which->suffix));
		else if (phase == IN_A)
			at_end(remove_posix, (long)strdup(posix_name(which->suffix)));
	}
}

static void memfd(const struct touched *which, enum phase phase)
{
	static int fds[NR_TOUCHED];
	int *fd = &fds[which - touched];

	if (phase == BEFORE) {
		/* All of one name. */
		*fd = memory_file("pair", 0, 16 * PAGE);
		if (*fd < 0)
			err(1, "memfd_create");
		give(*fd);
		return;
	}
	if (phase == IN_B)
		*fd = take();
	attached("memfd", map_file(*fd, 0, 16 * PAGE, RW, MAP_SHARED), phase, which);
	close(*fd);
}

/* A made it, and from now on nobody may write to it. */
static void sealed(enum phase phase)
{
	static int fd;
	char *start;

	if (phase == BEFORE) {
		fd = memory_file("sealed", MFD_ALLOW_SEALING, 16 * PAGE);
		if (fd < 0 || write(fd, "", 1) != 1 ||
		    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW))
			err(1, "memfd");
		give(fd);
		return;
	}
	if (phase == IN_B)
		fd = take();
	start = map_file(fd, 0, 16 * PAGE, PROT_READ, MAP_PRIVATE);
	look(start, PAGE);
	area("memfd-sealed", start, 16 * PAGE);
	end_of("memfd-sealed", fd);
	if (phase == IN_A) {
		truth("memfd-sealed", "shared", "memfd", "1S 15N");
		joined("memfd-sealed", "memfd");
	}
}

void pair_memfd(enum phase phase)
{
	size_t i;

	for (i = 0; i < NR_TOUCHED; i++)
		memfd(&touched[i], phase);
	sealed(phase);
}
