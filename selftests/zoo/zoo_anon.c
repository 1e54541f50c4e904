// SPDX-License-Identifier: GPL-2.0
/* Private anonymous memory, as many ways as there are to have it. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/userfaultfd.h>

#include "zoo.h"

#define RW	(PROT_READ | PROT_WRITE)
#define PRIVATE	MAP_PRIVATE

/* Newer than the headers that this may be built with. */
#ifndef PR_SET_VMA
#define PR_SET_VMA		0x53564d41
#define PR_SET_VMA_ANON_NAME	0
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#endif

static void plain(void)
{
	char *start = map(8 * PAGE, RW, PRIVATE, -1);

	touch(start, 3 * PAGE);
	touch(start + 6 * PAGE, PAGE);
	say("anon", start, 8 * PAGE, "%s", "");

	start = map(8 * PAGE, RW, PRIVATE, -1);
	say("anon-untouched", start, 8 * PAGE, "%s", "");

	start = map(4 * PAGE, PROT_READ | PROT_EXEC, PRIVATE, -1);
	say("anon-exec", start, 4 * PAGE, "%s", "");
}

static void named(void)
{
	char *start = map(4 * PAGE, RW, PRIVATE, -1);

	touch(start, PAGE);
	if (prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, start, 4 * PAGE, "zoo named"))
		skip("anon-named", "this kernel names no anonymous memory");
	else
		say("anon-named", start, 4 * PAGE, "%s", "");
}

static void guards(void)
{
	char *start = map(4 * PAGE, PROT_NONE, PRIVATE, -1);

	say("guard", start, 4 * PAGE, "%s", "");

	/* Looks like a guard and holds two pages. */
	start = map(4 * PAGE, RW, PRIVATE, -1);
	touch(start, 2 * PAGE);
	if (mprotect(start, 4 * PAGE, PROT_NONE))
		err(1, "mprotect");
	say("none-touched", start, 4 * PAGE, "%s", "");

	start = map(8 * PAGE, RW, PRIVATE, -1);
	touch(start, 8 * PAGE);
	if (!madvise(start + 2 * PAGE, 3 * PAGE, MADV_GUARD_INSTALL))
		say("guard-pages", start, 8 * PAGE, "%s", "");
	else
		skip("guard-pages", "this kernel has no MADV_GUARD_INSTALL");
}

static void sparse(void)
{
	const size_t size = 1UL << 40;
	char *start = map(size, RW, PRIVATE | MAP_NORESERVE, -1);

	if (madvise(start, size, MADV_NOHUGEPAGE) && errno != EINVAL)
		err(1, "madvise");
	touch(start, PAGE);
	touch(start + size / 2, 2 * PAGE);
	touch(start + size - PAGE, PAGE);
	say("sparse", start, size, "%s", "");
}

static void locked(void)
{
	char *start = map(8 * PAGE, RW, PRIVATE, -1);

	touch(start, 2 * PAGE);
	if (mlock(start, 4 * PAGE))
		skip("locked", "mlock: %s", strerror(errno));
	else
		say("locked", start, 4 * PAGE, "%s", "");
}

static void zero(void)
{
	char *start = map(8 * PAGE, RW, PRIVATE, -1);

	look(start, 6 * PAGE);
	touch(start, PAGE);
	say("zero", start, 8 * PAGE, "%s", "");

	start = map_at(HUGE, HUGE, RW, PRIVATE, -1);
	if (!start)
		err(1, "mmap");
	if (madvise(start, HUGE, MADV_HUGEPAGE)) {
		skip("zero-huge", "this kernel has no transparent huge pages");
		return;
	}
	look(start, PAGE);
	say("zero-huge", start, HUGE, "%s", "");
}

