/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernel versions, and nothing else: the rest of the
 * module reads as if only the newest kernel existed. Oldest: 6.1.
 */
#ifndef IPCSHOW_COMPAT_H
#define IPCSHOW_COMPAT_H

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/hugetlb.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/swap.h>
#include <linux/version.h>

#ifndef CONFIG_64BIT
#error "ipcshow needs a 64-bit kernel: it reads page table entries in one load"
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
#include <linux/leafops.h>
#else
#include <linux/swapops.h>
#endif

/* 6.3: locks on files have a header of their own. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#include <linux/filelock.h>
#endif

#ifdef CONFIG_NO_PAGE_MAPCOUNT
#error "ipcshow needs to know how often each page of a large folio is mapped"
#endif

#ifdef __PAGETABLE_PMD_FOLDED
#error "ipcshow needs a table of PMDs: a folded one is the caller's copy of its PUD"
#endif

/* 6.17: what a mapping is stands in folios, by name too. */
#ifndef FOLIO_MAPPING_FLAGS
#define FOLIO_MAPPING_ANON	PAGE_MAPPING_ANON
#define FOLIO_MAPPING_KSM	PAGE_MAPPING_KSM
#define FOLIO_MAPPING_FLAGS	PAGE_MAPPING_FLAGS
#endif

/* 6.3: VMA flags are changed through helpers that note the write lock. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}

static inline void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags &= ~flags;
}
#endif

/*
 * 6.7: a file on a stacked file system maps the real file and keeps the path
 * that the user opened apart. Before, the path was put into the real file.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
static inline const struct path *file_user_path(struct file *file)
{
	return &file->f_path;
}
#endif

/* 6.7: struct file is SLAB_TYPESAFE_BY_RCU, so a reference takes a re-check. */
static inline struct file *compat_get_exe_file(struct mm_struct *mm)
{
	struct file *file;

	rcu_read_lock();
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	file = get_file_rcu(&mm->exe_file);
#else
	file = rcu_dereference(mm->exe_file);
	if (file && !get_file_rcu(file))
		file = NULL;
#endif
	rcu_read_unlock();
	return file;
}

/* 6.5: a read that is right on every architecture; here one load is. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
static inline pmd_t pmdp_get_lockless(pmd_t *pmdp)
{
	return READ_ONCE(*pmdp);
}
#endif

/* 6.4: workers of vhost joined those of io_uring. */
#ifdef PF_USER_WORKER
#define COMPAT_PF_WORKER	(PF_IO_WORKER | PF_USER_WORKER)
#else
#define COMPAT_PF_WORKER	PF_IO_WORKER
#endif

/* 6.2: shared anonymous memory has names, too. */
static inline const char *compat_vma_name(struct vm_area_struct *vma)
{
#ifdef CONFIG_ANON_VMA_NAME
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	if (vma->vm_file)
		return NULL;
#endif
	if (vma->anon_name)
		return vma->anon_name->name;
#endif
	return NULL;
}

/*
 * Page flags without the checks of page-flags.h, which may only be made of a
 * page that cannot change: ours are read without a reference. 6.18: the flags
 * have a type of their own.
 */
static inline const unsigned long *compat_page_flags(const struct page *page)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	return &page->flags.f;
#else
	return &page->flags;
#endif
}

/*
 * Mappings of one page of a large folio, as fs/proc counts them, again
 * without the checks. 6.1: __page_mapcount(); from 6.2 on:
 * folio_precise_page_mapcount(), where head[1] became part of struct folio.
 */
static inline int compat_large_mapcount(const struct page *head,
					const struct page *page)
{
	int count = atomic_read(&page->_mapcount) + 1;

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	if (!((unsigned long)READ_ONCE(head->mapping) & FOLIO_MAPPING_ANON) &&
	    READ_ONCE(head[1].compound_dtor) != HUGETLB_PAGE_DTOR)
		return count;
	count += atomic_read(&head[1].compound_mapcount) + 1;
	if (test_bit(PG_double_map, &head[1].flags))
		count--;
#else
	if (count < 0)	/* a page type is stored there */
		count = 0;
	count += atomic_read(&((const struct folio *)head)->_entire_mapcount) + 1;
#endif
	return count;
}

/*
 * Until 6.17, pages of file systems on persistent memory (DAX) are marked in the entry, and
 * have no mapcount.
 */
#ifdef CONFIG_ARCH_HAS_PTE_DEVMAP
static inline bool compat_pte_devmap(pte_t pte)
{
	return pte_devmap(pte);
}

