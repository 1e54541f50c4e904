// SPDX-License-Identifier: LGPL-2.1-or-later
/* Takes snapshots, and checks the records that they are made of. */
#include <errno.h>
#include <stddef.h>

#include "device.h"

/* The module may return with nothing done, but not for ever. */
#define IDLE_MAX	10000

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

static int snapshot_begin(struct ipcshow_device *device, const struct ipcshow_query *query,
			  struct ipcshow_snapshot *arg)
{
	*arg = (struct ipcshow_snapshot){
		.size = sizeof(*arg),
		.flags = query->flags,
		.what = query->what,
		.start = query->start,
		.end = query->end,
		.cuts = (uintptr_t)query->cuts,
		.nr_cuts = query->nr_cuts,
	};
	return device_ioctl(device, IPCSHOW_IOC_SNAPSHOT, arg);
}

static int snapshot_continue(struct ipcshow_device *device, u32 flags,
			     struct ipcshow_snapshot *arg)
{
	*arg = (struct ipcshow_snapshot){
		.size = sizeof(*arg),
		.flags = flags | IPCSHOW_SNAPSHOT_F_CONTINUE,
	};
	return device_ioctl(device, IPCSHOW_IOC_SNAPSHOT, arg);
}

int ipcshow_snapshot_take(struct ipcshow_device *device,
			  const struct ipcshow_query *query,
			  ipcshow_record_fn *fn, void *arg)
{
	struct ipcshow_snapshot call;
	unsigned int idle = 0;
	bool progress;
	int ret;

	if (device->replay)
		return ipcshow_records_walk(device->replay, device->replay_size,
					    query->what, fn, arg);

	/* What an earlier snapshot left, if its reader stopped. */
	ring_discard(&device->ring);
	do {
		ret = snapshot_begin(device, query, &call);
	} while (ret == -EINTR && idle++ < IDLE_MAX);

	while (!ret) {
		ret = ring_drain(&device->ring, UINT64_MAX, fn, arg, &progress);
		if (ret || call.status == IPCSHOW_SNAPSHOT_DONE)
			break;
		idle = progress ? 0 : idle + 1;
		if (call.status != IPCSHOW_SNAPSHOT_MORE || idle > IDLE_MAX)
			return -EPROTO;
		do {
			ret = snapshot_continue(device, query->flags, &call);
		} while (ret == -EINTR && idle++ < IDLE_MAX);
	}
	return ret;
}
