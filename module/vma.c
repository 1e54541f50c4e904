// SPDX-License-Identifier: GPL-2.0
/* The VMAs of an address space: REGION records, and PAGES for each. */
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/pkeys.h>
#include <linux/rcupdate.h>
#include <linux/rmap.h>
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
/*
 * Bytes of a FILE record that cost one: d_path() goes up from the file component by
 * component, some of them a byte long.
 */
#define WORK_FILE	4
/* How often we look whether a writer waits: we make room, but get on, too. */
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

/* The kernel's own name of a special mapping, or that which the target gave. */
static const char *name_of(struct vm_area_struct *vma, u32 *flags)
{
	const char *name = compat_vma_name(vma);

	if (!name && vma->vm_ops && vma->vm_ops->name) {
		name = vma->vm_ops->name(vma);
		if (name)
			*flags |= IPCSHOW_REGION_F_SPECIAL;
	}
	return name;
}

/**
 * struct backing - what a REGION says of a VMA beyond its range and its flags
 * @file: its file, or 0
 * @object: its memory object, or 0
 * @family: the family of its anonymous pages, or 0
 * @offset: where its first address lies in the file or in the family, bytes
 * @flags: IPCSHOW_REGION_F_SPECIAL or 0
 * @page_shift: log2 of the size of its pages
 * @name: its name, or NULL
 */
struct backing {
	u64 file;
	u64 object;
	u64 family;
	u64 offset;
	u32 flags;
	u32 page_shift;
	const char *name;
};

/* Inline, so that of nothing but constants in @backing little code is left. */
static __always_inline bool put_region(struct ipcshow_vma_cursor *cursor,
				       struct vm_area_struct *vma,
				       struct backing backing,
				       struct ipcshow_ringbuf *ring)
{
	u32 name_size = backing.name ? strnlen(backing.name, NAME_MAX_LEN) : 0;
	u64 start = max_t(u64, vma->vm_start, cursor->covered);
	u32 flags = backing.flags;
	struct ipcshow_region *rec;

	if (start > vma->vm_start)
		flags |= IPCSHOW_REGION_F_CONTINUED;
	rec = ipcshow_ring_reserve(ring, IPCSHOW_REC_REGION,
				   struct_size(rec, name, ALIGN(name_size, 8)));
	if (!rec)
		return false;

	rec->start = start;
	rec->end = vma->vm_end;
	rec->vma_flags = vma_flags(vma);
	rec->offset = backing.file || backing.family ?
		backing.offset + (start - vma->vm_start) : 0;
	rec->object = backing.object;
	rec->file = backing.file;
	rec->family = backing.family;
	rec->flags = flags;
	rec->page_shift = backing.page_shift;
	rec->pkey = vma_pkey(vma);
	rec->name_size = name_size;
	if (name_size) {
		memset(rec->name, 0, ALIGN(name_size, 8));
		memcpy(rec->name, backing.name, name_size);
	}
	ipcshow_ring_commit(ring);

	cursor->addr = start;
	cursor->covered = vma->vm_end;
	return true;
}

/*
 * fork() links the VMAs that inherit a page to the same root, which lives as long as any
 * of them. The first fault in a VMA sets its anon_vma, under the mmap lock as we have it.
 */
static u64 family_of(const struct vm_area_struct *vma, const struct ipcshow_salt *salt)
{
	const struct anon_vma *anon_vma = READ_ONCE(vma->anon_vma);

	return anon_vma ? ipcshow_identity(salt, anon_vma->root) : 0;
}

/* Most VMAs by far: private anonymous memory that nobody gave a name. */
static bool is_plain(struct vm_area_struct *vma)
{
	return !vma->vm_file && !vma->vm_ops && !compat_vma_name(vma);
}

/* Out of line, so that the loop over plain VMAs keeps its registers. */
static noinline bool emit_backed(struct ipcshow_vma_cursor *cursor,
				 struct vm_area_struct *vma,
				 struct ipcshow_file_cache *files,
				 struct ipcshow_page_walk *walk,
				 struct ipcshow_ringbuf *ring)
{
	struct backing backing = { .page_shift = ipcshow_vma_page_shift(vma) };

