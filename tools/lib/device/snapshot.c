// SPDX-License-Identifier: LGPL-2.1-or-later
/* Takes snapshots, and checks the records that they are made of. */
#include <errno.h>
#include <stddef.h>

#include "device.h"

/* The module may return with nothing done, but not for ever. */
#define IDLE_MAX	10000

/* Records of comparisons: no snapshot asks for them. */
#define WHAT_COMPARE	(1ULL << 63)

/*
 * What may precede END is asked for by one bit of IPCSHOW_WHAT_* each. Some end
 * in a text or array: it begins at @tail (sizeof() may include padding in front
 * of it) and has as many elements, of @unit bytes, as the __u32 at @count says.
 */
static const struct shape {
	u64 what;
	u32 size;
	u32 tail;
	u32 count;
	u32 unit;
} shapes[] = {
#define SHAPE(name, bits)	.what = (bits), .size = sizeof(struct name)
#define TAIL(name, array, nr, bytes)				\
	.tail = offsetof(struct name, array), .count = offsetof(struct name, nr), .unit = (bytes)
	[IPCSHOW_REC_TASK] = { SHAPE(ipcshow_task, IPCSHOW_WHAT_TASK) },
	[IPCSHOW_REC_MM] = { SHAPE(ipcshow_mm, IPCSHOW_WHAT_MM) },
	[IPCSHOW_REC_THREAD] = { SHAPE(ipcshow_thread, IPCSHOW_WHAT_THREADS) },
	[IPCSHOW_REC_REGS] = { SHAPE(ipcshow_regs, IPCSHOW_WHAT_REGS),
			       TAIL(ipcshow_regs, reg, nr, 8) },
	[IPCSHOW_REC_FILE] = { SHAPE(ipcshow_file, IPCSHOW_WHAT_REGIONS),
			       TAIL(ipcshow_file, path, path_size, 1) },
	[IPCSHOW_REC_REGION] = { SHAPE(ipcshow_region, IPCSHOW_WHAT_REGIONS),
				 TAIL(ipcshow_region, name, name_size, 1) },
	[IPCSHOW_REC_PAGES] = { SHAPE(ipcshow_pages, IPCSHOW_WHAT_PAGES) },
	[IPCSHOW_REC_END] = { SHAPE(ipcshow_end, UINT64_MAX) },
	[IPCSHOW_REC_RESOURCES] = { SHAPE(ipcshow_resources, IPCSHOW_WHAT_RESOURCES) },
	[IPCSHOW_REC_FD] = { SHAPE(ipcshow_fd, IPCSHOW_WHAT_FDS),
			     TAIL(ipcshow_fd, path, path_size, 1) },
	/* It is longer where runs were asked for. */
	[IPCSHOW_REC_SET] = { .what = WHAT_COMPARE,
			      .size = offsetof(struct ipcshow_set, first) },
	[IPCSHOW_REC_SHARE] = { SHAPE(ipcshow_share, WHAT_COMPARE) },
	[IPCSHOW_REC_PAGE] = { SHAPE(ipcshow_page, WHAT_COMPARE) },
	[IPCSHOW_REC_COMPARE_END] = { SHAPE(ipcshow_compare_end, WHAT_COMPARE) },
};

static inline bool has_tail(const u8 *p, u32 size, const struct shape *shape)
{
	u32 count = *(const u32 *)(p + shape->count);

	return (u64)count * shape->unit <= size - shape->tail;
}

/* Runs once for each record: what is usual comes first. */
int ipcshow_records_walk(const void *records, size_t size, u64 what,
			 ipcshow_record_fn *fn, void *arg)
{
	const u8 *p = records;
	u64 left = size;
	int ret = 0;

	while (left >= sizeof(struct ipcshow_record)) {
		const struct ipcshow_record *rec = (const struct ipcshow_record *)p;
		u32 length = rec->size;
		const struct shape *shape;

		if (length < sizeof(*rec) || length % 8 || length > left)
			return -EUCLEAN;
		p += length;
		left -= length;
		if (rec->type >= ARRAY_SIZE(shapes))
			continue;
		shape = &shapes[rec->type];
		if (!(shape->what & what))
			continue;
		if (length < shape->size ||
		    (shape->tail && !has_tail((const u8 *)rec, length, shape)))
			return -EUCLEAN;
		ret = fn(rec, arg);
		if (ret)
			return ret;
	}
	return left ? -EUCLEAN : 0;
}

