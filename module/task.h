/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_TASK_H
#define IPCSHOW_TASK_H

#include <linux/types.h>

struct ipcshow_end;
struct ipcshow_pin;
struct ipcshow_ringbuf;
struct ipcshow_salt;
struct mm_struct;
struct task_struct;

int ipcshow_task_emit(const struct ipcshow_pin *pin, struct ipcshow_ringbuf *ring);
int ipcshow_mm_emit(struct mm_struct *mm, const struct ipcshow_salt *salt,
		    struct ipcshow_ringbuf *ring, struct ipcshow_end *end);
void ipcshow_task_comm(u8 *to, const struct task_struct *task);

#endif
