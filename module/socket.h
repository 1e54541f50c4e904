/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_SOCKET_H
#define IPCSHOW_SOCKET_H

#include <linux/types.h>

struct file;
struct ipcshow_fd;
struct ipcshow_salt;

bool ipcshow_socket_fill(struct ipcshow_fd *rec, const struct ipcshow_salt *salt,
			 struct file *file);

#endif