static inline bool compat_pmd_devmap(pmd_t pmd)
{
	return pmd_devmap(pmd);
}
#else
static inline bool compat_pte_devmap(pte_t pte)
{
	return false;
}

static inline bool compat_pmd_devmap(pmd_t pmd)
{
	return false;
}
#endif

/* 6.12: huge entries can be special, too. */
static inline bool compat_pmd_special(pmd_t pmd)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	return pmd_special(pmd) || compat_pmd_devmap(pmd);
#else
	return compat_pmd_devmap(pmd);
#endif
}

/* Do several address spaces use the table that this entry is in? (hugetlb) */
static inline bool compat_pmd_table_shared(pmd_t *pmdp)
{
#ifdef CONFIG_HUGETLB_PAGE
	return hugetlb_pmd_shared((pte_t *)pmdp);
#else
	return false;
#endif
}

/* Entries of a page table that are neither none nor present. */
struct compat_leaf {
	bool swap;		/* swapped out */
	bool guard;		/* MADV_GUARD_INSTALL */
	bool present;		/* device memory that counts as present */
	bool moving;		/* under migration */
	struct page *page;	/* that, or device memory, or poisoned */
	u64 slot;		/* of swap: which */
};

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
static inline struct compat_leaf compat_leaf(softleaf_t entry)
{
	struct compat_leaf leaf = {
		.swap = softleaf_is_swap(entry),
		.guard = softleaf_is_guard_marker(entry),
		.present = softleaf_is_device_private(entry),
		.moving = softleaf_is_migration(entry),
	};

	if (softleaf_has_pfn(entry))
		leaf.page = pfn_to_page(softleaf_to_pfn(entry));
	if (leaf.swap)
		leaf.slot = (u64)swp_offset(entry) << MAX_SWAPFILES_SHIFT | swp_type(entry);
	return leaf;
}

static inline struct compat_leaf compat_pte_leaf(pte_t pte)
{
	return compat_leaf(softleaf_from_pte(pte));
}

static inline struct compat_leaf compat_pmd_leaf(pmd_t pmd)
{
	return compat_leaf(softleaf_from_pmd(pmd));
}
#else
static inline struct compat_leaf compat_leaf(swp_entry_t entry)
{
	struct compat_leaf leaf = {
		.swap = !non_swap_entry(entry),
#ifdef PTE_MARKER_GUARD
		.guard = is_guard_swp_entry(entry),
#endif
		.present = is_device_private_entry(entry),
		.moving = is_migration_entry(entry),
	};

	if (is_pfn_swap_entry(entry))
		leaf.page = pfn_to_page(swp_offset_pfn(entry));
	if (leaf.swap)
		leaf.slot = (u64)swp_offset(entry) << MAX_SWAPFILES_SHIFT | swp_type(entry);
	return leaf;
}

static inline struct compat_leaf compat_pte_leaf(pte_t pte)
{
	return compat_leaf(pte_to_swp_entry(pte));
}

static inline struct compat_leaf compat_pmd_leaf(pmd_t pmd)
{
#ifdef CONFIG_ARCH_ENABLE_THP_MIGRATION
	return compat_leaf(pmd_to_swp_entry(pmd));
#else
	return (struct compat_leaf){};
#endif
}
#endif

/* 6.11: swapped out shared memory may be stored in large entries. */
static inline unsigned int compat_xas_order(struct xa_state *xas)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
	return xas_get_order(xas);
#else
	return 0;
#endif
}

/* 6.15: procfs opens maps for whoever has CAP_PERFMON, and asks no more. */
static inline bool compat_maps_is_open(void)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	const kernel_cap_t caps = current_cred()->cap_effective;

	return cap_raised(caps, CAP_PERFMON) || cap_raised(caps, CAP_SYS_ADMIN);
#else
	return false;
#endif
}

/* 6.3: capabilities are one number. */
static inline u64 compat_cap_bits(kernel_cap_t cap)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	return cap.val;
#else
	return (u64)cap.cap[1] << 32 | cap.cap[0];
#endif
}

/*
 * Where struct mnt_namespace, which fs/mount.h keeps for the file systems, has its
 * struct ns_common: first in it on every kernel since 5.11.
 */
#define COMPAT_MNT_NS_COMMON	0
#ifdef CONFIG_RANDSTRUCT
#error "ipcshow needs structures in the order that they are written in: see above"
#endif

#endif /* IPCSHOW_COMPAT_H */
