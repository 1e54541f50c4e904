/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_THREAD_H
#define IPCSHOW_THREAD_H

#include <linux/types.h>

#include "access.h"
#include "fd.h"

struct ipcshow_end;
struct ipcshow_pin;
struct ipcshow_ringbuf;
struct ipcshow_salt;
struct task_struct;

#define IPCSHOW_THREAD_BATCH	32

/**
 * struct ipcshow_thread_cursor - how far the threads of a group are listed
 * @before: threads that started later are left out (ns, CLOCK_BOOTTIME), or a
 *	group that makes threads without end had a list without end
 * @last_start: when the thread listed last had started
 * @begun: the list was begun
 * @nr: entries in @batch
 * @next: first entry of @batch that is still to be listed
 * @batch: threads in the order of the group's list, with references: the place
 *	in the list is lost only when all of them have gone
 * @fds: how far the descriptors of the next one are listed
 */
struct ipcshow_thread_cursor {
	u64 before;
	u64 last_start;
	bool begun;
	unsigned int nr;
	unsigned int next;
	struct task_struct *batch[IPCSHOW_THREAD_BATCH];
	struct ipcshow_fd_cursor fds;
};

/**
 * struct ipcshow_thread_view - how threads are looked at in one call
 * @pin: the target
 * @salt: of the identities
 * @regs: list registers
 * @interrupt: interrupt a running thread for its registers
 * @resources: list resources
 * @fds: list descriptors
 * @access: what the caller may see
 */
struct ipcshow_thread_view {
	const struct ipcshow_pin *pin;
	const struct ipcshow_salt *salt;
	bool regs;
	bool interrupt;
	bool resources;
	bool fds;
	struct ipcshow_access_view access;
};

int ipcshow_threads_emit(struct ipcshow_thread_cursor *cursor,
			 struct ipcshow_thread_view *view,
			 struct ipcshow_ringbuf *ring, struct ipcshow_end *end);
void ipcshow_thread_cursor_end(struct ipcshow_thread_cursor *cursor);

#endif
