/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_DEVICE_H
#define IPCSHOW_DEVICE_H

#include "internal.h"
#include "ring.h"

/**
 * struct ipcshow_device - an open /dev/ipcshow, or records to replay
 * @fd: -1 when it replays
 * @info: what the module can do
 * @ring: its ring
 * @on_call: @on_call_arg: see ipcshow_device_on_call()
 * @replay: records to replay
 * @replay_size: bytes in @replay
 */
struct ipcshow_device {
	int fd;
	struct ipcshow_info info;
	struct ring ring;
	int (*on_call)(void *arg);
	void *on_call_arg;
	const void *replay;
	size_t replay_size;
};

int device_ioctl(const struct ipcshow_device *device, unsigned long command, void *arg);

#endif
