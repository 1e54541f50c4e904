/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_TARGET_H
#define IPCSHOW_TARGET_H

#include <linux/types.h>

#include "quota.h"

struct mm_struct;
struct pid;
struct task_struct;

/**
 * struct ipcshow_pin - the thread group and address space that a file looks at
 * @task: a thread of the group, not always alive. Its ->signal, which lives
 *	as long as any task_struct of the group, leads to the others
 * @tgid: PID of the group
 * @mm: the address space. The reference (mmgrab) keeps the structure, not its
 *	content: mmget_not_zero() before each use
 * @charge: what the user pays for it
 */
struct ipcshow_pin {
	struct task_struct *task;
	struct pid *tgid;
	struct mm_struct *mm;
	struct ipcshow_charge charge;
};

int ipcshow_pin_get(struct ipcshow_pin *pin, pid_t nr);
bool ipcshow_pin_holds(const struct ipcshow_pin *pin);
void ipcshow_pin_put(struct ipcshow_pin *pin);

#endif
