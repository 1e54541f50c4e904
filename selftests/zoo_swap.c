// SPDX-License-Identifier: GPL-2.0
/* Memory that is swapped out, private and shared. */
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

#include "zoo.h"

#define RW	(PROT_READ | PROT_WRITE)

/* Newer than the headers that this may be built with. */
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif

#define ZRAM_BYTES	(64UL << 20)

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
static const char *swap_on_zram(void)
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
static void page_out(char *start, size_t size)
{
	int i;

	for (i = 0; i < 5; i++) {
		if (madvise(start, size, MADV_PAGEOUT))
			err(1, "MADV_PAGEOUT");
		usleep(10000);
	}
}

static void private(void)
{
	char *start = map(32 * PAGE, RW, MAP_PRIVATE, -1);
	int i;

	touch(start, 32 * PAGE);
	for (i = 0; i < 100 && pages_swapped(start, 16 * PAGE) < 16; i++)
		page_out(start, 16 * PAGE);
	if (i == 100)
		errx(1, "nothing goes to swap");
	look(start, PAGE);
	say("swapped", start, 32 * PAGE, "%s", "");
}

/*
 * The page tables say nothing of shared memory that is swapped out: what is
 * there is told by the object, and what a private mapping has copied hides it.
 */
static void shared(void)
{
	char *start, *copied, *copied_ro;
	int fd = memory_file("zoo swapped", 0, 32 * PAGE);

	if (fd < 0)
		err(1, "memfd_create");
	start = map(32 * PAGE, RW, MAP_SHARED, fd);
	touch(start, 24 * PAGE);
	/* Copied before: what these have in their page tables hides what is swapped out. */
	copied = map(32 * PAGE, RW, MAP_PRIVATE, fd);
	touch(copied + 4 * PAGE, 2 * PAGE);
	copied_ro = map(32 * PAGE, RW, MAP_PRIVATE, fd);
	touch(copied_ro + 6 * PAGE, 2 * PAGE);
	if (mprotect(copied_ro, 32 * PAGE, PROT_READ))
		err(1, "mprotect");
	page_out(start, 16 * PAGE);
	say("swapped-shmem-copied", copied, 32 * PAGE, "%s", "");
	/* Of a mapping that is read-only, smaps asks the object only. */
	say("swapped-shmem-copied-ro", copied_ro, 32 * PAGE, "%s", "");
	say("swapped-shmem", start, 32 * PAGE, "%s", "");

	start = map(32 * PAGE, RW, MAP_PRIVATE, fd);
	touch(start + 4 * PAGE, 2 * PAGE);
	look(start + 20 * PAGE, 2 * PAGE);
	say("swapped-shmem-private", start, 32 * PAGE, "%s", "");

	start = map(32 * PAGE, PROT_READ, MAP_PRIVATE, fd);
	look(start + 21 * PAGE, 2 * PAGE);
	say("swapped-shmem-ro", start, 32 * PAGE, "%s", "");

	/* The second half of the object only. */
	start = map(16 * PAGE, RW, MAP_SHARED, fd);
	if (mmap(start, 16 * PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 8 * PAGE) == MAP_FAILED)
		err(1, "mmap");
	say("swapped-shmem-offset", start, 16 * PAGE, "%s", "");
	close(fd);
}

void zoo_swap(void)
{
	const char *reason = swap_on_zram();
	const char *const names[] = { "swapped", "swapped-shmem", "swapped-shmem-private",
				      "swapped-shmem-ro", "swapped-shmem-copied",
				      "swapped-shmem-copied-ro",
				      "swapped-shmem-offset" };
	size_t i;

	if (reason) {
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			skip(names[i], "%s", reason);
		return;
	}
	private();
	shared();
}
