// SPDX-License-Identifier: GPL-2.0
/* A target that maps and unmaps while its regions are listed, and its pages counted. */
#include <time.h>

#include "pieces.h"

/*
 * An area of regions of a page each, no two neighbours alike, with two free
 * pages in front and one behind.
 */
#define AREA		(REGIONS * PAGE)

enum change { UNMAP, ONE_MAPPING, SHRINK, BELOW };

struct order {
	char *area;
	enum change change;
	/* The last region that was reported. */
	char *start;
};

static void must(const void *result)
{
	if (result == MAP_FAILED)
		_exit(1);
}

static void *map(void *start, size_t size, int prot)
{
	void *at = mmap(start, size, prot, MAP_PRIVATE | MAP_ANONYMOUS | (start ? MAP_FIXED : 0),
			-1, 0);

	must(at);
	return at;
}

static char *make_area(void)
{
	char *area = (char *)map(NULL, AREA + 3 * PAGE, PROT_READ | PROT_WRITE) + 2 * PAGE;
	int i;

	munmap(area - 2 * PAGE, 2 * PAGE);
	munmap(area + AREA, PAGE);
	for (i = 0; i < REGIONS; i++) {
		area[i * PAGE] = 1;
		if (i % 2 && mprotect(area + i * PAGE, PAGE, PROT_READ))
			_exit(1);
	}
	return area;
}

static int obeys(struct child *self, void *argument)
{
	struct order *order = argument;

	order->area = make_area();
	child_ready(self);
	child_wait(self);
	switch (order->change) {
	case UNMAP:
		munmap(order->area, AREA);
		break;
	case ONE_MAPPING:
		map(order->area, AREA, PROT_READ | PROT_EXEC);
		break;
	case SHRINK:
		/* What follows begins higher than it did. */
		munmap(order->start, 3 * PAGE);
		map(order->start + PAGE, 2 * PAGE, PROT_EXEC);
		break;
	case BELOW:
		map(order->area - 2 * PAGE, PAGE, PROT_READ);
		break;
	}
	return child_stay(self, NULL);
}

/* How often a snapshot breaks what the header promises of its order. */
static unsigned int disorder(const struct snapshot *snapshot, bool pages)
{
	const struct ipcshow_record *rec = NULL;
	const struct ipcshow_region *region = NULL;
	/* How far is reported, and which part of that for good. */
	uint64_t end = 0, counted = 0;
	unsigned int bad = 0, changed = 0;

	while ((rec = snapshot_next(snapshot, rec))) {
		if (rec->type == IPCSHOW_REC_REGION) {
			const struct ipcshow_region *next = (const void *)rec;

			bad += next->start >= next->end;
			bad += next->start < counted;
			bad += region && next->start < region->start;
			if (next->flags & IPCSHOW_REGION_F_CONTINUED)
				bad += next->start != counted;
			changed += counted != end || next->flags & IPCSHOW_REGION_F_CONTINUED;
			region = next;
			end = region->end;
			counted = pages ? region->start : end;
		} else if (rec->type == IPCSHOW_REC_PAGES) {
			const struct ipcshow_pages *part = (const void *)rec;

			bad += part->start != counted || part->end <= part->start;
			bad += part->end > end;
			counted = part->end;
		}
	}
	if (counted != end || changed)
		bad += !(snapshot_end(snapshot)->flags & IPCSHOW_END_F_CHANGED);
	return bad;
}

FIXTURE(change) {
	struct order *order;
	struct child child;
	struct reader reader;
	struct snapshot snapshot;
	/* The last region before the change. */
	uint64_t start;
	uint64_t end;
	/* Where the first record after it will be. */
	size_t before;
	uint64_t area;
};

FIXTURE_VARIANT(change) {
	uint64_t what;
};

FIXTURE_VARIANT_ADD(change, regions) { .what = IPCSHOW_WHAT_REGIONS };
FIXTURE_VARIANT_ADD(change, pages) { .what = IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_PAGES };

FIXTURE_SETUP(change)
{
	self->order = shape_shared_memory();
	child_start(&self->child, obeys, self->order);
	self->area = (uintptr_t)self->order->area;
	ASSERT_READER(&self->reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&self->reader, self->child.pid));
}