	backing.name = name_of(vma, &backing.flags);
	if (vma->vm_file) {
		if (!ipcshow_file_emit(files, vma->vm_file, ring, &backing.file))
			return false;
		walk->budget -= (long)(files->written / WORK_FILE);
		files->written = 0;
		backing.object = ipcshow_file_object(files, vma);
	}
	if (cursor->family)
		backing.family = family_of(vma, files->salt);
	backing.offset = (u64)vma->vm_pgoff << PAGE_SHIFT;
	return put_region(cursor, vma, backing, ring);
}

static __always_inline bool emit_region(struct ipcshow_vma_cursor *cursor,
					struct vm_area_struct *vma,
					struct ipcshow_file_cache *files,
					struct ipcshow_page_walk *walk,
					struct ipcshow_ringbuf *ring)
{
	static const struct backing plain = { .page_shift = PAGE_SHIFT };

	if (likely(is_plain(vma) && !cursor->family))
		return put_region(cursor, vma, plain, ring);
	return emit_backed(cursor, vma, files, walk, ring);
}

/* Where the PAGES that begin at @start shall end: at a cut, or with the VMA. */
static u64 pages_end(struct ipcshow_vma_cursor *cursor, u64 start, u64 end)
{
	for (; cursor->next_cut < cursor->nr_cuts; cursor->next_cut++)
		if (cursor->cuts[cursor->next_cut] > start)
			return min(end, cursor->cuts[cursor->next_cut]);
	return end;
}

/*
 * All but the header. For so many zeros the compiler takes REP STOS, which is slow to
 * start: plain stores are several times faster. WRITE_ONCE() makes it leave them so.
 */
static __always_inline void reset_pages(struct ipcshow_pages *rec)
{
	u64 *word = (u64 *)&rec->start;
	const u64 *end = (u64 *)(rec + 1);

#pragma GCC unroll 32
	for (; word < end; word++)
		WRITE_ONCE(*word, 0);
}

/* The next PAGES record, with what was counted of it before the lock was dropped. */
static __always_inline struct ipcshow_pages *
reserve_pages(struct ipcshow_vma_cursor *cursor, struct ipcshow_ringbuf *ring)
{
	struct ipcshow_pages *rec;
	struct ipcshow_record head;

	rec = ipcshow_ring_reserve(ring, IPCSHOW_REC_PAGES, sizeof(*rec));
	if (!rec)
		return NULL;
	if (likely(cursor->acc.start == cursor->addr)) {
		reset_pages(rec);
		rec->start = cursor->addr;
	} else {
		head = rec->rec;
		*rec = cursor->acc;
		rec->rec = head;
	}
	return rec;
}

static void commit_pages(struct ipcshow_vma_cursor *cursor,
			 struct ipcshow_ringbuf *ring, struct ipcshow_pages *rec)
{
	rec->end = cursor->addr;
	ipcshow_ring_commit(ring);
	cursor->acc.start = cursor->addr;
}

/*
 * The counts go straight to the ring. When the budget is used up in the middle, they
 * are kept in the cursor, and the record is not committed.
 */
static int emit_pages(struct ipcshow_vma_cursor *cursor, struct vm_area_struct *vma,
		      struct ipcshow_page_walk *walk, struct ipcshow_ringbuf *ring)
{
	struct ipcshow_pages *rec;
	u64 end;

	while (cursor->acc.start < vma->vm_end) {
		rec = reserve_pages(cursor, ring);
		if (!rec)
			return IPCSHOW_STEP_FULL;
		end = pages_end(cursor, rec->start, vma->vm_end);
		if (is_vm_hugetlb_page(vma))
			cursor->addr = ipcshow_hugetlb_count(walk, rec, vma,
							     cursor->addr, end);
		else
			cursor->addr = ipcshow_pages_count(walk, rec, vma,
							   cursor->addr, end);
		if (cursor->addr < end) {
			cursor->acc = *rec;
			return IPCSHOW_STEP_AGAIN;
		}
		commit_pages(cursor, ring, rec);
	}
	return IPCSHOW_STEP_DONE;
}

