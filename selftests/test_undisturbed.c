// SPDX-License-Identifier: GPL-2.0
/*
 * What is looked at stays as it was: no page comes in, none gets younger or older, nothing is
 * written, nobody is woken or stopped, and no page is kept from being taken away afterwards.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "compare.h"
#include "memory.h"
#include "shape.h"
#include "test.h"

#define RW		(PROT_READ | PROT_WRITE)
#define PAGES		32UL
#define NR_CHILDREN	2

enum kind {
	UNTOUCHED,	/* private, and nothing in it */
	WRITTEN,
	ZEROS,		/* only ever read */
	CLEAN,		/* pages of a file */
	COPIED,		/* and copies of such */
	IN_CACHE,	/* pages of a file that are in memory, but not mapped */
	SHARED,		/* a file that has only the first half of its pages */
	SWAPPED,
	HUGE_ONE,
	NR_KINDS
};

static const char *const names[NR_KINDS] = {
	"untouched", "written", "zeros", "clean", "copied", "in cache", "shared", "swapped", "huge",
};

/* What a child has; of a kind that there is none of, nothing. */
struct area {
	char *start;
	size_t size;
};

FIXTURE(undisturbed) {
	struct area (*areas)[NR_KINDS];
	struct child child[NR_CHILDREN];
	char *state[NR_CHILDREN];
	struct reader reader;
};

static int filled = -1, half = -1;
/* Why there is no swap, or NULL. */
static const char *no_swap;

static void make(struct area *area, size_t size, int flags, int fd)
{
	area->start = map(size, RW, flags, fd);
	area->size = size;
	madvise(area->start, size, MADV_NOHUGEPAGE);
}

static void make_areas(struct area *areas)
{
	const size_t size = PAGES * PAGE;

	make(&areas[UNTOUCHED], size, MAP_PRIVATE, -1);
	make(&areas[WRITTEN], size, MAP_PRIVATE, -1);
	touch(areas[WRITTEN].start, size);
	make(&areas[ZEROS], size, MAP_PRIVATE, -1);
	look(areas[ZEROS].start, size);
	make(&areas[CLEAN], size, MAP_PRIVATE, filled);
	look(areas[CLEAN].start, size);
	make(&areas[COPIED], size, MAP_PRIVATE, filled);
	touch(areas[COPIED].start, size);
	make(&areas[IN_CACHE], size, MAP_PRIVATE, filled);
	make(&areas[SHARED], 2 * size, MAP_SHARED, half);
	look(areas[SHARED].start, size);
	if (!no_swap) {
		make(&areas[SWAPPED], size, MAP_PRIVATE, -1);
		touch(areas[SWAPPED].start, size);
	}
	areas[HUGE_ONE].start = huge_page();
	areas[HUGE_ONE].size = areas[HUGE_ONE].start ? HUGE : 0;
}

/* Of what has pages that the child put there itself. */
static uint64_t sum(const struct area *areas)
{
	static const enum kind kinds[] = { WRITTEN, ZEROS, CLEAN, COPIED, SWAPPED, HUGE_ONE };
	uint64_t value = 0;
	size_t i, at;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		const uint64_t *words = (const void *)areas[kinds[i]].start;

		for (at = 0; at < areas[kinds[i]].size / sizeof(*words); at++)
			value = value * 31 + words[at];
	}
	return value;
}

/* Once more, what is there already: of half of the pages, so that the others are older. */
static void use_half(const struct area *areas)
{
	static const enum kind kinds[] = { WRITTEN, COPIED, HUGE_ONE };
	size_t i, at;

	look(areas[ZEROS].start, areas[ZEROS].size / 2);
	look(areas[CLEAN].start, areas[CLEAN].size / 2);
	look(areas[SHARED].start, areas[SHARED].size / 4);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		volatile char *start = areas[kinds[i]].start;

		for (at = 0; at < areas[kinds[i]].size / 2; at += PAGE)
			start[at] = start[at];
	}
}

