// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of a stopped process, shape by shape: what was made on purpose, what
 * smaps says, and what pagemap says of the parts.
 */
#include "test.h"

#define HUGE		(2UL << 20)
#define MEMBER(name)	offsetof(struct ipcshow_pages, name)
#define SOME		(~0ULL)
#define IN_4096THS(x)	((x) << 12)

/* Of a process that was made before the first test, and stands since. */
static struct zoo zoo;

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

static uint64_t value(const struct ipcshow_pages *pages, size_t member)
{
	return *(const __u64 *)((const char *)pages + member);
}

/* The name of the first counter that differs, or NULL. */
static const char *difference(const struct ipcshow_pages *pages, const struct vma *vma)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(counters); i++) {
		uint64_t bytes = value(pages, counters[i].member);

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

/*
 * smaps and a snapshot of the same state: what counts sharers may change with the
 * other processes that map the same libraries, us included.
 */
static int compare(struct maps *smaps, struct snapshot *snapshot, struct ipcshow_snapshot *arg,
		   size_t ring_size)
{
	struct reader reader;
	int tries, error;

	error = reader_open(&reader, ring_size) ?: reader_target(&reader, zoo.pid);
	for (tries = 0; !error && tries < 20; tries++) {
		struct maps before;
		bool same;

		snapshot_free(snapshot);
		proc_smaps(zoo.pid, &before);
		error = reader_run(&reader, arg, snapshot);
		proc_smaps(zoo.pid, smaps);
		same = proc_same(&before, smaps);
		proc_free(&before);
		if (same)
			break;
		proc_free(smaps);
	}
	reader_close(&reader);
	return tries == 20 ? -EAGAIN : error;
}

static void compare_all(struct __test_metadata *_metadata, size_t ring_size)
{
	struct ipcshow_snapshot arg = {
		.size = sizeof(arg),
		.what = IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_PAGES,
	};
	struct snapshot snapshot = {};
	const struct ipcshow_region *region = NULL;
	const struct ipcshow_pages *pages;
	struct maps smaps;
	size_t i;

	ASSERT_EQ(0, compare(&smaps, &snapshot, &arg, ring_size));
	EXPECT_EQ(smaps.nr, snapshot_end(&snapshot)->regions);
	for (i = 0; i < smaps.nr; i++) {
		const struct vma *vma = &smaps.vma[i];
		const char *name;

		region = snapshot_next_of(&snapshot, region, IPCSHOW_REC_REGION);
		ASSERT_NE(NULL, region);
		ASSERT_EQ(vma->start, region->start);
		ASSERT_EQ(vma->end, region->end);
		pages = (const void *)snapshot_next(&snapshot, &region->rec);
		ASSERT_NE(NULL, pages);
		ASSERT_EQ(IPCSHOW_REC_PAGES, pages->rec.type);
		EXPECT_EQ(vma->start, pages->start);
		EXPECT_EQ(vma->end, pages->end);
		name = difference(pages, vma);
		EXPECT_EQ(NULL, name)
			TH_LOG("%s differs: %lx-%lx %s %s", name, vma->start, vma->end,
			       vma->access, vma->path);
	}
	snapshot_free(&snapshot);
	proc_free(&smaps);
}

TEST(everything_equals_smaps)
{
	compare_all(_metadata, RING_USUAL);
}

TEST(smallest_ring_equals_smaps)
{
	compare_all(_metadata, RING_SMALL);
}

FIXTURE(shape) {
	struct snapshot snapshot;
	struct maps smaps;
};

/* What was made on purpose: bytes, or SOME. */
FIXTURE_VARIANT(shape) {
	const char *name;
	struct {
		size_t member;
		uint64_t bytes;
	} made[4];
};

#define SHAPE(id, text, ...)						\
	FIXTURE_VARIANT_ADD(shape, id) { .name = text, .made = { __VA_ARGS__ } }

SHAPE(cow, "cow", { MEMBER(rss), 6 * PAGE }, { MEMBER(shared_dirty), 4 * PAGE },
      { MEMBER(private_dirty), 2 * PAGE }, { MEMBER(pss), IN_4096THS(4 * PAGE) });
SHAPE(forked, "shared-anon-forked", { MEMBER(rss), 4 * PAGE }, { MEMBER(shared_dirty), SOME });
SHAPE(untouched, "shared-anon-untouched", { MEMBER(rss), 0 });
SHAPE(cow_huge, "cow-huge", { MEMBER(anon_huge), HUGE }, { MEMBER(shared_dirty), HUGE },
      { MEMBER(pss), IN_4096THS(HUGE / 2) });
SHAPE(cow_hugetlb, "cow-hugetlb", { MEMBER(shared_hugetlb), HUGE }, { MEMBER(rss), 0 });
SHAPE(code, "code", { MEMBER(rss), SOME });
SHAPE(rodata, "rodata", { MEMBER(rss), SOME });
SHAPE(data_, "data", { MEMBER(private_dirty), SOME });
SHAPE(bss, "bss", { MEMBER(anonymous), SOME });
SHAPE(lib_data, "lib-data", { MEMBER(private_dirty), SOME });
SHAPE(lib_bss, "lib-bss", { MEMBER(anonymous), SOME });
SHAPE(heap, "heap", { MEMBER(anonymous), SOME });
SHAPE(malloc_mmap, "malloc-mmap", { MEMBER(anonymous), SOME });
SHAPE(stack, "stack", { MEMBER(anonymous), SOME });
SHAPE(vdso, "vdso", { MEMBER(shared_clean), SOME });
SHAPE(vvar, "vvar", { MEMBER(rss), 0 });
SHAPE(anon, "anon", { MEMBER(rss), 4 * PAGE }, { MEMBER(private_dirty), 4 * PAGE },
      { MEMBER(anonymous), 4 * PAGE }, { MEMBER(pss), IN_4096THS(4 * PAGE) });
SHAPE(anon_untouched, "anon-untouched", { MEMBER(rss), 0 }, { MEMBER(zero), 0 });
SHAPE(anon_named, "anon-named", { MEMBER(rss), PAGE });
SHAPE(guard, "guard", { MEMBER(rss), 0 });
SHAPE(none_touched, "none-touched", { MEMBER(rss), 2 * PAGE });
SHAPE(guard_pages, "guard-pages", { MEMBER(rss), 5 * PAGE }, { MEMBER(guard), 3 * PAGE });
SHAPE(sparse, "sparse", { MEMBER(rss), 4 * PAGE });
SHAPE(locked, "locked", { MEMBER(rss), 4 * PAGE }, { MEMBER(locked), IN_4096THS(4 * PAGE) });
SHAPE(zero, "zero", { MEMBER(rss), PAGE }, { MEMBER(zero), 5 * PAGE });
SHAPE(zero_huge, "zero-huge", { MEMBER(rss), 0 }, { MEMBER(zero), HUGE });
SHAPE(lazyfree, "lazyfree", { MEMBER(rss), 128 * PAGE }, { MEMBER(lazyfree), SOME });
SHAPE(ksm, "ksm", { MEMBER(rss), 8 * PAGE }, { MEMBER(ksm), 8 * PAGE });
SHAPE(file_private_ro, "file-private-ro", { MEMBER(rss), SOME }, { MEMBER(anonymous), 0 });
SHAPE(file_private_rw, "file-private-rw", { MEMBER(anonymous), 4 * PAGE });
SHAPE(file_shared_ro, "file-shared-ro", { MEMBER(rss), SOME }, { MEMBER(anonymous), 0 });
SHAPE(file_shared_rw, "file-shared-rw", { MEMBER(rss), SOME }, { MEMBER(anonymous), 0 });
SHAPE(file_past_end, "file-past-end", { MEMBER(rss), 2 * PAGE });
SHAPE(file_deleted, "file-deleted", { MEMBER(rss), SOME });
SHAPE(dev_zero_private, "dev-zero-private", { MEMBER(rss), PAGE }, { MEMBER(zero), PAGE });
SHAPE(dev_zero_shared, "dev-zero-shared", { MEMBER(rss), PAGE });
SHAPE(device, "device", { MEMBER(rss), 0 }, { MEMBER(device), 4 * PAGE });
SHAPE(sysv, "sysv", { MEMBER(rss), 3 * PAGE }, { MEMBER(anonymous), 0 });
SHAPE(sysv_removed, "sysv-removed", { MEMBER(rss), 3 * PAGE });
SHAPE(posix, "posix", { MEMBER(rss), 3 * PAGE });
SHAPE(memfd, "memfd", { MEMBER(rss), 3 * PAGE });
SHAPE(memfd_private, "memfd-private", { MEMBER(anonymous), 2 * PAGE });
SHAPE(twice, "twice", { MEMBER(rss), 4 * PAGE }, { MEMBER(shared_dirty), SOME });
SHAPE(twice_again, "twice-again", { MEMBER(rss), SOME }, { MEMBER(private_dirty), 0 });
SHAPE(secret, "secret", { MEMBER(rss), 2 * PAGE });
SHAPE(shared_anon_1, "shared-anon-1", { MEMBER(rss), PAGE });
SHAPE(shared_anon_3, "shared-anon-3", { MEMBER(rss), 3 * PAGE });
SHAPE(hugetlb_private, "hugetlb-private", { MEMBER(private_hugetlb), HUGE },
      { MEMBER(rss), 0 });
SHAPE(hugetlb_shared, "hugetlb-shared", { MEMBER(private_hugetlb), HUGE });
SHAPE(hugetlb_memfd, "hugetlb-memfd", { MEMBER(private_hugetlb), HUGE });
SHAPE(huge, "huge", { MEMBER(rss), 2 * HUGE }, { MEMBER(anon_huge), 2 * HUGE },
      { MEMBER(private_dirty), 2 * HUGE });
SHAPE(huge_parts, "huge-parts", { MEMBER(rss), HUGE - PAGE }, { MEMBER(anon_huge), 0 });
SHAPE(huge_half_ro, "huge-half-ro", { MEMBER(rss), HUGE / 2 }, { MEMBER(anon_huge), 0 });
SHAPE(huge_half_rw, "huge-half-rw", { MEMBER(rss), HUGE / 2 });
SHAPE(huge_locked, "huge-locked", { MEMBER(anon_huge), HUGE },
      { MEMBER(locked), IN_4096THS(HUGE) });
SHAPE(huge_shmem, "huge-shmem", { MEMBER(shmem_huge), HUGE }, { MEMBER(rss), HUGE });
SHAPE(huge_shmem_parts, "huge-shmem-parts", { MEMBER(shmem_huge), 0 }, { MEMBER(rss), SOME });
SHAPE(huge_file, "huge-file", { MEMBER(file_huge), HUGE });
SHAPE(swapped, "swapped", { MEMBER(swap), 15 * PAGE }, { MEMBER(rss), 17 * PAGE });
SHAPE(swapped_shmem, "swapped-shmem", { MEMBER(swap), SOME });
SHAPE(swapped_shmem_private, "swapped-shmem-private", { MEMBER(swap), SOME },
      { MEMBER(anonymous), 2 * PAGE });
SHAPE(swapped_shmem_ro, "swapped-shmem-ro", { MEMBER(swap), SOME });
SHAPE(swapped_shmem_copied, "swapped-shmem-copied", { MEMBER(swap), SOME },
      { MEMBER(anonymous), 2 * PAGE });
SHAPE(swapped_shmem_copied_ro, "swapped-shmem-copied-ro", { MEMBER(swap), SOME },
      { MEMBER(anonymous), 2 * PAGE });
SHAPE(swapped_shmem_offset, "swapped-shmem-offset", { MEMBER(swap), SOME });
SHAPE(thread_stack, "stack-thread", { MEMBER(anonymous), SOME });
SHAPE(signal_stack, "signal-stack", { MEMBER(rss), PAGE });

FIXTURE_SETUP(shape)
{
}

FIXTURE_TEARDOWN(shape)
{
	snapshot_free(&self->snapshot);
	proc_free(&self->smaps);
}

/* The VMA of this shape alone, in a snapshot that begins and ends with it. */
TEST_F(shape, is_counted)
{
	const struct animal *animal = zoo_find(&zoo, variant->name, 0);
	struct ipcshow_snapshot arg = {
		.size = sizeof(arg),
		.what = IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_PAGES,
	};
	const struct ipcshow_pages *pages;
	const struct vma *vma;
	const char *name;
	size_t i;

	if (!animal && zoo_skipped(&zoo, variant->name))
		SKIP(return, "%s: %s", variant->name, zoo_skipped(&zoo, variant->name));
	ASSERT_NE(NULL, animal);
	arg.start = animal->start;
	arg.end = animal->end;
	ASSERT_EQ(0, compare(&self->smaps, &self->snapshot, &arg, RING_USUAL));
	vma = proc_vma(&self->smaps, animal->start);
	pages = snapshot_pages(&self->snapshot, animal->start);
	ASSERT_NE(NULL, vma);
	ASSERT_NE(NULL, pages);
	EXPECT_EQ(vma->start, pages->start);

	name = difference(pages, vma);
	EXPECT_EQ(NULL, name) TH_LOG("%s differs from smaps", name);
	for (i = 0; i < ARRAY_SIZE(variant->made) && variant->made[i].member; i++) {
		uint64_t bytes = value(pages, variant->made[i].member);

		if (variant->made[i].bytes == SOME) {
			EXPECT_LT(0, bytes) TH_LOG("counter %zu of those made", i);
		} else {
			EXPECT_EQ(variant->made[i].bytes, bytes)
				TH_LOG("counter %zu of those made", i);
		}
	}
}

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
		*(__u64 *)((char *)sum + at) += value(part, at);
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

	ASSERT_EQ(0, compare(&self->smaps, &self->snapshot, &self->arg, ring_size));
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
		name = difference(&sum, vma);
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
	ASSERT_EQ(0, compare(&self->smaps, &self->snapshot, &self->arg, RING_USUAL));
	EXPECT_LT(200, compare_parts(_metadata, &self->snapshot, false));
}

TEST_F(parts, of_hugetlb_are_what_pagemap_says)
{
	ASSERT_EQ(0, compare(&self->smaps, &self->snapshot, &self->arg, RING_USUAL));
	EXPECT_LT(4, compare_parts(_metadata, &self->snapshot, true));
}

int main(int argc, char **argv)
{
	zoo_start(&zoo, "");
	child_stop(zoo.pid);
	return main_of_tests(argc, argv);
}
