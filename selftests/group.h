/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GROUP_H
#define GROUP_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc.h"

/* A memory cgroup, to which is charged what is allocated for who is in it. */

#define CGROUPS		"/sys/fs/cgroup/"
#define GROUP		CGROUPS "ipcshow-test/"

/*
 * What is charged may lag behind what is allocated: each CPU keeps some of it. It is less than this for
 * the few that there are.
 */
#define GROUP_SLACK	(1LL << 20)

/* False: there is no memory controller of cgroup v2 that we may use. */
static inline bool group_make(void)
{
	if (geteuid() || !proc_write(CGROUPS "cgroup.subtree_control", "+memory"))
		return false;
	mkdir(GROUP, 0755);
	return !access(GROUP "memory.current", R_OK);
}

/* From now on, the caller's memory is the group's. */
static inline bool group_enter(void)
{
	return proc_write(GROUP "cgroup.procs", "0");
}

static inline bool group_leave(void)
{
	return proc_write(CGROUPS "cgroup.procs", "0");
}

/* False: somebody is in it still. */
static inline bool group_end(void)
{
	int i;

	for (i = 0; rmdir(GROUP); i++) {
		if (i == 3000)
			return false;
		usleep(1000);
	}
	return true;
}

/* Bytes that are charged to it; negative: cannot be told. */
static inline long long group_bytes(void)
{
	return proc_number(GROUP "memory.current");
}

#endif
