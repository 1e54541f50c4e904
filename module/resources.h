/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_RESOURCES_H
#define IPCSHOW_RESOURCES_H

#include <linux/types.h>

struct ipcshow_access_view;
struct ipcshow_resources;
struct ipcshow_salt;
struct task_struct;

int ipcshow_resources_read(struct ipcshow_resources *rec, const struct ipcshow_salt *salt,
			   struct ipcshow_access_view *view, struct task_struct *task,
			   u32 tid);

#endif
