// SPDX-License-Identifier: GPL-2.0
/* Mappings of a terabyte with little in them, and huge pages, by rings of any size. */
#include <linux/userfaultfd.h>
#include <sys/syscall.h>

#include "memory.h"
#include "shape.h"
#include "test.h"

#define GIB		(1UL << 30)

/* Huge holes. */

#define TIB		(1UL << 40)
#define SPOTS		1024UL
#define SPOT_OF(i)	((i) * (TIB / SPOTS) + (i) % 512 * PAGE)

struct holes {
	char *private;
	char *shared;
	char *untouched;
};

static char *map_hole(int prot, int flags)
{
	char *start = mmap(NULL, TIB, prot, flags | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (start != MAP_FAILED)
		madvise(start, TIB, MADV_NOHUGEPAGE);
	return start;
}

static int make_holes(struct child *self, void *argument)
{
	struct holes *holes = argument;
	size_t i;

	holes->private = map_hole(PROT_READ | PROT_WRITE, MAP_PRIVATE);
	holes->shared = map_hole(PROT_READ | PROT_WRITE, MAP_SHARED);
	holes->untouched = map_hole(PROT_NONE, MAP_PRIVATE);
	if (holes->private == MAP_FAILED || holes->shared == MAP_FAILED ||
	    holes->untouched == MAP_FAILED)
		return 1;
	for (i = 0; i < SPOTS; i++)
		holes->private[SPOT_OF(i)] = 1;
	for (i = 0; i < SPOTS / 16; i++)
		holes->shared[SPOT_OF(i)] = 1;
	return child_stay(self, NULL);
}

FIXTURE(holes) {
	struct holes *holes;
	struct child child;
};

FIXTURE_SETUP(holes)
{
	self->holes = shape_shared_memory();
	child_start(&self->child, make_holes, self->holes);
	child_stop(self->child.pid);
}

FIXTURE_TEARDOWN(holes)
{
	child_kill(&self->child);
}

TEST_F(holes, terabytes)
{
	const uint64_t private = (uintptr_t)self->holes->private;
	const uint64_t shared = (uintptr_t)self->holes->shared;
	const uint64_t untouched = (uintptr_t)self->holes->untouched;
	const size_t *size;
	struct snapshot snapshot;
	struct maps maps;
	double seconds;

	proc_maps(self->child.pid, &maps);
	for_each_ring(size) {
		ASSERT_EQ(0, shape_snapshot(self->child.pid, *size, WHAT_ALL, &snapshot, &seconds));
		EXPECT_EQ(-1, shape_unlike_maps(&snapshot, &maps));
		EXPECT_EQ(0, shape_without_pages(&snapshot));
		EXPECT_EQ(SPOTS * PAGE, SUM_IN(&snapshot, private, private + TIB, rss));
		EXPECT_EQ(SPOTS * PAGE, SUM_IN(&snapshot, private, private + TIB, anonymous));
		EXPECT_EQ(SPOTS / 16 * PAGE, SUM_IN(&snapshot, shared, shared + TIB, rss));
		EXPECT_EQ(0, SUM_IN(&snapshot, untouched, untouched + TIB, rss));
		EXPECT_GE(5.0 * scale(), seconds);
		snapshot_free(&snapshot);
	}
	proc_free(&maps);
}

/* A cut before each page that is there: PAGES of nothing, of one page, and so on. */
TEST_F(holes, cuts)
{
	const uint64_t private = (uintptr_t)self->holes->private;
	struct ipcshow_snapshot arg = {
		.size = sizeof(arg),
		.what = IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_PAGES,
		.start = private,
		.end = private + TIB,
		.nr_cuts = 2 * SPOTS - 1,
	};
	__u64 cuts[2 * SPOTS];
	const struct ipcshow_pages *pages;
	const struct ipcshow_region *region;
	size_t i, bad, nr;
	const size_t *size;

	for (i = 0; i < SPOTS; i++) {
		cuts[2 * i] = private + SPOT_OF(i);
		cuts[2 * i + 1] = private + SPOT_OF(i) + PAGE;
	}
	/* The first would cut nothing off. */
	arg.cuts = (uintptr_t)(cuts + 1);
	for_each_ring(size) {
		struct snapshot snapshot = {};
		struct reader reader;

		ASSERT_READER(&reader, *size);
		ASSERT_EQ(0, reader_target(&reader, self->child.pid));
		ASSERT_EQ(0, reader_run(&reader, &arg, &snapshot));
		reader_close(&reader);
		region = snapshot_region(&snapshot, private);
		ASSERT_NE(NULL, region);
		nr = bad = 0;
		for_each_of(pages, &snapshot, IPCSHOW_REC_PAGES) {
			if ((const void *)pages < (const void *)region ||
			    pages->start < private || pages->start >= private + TIB)
				continue;
			bad += pages->rss != (nr % 2 ? 0 : PAGE);
			nr++;
		}
		EXPECT_EQ(2 * SPOTS, nr);
		EXPECT_EQ(0, bad);
		snapshot_free(&snapshot);
	}
}

/* More pages of an object than are looked at in one hold of the lock. */
#define FAR		12000UL
#define SWAPPED		16UL

/* Two mappings; one has nothing in its page tables. */
static int pages_out(struct child *self, void *argument)
{
	char *start, **untouched = argument;
	int fd = memory_file("swapped", 0, FAR * PAGE);

	start = mmap(NULL, FAR * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	*untouched = mmap(NULL, FAR * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	if (start == MAP_FAILED || *untouched == MAP_FAILED)
		return 1;
	touch(start, FAR * PAGE);
	page_out(start, SWAPPED * PAGE / 2);
	page_out(start + (FAR - SWAPPED / 2) * PAGE, SWAPPED * PAGE / 2);
	return child_stay(self, NULL);
}

TEST(swapped_in_a_hole)
{
	char **untouched = shape_shared_memory();
	const char *reason = swap_on_zram();
	struct snapshot snapshot;
	struct child child;
	struct maps smaps;
	const struct vma *vma;
	const size_t *size;
	double seconds;

	if (reason)
		SKIP(return, "%s", reason);
	child_start(&child, pages_out, untouched);
	child_stop(child.pid);
	proc_smaps(child.pid, &smaps);
	vma = proc_vma(&smaps, (uintptr_t)*untouched);
	ASSERT_NE(NULL, vma);
	EXPECT_LT(0, vma->kb[SMAPS_SWAP]);
	EXPECT_EQ(0, vma->kb[SMAPS_RSS]);
	for_each_ring(size) {
		ASSERT_EQ(0, shape_snapshot(child.pid, *size, WHAT_ALL, &snapshot, &seconds));
		EXPECT_EQ(vma->kb[SMAPS_SWAP] << 10,
			  SUM_IN(&snapshot, vma->start, vma->end, swap));
		EXPECT_EQ(0, SUM_IN(&snapshot, vma->start, vma->end, rss));
		snapshot_free(&snapshot);
	}
	proc_free(&smaps);
	child_kill(&child);
}

/* Page tables that say nothing but that the first write is to be told. */
static bool mark(char *start, size_t size)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_WP_HUGETLBFS_SHMEM };
	struct uffdio_register range = {
		.range = { (uintptr_t)start, size }, .mode = UFFDIO_REGISTER_MODE_WP,
	};
	struct uffdio_writeprotect protect = {
		.range = range.range, .mode = UFFDIO_WRITEPROTECT_MODE_WP,
	};
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	return fd >= 0 && !ioctl(fd, UFFDIO_API, &api) && !ioctl(fd, UFFDIO_REGISTER, &range) &&
	       !ioctl(fd, UFFDIO_WRITEPROTECT, &protect);
}

TEST(marks_in_a_hole)
{
	int fd = memory_file("marked", 0, SPOTS * PAGE);
	struct snapshot snapshot;
	double seconds;
	uint64_t start;
	char *marked;

	marked = mmap(NULL, SPOTS * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, marked);
	marked[PAGE] = 1;
	if (!mark(marked, SPOTS * PAGE))
		SKIP(return, "this kernel marks no shared memory for userfaultfd()");
	start = (uintptr_t)marked;
	ASSERT_EQ(0, shape_snapshot(getpid(), RING_USUAL, WHAT_ALL, &snapshot, &seconds));
	EXPECT_EQ(PAGE, SUM_IN(&snapshot, start, start + SPOTS * PAGE, rss));
	EXPECT_EQ(0, SUM_IN(&snapshot, start, start + SPOTS * PAGE, swap));
	EXPECT_EQ(0, SUM_IN(&snapshot, start, start + SPOTS * PAGE, guard));
	snapshot_free(&snapshot);
	munmap(marked, SPOTS * PAGE);
}

/* Huge pages. */

struct huge {
	char *start;
	size_t size;
	int flags;
};

static int touch_huge(struct child *self, void *argument)
{
	struct huge *huge = argument;
	size_t at, step;
	char *start;

	start = mmap(NULL, huge->size + (huge->flags ? 0 : HUGE), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | huge->flags, -1, 0);
	if (start == MAP_FAILED)
		return 1;
	if (!huge->flags) {
		start = (char *)(((uintptr_t)start + HUGE - 1) & -HUGE);
		madvise(start, huge->size, MADV_HUGEPAGE);
	}
	step = huge->flags ? 1UL << (huge->flags >> MAP_HUGE_SHIFT) : HUGE;
	for (at = 0; at < huge->size; at += step)
		start[at] = 1;
	huge->start = start;
	return child_stay(self, NULL);
}

TEST(huge_transparent)
{
	struct huge *huge = shape_shared_memory();
	struct snapshot snapshot;
	struct child child;
	const struct vma *vma;
	struct maps smaps;
	const size_t *size;
	double seconds;

	huge->size = shape_memory_available() / 2 > GIB / scale() ? GIB / scale() :
							      shape_memory_available() / 2;
	huge->size &= -HUGE;
	child_start(&child, touch_huge, huge);
	child_stop(child.pid);
	proc_smaps(child.pid, &smaps);
	vma = proc_vma(&smaps, (uintptr_t)huge->start);
	ASSERT_NE(NULL, vma);
	if (!vma->kb[SMAPS_ANON_HUGE])
		SKIP(goto end, "this kernel gave no transparent huge pages");
	EXPECT_LE(huge->size >> 10, vma->kb[SMAPS_RSS]);
	for_each_ring(size) {
		ASSERT_EQ(0, shape_snapshot(child.pid, *size, WHAT_ALL, &snapshot, &seconds));
		EXPECT_EQ(vma->kb[SMAPS_RSS] << 10, SUM_IN(&snapshot, vma->start, vma->end, rss));
		EXPECT_EQ(vma->kb[SMAPS_ANON_HUGE] << 10,
			  SUM_IN(&snapshot, vma->start, vma->end, anon_huge));
		EXPECT_EQ(vma->kb[SMAPS_RSS] << 10,
			  SUM_IN(&snapshot, vma->start, vma->end, private_dirty));
		EXPECT_GE(5.0 * scale(), seconds);
		snapshot_free(&snapshot);
	}
end:
	proc_free(&smaps);
	child_kill(&child);
}

FIXTURE(hugetlb) {
	char path[80];
	char free[80];
	long long former;
	long long nr;
	struct huge *huge;
};

FIXTURE_VARIANT(hugetlb) {
	unsigned int shift;
	/* As many as make this much, if there is memory for twice as many. */
	size_t size;
};

#ifdef __aarch64__
/* Each of several PTEs. */
FIXTURE_VARIANT_ADD(hugetlb, 64k) { 16, 16 << 20 };
#endif
FIXTURE_VARIANT_ADD(hugetlb, 2m) { 21, 256 << 20 };
FIXTURE_VARIANT_ADD(hugetlb, 1g) { 30, GIB };

FIXTURE_SETUP(hugetlb)
{
	const size_t page = 1UL << variant->shift;
	const size_t size = variant->size / (page < GIB ? scale() : 1);
	char text[24];

	snprintf(self->path, sizeof(self->path),
		 "/sys/kernel/mm/hugepages/hugepages-%zukB/nr_hugepages", page >> 10);
	snprintf(self->free, sizeof(self->free),
		 "/sys/kernel/mm/hugepages/hugepages-%zukB/free_hugepages", page >> 10);
	self->former = proc_number(self->path);
	if (self->former < 0 || shape_memory_available() < size + size / 4)
		SKIP_FIXTURE("no such huge pages, or too little memory");
	snprintf(text, sizeof(text), "%lld", self->former + (long long)(size / page));
	proc_write(self->path, text);
	self->nr = proc_number(self->path) - self->former;
	/* Or one that it was told to set aside. */
	if (self->nr < 1 && proc_number(self->free) > 0)
		self->nr = 1;
	if (self->nr < 1)
		SKIP_FIXTURE("the kernel finds no memory in one piece for such huge pages");
	self->huge = shape_shared_memory();
	self->huge->size = self->nr * page;
	self->huge->flags = MAP_HUGETLB | variant->shift << MAP_HUGE_SHIFT;
}

FIXTURE_TEARDOWN(hugetlb)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", self->former);
	if (self->nr > 0)
		proc_write(self->path, text);
}

TEST_F(hugetlb, counted)
{
	const struct ipcshow_region *region;
	struct snapshot snapshot;
	struct child child;
	uint64_t start, end;
	const size_t *size;
	double seconds;

	child_start(&child, touch_huge, self->huge);
	child_stop(child.pid);
	start = (uintptr_t)self->huge->start;
	end = start + self->huge->size;
	for_each_ring(size) {
		ASSERT_EQ(0, shape_snapshot(child.pid, *size, WHAT_ALL, &snapshot, &seconds));
		region = snapshot_region(&snapshot, start);
		ASSERT_NE(NULL, region);
		EXPECT_EQ(variant->shift, region->page_shift);
		EXPECT_TRUE(region->vma_flags & IPCSHOW_VMA_HUGETLB);
		EXPECT_EQ(self->huge->size, SUM_IN(&snapshot, start, end, private_hugetlb));
		EXPECT_EQ(0, SUM_IN(&snapshot, start, end, rss));
		EXPECT_GE(5.0 * scale(), seconds);
		snapshot_free(&snapshot);
	}
	child_kill(&child);
}

TEST_MAIN
