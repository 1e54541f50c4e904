/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_ACCESS_H
#define IPCSHOW_ACCESS_H

#include <linux/types.h>

struct cred;
struct mm_struct;
struct pid;
struct task_struct;

/**
 * enum ipcshow_access - what the caller wants to do to a task
 * @IPCSHOW_ACCESS_READ: as reading /proc/PID/maps: PTRACE_MODE_READ_FSCREDS
 * @IPCSHOW_ACCESS_ATTACH: as opening /proc/PID/mem: PTRACE_MODE_ATTACH_FSCREDS
 */
enum ipcshow_access {
	IPCSHOW_ACCESS_READ,
	IPCSHOW_ACCESS_ATTACH,
};

#define IPCSHOW_NR_ACCESS	(IPCSHOW_ACCESS_ATTACH + 1)

/**
 * struct ipcshow_verdict - what procfs said
 * @cred: credentials of the task that it is about, held, or NULL: none yet
 * @ret: of ipcshow_access_check()
 */
struct ipcshow_verdict {
	const struct cred *cred;
	int ret;
};

/**
 * struct ipcshow_access_view - what may be seen of a target's threads, in one call
 * @mm: the target's address space
 * @checks: how often procfs was asked
 * @verdicts: the last ones, by enum ipcshow_access
 */
struct ipcshow_access_view {
	const struct mm_struct *mm;
	unsigned int checks;
	struct ipcshow_verdict verdicts[IPCSHOW_NR_ACCESS];
};

int ipcshow_access_init(void);
void ipcshow_access_exit(void);
int ipcshow_access_check(struct pid *pid, struct task_struct *task,
			 enum ipcshow_access access);

int ipcshow_access_ask(struct ipcshow_access_view *view, struct task_struct *task,
		       enum ipcshow_access access);
bool ipcshow_access_stands(const struct ipcshow_access_view *view,
			   struct task_struct *task, enum ipcshow_access access);
bool ipcshow_access_stands_locked(const struct ipcshow_access_view *view,
				  struct task_struct *task, enum ipcshow_access access);
void ipcshow_access_view_end(struct ipcshow_access_view *view);

#endif
