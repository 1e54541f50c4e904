/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_IDENTITY_H
#define IPCSHOW_IDENTITY_H

#include <linux/types.h>

void ipcshow_identity_init(void);
u64 ipcshow_identity(const void *object);
u64 ipcshow_identity_pair(const void *a, const void *b);

#endif
