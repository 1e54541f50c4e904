/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SMAPS_H
#define SMAPS_H

#include "proc.h"
#include "reader.h"

/* The counters of PAGES against those of /proc/PID/smaps. */

/* A counter by its place in struct ipcshow_pages. */
uint64_t smaps_value(const struct ipcshow_pages *pages, size_t member);
/* The name of the first counter that differs, or NULL. */
const char *smaps_difference(const struct ipcshow_pages *pages, const struct vma *vma);
/*
 * smaps and a snapshot of the same state: what counts sharers may change with the
 * other processes that map the same libraries, us included. 0 or a negative errno.
 */
int smaps_compare(pid_t pid, struct maps *smaps, struct snapshot *snapshot,
		  struct ipcshow_snapshot *arg, size_t ring_size);

#endif
