/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LOCK_TRACE_H
#define LOCK_TRACE_H

#include <stddef.h>

/* Holds of other processes' mmap locks by this one, as the kernel's own trace points see them. */
struct lock_trace {
	size_t holds;
	double longest_ns;
};

/*
 * By an instance of that name, for the process that calls this. 0, or -errno: -ENOENT where there
 * is no tracefs, or no such events.
 */
int lock_trace_open(const char *name);
void lock_trace_begin(void);
/* What was seen since it began; 0, or -errno. */
int lock_trace_end(struct lock_trace *seen);
void lock_trace_close(void);

#endif
