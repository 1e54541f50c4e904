/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FAIL_NTH_H
#define FAIL_NTH_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include "proc.h"

/* Kernels made for it let the nth allocation of a thread fail, whatever asks for it. */

#define FAIL_DEBUG	"/sys/kernel/debug/"

/*
 * What the kernel says of each failure would be minutes of text. What a kernel watches itself with
 * allocates, too, and does without where that fails: counted among a call's, these would hide others,
 * since they come now and then. Where all caches but those are marked (see selftests/check), the
 * marked ones are meant.
 */
static inline bool set_failures_up(void)
{
	const bool marked = proc_number("/sys/kernel/slab/kmalloc-64/failslab") == 1 &&
			    proc_number("/sys/kernel/slab/debug_objects_cache/failslab") != 1;

	mount("debugfs", FAIL_DEBUG, "debugfs", 0, NULL);
	return proc_write(FAIL_DEBUG "failslab/cache-filter", marked ? "Y" : "N") &&
	       proc_write(FAIL_DEBUG "failslab/ignore-gfp-wait", "N") &&
	       proc_write(FAIL_DEBUG "failslab/verbose", "0") &&
	       proc_write(FAIL_DEBUG "fail_page_alloc/ignore-gfp-wait", "N") &&
	       proc_write(FAIL_DEBUG "fail_page_alloc/ignore-gfp-highmem", "N") &&
	       proc_write(FAIL_DEBUG "fail_page_alloc/min-order", "0") &&
	       proc_write(FAIL_DEBUG "fail_page_alloc/verbose", "0");
}

/* Where they are known to be there (IPCSHOW_FAULTS), it is no reason to skip anything that they are not. */
static inline bool can_fail(void)
{
	if (!geteuid() && set_failures_up())
		return true;
	if (getenv("IPCSHOW_FAULTS")) {
		fprintf(stderr, "# nothing fails here, though it should\n");
		abort();
	}
	return false;
}

/* By a file that is open (/proc/thread-self/fail-nth): to open it takes memory, too. */
static inline void fail_nth(int fd, unsigned int nr)
{
	char text[16];

	if (pwrite(fd, text, snprintf(text, sizeof(text), "%u", nr), 0) <= 0)
		abort();
}

/* How many allocations from now on the one is that fails; 0: it has. */
static inline unsigned int fail_left(int fd)
{
	char text[16] = {};

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		abort();
	return atoi(text);
}

/* Since fail_nth(). */
static inline bool has_failed(int fd)
{
	return !fail_left(fd);
}

#endif