/* The VMA that we were in has changed or gone: its PAGES end where we were. */
static bool leave_vma(struct ipcshow_vma_cursor *cursor, struct ipcshow_ringbuf *ring)
{
	struct ipcshow_pages *rec;

	if (cursor->acc.start != cursor->addr) {
		rec = reserve_pages(cursor, ring);
		if (!rec)
			return false;
		commit_pages(cursor, ring, rec);
	}
	cursor->covered = cursor->addr;
	cursor->in_vma = false;
	return true;
}

/*
 * One VMA, or what is left of it. The lock may have been dropped since the
 * last call; when the VMA that we were in is no more what it was, what is
 * there now begins where we were.
 */
static int visit(struct ipcshow_vma_cursor *cursor, struct vm_area_struct *vma,
		 struct ipcshow_file_cache *files, struct ipcshow_page_walk *walk,
		 struct ipcshow_ringbuf *ring, struct ipcshow_end *end)
{
	int ret;

	if (cursor->in_vma && !same_vma(&cursor->key, vma) && !leave_vma(cursor, ring))
		return IPCSHOW_STEP_FULL;
	if (cursor->shared && !(vma->vm_flags & VM_MAYSHARE)) {
		cursor->addr = vma->vm_end;
		return IPCSHOW_STEP_DONE;
	}
	if (!cursor->in_vma) {
		if (!emit_region(cursor, vma, files, walk, ring))
			return IPCSHOW_STEP_FULL;
		end->regions++;
		cursor->acc.start = cursor->addr;
	}
	if (cursor->pages) {
		ret = emit_pages(cursor, vma, walk, ring);
		if (ret != IPCSHOW_STEP_DONE) {
			cursor->key = key_of(vma);
			cursor->in_vma = true;
			return ret;
		}
		cursor->in_vma = false;
	}
	cursor->addr = vma->vm_end;
	return IPCSHOW_STEP_DONE;
}

static int walk_vmas(struct ipcshow_vma_cursor *cursor, struct mm_struct *mm,
		     const struct ipcshow_salt *salt, struct ipcshow_ringbuf *ring,
		     struct ipcshow_end *end)
{
	VMA_ITERATOR(vmi, mm, cursor->addr);
	struct ipcshow_page_walk walk = { .budget = WORK_MAX };
	struct ipcshow_file_cache files = { .salt = salt, .silent = cursor->no_files };
	long room_at = WORK_MAX - WORK_MIN;
	struct vm_area_struct *vma;
	int ret;

	for_each_vma(vmi, vma) {
		if (vma->vm_start >= cursor->end)
			break;
		ret = visit(cursor, vma, &files, &walk, ring, end);
		if (ret != IPCSHOW_STEP_DONE)
			return ret;
		walk.budget -= WORK_VMA;
		if (unlikely(walk.budget <= room_at)) {
			if (walk.budget <= 0 || mmap_lock_is_contended(mm))
				return IPCSHOW_STEP_AGAIN;
			room_at = max(walk.budget - WORK_MIN, 0L);
		}
	}
	if (cursor->in_vma && !leave_vma(cursor, ring))
		return IPCSHOW_STEP_FULL;
	return IPCSHOW_STEP_DONE;
}

/**
 * ipcshow_vmas_emit() - write the REGION and PAGES records of the next VMAs
 * @cursor: how far it is; goes on
 * @mm: the address space; the caller holds a reference (mmget)
 * @salt: of its identities
 * @ring: where to
 * @end: what is noted for the END record
 *
 * Holds the mmap lock once, for a bounded time. One RCU section covers it all, for the
 * page tables (pages.c): nothing in it sleeps.
 *
 * Return: an enum ipcshow_step, or -EINTR.
 */
int ipcshow_vmas_emit(struct ipcshow_vma_cursor *cursor, struct mm_struct *mm,
		      const struct ipcshow_salt *salt, struct ipcshow_ringbuf *ring,
		      struct ipcshow_end *end)
{
	struct ipcshow_lockhold hold;
	int ret;

	if (ipcshow_lockhold_begin(&hold, mm))
		return -EINTR;
	rcu_read_lock();
	ret = walk_vmas(cursor, mm, salt, ring, end);
	rcu_read_unlock();
	ipcshow_lockhold_end(&hold, end);
	return ret;
}
