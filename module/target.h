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

/**
 * struct ipcshow_targets - the targets of an open file
 * @nr: how many
 * @room: entries in @pins
 * @pins: the targets, by number
 */
struct ipcshow_targets {
	u32 nr;
	u32 room;
	struct ipcshow_pin *pins;
};

/* What may be held is bounded by the quota; this keeps loops over all short. */
#define IPCSHOW_TARGETS_MAX	16384

int ipcshow_targets_set(struct ipcshow_targets *targets, pid_t nr);
int ipcshow_targets_add(struct ipcshow_targets *targets, pid_t nr);
void ipcshow_targets_end(struct ipcshow_targets *targets);

bool ipcshow_pin_holds(const struct ipcshow_pin *pin);

#endif
