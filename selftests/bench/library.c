// SPDX-License-Identifier: GPL-2.0
/* The library calls that are measured: choose the target, read all records. */
#include "bench.h"
#include "ipcshow.h"

/* A monitor keeps it open; what opening costs is measured apart. */
static struct ipcshow_device *device;

static int count(const struct ipcshow_record *record, void *arg)
{
	struct facts *facts = arg;

	switch (record->type) {
	case IPCSHOW_REC_REGION:
		facts->vmas++;
		break;
	case IPCSHOW_REC_PAGES:
		facts->rss += ((const struct ipcshow_pages *)record)->rss;
		break;
	case IPCSHOW_REC_THREAD:
		facts->threads++;
		break;
	case IPCSHOW_REC_END:
		facts->hold_ns = ((const struct ipcshow_end *)record)->lock_max_ns;
		break;
	}
	return 0;
}

static int take(pid_t pid, u64 what, struct facts *facts)
{
	struct ipcshow_query query = { .what = what };
	int ret = 0;

	if (!device)
		ret = ipcshow_device_open(&device, 0);
	if (!ret)
		ret = ipcshow_device_target(device, pid);
	if (what & IPCSHOW_WHAT_REGIONS)
		facts->vmas = 0;
	if (what & IPCSHOW_WHAT_PAGES)
		facts->rss = 0;
	if (what & IPCSHOW_WHAT_THREADS)
		facts->threads = 0;
	return ret ? ret : ipcshow_snapshot_take(device, &query, count, facts);
}

int library_open(const struct target *target, bool check, struct facts *facts)
{
	struct ipcshow_device *other;
	int ret = ipcshow_device_open(&other, 0);

	(void)target;
	(void)check;
	(void)facts;
	if (!ret)
		ipcshow_device_close(other);
	return ret;
}

int library_regions(const struct target *target, bool check, struct facts *facts)
{
	(void)check;
	return take(target->pid, IPCSHOW_WHAT_REGIONS, facts);
}

int library_pages(const struct target *target, bool check, struct facts *facts)
{
	(void)check;
	return take(target->pid, IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_PAGES, facts);
}

int library_threads(const struct target *target, bool check, struct facts *facts)
{
	(void)check;
	return take(target->pid, IPCSHOW_WHAT_TASK | IPCSHOW_WHAT_THREADS, facts);
}

int library_regs(const struct target *target, bool check, struct facts *facts)
{
	(void)check;
	return take(target->pid, IPCSHOW_WHAT_TASK | IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_REGS, facts);
}

static int count_area(const struct ipcshow_area *area, void *arg)
{
	struct facts *facts = arg;

	if (area->pages)
		facts->rss += area->pages->rss;
	return 0;
}

/* What a tool does: names for all. An area is part of a VMA, so none are counted. */
int library_areas(const struct target *target, bool check, struct facts *facts)
{
	struct ipcshow_process *process;
	int ret = 0;

	(void)check;
	facts->rss = 0;
	if (!device)
		ret = ipcshow_device_open(&device, 0);
	if (!ret)
		ret = ipcshow_process_open(device, target->pid, 0, &process);
	if (ret)
		return ret;
	ret = ipcshow_process_areas(process, true, count_area, facts);
	ipcshow_process_close(process);
	return ret;
}
