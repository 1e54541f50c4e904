/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_END_H
#define IPCSHOW_END_H

#include <linux/ipcshow.h>
#include <linux/types.h>

struct file;

/**
 * struct ipcshow_ends - the ends of a shared ring, made and not yet the caller's
 * @file: by IPCSHOW_ROLE_*; NULL: not asked for
 * @fd: descriptors that are taken for them
 */
struct ipcshow_ends {
	struct file *file[IPCSHOW_NR_ROLES];
	int fd[IPCSHOW_NR_ROLES];
};

int ipcshow_ends_create(struct ipcshow_ends *ends, u64 size, u32 flags);
void ipcshow_ends_install(struct ipcshow_ends *ends);
void ipcshow_ends_drop(struct ipcshow_ends *ends);
const void *ipcshow_end_memory(const struct file *file, u32 *role);

#endif
