// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of a stopped process, shape by shape: what was made on purpose, and
 * what smaps says.
 */
#include "smaps.h"
#include "zoo_test.h"

#define MEMBER(name)	offsetof(struct ipcshow_pages, name)
#define SOME		(~0ULL)
#define IN_4096THS(x)	((x) << 12)

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

	ASSERT_EQ(0, smaps_compare(zoo.pid, &smaps, &snapshot, &arg, ring_size));
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
		name = smaps_difference(pages, vma);
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
SHAPE(hugetlb_forked, "shared-hugetlb-forked", { MEMBER(shared_hugetlb), HUGE },
      { MEMBER(private_hugetlb), HUGE });
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
/* Its pages are counted from some kernel on. */
SHAPE(vvar, "vvar", { MEMBER(anonymous), 0 });
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
	ASSERT_EQ(0, smaps_compare(zoo.pid, &self->smaps, &self->snapshot, &arg, RING_USUAL));
	vma = proc_vma(&self->smaps, animal->start);
	pages = snapshot_pages(&self->snapshot, animal->start);
	ASSERT_NE(NULL, vma);
	ASSERT_NE(NULL, pages);
	EXPECT_EQ(vma->start, pages->start);

	name = smaps_difference(pages, vma);
	EXPECT_EQ(NULL, name) TH_LOG("%s differs from smaps", name);
	for (i = 0; i < ARRAY_SIZE(variant->made) && variant->made[i].member; i++) {
		uint64_t bytes = smaps_value(pages, variant->made[i].member);

		if (variant->made[i].bytes == SOME) {
			EXPECT_LT(0, bytes) TH_LOG("counter %zu of those made", i);
		} else {
			EXPECT_EQ(variant->made[i].bytes, bytes)
				TH_LOG("counter %zu of those made", i);
		}
	}
}

ZOO_TEST_MAIN
