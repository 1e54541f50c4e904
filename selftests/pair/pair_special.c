// SPDX-License-Identifier: GPL-2.0
/* Huge pages, what is swapped out, what KSM merged, and pages that come and go. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pair.h"

/* ---- huge ---- */

static void huge(const char *name, enum phase phase, char **start, size_t by_a, size_t by_b,
		 const char *pages)
{
	if (phase == BEFORE) {
		*start = huge_page();
		if (!*start)
			skip(name, "this kernel has no transparent huge pages");
		return;
	}
	if (!*start)
		return;
	touch(*start, (phase == IN_B ? by_b : by_a) * PAGE);
	area(name, *start, HUGE);
	if (phase == IN_A)
		truth(name, "copy-on-write", "fork", pages);
}

static void hugetlb(const char *name, enum phase phase, char **start, int flags,
		    size_t touch_before, size_t by_b, const char *verdict, const char *mechanism,
		    const char *pages)
{
	if (phase == BEFORE) {
		*start = map_at(HUGE, 2 * HUGE, RW, flags | MAP_HUGETLB, -1);
		if (*start)
			touch(*start, touch_before);
		else
			skip(name, "no huge pages are reserved: %s", strerror(errno));
		return;
	}
	if (!*start)
		return;
	if (phase == IN_B)
		touch(*start, by_b);
	area(name, *start, 2 * HUGE);
	if (phase == IN_A)
		truth(name, verdict, mechanism, pages);
}

void pair_huge(enum phase phase)
{
	static char *start[6];

	if (phase == BEFORE) {
		keep_pages_apart();
		if (may_change_system())
			set("/proc/sys/vm/nr_hugepages", "24");
	}
	huge("huge-untouched", phase, &start[0], 0, 0, "512S");
	huge("huge-b-wrote", phase, &start[1], 0, 1, "1D 511S");
	huge("huge-both-wrote", phase, &start[2], 3, 1, "3D 509S");
	hugetlb("hugetlb-cow", phase, &start[3], MAP_PRIVATE, 2 * HUGE, HUGE, "copy-on-write",
		"fork+hugetlb", "512D 512S");
	hugetlb("hugetlb-shared", phase, &start[4], MAP_SHARED, HUGE, HUGE, "shared", "hugetlb",
		"512S 512N");
	hugetlb("hugetlb-untouched", phase, &start[5], MAP_SHARED, 0, 0, "shared", "hugetlb",
		"1024N");
}

