// SPDX-License-Identifier: GPL-2.0
/* The ways to look at a process, and how long one look takes. */
#include <errno.h>
#include <string.h>

#include "bench.h"

static const struct {
	const char *name;
	method_fn *fn;
	enum method ours;
} methods[] = {
	[METHOD_END] = { .name = "" },
	[METHOD_NONE] = { .name = "unobserved" },
	[METHOD_ELSEWHERE] = { .name = "library, at another process" },
	[METHOD_OPEN] = { .name = "open and close /dev/ipcshow", .fn = library_open },
	[METHOD_REGIONS] = { .name = "library: regions", .fn = library_regions },
	[METHOD_PAGES] = { .name = "library: regions, pages", .fn = library_pages },
	[METHOD_THREADS] = { .name = "library: threads", .fn = library_threads },
	[METHOD_REGS] = { .name = "library: threads, registers", .fn = library_regs },
	[METHOD_AREAS] = { .name = "library: named areas, pages", .fn = library_areas },
	[METHOD_SHARED] = { .name = "library: shared bytes", .fn = comparison_totals },
	[METHOD_SHARED_AREAS] = { .name = "library: all areas compared", .fn = comparison_areas },
	[METHOD_MAPS] = { .name = "read maps", .fn = peer_maps, .ours = METHOD_REGIONS },
	[METHOD_QUERY] = { .name = "PROCMAP_QUERY walk", .fn = peer_query, .ours = METHOD_REGIONS },
	[METHOD_SMAPS] = { .name = "read smaps", .fn = peer_smaps, .ours = METHOD_PAGES },
	[METHOD_ROLLUP] = { .name = "read smaps_rollup", .fn = peer_rollup, .ours = METHOD_PAGES },
	[METHOD_TASK_FILES] = { .name = "read task/*/{stat,comm,syscall}", .fn = peer_task_files,
				.ours = METHOD_THREADS },
	[METHOD_PAGEMAP] = { .name = "read pagemaps, merge them", .fn = pagemap_merge,
			     .ours = METHOD_SHARED },
	[METHOD_PAGEMAP_READ] = { .name = "read pagemaps, and no more", .fn = pagemap_read,
				  .ours = METHOD_SHARED },
	[METHOD_DUMP] = { .name = "ipcshow-dump", .fn = program_dump },
	[METHOD_DUMP_RAW] = { .name = "ipcshow-dump --raw", .fn = program_dump_raw },
	[METHOD_DUMP_LINES] = { .name = "ipcshow-dump --lines", .fn = program_dump_lines },
	[METHOD_DUMP_START] = { .name = "ipcshow-dump --version", .fn = program_dump_start },
	[METHOD_PMAP] = { .name = "pmap -X", .fn = program_pmap, .ours = METHOD_DUMP },
	[METHOD_PMAP_START] = { .name = "pmap --version", .fn = program_pmap_start,
				.ours = METHOD_DUMP_START },
	[METHOD_MAP] = { .name = "ipcshow-map --raw", .fn = program_map },
	[METHOD_MAP_ALL] = { .name = "ipcshow-map --raw --all", .fn = program_map_all },
	[METHOD_LSFD_SMAPS] = { .name = "lsfd, and read all smaps", .fn = program_lsfd_smaps,
				.ours = METHOD_MAP },
	[METHOD_LSFD] = { .name = "lsfd", .fn = program_lsfd, .ours = METHOD_MAP },
};

const char *method_name(enum method method)
{
	return methods[method].name;
}

enum method method_ours(enum method method)
{
	return methods[method].ours;
}

int method_run(enum method method, const struct target *target, bool check,
	       struct facts *facts, u64 *ns)
{
	u64 before;
	int ret;

	memset(facts, 0xff, sizeof(*facts));
	before = clock_ns();
	ret = methods[method].fn(target, check, facts);
	*ns = clock_ns() - before;
	return ret;
}

const char *method_missing(enum method method, int error)
{
	if (method == METHOD_QUERY && error == -ENOTTY)
		return "kernel < 6.11";
	if (error == -ENOENT && method >= METHOD_DUMP)
		return "no such program";
	return strerror(-error);
}
