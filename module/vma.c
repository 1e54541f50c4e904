// SPDX-License-Identifier: GPL-2.0
/* The VMAs of an address space: REGION records, and PAGES for each. */
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/pkeys.h>
#include <linux/sched/mm.h>
#include <linux/string.h>
#include <linux/userfaultfd_k.h>

#include "compat.h"
#include "file.h"
#include "identity.h"
#include "lockhold.h"
#include "pages.h"
#include "ring.h"
#include "snapshot.h"
#include "vma.h"

/*
 * Work in one hold of the mmap lock, in page table entries looked at. An entry
 * whose struct page is not in a cache costs some 50 ns, a VMA with its record
 * about as much as WORK_VMA of them: the hold stays well under 1 ms.
 */
#define WORK_MAX	8192
#define WORK_VMA	8
/* Work before we make room for a writer that waits: so we get on, too. */
#define WORK_MIN	512

/* The VMA's name is at most this long: ANON_VMA_NAME_MAX_LEN is 80. */
#define NAME_MAX_LEN	128

static u64 vma_flags(const struct vm_area_struct *vma)
{
	const unsigned long from = vma->vm_flags;
	u64 to = 0;

	/* Where the numbers are the same, the compiler makes it one mask. */
#define MAP_FLAG(flag)	(to |= from & VM_##flag ? IPCSHOW_VMA_##flag : 0)
	MAP_FLAG(READ);
	MAP_FLAG(WRITE);
	MAP_FLAG(EXEC);
	MAP_FLAG(SHARED);
	MAP_FLAG(MAYREAD);
	MAP_FLAG(MAYWRITE);
	MAP_FLAG(MAYEXEC);
	MAP_FLAG(MAYSHARE);
	MAP_FLAG(GROWSDOWN);
	MAP_FLAG(PFNMAP);
	MAP_FLAG(LOCKED);
	MAP_FLAG(IO);
	MAP_FLAG(SEQ_READ);
	MAP_FLAG(RAND_READ);
	MAP_FLAG(DONTCOPY);
	MAP_FLAG(DONTEXPAND);
	MAP_FLAG(LOCKONFAULT);
	MAP_FLAG(ACCOUNT);
	MAP_FLAG(NORESERVE);
	MAP_FLAG(HUGETLB);
	MAP_FLAG(SYNC);
	MAP_FLAG(WIPEONFORK);
	MAP_FLAG(DONTDUMP);
	MAP_FLAG(MIXEDMAP);
	MAP_FLAG(HUGEPAGE);
	MAP_FLAG(NOHUGEPAGE);
	MAP_FLAG(MERGEABLE);
#ifdef VM_SEALED
	MAP_FLAG(SEALED);
#endif
#undef MAP_FLAG
	if (from & (VM_UFFD_MISSING | VM_UFFD_WP | VM_UFFD_MINOR))
		to |= IPCSHOW_VMA_UFFD;
	return to;
}

static struct ipcshow_vma_key key_of(const struct vm_area_struct *vma)
{
	return (struct ipcshow_vma_key){
		.start = vma->vm_start,
		.end = vma->vm_end,
		.flags = vma->vm_flags,
		.pgoff = vma->vm_pgoff,
		.file = vma->vm_file,
	};
}

static bool same_vma(const struct ipcshow_vma_key *key, const struct vm_area_struct *vma)
{
	return key->start == vma->vm_start && key->end == vma->vm_end &&
	       key->flags == vma->vm_flags && key->pgoff == vma->vm_pgoff &&
	       key->file == vma->vm_file;
}

/* Names are short; what is longer is cut. */
static void fill_name(struct ipcshow_region *rec, struct vm_area_struct *vma)
{
	const char *name = compat_vma_name(vma);

	rec->name_size = 0;
	if (!name && vma->vm_ops && vma->vm_ops->name) {
		name = vma->vm_ops->name(vma);
		if (name)
			rec->flags |= IPCSHOW_REGION_F_SPECIAL;
	}
	if (name) {
		rec->name_size = strnlen(name, NAME_MAX_LEN);
		memcpy(rec->name, name, rec->name_size);
	}
}

static bool emit_region(struct ipcshow_vma_cursor *cursor, struct vm_area_struct *vma,
			struct ipcshow_file_cache *files, struct ipcshow_ringbuf *ring)
{
	u64 start = max_t(u64, vma->vm_start, cursor->covered);
	struct ipcshow_region *rec;
	u64 file = 0;

	if (vma->vm_file && !ipcshow_file_emit(files, vma->vm_file, ring, &file))
		return false;
	rec = ipcshow_ring_reserve(ring, IPCSHOW_REC_REGION,
				   sizeof(*rec) + NAME_MAX_LEN);
	if (!rec)
		return false;

	rec->start = start;
	rec->end = vma->vm_end;
	rec->vma_flags = vma_flags(vma);
	rec->offset = 0;
	rec->object = 0;
	rec->file = file;
	if (vma->vm_file) {
		rec->offset = ((u64)vma->vm_pgoff << PAGE_SHIFT) + (start - vma->vm_start);
		/* A private map of /dev/zero is anonymous and has a file. */
		if (!vma_is_anonymous(vma))
			rec->object = ipcshow_identity(vma->vm_file->f_mapping);
	}
	rec->flags = start > vma->vm_start ? IPCSHOW_REGION_F_CONTINUED : 0;
	rec->page_shift = ipcshow_vma_page_shift(vma);
	rec->pkey = vma_pkey(vma);
	fill_name(rec, vma);
	ipcshow_ring_trim(ring, struct_size(rec, name, rec->name_size));
	ipcshow_ring_commit(ring);

