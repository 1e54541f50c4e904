// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a VMA is, apart from what is known of its parts. */
#include <errno.h>
#include <linux/magic.h>
#include <sys/stat.h>

#include "area.h"

#ifndef TMPFS_MAGIC
#define TMPFS_MAGIC	0x01021994
#endif

/* As in stack.c: an inaccessible mapping larger than this is no mere guard. */
#define GUARD_MAX	(1ULL << 20)

static bool begins_with(const void *text, size_t size, const char *prefix)
{
	size_t n = strlen(prefix);

	return size >= n && !memcmp(text, prefix, n);
}

static enum ipcshow_kind special_kind(const struct ipcshow_region *region)
{
	if (begins_with(region->name, region->name_size, "[vdso"))
		return IPCSHOW_KIND_VDSO;
	if (begins_with(region->name, region->name_size, "[vvar"))
		return IPCSHOW_KIND_VVAR;
	return IPCSHOW_KIND_SPECIAL;
}

/* memfd, SysV and the like: files in mounts of the kernel's own. */
static enum ipcshow_kind internal_kind(struct ipcshow_area *area,
				       const struct ipcshow_file *file)
{
	static const char memfd[] = "/memfd:";

	if (file->flags & IPCSHOW_FILE_F_SYSV) {
		name_area(area, NULL, 0);
		return IPCSHOW_KIND_SYSV_SHM;
	}
	if (begins_with(file->path, file->path_size, memfd)) {
		name_area(area, file->path + sizeof(memfd) - 1,
			  file->path_size - (sizeof(memfd) - 1));
		return IPCSHOW_KIND_MEMFD;
	}
	if (area->region->vma_flags & IPCSHOW_VMA_HUGETLB) {
		name_area(area, area->region->name, area->region->name_size);
		return IPCSHOW_KIND_HUGETLB;
	}
	if (file->fs_magic == TMPFS_MAGIC) {
		if (begins_with(file->path, file->path_size, "/dev/zero"))
			name_area(area, area->region->name, area->region->name_size);
		return IPCSHOW_KIND_SHARED_ANON;
	}
	return IPCSHOW_KIND_DEVICE;
}

/*
 * shm_open() makes files in /dev/shm; in another root that may be the end of a
 * longer path. The name that shm_open() takes begins with the last slash.
 */
static bool is_posix_shm(struct ipcshow_area *area, const struct ipcshow_file *file)
{
	static const char dir[] = "/dev/shm/";
	const u8 *p, *end = file->path + file->path_size;

	if (file->fs_magic != TMPFS_MAGIC || !S_ISREG(file->mode))
		return false;
	for (p = file->path; (size_t)(end - p) >= sizeof(dir) - 1; p++) {
		if (memcmp(p, dir, sizeof(dir) - 1))
			continue;
		p += sizeof(dir) - 2;
		name_area(area, p, (size_t)(end - p));
		return true;
	}
	return false;
}

/* Program headers are not to be had: the access is all there is to go by. */
static bool unread_program_kind(const struct walk *walk, struct ipcshow_area *area)
{
	const struct program *program = programs_find(&walk->process->programs,
						      walk->file->inode);
	u64 flags = area->region->vma_flags;

	if (!program || !program->err || program->err == -ENOEXEC ||
	    (flags & IPCSHOW_VMA_MAYSHARE) || !(flags & ACCESS))
		return false;
	area->kind = flags & IPCSHOW_VMA_EXEC ? IPCSHOW_KIND_CODE :
		     flags & IPCSHOW_VMA_WRITE ? IPCSHOW_KIND_DATA :
						 IPCSHOW_KIND_RODATA;
	if (!program->is_exe)
		area->kind = kind_of_library(area->kind);
	area->flags |= IPCSHOW_AREA_F_NO_ELF;
	return true;
}