/* More than the kernel collects on one CPU before it acts on them. */
static void lazyfree(void)
{
	char *start = map(128 * PAGE, RW, PRIVATE, -1);

	if (madvise(start, 128 * PAGE, MADV_NOHUGEPAGE) && errno != EINVAL)
		err(1, "madvise");
	touch(start, 128 * PAGE);
	if (madvise(start, 64 * PAGE, MADV_FREE))
		err(1, "MADV_FREE");
	/* Written to again: no longer free. */
	touch(start, PAGE);
	say("lazyfree", start, 128 * PAGE, "%s", "");
}

static void advised(void)
{
	static const struct {
		const char *name;
		int advice;
	} advices[] = {
		{ "advised-sequential", MADV_SEQUENTIAL }, { "advised-random", MADV_RANDOM },
		{ "advised-dontfork", MADV_DONTFORK }, { "advised-wipeonfork", MADV_WIPEONFORK },
		{ "advised-dontdump", MADV_DONTDUMP }, { "advised-nohugepage", MADV_NOHUGEPAGE },
	};
	char *start;
	size_t i;

	for (i = 0; i < sizeof(advices) / sizeof(advices[0]); i++) {
		start = map(2 * PAGE, RW, PRIVATE, -1);
		if (madvise(start, 2 * PAGE, advices[i].advice))
			skip(advices[i].name, "madvise: %s", strerror(errno));
		else
			say(advices[i].name, start, 2 * PAGE, "%s", "");
	}

	start = map(4 * PAGE, RW, PRIVATE, -1);
	touch(start, PAGE);
	if (mlock2(start, 4 * PAGE, MLOCK_ONFAULT))
		skip("locked-on-fault", "mlock2: %s", strerror(errno));
	else
		say("locked-on-fault", start, 4 * PAGE, "%s", "");
}

/* Pages that a userfaultfd watches. It stays open. */
static void watched(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	char *start;

	if (fd < 0 || ioctl(fd, UFFDIO_API, &api)) {
		skip("watched", "userfaultfd: %s", strerror(errno));
		return;
	}
	start = map(4 * PAGE, RW, PRIVATE, -1);
	touch(start, PAGE);
	range.range.start = (unsigned long)start;
	range.range.len = 4 * PAGE;
	if (ioctl(fd, UFFDIO_REGISTER, &range))
		err(1, "UFFDIO_REGISTER");
	say("watched", start, 4 * PAGE, "%s", "");
}

void zoo_anon(void)
{
	plain();
	advised();
	watched();
	named();
	guards();
	sparse();
	locked();
	zero();
	lazyfree();
}

static bool merged(const char *one, const char *other)
{
	const unsigned long long frame = (1ULL << 55) - 1;
	unsigned long long a, b;

	return pagemap(one, &a) && pagemap(other, &b) && (a & frame) && (a & frame) == (b & frame);
}

/* Four pages with one content, and four with another: two pages are left. */
void zoo_ksm(void)
{
	char *start;
	int i, waited;

	if (!may_change_system()) {
		skip("ksm", "KSM is switched on in a virtual machine only, by root");
		return;
	}
	start = map(8 * PAGE, RW, PRIVATE, -1);
	for (i = 0; i < 8; i++)
		memset(start + i * PAGE, 'k' + i / 4, PAGE);
	if (madvise(start, 8 * PAGE, MADV_MERGEABLE)) {
		skip("ksm", "this kernel has no KSM");
		return;
	}
	if (!set("/sys/kernel/mm/ksm/sleep_millisecs", "10") ||
	    !set("/sys/kernel/mm/ksm/pages_to_scan", "1000") ||
	    !set("/sys/kernel/mm/ksm/run", "1"))
		err(1, "KSM");
	for (waited = 0; waited < 600; waited++) {
		if (merged(start, start + 3 * PAGE) && merged(start + 4 * PAGE, start + 7 * PAGE))
			break;
		usleep(50000);
	}
	/* Stops, and leaves alone what it merged. */
	set("/sys/kernel/mm/ksm/run", "0");
	if (waited == 600)
		errx(1, "KSM merged nothing in 30 s");
	say("ksm", start, 8 * PAGE, "%s", "");
}
