// SPDX-License-Identifier: GPL-2.0
/* Counters of parts of regions: that they make up the whole, and what pagemap says. */
#include "smaps.h"
#include "zoo_test.h"

#define MEMBER(name)	offsetof(struct ipcshow_pages, name)

/* Cuts everywhere: at the ends of regions, in them, and where there is nothing. */
static size_t make_cuts(const struct maps *maps, __u64 *cuts, size_t room)
{
	uint64_t random = 12345;
	size_t nr = 0, i, j;

	for (i = 0; i < maps->nr; i++) {
		const struct vma *vma = &maps->vma[i];
		uint64_t pages = (vma->end - vma->start) / PAGE, at;

		for (j = 0; j < 5 && nr + 2 < room; j++) {
			random = random * 6364136223846793005ULL + 1442695040888963407ULL;
			at = vma->start + (random >> 33) % (pages / 5 + 1) * PAGE +
			     j * (pages / 5) * PAGE;
			if (at <= vma->end && (!nr || at > cuts[nr - 1]))
				cuts[nr++] = at;
		}
		if (random >> 60 & 1 && vma->end > cuts[nr - 1])
			cuts[nr++] = vma->end;
	}
	return nr;
}

static void sum_up(struct ipcshow_pages *sum, const struct ipcshow_pages *part)
{
	size_t at;

	for (at = MEMBER(rss); at < sizeof(*sum); at += sizeof(__u64))
		*(__u64 *)((char *)sum + at) += smaps_value(part, at);
	sum->end = part->end;
}

FIXTURE(parts) {
	__u64 cuts[4096];
	struct ipcshow_snapshot arg;
	struct snapshot snapshot;
	struct maps smaps;
};

FIXTURE_SETUP(parts)
{
	struct maps maps;

	proc_maps(zoo.pid, &maps);
	self->arg = (struct ipcshow_snapshot){
		.size = sizeof(self->arg),
		.what = IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_PAGES,
		.cuts = (uintptr_t)self->cuts,
		.nr_cuts = make_cuts(&maps, self->cuts, ARRAY_SIZE(self->cuts)),
	};
	ASSERT_LT(maps.nr, self->arg.nr_cuts);
	proc_free(&maps);
}

FIXTURE_TEARDOWN(parts)
{
	snapshot_free(&self->snapshot);
	proc_free(&self->smaps);
}

static bool is_cut(const struct ipcshow_snapshot *arg, uint64_t address)
{
	const __u64 *cuts = (const __u64 *)(uintptr_t)arg->cuts;
	size_t i;

	for (i = 0; i < arg->nr_cuts; i++) {
		if (cuts[i] == address)
			return true;
	}
	return false;
}

/* All of them are used, the parts leave no gap, and make up what smaps says. */
static void add_parts(struct __test_metadata *_metadata, FIXTURE_DATA(parts) *self,
		      size_t ring_size)
{
	const struct ipcshow_record *rec;
	size_t i, used = 0;

	ASSERT_EQ(0, smaps_compare(zoo.pid, &self->smaps, &self->snapshot, &self->arg, ring_size));
	rec = snapshot_next(&self->snapshot, NULL);
	for (i = 0; i < self->smaps.nr; i++) {
		const struct vma *vma = &self->smaps.vma[i];
		struct ipcshow_pages sum = {};
		const char *name;

		while (rec && rec->type == IPCSHOW_REC_FILE)
			rec = snapshot_next(&self->snapshot, rec);
		ASSERT_TRUE(rec && rec->type == IPCSHOW_REC_REGION);
		sum.end = vma->start;
		while ((rec = snapshot_next(&self->snapshot, rec)) &&
		       rec->type == IPCSHOW_REC_PAGES) {
			const struct ipcshow_pages *part = (const void *)rec;

			ASSERT_EQ(sum.end, part->start);
			ASSERT_LT(part->start, part->end);
			if (part->end != vma->end) {
				used++;
				ASSERT_TRUE(is_cut(&self->arg, part->end))
					TH_LOG("no cut was at %llx", part->end);
			}
			sum_up(&sum, part);
		}
		ASSERT_EQ(vma->end, sum.end);
		name = smaps_difference(&sum, vma);
		EXPECT_EQ(NULL, name)
			TH_LOG("%s differs: %lx-%lx %s", name, vma->start, vma->end, vma->path);
	}
	/* Those that lie within a region, not at an end. */
	for (i = 0; i < self->arg.nr_cuts; i++) {
		const struct vma *vma = proc_vma(&self->smaps, self->cuts[i]);

		used -= vma && vma->start != self->cuts[i];
	}
	EXPECT_EQ(0, used);
}

TEST_F(parts, make_the_whole)
{
	add_parts(_metadata, self, RING_USUAL);
}