/* With a name, by a descriptor: both have it mapped and A has touched the half. */
static void hugetlb_of_file(const char *name, enum phase phase, char **start, int fd,
			    const char *mechanism)
{
	if (phase == BEFORE) {
		*start = fd < 0 ? MAP_FAILED : mmap(NULL, 2 * HUGE, RW, MAP_SHARED, fd, 0);
		if (*start == MAP_FAILED)
			skip(name, "no huge pages are reserved: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return;
	}
	if (*start == MAP_FAILED)
		return;
	touch(*start, phase == IN_B ? HUGE : 2 * HUGE);
	area(name, *start, 2 * HUGE);
	if (phase == IN_A)
		truth(name, "shared", mechanism, "512S 512A");
}

static void unmount(long path)
{
	umount2((const char *)path, MNT_DETACH);
}

static int hugetlb_file(void)
{
	char path[128];

	if (mount("none", scratch("huge"), "hugetlbfs", 0, NULL))
		return -1;
	at_end(unmount, (long)strdup(scratch("huge")));
	snprintf(path, sizeof(path), "%s/file", scratch("huge"));
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

/* The pages of one of them are taken from the pool when they are attached. */
static void *hugetlb_segment(void)
{
	const int id = shmget(IPC_PRIVATE, 2 * HUGE, SHM_HUGETLB | 0600);
	void *start = id < 0 ? MAP_FAILED : shmat(id, NULL, 0);

	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
	return start;
}

void pair_huge_named(enum phase phase)
{
	static char *start[3];

	if (phase == BEFORE && mkdir(scratch("huge"), 0700))
		err(1, "%s", scratch("huge"));
	hugetlb_of_file("hugetlb-file", phase, &start[0], phase == BEFORE ? hugetlb_file() : -1,
			"hugetlb");
	hugetlb_of_file("hugetlb-memfd", phase, &start[1], phase == BEFORE ?
			memory_file("huge", MFD_HUGETLB, 2 * HUGE) : -1, "memfd+hugetlb");
	if (phase == BEFORE) {
		start[2] = hugetlb_segment();
		if (start[2] == MAP_FAILED)
			skip("hugetlb-sysv", "no huge pages are reserved: %s", strerror(errno));
		return;
	}
	hugetlb_of_file("hugetlb-sysv", phase, &start[2], -1, "sysv-shm+hugetlb");
}

/* ---- swapped out ---- */

void pair_swap(enum phase phase)
{
	static const char *reason;
	static char *both, *back;

	switch (phase) {
	case BEFORE:
		reason = swap_on_zram();
		if (reason) {
			skip("swapped", "%s", reason);
			skip("swapped-back", "%s", reason);
			return;
		}
		both = map(16 * PAGE, RW, MAP_PRIVATE, -1);
		back = map(16 * PAGE, RW, MAP_PRIVATE, -1);
		touch(both, 16 * PAGE);
		touch(back, 16 * PAGE);
		swap_out(both, 16 * PAGE);
		swap_out(back, 16 * PAGE);
		return;
	case IN_B:
		if (reason)
			return;
		touch(back, 4 * PAGE);
		break;
	case IN_A:
		if (reason)
			return;
		truth("swapped", "copy-on-write", "fork", "16W");
		truth("swapped-back", "copy-on-write", "fork", "4B 12W");
	}
	area("swapped", both, 16 * PAGE);
	area("swapped-back", back, 16 * PAGE);
}

/* ---- KSM ---- */

#define KSM	"/sys/kernel/mm/ksm/"

/* Two kinds of page, alike in both tasks, in another order. */
static char *mergeable(bool backwards)
{
	char *start = map(8 * PAGE, RW, MAP_PRIVATE, -1);
	int i;

	for (i = 0; i < 8; i++)
		memset(start + i * PAGE, (i < 4) == backwards ? 'K' : 'S', PAGE);
	if (madvise(start, 8 * PAGE, MADV_MERGEABLE))
		return NULL;
	return start;
}

static bool merged(const char *start)
{
	unsigned long long first, other;
	int i;

	if (!pagemap(start, &first) || !(first & ~0ULL >> 9))
		return false;
	for (i = 1; i < 4; i++) {
		if (!pagemap(start + i * PAGE, &other) || (other ^ first) & ~0ULL >> 9)
			return false;
	}
	return true;
}

static uint64_t frame(const char *address)
{
	unsigned long long entry;

	return pagemap(address, &entry) ? entry & ~0ULL >> 9 : 0;
}

/* A waits until its pages are those that B has. */
static void await_merge(const char *start)
{
	int i;

	for (i = 0; i < 600; i++) {
		if (merged(start) && merged(start + 4 * PAGE) && frame(start) == (uint64_t)get(1) &&
		    frame(start + 4 * PAGE) == (uint64_t)get(0))
			return;
		usleep(50000);
	}
	errx(1, "KSM merged nothing in 30 s");
}

/*
 * A file that both may only read, and of which A has copies from before: KSM made one page of them, which
 * is none of the file's all the same. Nor is it, when A has dropped all but @kept.
 */
static void ksm_file(const char *name, enum phase phase, char **start, int kept, const char *pages)
{
	int fd = open(scratch(name), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, 8 * PAGE))
		err(1, "%s", scratch(name));
	if (phase == BEFORE) {
		*start = map(8 * PAGE, RW, MAP_PRIVATE, fd);
		memset(*start, kept, 8 * PAGE);
		if (madvise(*start, 8 * PAGE, MADV_MERGEABLE) ||
		    mprotect(*start, 8 * PAGE, PROT_READ))
			err(1, "a private file");
	} else if (phase == IN_B) {
		*start = map(8 * PAGE, PROT_READ, MAP_PRIVATE, fd);
		look(*start, 8 * PAGE);
	} else {
		while (!merged(*start) || !merged(*start + 4 * PAGE) ||
		       frame(*start) != frame(*start + 4 * PAGE))
			usleep(50000);
		if (kept < 8 && madvise(*start + kept * PAGE, (8 - kept) * PAGE, MADV_DONTNEED))
			err(1, "madvise");
		truth(name, "independent", "none", pages);
	}
	if (phase != BEFORE)
		area(name, *start, 8 * PAGE);
	close(fd);
}

static void ksm_files(enum phase phase)
{
	static char *all, *one;

	ksm_file("ksm-file", phase, &all, 8, "8D");
	ksm_file("ksm-file-once", phase, &one, 1, "1D 7B");
}

void pair_ksm(enum phase phase)
{
	static char *start, *alone;

	switch (phase) {
	case BEFORE:
		if (!may_change_system()) {
			skip("ksm", "KSM is switched on in a virtual machine only, by root");
			skip("ksm-file", "KSM is switched on in a virtual machine only, by root");
			skip("ksm-file-once", "KSM is switched on in a virtual machine only, by root");
			return;
		}
		start = mergeable(false);
		if (!start) {
			skip("ksm", "this kernel has no KSM");
			skip("ksm-file", "this kernel has no KSM");
			skip("ksm-file-once", "this kernel has no KSM");
			return;
		}
		alone = map(8 * PAGE, RW, MAP_PRIVATE, -1);
		memset(alone, 'K', 8 * PAGE);
		ksm_files(phase);
		put(2, 1);
		if (!set(KSM "sleep_millisecs", "10") || !set(KSM "pages_to_scan", "1000") ||
		    !set(KSM "run", "1"))
			err(1, "KSM");
		break;
	case IN_B:
		if (!get(2))
			return;
		/* At an address that is unlike A's. */
		map(64 * PAGE, PROT_NONE, MAP_PRIVATE, -1);
		start = mergeable(true);
		while (!merged(start) || !merged(start + 4 * PAGE) ||
		       frame(start) == frame(start + 4 * PAGE))
			usleep(50000);
		put(0, frame(start));
		put(1, frame(start + 4 * PAGE));
		area("ksm", start, 8 * PAGE);
		/* The same bytes, and nobody was asked to merge them. */
		alone = map(8 * PAGE, RW, MAP_PRIVATE, -1);
		memset(alone, 'K', 8 * PAGE);
		area("not-ksm", alone, 8 * PAGE);
		ksm_files(phase);
		break;
	case IN_A:
		if (!get(2))
			return;
		await_merge(start);
		ksm_files(phase);
		/* Stops, and leaves alone what it merged. */
		set(KSM "run", "0");
		area("ksm", start, 8 * PAGE);
		area("not-ksm", alone, 8 * PAGE);
		truth("ksm", "copy-on-write", "ksm", "8S");
		truth("not-ksm", "independent", "none", "8D");
	}
}

/* ---- pages that one lets go of and the other is given, for as long as they live ---- */

static void *churn(void *start)
{
	for (;;) {
		madvise(start, 64 * PAGE, MADV_DONTNEED);
		sched_yield();
		touch(start, 64 * PAGE);
		sched_yield();
	}
	return NULL;
}

static void pin_to_one_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		err(1, "sched_setaffinity");
}

void pair_churn(enum phase phase)
{
	static char *start;
	pthread_t thread;

	if (phase == BEFORE) {
		start = map(64 * PAGE, RW, MAP_PRIVATE, -1);
		touch(start, 64 * PAGE);
		pin_to_one_cpu();
		return;
	}
	touch(start, 64 * PAGE);
	area("churn", start, 64 * PAGE);
	if (pthread_create(&thread, NULL, churn, start))
		errx(1, "pthread_create");
	if (phase == IN_A)
		truth("churn", "independent", "none", "64?");
}