	cursor->addr = start;
	cursor->covered = vma->vm_end;
	return true;
}

static void start_pages(struct ipcshow_vma_cursor *cursor)
{
	cursor->acc = (struct ipcshow_pages){ .start = cursor->addr };
}

/* Writes the PAGES in the making, if there is any: up to where we are. */
static bool flush_pages(struct ipcshow_vma_cursor *cursor, struct ipcshow_ringbuf *ring)
{
	struct ipcshow_pages *rec;

	if (!cursor->in_vma || cursor->acc.start == cursor->addr)
		return true;
	rec = ipcshow_ring_reserve(ring, IPCSHOW_REC_PAGES, sizeof(*rec));
	if (!rec)
		return false;
	cursor->acc.rec = rec->rec;
	cursor->acc.end = cursor->addr;
	*rec = cursor->acc;
	ipcshow_ring_commit(ring);
	start_pages(cursor);
	return true;
}

/* Where the PAGES in the making shall end: at the next cut, or with the VMA. */
static u64 pages_end(struct ipcshow_vma_cursor *cursor, const struct vm_area_struct *vma)
{
	while (cursor->next_cut < cursor->nr_cuts &&
	       cursor->cuts[cursor->next_cut] <= cursor->acc.start)
		cursor->next_cut++;
	if (cursor->next_cut == cursor->nr_cuts)
		return vma->vm_end;
	return min_t(u64, vma->vm_end, cursor->cuts[cursor->next_cut]);
}

static int emit_pages(struct ipcshow_vma_cursor *cursor, struct vm_area_struct *vma,
		      struct ipcshow_ringbuf *ring, long *budget)
{
	u64 end;

	while (cursor->acc.start < vma->vm_end) {
		end = pages_end(cursor, vma);
		if (cursor->addr < end)
			cursor->addr = ipcshow_pages_count(&cursor->acc, vma, cursor->addr,
							   end, budget);
		if (cursor->addr < end)
			return IPCSHOW_STEP_AGAIN;
		if (!flush_pages(cursor, ring))
			return IPCSHOW_STEP_FULL;
	}
	return IPCSHOW_STEP_DONE;
}

/*
 * One VMA, or what is left of it. The lock may have been dropped since the
 * last call: if the VMA that we were in has changed, its PAGES end where we
 * were, and what is there now begins there.
 */
static int visit(struct ipcshow_vma_cursor *cursor, struct vm_area_struct *vma,
		 struct ipcshow_file_cache *files, struct ipcshow_ringbuf *ring,
		 struct ipcshow_end *end, long *budget)
{
	int ret;

	if (cursor->in_vma && !same_vma(&cursor->key, vma)) {
		if (!flush_pages(cursor, ring))
			return IPCSHOW_STEP_FULL;
		cursor->covered = cursor->addr;
		cursor->in_vma = false;
	}
	if (!cursor->in_vma) {
		if (!emit_region(cursor, vma, files, ring))
			return IPCSHOW_STEP_FULL;
		end->regions++;
		if (cursor->pages) {
			cursor->key = key_of(vma);
			cursor->in_vma = true;
			start_pages(cursor);
		}
	}
	if (cursor->pages) {
		ret = emit_pages(cursor, vma, ring, budget);
		if (ret != IPCSHOW_STEP_DONE)
			return ret;
		cursor->in_vma = false;
	}
	cursor->addr = vma->vm_end;
	return IPCSHOW_STEP_DONE;
}

static int walk_vmas(struct ipcshow_vma_cursor *cursor, struct mm_struct *mm,
		     struct ipcshow_ringbuf *ring, struct ipcshow_end *end)
{
	VMA_ITERATOR(vmi, mm, cursor->addr);
	struct ipcshow_file_cache files = {};
	struct vm_area_struct *vma;
	long budget = WORK_MAX;
	int ret;

	for_each_vma(vmi, vma) {
		if (vma->vm_start >= cursor->end)
			break;
		ret = visit(cursor, vma, &files, ring, end, &budget);
		if (ret != IPCSHOW_STEP_DONE)
			return ret;
		budget -= WORK_VMA;
		if (budget <= 0 ||
		    (budget < WORK_MAX - WORK_MIN && mmap_lock_is_contended(mm)))
			return IPCSHOW_STEP_AGAIN;
	}
	return flush_pages(cursor, ring) ? IPCSHOW_STEP_DONE : IPCSHOW_STEP_FULL;
}

/**
 * ipcshow_vmas_emit() - write the REGION and PAGES records of the next VMAs
 * @cursor: how far it is; goes on
 * @mm: the address space; the caller holds a reference (mmget)
 * @ring: where to
 * @end: what is noted for the END record
 *
 * Holds the mmap lock once, for a bounded time.
 *
 * Return: an enum ipcshow_step, or -EINTR.
 */
int ipcshow_vmas_emit(struct ipcshow_vma_cursor *cursor, struct mm_struct *mm,
		      struct ipcshow_ringbuf *ring, struct ipcshow_end *end)
{
	struct ipcshow_lockhold hold;
	int ret;

	if (ipcshow_lockhold_begin(&hold, mm))
		return -EINTR;
	ret = walk_vmas(cursor, mm, ring, end);
	ipcshow_lockhold_end(&hold, end);
	return ret;
}