FIXTURE_TEARDOWN(change)
{
	snapshot_free(&self->snapshot);
	reader_close(&self->reader);
	child_kill(&self->child);
}

static const struct ipcshow_region *last_region(const struct snapshot *snapshot)
{
	const struct ipcshow_region *region, *last = NULL;

	for_each_of(region, snapshot, IPCSHOW_REC_REGION)
		last = region;
	return last;
}

/* Pieces until one ends within the area; the change; and the rest. */
static void change(struct __test_metadata *_metadata, FIXTURE_DATA(change) *self,
		   uint64_t what, enum change change)
{
	const struct ipcshow_region *last;

	begin(_metadata, &self->reader, what, &self->snapshot);
	while (!(last = last_region(&self->snapshot)) || last->start < self->area + 4 * PAGE) {
		ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, reader_continue(&self->reader));
		reader_drain(&self->reader, &self->snapshot);
	}
	self->start = last->start;
	self->end = last->end;
	self->before = self->snapshot.size;
	ASSERT_GT(self->area + AREA - 4 * PAGE, last->start);
	self->order->start = (char *)(uintptr_t)last->start;
	self->order->change = change;
	child_go(&self->child);
	child_await(&self->child);
	ASSERT_EQ(0, finish(&self->reader, &self->snapshot));
	EXPECT_EQ(0, disorder(&self->snapshot, what & IPCSHOW_WHAT_PAGES));
	EXPECT_EQ(IPCSHOW_END_F_CHANGED, snapshot_end(&self->snapshot)->flags);
}

/* The regions of the area in what came after the change, and the first of them. */
static unsigned int after(const FIXTURE_DATA(change) *self, const struct ipcshow_region **first)
{
	const struct ipcshow_region *region;
	unsigned int nr = 0;

	*first = NULL;
	for_each_of(region, &self->snapshot, IPCSHOW_REC_REGION) {
		if ((const unsigned char *)region < self->snapshot.bytes + self->before ||
		    region->start >= self->area + AREA)
			continue;
		if (!nr++)
			*first = region;
	}
	return nr;
}

TEST_F(change, unmapped)
{
	const struct ipcshow_region *first;

	change(_metadata, self, variant->what, UNMAP);
	EXPECT_EQ(0, after(self, &first));
	ASSERT_NE(NULL, last_region(&self->snapshot));
	EXPECT_LT(self->area + AREA, last_region(&self->snapshot)->start);
}

/* It begins far below what was reported: only what is above is new. */
TEST_F(change, one_mapping)
{
	const struct ipcshow_region *first;

	change(_metadata, self, variant->what, ONE_MAPPING);
	EXPECT_EQ(1, after(self, &first));
	ASSERT_NE(NULL, first);
	EXPECT_EQ(IPCSHOW_REGION_F_CONTINUED, first->flags);
	EXPECT_EQ(self->area + AREA, first->end);
	EXPECT_EQ(IPCSHOW_VMA_READ | IPCSHOW_VMA_EXEC,
		  first->vma_flags & (IPCSHOW_VMA_READ | IPCSHOW_VMA_WRITE | IPCSHOW_VMA_EXEC));
	if (!(variant->what & IPCSHOW_WHAT_PAGES) || first->start != self->start)
		EXPECT_EQ(self->end, first->start);
}

TEST_F(change, begins_higher)
{
	const struct ipcshow_region *first;

	change(_metadata, self, variant->what, SHRINK);
	EXPECT_LT(2, after(self, &first));
	ASSERT_NE(NULL, first);
	EXPECT_EQ(self->start + PAGE, first->start);
	EXPECT_EQ(self->start + 3 * PAGE, first->end);
	EXPECT_EQ(IPCSHOW_VMA_EXEC, first->vma_flags & (IPCSHOW_VMA_READ | IPCSHOW_VMA_EXEC));
	EXPECT_EQ(0, first->flags);
}

/* What came where the walk had been is not reported; all the rest is, once. */
TEST_F(change, below)
{
	const struct ipcshow_region *first, *region;
	unsigned int nr = 0;

	change(_metadata, self, variant->what, BELOW);
	EXPECT_EQ(NULL, snapshot_region(&self->snapshot, self->area - 2 * PAGE));
	for_each_of(region, &self->snapshot, IPCSHOW_REC_REGION)
		nr += region->start >= self->area && region->end <= self->area + AREA;
	EXPECT_EQ(REGIONS, nr);
	EXPECT_LT(0, after(self, &first));
	EXPECT_EQ(0, first->flags);
}

