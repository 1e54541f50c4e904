// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <unistd.h>

#include "memory.h"

/* Newer than the headers that this may be built with. */
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif

#define ZRAM_BYTES	(64UL << 20)

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

void *huge_page(void)
{
	void *start = map_at(HUGE, HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, -1);

	if (!start)
		err(1, "mmap");
	if (madvise(start, HUGE, MADV_HUGEPAGE))
		return NULL;
	touch(start, HUGE);
	return start;
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

/* It is told to sleep for an hour, and until it does, to take nothing but what is whole and private. */
void keep_pages_apart(void)
{
	static const char *const settings[][2] = {
		{ "max_ptes_none", "0" }, { "max_ptes_swap", "0" }, { "max_ptes_shared", "0" },
		{ "scan_sleep_millisecs", "3600000" },
	};
	char path[128];
	size_t i;

	for (i = 0; may_change_system() && i < sizeof(settings) / sizeof(settings[0]); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/mm/transparent_hugepage/khugepaged/%s",
			 settings[i][0]);
		set(path, settings[i][1]);
	}
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

static bool swap_is_on(void)
{
	char line[256];
	bool on;
	FILE *swaps = fopen("/proc/swaps", "re");

	if (!swaps)
		return false;
	on = fgets(line, sizeof(line), swaps) && fgets(line, sizeof(line), swaps);
	fclose(swaps);
	return on;
}

/* What mkswap(8) writes: union swap_header of include/linux/swap.h. */
static bool write_header(const char *path)
{
	char page[PAGE] = "";
	uint32_t *info = (uint32_t *)(page + 1024);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done;

	info[0] = 1;				/* version */
	info[1] = ZRAM_BYTES / PAGE - 1;	/* last page */
	memcpy(page + PAGE - 10, "SWAPSPACE2", 10);
	done = fd >= 0 && write(fd, page, PAGE) == (ssize_t)PAGE;
	if (fd >= 0)
		close(fd);
	return done;
}

/* NULL: swap is on; else why not. */
const char *swap_on_zram(void)
{
	char size[32];

	if (swap_is_on())
		return NULL;
	if (!may_change_system())
		return "there is no swap, and it is switched on in a virtual machine only, by root";
	if (access("/sys/block/zram0", F_OK) && system("modprobe zram >/dev/null 2>&1"))
		return "this kernel has no zram";
	snprintf(size, sizeof(size), "%lu", ZRAM_BYTES);
	if (!set("/sys/block/zram0/disksize", size) || !write_header("/dev/zram0") ||
	    swapon("/dev/zram0", 0))
		err(1, "swap on /dev/zram0");
	return NULL;
}

static size_t pages_swapped(const char *start, size_t size)
{
	unsigned long long entry;
	size_t at, count = 0;

	for (at = 0; at < size; at += PAGE)
		count += pagemap(start + at, &entry) && entry >> 62 & 1;
	return count;
}

/*
 * The kernel leaves a page alone that it has not put on its lists yet: ask it
 * again.
 */
void page_out(void *start, size_t size)
{
	int i;

	for (i = 0; i < 5; i++) {
		if (madvise(start, size, MADV_PAGEOUT))
			err(1, "MADV_PAGEOUT");
		usleep(10000);
	}
}

void swap_out(void *start, size_t size)
{
	int i;

	for (i = 0; i < 100 && pages_swapped(start, size) < size / PAGE; i++)
		page_out(start, size);
	if (i == 100)
		errx(1, "nothing goes to swap");
}
