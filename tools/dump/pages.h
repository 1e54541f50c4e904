/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PAGES_H
#define PAGES_H

#include "row.h"

/* Columns of counters, which areas and the summary have in common. */

#define PAGES_GETTERS(x)						\
	x(rss) x(pss) x(shared) x(private) x(shared_clean) x(shared_dirty)	\
	x(private_clean) x(private_dirty) x(dirty) x(pss_dirty) x(referenced) \
	x(anonymous) x(ksm) x(lazyfree) x(locked) x(swap) x(huge) x(zero)	\
	x(hugetlb) x(device) x(guard)

#define DECLARE_GETTER(name)						\
	void get_##name(struct row *row, struct value *value);
PAGES_GETTERS(DECLARE_GETTER)
#undef DECLARE_GETTER

#define PAGES_COLUMNS							\
	{ "RSS", "rss", COLUMN_RIGHT, get_rss, "resident" },		\
	{ "PSS", "pss", COLUMN_RIGHT, get_pss,				\
	  "resident, each page divided by its mappings" },		\
	{ "SHARED", "shared", COLUMN_RIGHT, get_shared,			\
	  "resident, of pages mapped more than once (as in smaps)" },	\
	{ "PRIVATE", "private", COLUMN_RIGHT, get_private,		\
	  "resident, of pages mapped once (USS)" },			\
	{ "SHARED-CLEAN", "shared_clean", COLUMN_RIGHT, get_shared_clean,	\
	  "clean part of SHARED" },					\
	{ "SHARED-DIRTY", "shared_dirty", COLUMN_RIGHT, get_shared_dirty,	\
	  "dirty part of SHARED" },					\
	{ "PRIVATE-CLEAN", "private_clean", COLUMN_RIGHT, get_private_clean,	\
	  "clean part of PRIVATE" },					\
	{ "PRIVATE-DIRTY", "private_dirty", COLUMN_RIGHT, get_private_dirty,	\
	  "dirty part of PRIVATE" },					\
	{ "DIRTY", "dirty", COLUMN_RIGHT, get_dirty, "dirty part of RSS" },	\
	{ "PSS-DIRTY", "pss_dirty", COLUMN_RIGHT, get_pss_dirty,		\
	  "dirty part of PSS" },					\
	{ "REFERENCED", "referenced", COLUMN_RIGHT, get_referenced,	\
	  "marked as accessed" },					\
	{ "ANONYMOUS", "anonymous", COLUMN_RIGHT, get_anonymous,		\
	  "resident and not of a file" },				\
	{ "KSM", "ksm", COLUMN_RIGHT, get_ksm, "merged by KSM" },		\
	{ "LAZYFREE", "lazyfree", COLUMN_RIGHT, get_lazyfree,		\
	  "freed lazily (MADV_FREE)" },					\
	{ "LOCKED", "locked", COLUMN_RIGHT, get_locked,			\
	  "locked part of PSS" },					\
	{ "SWAP", "swap", COLUMN_RIGHT, get_swap, "swapped out" },	\
	{ "HUGE", "huge", COLUMN_RIGHT, get_huge,			\
	  "part of RSS that is mapped as huge pages" },			\
	{ "ZERO", "zero", COLUMN_RIGHT, get_zero,			\
	  "mapped to the zero page; not in RSS" },			\
	{ "HUGETLB", "hugetlb", COLUMN_RIGHT, get_hugetlb,		\
	  "of a hugetlb pool; not in RSS" },				\
	{ "DEVICE", "device", COLUMN_RIGHT, get_device,			\
	  "device or special memory; not in RSS" },			\
	{ "GUARDS", "guards", COLUMN_RIGHT, get_guard,			\
	  "guard markers (MADV_GUARD_INSTALL)" }

#endif
