// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arena.h"

#define HUGE	0x400000UL
#define SPARSE	0x800000UL

static volatile char *make(enum arena_area area, size_t size, int flags, int fd)
{
	void *start = (void *)arena_at(area);

	if (mmap(start, size, PROT_READ | PROT_WRITE, flags | MAP_FIXED_NOREPLACE, fd, 0) != start)
		err(2, "memory at %p", start);
	return start;
}

static void touch(volatile char *start, size_t pages, size_t step)
{
	size_t i;

	for (i = 0; i < pages; i += step)
		start[i * PAGE] = 1;
}

void arena_make(void)
{
	const size_t size = ARENA_PAGES * PAGE;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)size))
		err(2, "memfd_create");
	touch(make(ARENA_ANON, size, MAP_PRIVATE | MAP_ANONYMOUS, -1), ARENA_PAGES, 2);
	touch(make(ARENA_SHARED, size, MAP_SHARED | MAP_ANONYMOUS, -1), ARENA_PAGES, 3);
	touch(make(ARENA_FILE_SHARED, size, MAP_SHARED, fd), ARENA_PAGES, 1);
	touch(make(ARENA_FILE, size, MAP_PRIVATE, fd), ARENA_PAGES, 5);
	make(ARENA_HUGE, HUGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	madvise((void *)arena_at(ARENA_HUGE), HUGE, MADV_HUGEPAGE);
	touch((char *)arena_at(ARENA_HUGE), HUGE / PAGE, 256);
	touch(make(ARENA_NONE, size, MAP_PRIVATE | MAP_ANONYMOUS, -1), ARENA_PAGES, 1);
	mprotect((void *)arena_at(ARENA_NONE), size, PROT_NONE);
	touch(make(ARENA_SPARSE, SPARSE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1),
	      SPARSE / PAGE, 700);
	close(fd);
}
