/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_DEVICE_H
#define IPCSHOW_DEVICE_H

#include <linux/compiler.h>
#include <linux/types.h>

int ipcshow_device_register(void);
void ipcshow_device_unregister(void);
int ipcshow_arg_read(void *arg, u32 known, u32 least, const void __user *uarg);

#endif
