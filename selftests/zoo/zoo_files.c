// SPDX-License-Identifier: GPL-2.0
/* Mapped files, and devices that can be mapped. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "zoo.h"

#define RO	PROT_READ
#define RW	(PROT_READ | PROT_WRITE)

static char folder[64];

static void remove_file(void *path)
{
	unlink(path);
	free(path);
}

static void remove_folder(void *path)
{
	rmdir(path);
}

static void make_folder(void)
{
	snprintf(folder, sizeof(folder), "/tmp/zoo-XXXXXX");
	if (!mkdtemp(folder))
		err(1, "%s", folder);
	at_end(remove_folder, folder);
}

/* A file of eight pages. The path is the caller's. */
static int make_file(const char *name, char **path)
{
	char page[PAGE];
	int fd, i;

	if (asprintf(path, "%s/%s", folder, name) < 0)
		err(1, "asprintf");
	fd = open(*path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		err(1, "%s", *path);
	for (i = 0; i < 8; i++) {
		memset(page, 'a' + i, sizeof(page));
		if (write(fd, page, sizeof(page)) != sizeof(page))
			err(1, "%s", *path);
	}
	return fd;
}

static char *map_file(const char *name, int prot, int flags)
{
	char *path, *start;
	int fd = make_file(name, &path);

	at_end(remove_file, path);
	start = map(8 * PAGE, prot, flags, fd);
	close(fd);
	return start;
}

static void mapped(void)
{
	char *start = map_file("private-ro", RO, MAP_PRIVATE);

	look(start, 4 * PAGE);
	say("file-private-ro", start, 8 * PAGE, "path=%s/private-ro", folder);

	start = map_file("private-rw", RW, MAP_PRIVATE);
	look(start, 4 * PAGE);
	touch(start + 2 * PAGE, 4 * PAGE);
	say("file-private-rw", start, 8 * PAGE, "path=%s/private-rw", folder);

	start = map_file("shared-ro", RO, MAP_SHARED);
	look(start + PAGE, 2 * PAGE);
	say("file-shared-ro", start, 8 * PAGE, "path=%s/shared-ro", folder);

	start = map_file("shared-rw", RW, MAP_SHARED);
	look(start, 6 * PAGE);
	touch(start + 3 * PAGE, PAGE);
	say("file-shared-rw", start, 8 * PAGE, "path=%s/shared-rw", folder);
}

/* One file at two offsets, and a part that lies past its end. */
static void partly_mapped(void)
{
	char *path, *start;
	int fd = make_file("offset", &path);

	at_end(remove_file, path);
	start = map(4 * PAGE, RO, MAP_PRIVATE, fd);
	if (mmap(start, 4 * PAGE, RO, MAP_PRIVATE | MAP_FIXED, fd, 6 * PAGE) == MAP_FAILED)
		err(1, "mmap");
	look(start, 2 * PAGE);
	say("file-past-end", start, 4 * PAGE, "path=%s", path);
	close(fd);
}

static void deleted(void)
{
	char *path, *start;
	int fd = make_file("deleted", &path);

	start = map(8 * PAGE, RO, MAP_PRIVATE, fd);
	look(start, 2 * PAGE);
	close(fd);
	if (unlink(path))
		err(1, "%s", path);
	say("file-deleted", start, 8 * PAGE, "path=%s", path);
	free(path);
}

void zoo_files(void)
{
	make_folder();
	mapped();
	partly_mapped();
	deleted();
}

static void dev_zero(void)
{
	int fd = open("/dev/zero", O_RDWR | O_CLOEXEC);
	char *start;

	if (fd < 0)
		err(1, "/dev/zero");
	start = map(4 * PAGE, RW, MAP_PRIVATE, fd);
	touch(start, PAGE);
	look(start + PAGE, PAGE);
	say("dev-zero-private", start, 4 * PAGE, "%s", "");

	start = map(4 * PAGE, RW, MAP_SHARED, fd);
	touch(start, PAGE);
	say("dev-zero-shared", start, 4 * PAGE, "%s", "");
	close(fd);
}

/* The PC's BIOS, of which the kernel has no struct page to count. */
static void dev_mem(void)
{
	const off_t bios = 0xf0000;
	char *start;
	int fd = open("/dev/mem", O_RDONLY | O_SYNC | O_CLOEXEC);

	if (fd < 0) {
		skip("device", "/dev/mem: %s", strerror(errno));
		return;
	}
	start = map(4 * PAGE, PROT_NONE, MAP_PRIVATE, -1);
	if (mmap(start, 4 * PAGE, RO, MAP_SHARED | MAP_FIXED, fd, bios) == MAP_FAILED) {
		skip("device", "mmap of /dev/mem: %s", strerror(errno));
	} else {
		look(start, 4 * PAGE);
		say("device", start, 4 * PAGE, "path=/dev/mem");
	}
	close(fd);
}

void zoo_devices(void)
{
	dev_zero();
	dev_mem();
}
