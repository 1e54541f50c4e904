// SPDX-License-Identifier: GPL-2.0
/* The library's comparison: open the processes, compare, read the result. */
#include "bench.h"
#include "ipcshow.h"
#include "matrix.h"

/* A monitor keeps it open; what opening costs is measured apart. */
static struct ipcshow_device *device;

static int open_all(const struct target *target, unsigned int flags,
		    struct ipcshow_process **processes)
{
	int ret = 0;

	if (!device)
		ret = ipcshow_device_open(&device, 0);
	for (size_t i = 0; i < target->nr && !ret; i++)
		ret = ipcshow_process_open(device, target->pids[i],
					   flags | (i ? IPCSHOW_PROCESS_F_ADD : 0),
					   &processes[i]);
	return ret;
}

static int compare(struct ipcshow_process *const *processes, size_t nr, unsigned int flags,
		   struct facts *facts)
{
	struct ipcshow_comparison *comparison;
	struct ipcshow_comparison_facts how;
	struct ipcshow_shared shared;
	struct matrix matrix;
	size_t failed;
	int ret;

	ret = ipcshow_comparison_run(processes, nr, flags, &comparison, &failed);
	if (ret)
		return ret;
	matrix_make(&matrix, nr);
	for (size_t a = 0; a < nr; a++) {
		for (size_t b = a + 1; b < nr; b++) {
			ipcshow_comparison_shared(comparison, a, b, &shared);
			*matrix_at(&matrix, a, b) = shared.bytes;
		}
	}
	ipcshow_comparison_facts(comparison, &how);
	facts->hold_ns = how.lock_max_ns;
	matrix_tell(&matrix, facts);
	matrix_free(&matrix);
	ipcshow_comparison_free(comparison);
	return 0;
}

static int run(const struct target *target, unsigned int process_flags,
	       unsigned int comparison_flags, struct facts *facts)
{
	struct ipcshow_process *processes[MEMBERS_MAX] = { NULL };
	int ret;

	ret = open_all(target, process_flags | IPCSHOW_PROCESS_F_FAMILY, processes);
	if (!ret)
		ret = compare(processes, target->nr, comparison_flags, facts);
	for (size_t i = 0; i < target->nr; i++)
		ipcshow_process_close(processes[i]);
	return ret;
}

int comparison_totals(const struct target *target, bool check, struct facts *facts)
{
	(void)check;
	return run(target, IPCSHOW_PROCESS_F_BARE, 0, facts);
}

/* What a tool does: areas with names, and what they have in common. */
int comparison_areas(const struct target *target, bool check, struct facts *facts)
{
	(void)check;
	return run(target, 0, IPCSHOW_COMPARISON_F_AREAS, facts);
}