/**
 * struct call - a snapshot or a comparison, which are carried out alike
 * @device: the device
 * @command: IPCSHOW_IOC_*
 * @arg: what begins it
 * @go_on: what continues it
 * @status: @status_on: what these two say of it
 */
struct call {
	struct ipcshow_device *device;
	unsigned long command;
	void *arg;
	void *go_on;
	const u32 *status;
	const u32 *status_on;
};

static int call_once(const struct call *call, void *arg, unsigned int *idle)
{
	int ret = call->device->on_call ? call->device->on_call(call->device->on_call_arg) : 0;

	if (ret)
		return ret;
	do {
		ret = device_ioctl(call->device, call->command, arg);
	} while (ret == -EINTR && (*idle)++ < IDLE_MAX);
	return ret;
}

static int call_all(const struct call *call, ipcshow_record_fn *fn, void *fn_arg)
{
	const u32 *status = call->status;
	unsigned int idle = 0;
	bool progress;
	int ret;

	/* What an earlier one left, if its reader stopped. */
	ring_discard(&call->device->ring);
	ret = call_once(call, call->arg, &idle);
	while (!ret) {
		ret = ring_drain(&call->device->ring, UINT64_MAX, fn, fn_arg, &progress);
		if (ret || *status == IPCSHOW_SNAPSHOT_DONE)
			break;
		idle = progress ? 0 : idle + 1;
		if (*status != IPCSHOW_SNAPSHOT_MORE || idle > IDLE_MAX)
			return -EPROTO;
		status = call->status_on;
		ret = call_once(call, call->go_on, &idle);
	}
	return ret;
}

int ipcshow_snapshot_take(struct ipcshow_device *device,
			  const struct ipcshow_query *query,
			  ipcshow_record_fn *fn, void *arg)
{
	struct ipcshow_snapshot begin = {
		.size = sizeof(begin),
		.flags = query->flags,
		.what = query->what,
		.start = query->start,
		.end = query->end,
		.cuts = (uintptr_t)query->cuts,
		.nr_cuts = query->nr_cuts,
		.target = query->target,
	};
	struct ipcshow_snapshot go_on = {
		.size = sizeof(go_on),
		.flags = query->flags | IPCSHOW_SNAPSHOT_F_CONTINUE,
	};
	const struct call call = {
		.device = device,
		.command = IPCSHOW_IOC_SNAPSHOT,
		.arg = &begin,
		.go_on = &go_on,
		.status = &begin.status,
		.status_on = &go_on.status,
	};

	if (device->replay)
		return ipcshow_records_walk(device->replay, device->replay_size,
					    query->what, fn, arg);
	return call_all(&call, fn, arg);
}

int ipcshow_compare_take(struct ipcshow_device *device, const struct ipcshow_site *sites,
			 u32 nr_sites, ipcshow_record_fn *fn, void *arg)
{
	struct ipcshow_compare begin = {
		.size = sizeof(begin),
		.flags = device->info.compare_flags & IPCSHOW_COMPARE_F_RUNS,
		.sites = (uintptr_t)sites,
		.nr_sites = nr_sites,
	};
	struct ipcshow_compare go_on = {
		.size = sizeof(go_on),
		.flags = IPCSHOW_COMPARE_F_CONTINUE,
	};
	const struct call call = {
		.device = device,
		.command = IPCSHOW_IOC_COMPARE,
		.arg = &begin,
		.go_on = &go_on,
		.status = &begin.status,
		.status_on = &go_on.status,
	};

	if (device->replay)
		return ipcshow_records_walk(device->replay, device->replay_size,
					    WHAT_COMPARE, fn, arg);
	return call_all(&call, fn, arg);
}
