// SPDX-License-Identifier: LGPL-2.1-or-later
/* Opens the module, or records in its place. */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "device.h"

#define DEVICE_PATH	"/dev/ipcshow"

/* Some thousand VMAs a call; small enough to stay in the caches. */
#define RING_DEFAULT	(256U << 10)

int device_ioctl(const struct ipcshow_device *device, unsigned long command, void *arg)
{
	return ioctl(device->fd, command, arg) < 0 ? -errno : 0;
}

static bool is_power_of_two(u64 n)
{
	return n && !(n & (n - 1));
}

static int read_info(struct ipcshow_device *device)
{
	struct ipcshow_info *info = &device->info;
	int err;

	info->size = sizeof(*info);
	err = device_ioctl(device, IPCSHOW_IOC_INFO, info);
	if (!err && !(is_power_of_two(info->page_size) && is_power_of_two(info->ring_min)))
		err = -EPROTO;
	return err;
}

static bool is_shortage(int err)
{
	return err == -EDQUOT || err == -ENOSPC || err == -ENOMEM;
}

/* Any size does, so take what is to be had. */
static int make_ring(struct ipcshow_device *device, u64 size)
{
	struct ipcshow_ring ring = { .size = sizeof(ring) };
	u64 least = device->info.ring_min;
	int err = -ENOMEM;

	if (!is_power_of_two(size))
		return -EINVAL;
	while (size > device->info.ring_max && size > least)
		size /= 2;
	for (size = max_u64(size, least); size >= least; size /= 2) {
		ring.ring_size = size;
		err = device_ioctl(device, IPCSHOW_IOC_RING, &ring);
		if (!is_shortage(err))
			break;
	}
	return err ? err : ring_map(&device->ring, device->fd, &ring,
				    device->info.page_size);
}

int ipcshow_device_open(struct ipcshow_device **device, size_t ring_size)
{
	struct ipcshow_device *d = calloc(1, sizeof(*d));
	int err;

	if (!d)
		return -ENOMEM;
	d->fd = open(DEVICE_PATH, O_RDWR | O_CLOEXEC);
	err = d->fd < 0 ? -errno : read_info(d);
	if (!err)
		err = make_ring(d, ring_size ? ring_size : RING_DEFAULT);
	if (err) {
		ipcshow_device_close(d);
		return err;
	}
	*device = d;
	return 0;
}

int ipcshow_device_replay(struct ipcshow_device **device, const void *records,
			  size_t size, const struct ipcshow_info *info)
{
	struct ipcshow_device *d;

	if (!is_power_of_two(info->page_size))
		return -EINVAL;
	d = calloc(1, sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->fd = -1;
	d->info = *info;
	d->replay = records;
	d->replay_size = size;
	*device = d;
	return 0;
}

void ipcshow_device_close(struct ipcshow_device *device)
{
	if (!device)
		return;
	ring_unmap(&device->ring);
	if (device->fd >= 0)
		close(device->fd);
	free(device);
}

const struct ipcshow_info *ipcshow_device_info(const struct ipcshow_device *device)
{
	return &device->info;
}

void ipcshow_device_on_call(struct ipcshow_device *device, int (*fn)(void *arg), void *arg)
{
	device->on_call = fn;
	device->on_call_arg = arg;
}

static int choose_target(struct ipcshow_device *device, pid_t pid, u32 flags, u32 *index)
{
	struct ipcshow_target target = {
		.size = sizeof(target), .flags = flags, .pid = (u32)pid,
	};
	int err = 0;

	if (pid <= 0)
		return -EINVAL;
	if (!device->replay)
		err = device_ioctl(device, IPCSHOW_IOC_TARGET, &target);
	*index = target.index;
	return err;
}

int ipcshow_device_target(struct ipcshow_device *device, pid_t pid)
{
	u32 index;

	return choose_target(device, pid, 0, &index);
}

int ipcshow_device_add_target(struct ipcshow_device *device, pid_t pid, u32 *target)
{
	return choose_target(device, pid, IPCSHOW_TARGET_F_ADD, target);
}
