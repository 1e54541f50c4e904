// SPDX-License-Identifier: GPL-2.0
/* Memory that is swapped out, private and shared. */
#include <err.h>
#include <sys/mman.h>
#include <unistd.h>

#include "zoo.h"

#define RW	(PROT_READ | PROT_WRITE)

static void private(void)
{
	char *start = map(32 * PAGE, RW, MAP_PRIVATE, -1);

	touch(start, 32 * PAGE);
	swap_out(start, 16 * PAGE);
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
