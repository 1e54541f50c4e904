// SPDX-License-Identifier: LGPL-2.1-or-later
/* Takes snapshots, and checks the records that they are made of. */
#include <errno.h>

#include "device.h"

/* The module may return with nothing done, but not for ever. */
#define IDLE_MAX	10000

/* What may precede END is asked for by one bit of IPCSHOW_WHAT_* each. */
static const struct shape {
	u32 size;
	u64 what;
} shapes[] = {
	[IPCSHOW_REC_TASK] = { sizeof(struct ipcshow_task), IPCSHOW_WHAT_TASK },
	[IPCSHOW_REC_MM] = { sizeof(struct ipcshow_mm), IPCSHOW_WHAT_MM },
	[IPCSHOW_REC_THREAD] = { sizeof(struct ipcshow_thread), IPCSHOW_WHAT_THREADS },
	[IPCSHOW_REC_REGS] = { sizeof(struct ipcshow_regs), IPCSHOW_WHAT_REGS },
	[IPCSHOW_REC_FILE] = { sizeof(struct ipcshow_file), IPCSHOW_WHAT_REGIONS },
	[IPCSHOW_REC_REGION] = { sizeof(struct ipcshow_region), IPCSHOW_WHAT_REGIONS },
	[IPCSHOW_REC_PAGES] = { sizeof(struct ipcshow_pages), IPCSHOW_WHAT_PAGES },
	[IPCSHOW_REC_END] = { sizeof(struct ipcshow_end), UINT64_MAX },
};

/* Bytes of the text or array at the end of a record. */
static u64 tail_size(const struct ipcshow_record *rec)
{
	switch (rec->type) {
	case IPCSHOW_REC_REGS:
		return 8ULL * ((const struct ipcshow_regs *)rec)->nr;
	case IPCSHOW_REC_FILE:
		return ((const struct ipcshow_file *)rec)->path_size;
	case IPCSHOW_REC_REGION:
		return ((const struct ipcshow_region *)rec)->name_size;
	default:
		return 0;
	}
}

/* sizeof() may include padding in front of where the tail begins. */
static u64 tail_offset(const struct ipcshow_record *rec)
{
	switch (rec->type) {
	case IPCSHOW_REC_REGS:
		return offsetof(struct ipcshow_regs, reg);
	case IPCSHOW_REC_FILE:
		return offsetof(struct ipcshow_file, path);
	case IPCSHOW_REC_REGION:
		return offsetof(struct ipcshow_region, name);
	default:
		return 0;
	}
}

static bool is_whole(const struct ipcshow_record *rec, const struct shape *shape)
{
	return rec->size >= shape->size &&
	       rec->size - tail_offset(rec) >= tail_size(rec);
}

int ipcshow_records_walk(const void *records, size_t size, u64 what,
			 ipcshow_record_fn *fn, void *arg)
{
	const u8 *p = records;
	const u8 *end = p + size;
	int ret = 0;

	while (p < end && !ret) {
		const struct ipcshow_record *rec = (const struct ipcshow_record *)p;
		const struct shape *shape;

		if ((size_t)(end - p) < sizeof(*rec) || rec->size < sizeof(*rec) ||
		    rec->size % 8 || rec->size > (size_t)(end - p))
			return -EUCLEAN;
		p += rec->size;
		if (rec->type >= ARRAY_SIZE(shapes) || !shapes[rec->type].size)
			continue;
		shape = &shapes[rec->type];
		if (!is_whole(rec, shape))
			return -EUCLEAN;
		if (shape->what & what)
			ret = fn(rec, arg);
	}
	return ret;
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
