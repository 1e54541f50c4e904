/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_ACCESS_H
#define IPCSHOW_ACCESS_H

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

int ipcshow_access_init(void);
void ipcshow_access_exit(void);
int ipcshow_access_check(struct pid *pid, struct task_struct *task,
			 enum ipcshow_access access);

#endif
