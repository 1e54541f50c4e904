// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stddef.h>

#include "sizes.h"
#include "smaps.h"

#define MEMBER(name)	offsetof(struct ipcshow_pages, name)

/* PSS is in 1/4096 of bytes. */
static const struct {
	enum smaps_field field;
	size_t member;
	bool in_4096ths;
} counters[] = {
	{ SMAPS_RSS, MEMBER(rss), false },
	{ SMAPS_PSS, MEMBER(pss), true },
	{ SMAPS_PSS_DIRTY, MEMBER(pss_dirty), true },
	{ SMAPS_SHARED_CLEAN, MEMBER(shared_clean), false },
	{ SMAPS_SHARED_DIRTY, MEMBER(shared_dirty), false },
	{ SMAPS_PRIVATE_CLEAN, MEMBER(private_clean), false },
	{ SMAPS_PRIVATE_DIRTY, MEMBER(private_dirty), false },
	{ SMAPS_REFERENCED, MEMBER(referenced), false },
	{ SMAPS_ANONYMOUS, MEMBER(anonymous), false },
	{ SMAPS_KSM, MEMBER(ksm), false },
	{ SMAPS_LAZYFREE, MEMBER(lazyfree), false },
	{ SMAPS_ANON_HUGE, MEMBER(anon_huge), false },
	{ SMAPS_SHMEM_HUGE, MEMBER(shmem_huge), false },
	{ SMAPS_FILE_HUGE, MEMBER(file_huge), false },
	{ SMAPS_SHARED_HUGETLB, MEMBER(shared_hugetlb), false },
	{ SMAPS_PRIVATE_HUGETLB, MEMBER(private_hugetlb), false },
	{ SMAPS_SWAP, MEMBER(swap), false },
	{ SMAPS_LOCKED, MEMBER(locked), true },
};

uint64_t smaps_value(const struct ipcshow_pages *pages, size_t member)
{
	return *(const __u64 *)((const char *)pages + member);
}

const char *smaps_difference(const struct ipcshow_pages *pages, const struct vma *vma)
{
	size_t i;

	for (i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		uint64_t bytes = smaps_value(pages, counters[i].member);

		if (!(vma->has & 1U << counters[i].field))
			continue;
		/* smaps cuts off what is less than a kB. */
		if (counters[i].in_4096ths)
			bytes >>= 12;
		else if (bytes % PAGE)
			return "a number of whole pages";
		if (bytes >> 10 != vma->kb[counters[i].field])
			return smaps_names[counters[i].field];
	}
	return NULL;
}

int smaps_compare(pid_t pid, struct maps *smaps, struct snapshot *snapshot,
		  struct ipcshow_snapshot *arg, size_t ring_size)
{
	int tries, error;

	for (tries = 0; tries < 20; tries++) {
		struct maps before;
		bool same;

		snapshot_free(snapshot);
		proc_smaps(pid, &before);
		error = snapshot_with(pid, ring_size, arg, snapshot);
		proc_smaps(pid, smaps);
		same = proc_same(&before, smaps);
		proc_free(&before);
		if (same || error)
			return error;
		proc_free(smaps);
	}
	return -EAGAIN;
}