/* It exits with 0 where all is as it was, and its pages can be taken from it. */
static int has_areas(struct child *self, void *argument)
{
	struct area *areas = argument;
	uint64_t before;

	make_areas(areas);
	before = sum(areas);
	if (!no_swap)
		swap_out(areas[SWAPPED].start, areas[SWAPPED].size);
	child_ready(self);
	child_wait(self);
	use_half(areas);
	child_ready(self);
	child_wait(self);
	if (sum(areas) != before)
		return 2;
	if (!no_swap) {
		/* It ends the process where some page stays. */
		swap_out(areas[WRITTEN].start, areas[WRITTEN].size);
		swap_out(areas[COPIED].start, areas[COPIED].size);
		swap_out(areas[HUGE_ONE].start, areas[HUGE_ONE].size);
	}
	return sum(areas) == before ? 0 : 3;
}

static void clear_refs(struct __test_metadata *_metadata, pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/clear_refs", pid);
	/* That they were looked at, and that they were written to. */
	ASSERT_TRUE(proc_write(path, "1"));
	ASSERT_TRUE(proc_write(path, "4"));
}

/* A file whose pages are all in memory, none of them mapped here. */
static int full_file(void)
{
	char page[PAGE];
	size_t i;
	int fd = memory_file("filled", 0, PAGES * PAGE);

	for (i = 0; i < PAGES; i++) {
		memset(page, 'a' + i % 26, sizeof(page));
		if (pwrite(fd, page, PAGE, i * PAGE) != PAGE)
			return -1;
	}
	return fd;
}

/* What can be told of a process, a line for each thing. */

static void add_file(FILE *to, pid_t pid, const char *name)
{
	char path[64], line[1024];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	file = fopen(path, "re");
	if (!file)
		abort();
	while (fgets(line, sizeof(line), file))
		fprintf(to, "%s: %s", name, line);
	fclose(file);
}

static const struct area *area_at(const struct area *areas, unsigned long address)
{
	size_t i;

	for (i = 0; i < NR_KINDS; i++) {
		if (address - (unsigned long)areas[i].start < areas[i].size)
			return &areas[i];
	}
	return NULL;
}

/* Of the areas only: what else there is, some other process has as well. */
static void add_smaps(FILE *to, pid_t pid, const struct area *areas)
{
	const struct area *area = NULL;
	unsigned long start, end;
	char path[64], line[1024];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/smaps", pid);
	file = fopen(path, "re");
	if (!file)
		abort();
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			area = area_at(areas, start);
		if (area)
			fprintf(to, "smaps, %s: %s", names[area - areas], line);
	}
	fclose(file);
}

/* Referenced, dirty, in the swap cache, locked: others change by themselves. */
#define KPAGE_WATCHED	(1ULL << 2 | 1ULL << 4 | 1ULL << 13 | 1ULL << 33)

static uint64_t map_count(uint64_t frame)
{
	static int fd = -1;
	uint64_t count;

	if (fd < 0)
		fd = open("/proc/kpagecount", O_RDONLY | O_CLOEXEC);
	return pread(fd, &count, sizeof(count), frame * sizeof(count)) == sizeof(count) ? count : 0;
}

static void add_pages(FILE *to, pid_t pid, const struct area *area, const char *name)
{
	uint64_t *entries = proc_pagemap(pid, (uintptr_t)area->start,
					 (uintptr_t)area->start + area->size);
	size_t i;

	for (i = 0; i < area->size / PAGE; i++) {
		const uint64_t frame = entries[i] & PAGEMAP_PRESENT ?
				       entries[i] & PAGEMAP_FRAME : 0;

		fprintf(to, "%s, page %zu: %llx", name, i, (unsigned long long)entries[i]);
		if (frame)
			fprintf(to, " flags %llx, mapped %llu times",
				(unsigned long long)(proc_kpageflags(frame) & KPAGE_WATCHED),
				(unsigned long long)map_count(frame));
		fputc('\n', to);
	}
	free(entries);
}

/* How much of it there is in memory. */
static void add_blocks(FILE *to, int fd)
{
	struct stat stat;

	if (fstat(fd, &stat))
		abort();
	fprintf(to, "a file of %llu blocks\n", (unsigned long long)stat.st_blocks);
}

static char *state_of(pid_t pid, const struct area *areas)
{
	size_t size, i;
	char *text;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		abort();
	/* State, signals, switches of context; faults and time. */
	add_file(to, pid, "status");
	add_file(to, pid, "stat");
	add_smaps(to, pid, areas);
	for (i = 0; i < NR_KINDS; i++) {
		if (areas[i].size)
			add_pages(to, pid, &areas[i], names[i]);
	}
	add_blocks(to, filled);
	add_blocks(to, half);
	fclose(to);
	return text;
}

