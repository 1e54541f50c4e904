// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * How several address spaces come to have a page: what is mapped says most of it. Page cache of
 * a file is the exception: there each two have it as they both map it.
 */
#include <linux/magic.h>
#include <sys/stat.h>

#include "area.h"
#include "comparison.h"

static bool has_path(const struct ipcshow_file *file, const char *path)
{
	return file->path_size == strlen(path) && !memcmp(file->path, path, strlen(path));
}

/* That of an open file of the module, or a shared one by one of its ends. */
bool file_is_ring(const struct ipcshow_file *file)
{
	if (!file)
		return false;
	if (S_ISCHR(file->mode))
		return has_path(file, "/dev/ipcshow");
	return file->fs_magic == ANON_INODE_FS_MAGIC &&
	       has_path(file, "anon_inode:[ipcshow-ring]");
}

enum ipcshow_mechanism ipcshow_mechanism_of_kind(enum ipcshow_kind kind)
{
	switch (kind) {
	case IPCSHOW_KIND_SYSV_SHM:
		return IPCSHOW_MECHANISM_SYSV_SHM;
	case IPCSHOW_KIND_POSIX_SHM:
		return IPCSHOW_MECHANISM_POSIX_SHM;
	case IPCSHOW_KIND_MEMFD:
		return IPCSHOW_MECHANISM_MEMFD;
	case IPCSHOW_KIND_SHARED_ANON:
		return IPCSHOW_MECHANISM_SHARED_ANON;
	case IPCSHOW_KIND_HUGETLB:
		return IPCSHOW_MECHANISM_HUGETLB;
	case IPCSHOW_KIND_DEVICE:
		return IPCSHOW_MECHANISM_DEVICE;
	case IPCSHOW_KIND_VDSO:
	case IPCSHOW_KIND_VVAR:
	case IPCSHOW_KIND_SPECIAL:
		return IPCSHOW_MECHANISM_KERNEL;
	default:
		return IPCSHOW_MECHANISM_FILE_PRIVATE;
	}
}

/**
 * mechanism_of_region() - how others may come to have pages of a VMA
 * @process: whose
 * @region: the VMA
 * @file: what it maps, or NULL
 *
 * Of anonymous memory it is FORK.
 */
enum ipcshow_mechanism mechanism_of_region(struct ipcshow_process *process,
					   const struct ipcshow_region *region,
					   const struct ipcshow_file *file)
{
	const struct walk walk = {
		.process = process,
		.file = file,
		.anon = region_is_anon(region, file),
	};
	struct ipcshow_area area = { .region = region };
	enum ipcshow_mechanism by;

	if (walk.anon)
		return IPCSHOW_MECHANISM_FORK;
	vma_kind(&walk, &area);
	by = ipcshow_mechanism_of_kind(area.kind);
	if (by == IPCSHOW_MECHANISM_DEVICE && file_is_ring(file))
		return IPCSHOW_MECHANISM_RING;
	if (by == IPCSHOW_MECHANISM_FILE_PRIVATE && region->vma_flags & IPCSHOW_VMA_MAYSHARE)
		return region->vma_flags & IPCSHOW_VMA_MAYWRITE ? IPCSHOW_MECHANISM_FILE_SHARED :
								  MECHANISM_READ_ONLY;
	return by;
}

/* Of pages that are a driver's or the kernel's, as two VMAs have them. */
enum ipcshow_mechanism mechanism_of_lent(enum ipcshow_mechanism a, enum ipcshow_mechanism b)
{
	if (a == IPCSHOW_MECHANISM_KERNEL || b == IPCSHOW_MECHANISM_KERNEL)
		return IPCSHOW_MECHANISM_KERNEL;
	if (a == IPCSHOW_MECHANISM_RING && b == IPCSHOW_MECHANISM_RING)
		return IPCSHOW_MECHANISM_RING;
	return IPCSHOW_MECHANISM_DEVICE;
}

static bool is_empty(const u64 *set, size_t words)
{
	size_t i;

	for (i = 0; i < words; i++)
		if (set[i])
			return false;
	return true;
}

static bool is_file(enum ipcshow_mechanism by)
{
	return by == IPCSHOW_MECHANISM_FILE_SHARED || by == MECHANISM_READ_ONLY ||
	       by == IPCSHOW_MECHANISM_FILE_PRIVATE;
}

/* @spaces have them; each of their mappings is to be seen. */
void cachers_begin(struct ipcshow_comparison *c, struct cachers *cachers, const u64 *spaces)
{
	const size_t size = c->totals.words * sizeof(*spaces);

	cachers->by = IPCSHOW_MECHANISM_FILE_PRIVATE;
	memcpy(cachers->all, spaces, size);
	memcpy(cachers->readers, spaces, size);
	memcpy(cachers->private, spaces, size);
}

void cachers_see(struct cachers *cachers, const struct range *range)
{
	const u64 without = ~(1ULL << range->space % 64);

	if (!is_file(range->mechanism))
		cachers->by = range->mechanism;
	if (range->mechanism == IPCSHOW_MECHANISM_FILE_SHARED)
		cachers->readers[range->space / 64] &= without;
	if (range->mechanism != IPCSHOW_MECHANISM_FILE_PRIVATE)
		cachers->private[range->space / 64] &= without;
}

/**
 * mechanism_add_cached() - count page cache, or shared memory
 * @c: the comparison
 * @cachers: who has it
 * @bytes: how much
 *
 * Two have it shared if one of them may write to it, or else if one of them maps it shared: each
 * is counted for all, and taken off again for those to whom the next applies.
 *
 * Return: 0 or -ENOMEM.
 */
int mechanism_add_cached(struct ipcshow_comparison *c, struct cachers *cachers, u64 bytes)
{
	static const enum ipcshow_mechanism by[] = {
		IPCSHOW_MECHANISM_FILE_SHARED, MECHANISM_READ_ONLY, IPCSHOW_MECHANISM_FILE_PRIVATE,
	};
	u64 *const sets[] = { cachers->all, cachers->readers, cachers->private };
	const size_t words = c->totals.space_words;
	size_t i;
	int err = 0;

	if (!is_file(cachers->by))
		return totals_add(&c->totals, cachers->all, cachers->by, bytes, 0);
	for (i = 0; i < ARRAY_SIZE(by) && !err && !is_empty(sets[i], words); i++) {
		const bool last = i + 1 == ARRAY_SIZE(by);

		if (!last && !memcmp(sets[i], sets[i + 1], words * sizeof(u64)))
			continue;
		err = totals_add(&c->totals, sets[i], by[i], bytes, 0);
		if (!err && !last && !is_empty(sets[i + 1], words))
			err = totals_add(&c->totals, sets[i + 1], by[i], -bytes, 0);
	}
	return err;
}
