/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_DEVICE_H
#define IPCSHOW_DEVICE_H

int ipcshow_device_register(void);
void ipcshow_device_unregister(void);

#endif