TEST_F(parts, make_the_whole_in_pieces)
{
	add_parts(_metadata, self, RING_SMALL);
	EXPECT_LT(4, self->snapshot.calls);
}

/* What pagemap has, in bytes. */
struct counted {
	uint64_t present;
	uint64_t exclusive;
	uint64_t anonymous;
	uint64_t swap;
	uint64_t ksm;
	uint64_t zero;
};

static struct counted count(uint64_t start, uint64_t end)
{
	uint64_t *entries = proc_pagemap(zoo.pid, start, end);
	struct counted counted = {};
	size_t i;

	for (i = 0; i < (end - start) / PAGE; i++) {
		uint64_t entry = entries[i], flags;

		counted.swap += entry & PAGEMAP_SWAP ? PAGE : 0;
		if (!(entry & PAGEMAP_PRESENT))
			continue;
		flags = proc_kpageflags(entry & PAGEMAP_FRAME);
		counted.present += PAGE;
		counted.exclusive += entry & PAGEMAP_EXCLUSIVE ? PAGE : 0;
		counted.anonymous += entry & PAGEMAP_FILE || flags & KPAGE_ZERO ? 0 : PAGE;
		counted.ksm += flags & KPAGE_KSM ? PAGE : 0;
		counted.zero += flags & KPAGE_ZERO ? PAGE : 0;
	}
	free(entries);
	return counted;
}

/* Some kernels (6.12 is one) call every anonymous page one of KSM's there. */
static bool ksm_is_told(void)
{
	const struct animal *anon = zoo_find(&zoo, "anon", 0);

	return anon && !count(anon->start, anon->end).ksm;
}

static bool part_is_what_pagemap_says(struct __test_metadata *_metadata, bool check_ksm,
				      const struct ipcshow_region *region,
				      const struct ipcshow_pages *part)
{
	const struct counted counted = count(part->start, part->end);

	/* Where there may be memory without struct page, pagemap does not look at all. */
	EXPECT_EQ(counted.present, part->rss + part->zero + part->shared_hugetlb +
		  part->private_hugetlb +
		  (region->vma_flags & IPCSHOW_VMA_PFNMAP ? 0 : part->device));
	EXPECT_EQ(part->rss, part->shared_clean + part->shared_dirty +
			     part->private_clean + part->private_dirty);
	if (check_ksm) {
		EXPECT_EQ(counted.ksm, part->ksm);
	}
	if (!part->device) {
		EXPECT_EQ(counted.zero, part->zero);
	}
	/* Of a huge page, pagemap has but one answer, for the first of its pages. */
	if (!part->device && !part->anon_huge && !part->shmem_huge && !part->file_huge) {
		EXPECT_EQ(counted.exclusive, part->private_clean + part->private_dirty +
					     part->private_hugetlb);
	}
	if (!part->device && !(region->vma_flags & IPCSHOW_VMA_HUGETLB)) {
		EXPECT_EQ(counted.anonymous, part->anonymous);
	}
	if (!region->file) {
		EXPECT_EQ(counted.swap, part->swap + part->guard);
	}
	return _metadata->passed;
}

static size_t compare_parts(struct __test_metadata *_metadata, const struct snapshot *snapshot,
			    bool hugetlb)
{
	const struct ipcshow_region *region = NULL;
	const struct ipcshow_record *rec;
	const bool check_ksm = ksm_is_told();
	size_t compared = 0;

	for (rec = snapshot_next(snapshot, NULL); rec; rec = snapshot_next(snapshot, rec)) {
		const struct ipcshow_pages *part = (const void *)rec;

		if (rec->type == IPCSHOW_REC_REGION)
			region = (const void *)rec;
		if (rec->type != IPCSHOW_REC_PAGES || part->end - part->start > 64 << 20 ||
		    !(region->vma_flags & IPCSHOW_VMA_HUGETLB) == hugetlb)
			continue;
		ASSERT_TRUE(part_is_what_pagemap_says(_metadata, check_ksm, region, part))
			TH_LOG("in %llx-%llx of %llx-%llx", part->start, part->end,
			       region->start, region->end);
		compared++;
	}
	return compared;
}

TEST_F(parts, are_what_pagemap_says)
{
	ASSERT_EQ(0, smaps_compare(zoo.pid, &self->smaps, &self->snapshot, &self->arg, RING_USUAL));
	EXPECT_LT(200, compare_parts(_metadata, &self->snapshot, false));
}

TEST_F(parts, of_hugetlb_are_what_pagemap_says)
{
	ASSERT_EQ(0, smaps_compare(zoo.pid, &self->smaps, &self->snapshot, &self->arg, RING_USUAL));
	EXPECT_LT(4, compare_parts(_metadata, &self->snapshot, true));
}

ZOO_TEST_MAIN