/* How many lines differ; the first few are told. */
static size_t differences(const char *before, const char *after)
{
	size_t count = 0;

	while (*before && *after) {
		const int a = strcspn(before, "\n"), b = strcspn(after, "\n");

		if ((a != b || memcmp(before, after, a)) && count++ < 4)
			fprintf(stderr, "# before: %.*s\n#  after: %.*s\n", a, before, b, after);
		before += a + 1;
		after += b + 1;
	}
	return count + (*before || *after);
}

FIXTURE_SETUP(undisturbed)
{
	size_t i;

	if (geteuid())
		SKIP_FIXTURE("only root is told of page frames");
	no_swap = swap_on_zram();
	keep_pages_apart();
	filled = full_file();
	half = memory_file("half", 0, 2 * PAGES * PAGE);
	ASSERT_LE(0, filled);
	ASSERT_LE(0, half);
	/* The first half, which is not mapped here either. */
	for (i = 0; i < PAGES; i++)
		ASSERT_EQ(1, pwrite(half, "a", 1, i * PAGE));
	self->areas = shape_shared_memory();
	for (i = 0; i < NR_CHILDREN; i++)
		child_start(&self->child[i], has_areas, self->areas[i]);
	for (i = 0; i < NR_CHILDREN; i++) {
		clear_refs(_metadata, self->child[i].pid);
		child_go(&self->child[i]);
		child_await(&self->child[i]);
		/* It has gone to sleep, too, for the last time. */
		ASSERT_TRUE(proc_wait_state(self->child[i].pid, "S"));
	}
	ASSERT_READER(&self->reader, RING_USUAL);
	ASSERT_EQ(0, reader_target(&self->reader, self->child[0].pid));
	ASSERT_EQ(1, compare_add_target(&self->reader, self->child[1].pid));
	for (i = 0; i < NR_CHILDREN; i++)
		self->state[i] = state_of(self->child[i].pid, self->areas[i]);
}

FIXTURE_TEARDOWN(undisturbed)
{
	int i;

	for (i = 0; i < NR_CHILDREN; i++) {
		free(self->state[i]);
		child_kill(&self->child[i]);
	}
	reader_close(&self->reader);
}

static void expect_same(struct __test_metadata *_metadata, FIXTURE_DATA(undisturbed) *self)
{
	int i;

	for (i = 0; i < NR_CHILDREN; i++) {
		char *now = state_of(self->child[i].pid, self->areas[i]);

		EXPECT_EQ(0, differences(self->state[i], now)) TH_LOG("of process %d", i);
		free(now);
	}
}

#define KPAGE_ANON	(1ULL << 12)
#define OWN_MAX		(NR_CHILDREN * (2 * PAGES + HUGE / PAGE))

/* Frames of pages that a child has to itself. */
struct own_pages {
	uint64_t frame[OWN_MAX];
	size_t nr;
};

static void add_own(struct own_pages *own, pid_t pid, const struct area *areas)
{
	static const enum kind kinds[] = { WRITTEN, COPIED, HUGE_ONE };
	size_t i, at;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		const uintptr_t start = (uintptr_t)areas[kinds[i]].start;
		const size_t size = areas[kinds[i]].size;
		uint64_t *entries = size ? proc_pagemap(pid, start, start + size) : NULL;

		for (at = 0; at < size / PAGE; at++)
			own->frame[own->nr++] = entries[at] & PAGEMAP_FRAME;
		free(entries);
	}
}

/* Before it moves pages, the kernel lets go of all that it has at hand for its lists. */
static void let_kernel_put_pages(void)
{
	static char page[PAGE] __attribute__((aligned(PAGE)));
	void *address = page;
	int node = 0, status;

	*(volatile char *)page = 1;
	syscall(SYS_move_pages, 0, 1L, &address, &node, &status, 1 << 1);
}

/* A page that is given back is anonymous no longer; one that somebody has a reference to is. */
static size_t count_kept(const struct own_pages *own)
{
	size_t i, kept = 0;

	for (i = 0; i < own->nr; i++)
		kept += (proc_kpageflags(own->frame[i]) & KPAGE_ANON) &&
			!map_count(own->frame[i]);
	return kept;
}

