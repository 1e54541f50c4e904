/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_PROCESS_H
#define IPCSHOW_PROCESS_H

#include "device.h"
#include "file.h"
#include "program.h"
#include "span.h"
#include "thread.h"

/**
 * struct ipcshow_process - what is kept of a process between two walks
 * @device: where its records come from
 * @target: number of its target there
 * @flags: IPCSHOW_PROCESS_F_*
 * @page_size: bytes
 * @task: @mm: as the module reported them
 * @has_task: @has_mm: it did
 * @threads: the threads
 * @programs: programs and libraries
 * @spans: what lies where, of these
 * @files: FILE records of the present walk
 * @end: END of the last complete snapshot
 * @gone: a snapshot said that the address space has ended
 * @walked: a walk along the VMAs came to its end
 * @digest: of the VMAs that it saw
 * @changed: another one saw others
 */
struct ipcshow_process {
	struct ipcshow_device *device;
	u32 target;
	unsigned int flags;
	u64 page_size;
	struct ipcshow_task task;
	struct ipcshow_mm mm;
	bool has_task;
	bool has_mm;
	struct threads threads;
	struct programs programs;
	struct spans spans;
	struct files files;
	struct ipcshow_end end;
	bool gone;
	bool walked;
	u64 digest;
	bool changed;
};

bool region_is_anon(const struct ipcshow_region *region, const struct ipcshow_file *file);
u64 region_digest(u64 digest, const struct ipcshow_region *region);
void process_see_end(struct ipcshow_process *process, const struct ipcshow_end *end);
void process_see_vmas(struct ipcshow_process *process, u64 digest);
void process_look_back(struct ipcshow_process *process);

#endif
