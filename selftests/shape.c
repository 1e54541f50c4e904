// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "shape.h"
#include "child.h"

const size_t shape_rings[2] = { RING_SMALL, RING_LARGE };

int shape_snapshot(pid_t pid, size_t size, uint64_t what, struct snapshot *snapshot,
		   double *seconds)
{
	struct timespec start, end;
	struct reader reader;
	int error = reader_open(&reader, size);

	*snapshot = (struct snapshot){};
	clock_gettime(CLOCK_MONOTONIC, &start);
	if (!error)
		error = reader_target(&reader, pid) ?: reader_snapshot(&reader, what, snapshot);
	clock_gettime(CLOCK_MONOTONIC, &end);
	reader_close(&reader);
	*seconds = end.tv_sec - start.tv_sec + (end.tv_nsec - start.tv_nsec) / 1e9;
	return error;
}

ssize_t shape_unlike_maps(const struct snapshot *snapshot, const struct maps *maps)
{
	const struct ipcshow_region *region;
	size_t i = 0;

	for_each_of(region, snapshot, IPCSHOW_REC_REGION) {
		const struct vma *vma = &maps->vma[i];

		if (i == maps->nr || region->start != vma->start || region->end != vma->end ||
		    !(region->vma_flags & IPCSHOW_VMA_READ) != (vma->access[0] != 'r') ||
		    !(region->vma_flags & IPCSHOW_VMA_WRITE) != (vma->access[1] != 'w') ||
		    !(region->vma_flags & IPCSHOW_VMA_EXEC) != (vma->access[2] != 'x') ||
		    !(region->vma_flags & IPCSHOW_VMA_MAYSHARE) != (vma->access[3] != 's') ||
		    (region->file && region->offset != vma->offset))
			return i;
		i++;
	}
	return i == maps->nr ? -1 : (ssize_t)i;
}

size_t shape_without_pages(const struct snapshot *snapshot)
{
	const struct ipcshow_record *rec = NULL;
	const struct ipcshow_region *region = NULL;
	uint64_t at = 0;
	size_t bad = 0;

	while ((rec = snapshot_next(snapshot, rec))) {
		const struct ipcshow_pages *pages = (const void *)rec;

		if (rec->type == IPCSHOW_REC_PAGES) {
			bad += !region || pages->start != at || pages->end <= at ||
			       pages->end > region->end;
			at = pages->end;
		} else if (rec->type == IPCSHOW_REC_REGION) {
			bad += region && at != region->end;
			region = (const void *)rec;
			at = region->start;
		}
	}
	return bad + (region && at != region->end);
}

uint64_t shape_sum(const struct snapshot *snapshot, uint64_t start, uint64_t end,
		   size_t counter)
{
	const struct ipcshow_pages *pages;
	uint64_t sum = 0;

	for_each_of(pages, snapshot, IPCSHOW_REC_PAGES) {
		if (start <= pages->start && pages->end <= end)
			sum += *(const uint64_t *)((const char *)pages + counter);
	}
	return sum;
}

void *shape_shared_memory(void)
{
	void *start = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (start == MAP_FAILED)
		err(1, "mmap");
	return start;
}

unsigned long long shape_memory_available(void)
{
	unsigned long long kib = 0;
	FILE *file = fopen("/proc/meminfo", "re");
	char line[128];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1)
			break;
	}
	if (file)
		fclose(file);
	return kib << 10;
}