static void expect_well(struct __test_metadata *_metadata, FIXTURE_DATA(undisturbed) *self)
{
	struct own_pages own = { .nr = 0 };
	int i;

	for (i = 0; i < NR_CHILDREN; i++)
		add_own(&own, self->child[i].pid, self->areas[i]);
	EXPECT_LE(NR_CHILDREN * 2 * PAGES, own.nr);
	/* While they are mapped, none is taken for one that is kept. */
	EXPECT_EQ(0, count_kept(&own));
	for (i = 0; i < NR_CHILDREN; i++) {
		child_go(&self->child[i]);
		EXPECT_EQ(0, child_join(&self->child[i]))
		TH_LOG("process %d: what it has is not what it had, or does not go to swap", i);
	}
	let_kernel_put_pages();
	EXPECT_EQ(0, count_kept(&own)) TH_LOG("of %zu pages", own.nr);
	if (no_swap)
		TH_LOG("that pages can go to swap is not seen: %s", no_swap);
}

/* What could be changed is there: pages that are younger and older, and some in swap. */
TEST_F(undisturbed, there_is_what_to_disturb)
{
	static const enum kind kinds[] = { WRITTEN, CLEAN, COPIED };
	const struct area *areas = self->areas[0];
	struct maps smaps;
	size_t i;

	proc_smaps(self->child[0].pid, &smaps);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct vma *vma = proc_vma(&smaps, (uintptr_t)areas[kinds[i]].start);

		EXPECT_EQ(PAGES * PAGE >> 10, vma->kb[SMAPS_RSS]) TH_LOG("%s", names[kinds[i]]);
		EXPECT_LT(0, vma->kb[SMAPS_REFERENCED]) TH_LOG("%s", names[kinds[i]]);
		EXPECT_GT(PAGES * PAGE >> 10, vma->kb[SMAPS_REFERENCED])
		TH_LOG("%s", names[kinds[i]]);
	}
	EXPECT_EQ(0, proc_vma(&smaps, (uintptr_t)areas[UNTOUCHED].start)->kb[SMAPS_RSS]);
	EXPECT_EQ(0, proc_vma(&smaps, (uintptr_t)areas[IN_CACHE].start)->kb[SMAPS_RSS]);
	if (!no_swap)
		EXPECT_EQ(PAGES * PAGE >> 10,
			  proc_vma(&smaps, (uintptr_t)areas[SWAPPED].start)->kb[SMAPS_SWAP]);
	proc_free(&smaps);
	/* And nobody does that by himself. */
	usleep(100000);
	expect_same(_metadata, self);
	expect_well(_metadata, self);
}

TEST_F(undisturbed, by_snapshots)
{
	static const uint64_t what[] = { WHAT_ALL, WHAT_ALL | IPCSHOW_WHAT_SHARED };
	const struct area *written = &self->areas[0][WRITTEN];
	struct snapshot snapshot = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(what); i++) {
		ASSERT_EQ(0, reader_snapshot(&self->reader, what[i], &snapshot));
		/* Of what is not shared, nothing is said in the second. */
		EXPECT_EQ(i ? 0 : PAGES * PAGE,
			  SUM_IN(&snapshot, (uintptr_t)written->start,
				 (uintptr_t)written->start + written->size, rss));
		snapshot_free(&snapshot);
	}
	expect_same(_metadata, self);
	expect_well(_metadata, self);
}

TEST_F(undisturbed, by_a_comparison)
{
	struct ipcshow_site sites[NR_KINDS * NR_CHILDREN];
	struct comparison comparison;
	struct snapshot snapshot = {};
	size_t i, nr = 0;

	for (i = 0; i < NR_KINDS * NR_CHILDREN; i++) {
		const struct area *area = &self->areas[i % NR_CHILDREN][i / NR_CHILDREN];

		if (area->size)
			sites[nr++] = compare_site(i / NR_CHILDREN, i % NR_CHILDREN, area->start,
						   area->size);
	}
	ASSERT_EQ(0, compare_run(&self->reader, sites, nr, &snapshot));
	compare_decode(&snapshot, sites, nr, &comparison);
	/* The pages of the file, as both have them. */
	EXPECT_NE(0, comparison.pages[CLEAN * NR_CHILDREN][0].share);
	EXPECT_EQ(comparison.pages[CLEAN * NR_CHILDREN][0].share,
		  comparison.pages[CLEAN * NR_CHILDREN + 1][0].share);
	compare_free(&comparison);
	snapshot_free(&snapshot);
	expect_same(_metadata, self);
	expect_well(_metadata, self);
}

TEST_MAIN