/* Each so many pages there is one that stays. */
#define STAYS_EVERY	50

static int churns(struct child *self, void *argument)
{
	struct order *order = argument;
	unsigned int seed = 1, i;

	order->area = make_area();
	for (i = 0; i < REGIONS; i += STAYS_EVERY)
		map(order->area + i * PAGE, PAGE, PROT_READ | PROT_EXEC);
	child_ready(self);
	for (;;) {
		const unsigned int first = rand_r(&seed) % REGIONS / STAYS_EVERY * STAYS_EVERY + 1;
		const unsigned int from = rand_r(&seed) % (STAYS_EVERY - 1);
		const size_t size = 1 + rand_r(&seed) % (STAYS_EVERY - 1 - from);
		char *start = order->area + (first + from) * PAGE;

		if (rand_r(&seed) % 2)
			munmap(start, size * PAGE);
		else
			memset(map(start, size * PAGE, PROT_READ | PROT_WRITE), 1, size * PAGE);
	}
	return 0;
}

TEST(never_still)
{
	struct order *order = shape_shared_memory();
	struct child child;
	struct reader reader;
	unsigned int round, i;

	child_start(&child, churns, order);
	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, child.pid));
	for (round = 0; round < 200; round++) {
		const bool pages = round % 2;
		const uint64_t what = IPCSHOW_WHAT_REGIONS | (pages ? IPCSHOW_WHAT_PAGES : 0);
		struct snapshot snapshot = {};

		ASSERT_EQ(0, reader_snapshot(&reader, what, &snapshot));
		ASSERT_EQ(0, disorder(&snapshot, pages));
		for (i = 0; i < REGIONS; i += STAYS_EVERY) {
			const uint64_t start = (uintptr_t)order->area + i * PAGE;
			const struct ipcshow_region *region;
			unsigned int nr = 0;

			for_each_of(region, &snapshot, IPCSHOW_REC_REGION)
				nr += region->start == start && region->end == start + PAGE &&
				      !region->flags;
			ASSERT_EQ(1, nr) TH_LOG("page %u in round %u", i, round);
		}
		snapshot_free(&snapshot);
	}
	child_kill(&child);
	reader_close(&reader);
}

#define CHURNED	64

static int gives_pages_up(struct child *self, void *argument)
{
	struct order *order = argument;

	/* No neighbour has the same access. */
	order->area = map(NULL, CHURNED * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
	madvise(order->area, CHURNED * PAGE, MADV_NOHUGEPAGE);
	child_ready(self);
	for (;;) {
		int i;

		for (i = 0; i < CHURNED; i++)
			*(volatile char *)(order->area + i * PAGE) = 1;
		madvise(order->area, CHURNED * PAGE, MADV_DONTNEED);
	}
	return 0;
}

/* An entry of a page table may change between two looks at it; it is never counted twice. */
TEST(pages_never_still)
{
	struct ipcshow_snapshot arg = {
		.size = sizeof(arg), .what = IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_PAGES,
	};
	struct order *order = shape_shared_memory();
	const struct ipcshow_pages *pages;
	uint64_t seen = 0, bad = 0;
	struct reader reader;
	struct child child;
	time_t until;

	child_start(&child, gives_pages_up, order);
	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, child.pid));
	arg.start = (uintptr_t)order->area;
	arg.end = arg.start + CHURNED * PAGE;
	for (until = time(NULL) + 3; time(NULL) < until || !seen;) {
		struct snapshot snapshot = {};

		ASSERT_EQ(0, reader_run(&reader, &arg, &snapshot));
		pages = snapshot_pages(&snapshot, arg.start);
		ASSERT_NE(NULL, pages);
		seen += pages->rss;
		bad += pages->rss > CHURNED * PAGE || pages->rss != pages->anonymous ||
		       pages->rss != pages->private_clean + pages->private_dirty;
		snapshot_free(&snapshot);
	}
	EXPECT_EQ(0, bad);
	child_kill(&child);
	reader_close(&reader);
}

TEST_MAIN
