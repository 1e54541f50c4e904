// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that a child has as well: copied on write, of every kind of page. It
 * is made first, then one child is forked, which changes a little.
 */
#include <err.h>
#include <sys/mman.h>
#include <unistd.h>

#include "zoo.h"

#define RW	(PROT_READ | PROT_WRITE)

static void *hugetlb_pages(size_t size, int flags)
{
	void *start;

	if (may_change_system())
		set("/proc/sys/vm/nr_hugepages", "14");
	start = map_at(HUGE, size, RW, flags | MAP_HUGETLB, -1);
	if (start)
		touch(start, size);
	return start;
}

static void say_hugetlb(const char *name, char *start, size_t size, pid_t pid)
{
	if (start)
		say(name, start, size, "child=%d", pid);
	else
		skip(name, "no huge pages are reserved");
}

void zoo_fork(void)
{
	char *cow = map(8 * PAGE, RW, MAP_PRIVATE, -1);
	char *both = map(8 * PAGE, RW, MAP_SHARED, -1);
	char *untouched = map(8 * PAGE, RW, MAP_SHARED, -1);
	char *huge = huge_page();
	char *hugetlb = hugetlb_pages(HUGE, MAP_PRIVATE);
	char *hugetlb_shared = hugetlb_pages(2 * HUGE, MAP_SHARED);
	int made[2];
	pid_t pid;
	char byte;

	touch(cow, 6 * PAGE);
	touch(both, 4 * PAGE);
	if (pipe(made))
		err(1, "pipe");
	pid = fork_child();
	if (!pid) {
		/* Pages 0 and 1 now differ; 6 is the child's alone. */
		touch(cow, 2 * PAGE);
		touch(cow + 6 * PAGE, PAGE);
		look(both, 2 * PAGE);
		touch(untouched, 3 * PAGE);
		if (hugetlb_shared)
			look(hugetlb_shared, HUGE);
		if (write(made[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	if (read(made[0], &byte, 1) != 1)
		errx(1, "the child is gone");
	close(made[0]);
	close(made[1]);

	say("cow", cow, 8 * PAGE, "child=%d", pid);
	say("shared-anon-forked", both, 8 * PAGE, "child=%d", pid);
	say("shared-anon-untouched", untouched, 8 * PAGE, "child=%d", pid);
	if (huge)
		say("cow-huge", huge, HUGE, "child=%d", pid);
	else
		skip("cow-huge", "this kernel has no transparent huge pages");
	say_hugetlb("cow-hugetlb", hugetlb, HUGE, pid);
	say_hugetlb("shared-hugetlb-forked", hugetlb_shared, 2 * HUGE, pid);
}