static void file_kind(const struct walk *walk, struct ipcshow_area *area)
{
	const struct ipcshow_file *file = walk->file;
	u64 flags = area->region->vma_flags;

	name_area(area, file->path, file->path_size);
	if (file->flags & IPCSHOW_FILE_F_INTERNAL)
		area->kind = internal_kind(area, file);
	else if (flags & IPCSHOW_VMA_HUGETLB)
		area->kind = IPCSHOW_KIND_HUGETLB;
	else if (!S_ISREG(file->mode))
		area->kind = IPCSHOW_KIND_DEVICE;
	else if (is_posix_shm(area, file))
		area->kind = IPCSHOW_KIND_POSIX_SHM;
	else if (flags & IPCSHOW_VMA_MAYSHARE)
		area->kind = IPCSHOW_KIND_FILE_SHARED;
	else if (unread_program_kind(walk, area))
		;
	else if (!(flags & ACCESS))
		area->kind = IPCSHOW_KIND_RESERVED;
	else
		area->kind = IPCSHOW_KIND_FILE_PRIVATE;
	if ((file->flags & (IPCSHOW_FILE_F_DELETED | IPCSHOW_FILE_F_INTERNAL)) ==
	    IPCSHOW_FILE_F_DELETED)
		area->flags |= IPCSHOW_AREA_F_DELETED;
}

static bool contains(const struct ipcshow_region *region, u64 address)
{
	return address >= region->start && address < region->end;
}

/*
 * The leader of a group that vfork() made in another thread than the main one
 * has that thread's stack.
 */
static bool has_other_stack(const struct thread *leader, u64 start_stack)
{
	return leader->stack_end &&
	       (start_stack < leader->stack_start || start_stack >= leader->stack_end);
}

static void main_stack(const struct walk *walk, struct ipcshow_area *area)
{
	const struct thread *leader = walk->process->threads.main;
	u64 start_stack = walk->process->mm.start_stack;

	area->kind = IPCSHOW_KIND_STACK;
	if (leader && contains(area->region, start_stack) &&
	    !has_other_stack(leader, start_stack))
		area->thread = &leader->rec;
}

/* A guard is told by what lies right above it. */
static void no_access_kind(const struct walk *walk, struct ipcshow_area *area)
{
	const struct spans *spans = &walk->process->spans;
	const struct ipcshow_region *region = area->region;
	size_t i = walk->next;

	while (i < spans->nr && spans->spans[i].start < region->end)
		i++;
	area->kind = IPCSHOW_KIND_RESERVED;
	if (i < spans->nr && spans->spans[i].guarded &&
	    spans->spans[i].start == region->end &&
	    region->end - region->start <= GUARD_MAX) {
		area->kind = IPCSHOW_KIND_GUARD;
		area->thread = &spans->spans[i].thread->rec;
	}
}

/*
 * As the kernel names it: a VMA that the heap lies in is the heap, to the end, which may be higher
 * than when the heap was asked for. What other memory lies in it is told by spans.
 */
static bool is_heap(const struct walk *walk, const struct ipcshow_region *region)
{
	return region->start < walk->brk && region->end > walk->start_brk;
}

static void anon_kind(const struct walk *walk, struct ipcshow_area *area)
{
	u64 flags = area->region->vma_flags;

	name_area(area, area->region->name, area->region->name_size);
	if (contains(area->region, walk->process->mm.start_stack) ||
	    (flags & IPCSHOW_VMA_GROWSDOWN))
		main_stack(walk, area);
	else if (is_heap(walk, area->region))
		area->kind = IPCSHOW_KIND_HEAP;
	else if (!(flags & ACCESS))
		no_access_kind(walk, area);
	else
		area->kind = IPCSHOW_KIND_ANON;
}

/* What the VMA is, apart from what the spans say of its parts. */
void vma_kind(const struct walk *walk, struct ipcshow_area *area)
{
	const struct ipcshow_region *region = area->region;

	name_area(area, region->name, region->name_size);
	if (region->flags & IPCSHOW_REGION_F_SPECIAL)
		area->kind = special_kind(region);
	else if (walk->anon)
		anon_kind(walk, area);
	else if (walk->file)
		file_kind(walk, area);
	else if (region->vma_flags & IPCSHOW_VMA_HUGETLB)
		area->kind = IPCSHOW_KIND_HUGETLB;
	else if (region->vma_flags & (IPCSHOW_VMA_PFNMAP | IPCSHOW_VMA_IO))
		area->kind = IPCSHOW_KIND_DEVICE;
	else
		area->kind = region->object ? IPCSHOW_KIND_SHARED_ANON : IPCSHOW_KIND_ANON;
}
