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

#define PAGES_COLUMNS									\
	{ N_("RSS"), "rss", COLUMN_RIGHT, get_rss, N_("resident") },			\
	{ N_("PSS"), "pss", COLUMN_RIGHT, get_pss,					\
	  N_("resident, each page divided by its mappings") },				\
	{ N_("SHARED"), "shared", COLUMN_RIGHT, get_shared,				\
	  N_("resident, of pages mapped more than once (as in smaps)") },		\
	{ N_("PRIVATE"), "private", COLUMN_RIGHT, get_private,				\
	  N_("resident, of pages mapped once (USS)") },					\
	{ N_("SHARED-CLEAN"), "shared_clean", COLUMN_RIGHT, get_shared_clean,		\
	  N_("clean part of SHARED") },							\
	{ N_("SHARED-DIRTY"), "shared_dirty", COLUMN_RIGHT, get_shared_dirty,		\
	  N_("dirty part of SHARED") },							\
	{ N_("PRIVATE-CLEAN"), "private_clean", COLUMN_RIGHT, get_private_clean,	\
	  N_("clean part of PRIVATE") },						\
	{ N_("PRIVATE-DIRTY"), "private_dirty", COLUMN_RIGHT, get_private_dirty,	\
	  N_("dirty part of PRIVATE") },						\
	{ N_("DIRTY"), "dirty", COLUMN_RIGHT, get_dirty, N_("dirty part of RSS") },	\
	{ N_("PSS-DIRTY"), "pss_dirty", COLUMN_RIGHT, get_pss_dirty,			\
	  N_("dirty part of PSS") },							\
	{ N_("REFERENCED"), "referenced", COLUMN_RIGHT, get_referenced,			\
	  N_("marked as accessed") },							\
	{ N_("ANONYMOUS"), "anonymous", COLUMN_RIGHT, get_anonymous,			\
	  N_("resident and not of a file") },						\
	{ N_("KSM"), "ksm", COLUMN_RIGHT, get_ksm, N_("merged by KSM") },		\
	{ N_("LAZYFREE"), "lazyfree", COLUMN_RIGHT, get_lazyfree,			\
	  N_("freed lazily (MADV_FREE)") },						\
	{ N_("LOCKED"), "locked", COLUMN_RIGHT, get_locked,				\
	  N_("locked part of PSS") },							\
	{ N_("SWAP"), "swap", COLUMN_RIGHT, get_swap, N_("swapped out") },		\
	{ N_("HUGE"), "huge", COLUMN_RIGHT, get_huge,					\
	  N_("part of RSS that is mapped as huge pages") },				\
	{ N_("ZERO"), "zero", COLUMN_RIGHT, get_zero,					\
	  N_("mapped to the zero page; not in RSS") },					\
	{ N_("HUGETLB"), "hugetlb", COLUMN_RIGHT, get_hugetlb,				\
	  N_("of a hugetlb pool; not in RSS") },					\
	{ N_("DEVICE"), "device", COLUMN_RIGHT, get_device,				\
	  N_("device or special memory; not in RSS") },					\
	{ N_("GUARDS"), "guards", COLUMN_RIGHT, get_guard,				\
	  N_("guard markers (MADV_GUARD_INSTALL)") }

#endif
