/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_REGS_H
#define IPCSHOW_REGS_H

#include <linux/types.h>

struct ipcshow_cpu_regs;
struct task_struct;

u64 ipcshow_regs_read(struct ipcshow_cpu_regs *to, struct task_struct *task,
		      bool interrupt);

#endif
