// SPDX-License-Identifier: GPL-2.0
/* Pages that the kernel moves from one node to another and back while they are looked at. */
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "compare.h"
#include "memory.h"
#include "shape.h"
#include "test.h"

#define RW		(PROT_READ | PROT_WRITE)
#define MOVE_ALL	(1 << 2)	/* MPOL_MF_MOVE_ALL of <numaif.h> */
#define NR_NODES	2
#define POOL		"/proc/sys/vm/nr_hugepages"

#define PAGES		64
#define SECONDS		3

enum kind { SMALL, HUGE_ONE, SHARED, HUGETLB, NR_KINDS };

/* In each process at the same address; of a kind that there is none of, nothing. */
static struct memory {
	char *start;
	size_t size;
	/* Of one page. */
	size_t unit;
} memory[NR_KINDS];

static void make(enum kind kind, size_t size, size_t unit, int flags, int fd)
{
	char *start = map_at(unit, size, RW, flags, fd);

	if (!start)
		return;
	if (kind == HUGE_ONE)
		madvise(start, size, MADV_HUGEPAGE);
	else if (kind == SMALL)
		madvise(start, size, MADV_NOHUGEPAGE);
	touch(start, size);
	memory[kind] = (struct memory){ start, size, unit };
}

static void make_memory(void)
{
	make(SMALL, PAGES * PAGE, PAGE, MAP_PRIVATE, -1);
	make(HUGE_ONE, HUGE, HUGE, MAP_PRIVATE, -1);
	make(SHARED, PAGES * PAGE, PAGE, MAP_SHARED, memory_file("moved", 0, PAGES * PAGE));
	make(HUGETLB, HUGE, HUGE, MAP_SHARED | MAP_HUGETLB | 21 << MAP_HUGE_SHIFT, -1);
}

static void look_at_all(void)
{
	int kind;

	for (kind = 0; kind < NR_KINDS; kind++)
		look(memory[kind].start, memory[kind].size);
}

/* Of shared memory, a move may leave nothing in a page table. */
static int looks(struct child *self, void *unused)
{
	look_at_all();
	child_ready(self);
	for (;;) {
		look_at_all();
		usleep(1000);
	}
	return 0;
}

/* Which pages, and where to: -1: they cannot be moved. */
static int move(pid_t pid, const struct memory *moved, int node)
{
	int nodes[PAGES], status[PAGES];
	size_t i, nr = moved->size / moved->unit;
	void *pages[PAGES];

	for (i = 0; i < nr; i++) {
		pages[i] = moved->start + i * moved->unit;
		nodes[i] = node;
	}
	return syscall(SYS_move_pages, pid, nr, pages, nodes, status, MOVE_ALL);
}

static int moves(struct child *self, void *argument)
{
	const pid_t pid = *(pid_t *)argument;
	unsigned int round, kind;

	for (kind = 0; kind < NR_KINDS; kind++) {
		if (memory[kind].size && move(pid, &memory[kind], 1) < 0)
			return 1;
	}
	child_ready(self);
	for (round = 0;; round++) {
		for (kind = 0; kind < NR_KINDS; kind++) {
			if (memory[kind].size)
				move(pid, &memory[kind], round % NR_NODES);
		}
	}
	return 0;
}

FIXTURE(migration) {
	long long pool;
	struct child holder;
	struct child mover;
	struct reader reader;
	time_t until;
};

static void set_pool(long long nr)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", nr);
	proc_write(POOL, text);
}

FIXTURE_SETUP(migration)
{
	if (geteuid() || access("/sys/devices/system/node/node1", F_OK))
		SKIP_FIXTURE("only root moves what others map, and it takes two nodes: numa=fake=2");
	self->pool = proc_number(POOL);
	set_pool(self->pool + 2 * NR_NODES);
	make_memory();
	child_start(&self->holder, looks, NULL);
	child_start(&self->mover, moves, &self->holder.pid);
	ASSERT_READER(&self->reader, RING_USUAL);
	ASSERT_EQ(0, reader_target(&self->reader, getpid()));
	ASSERT_EQ(1, compare_add_target(&self->reader, self->holder.pid));
	self->until = time(NULL) + SECONDS;
}

FIXTURE_TEARDOWN(migration)
{
	int kind;

	reader_close(&self->reader);
	child_kill(&self->mover);
	child_kill(&self->holder);
	for (kind = 0; kind < NR_KINDS; kind++)
		munmap(memory[kind].start, memory[kind].size);
	set_pool(self->pool);
}

static uint32_t make_sites(struct ipcshow_site *sites)
{
	uint32_t nr = 0, kind;

	for (kind = 0; kind < NR_KINDS; kind++) {
		if (!memory[kind].size)
			continue;
		sites[nr++] = compare_site(kind, 0, memory[kind].start, memory[kind].size);
		sites[nr++] = compare_site(kind, 1, memory[kind].start, memory[kind].size);
	}
	return nr;
}

TEST_F(migration, comparison)
{
	struct ipcshow_site sites[2 * NR_KINDS];
	const uint32_t nr = make_sites(sites);
	size_t wrong = 0, same = 0;
	uint64_t retries = 0;
	uint32_t i;

	while (time(NULL) < self->until || !same) {
		struct snapshot snapshot = {};
		struct comparison comparison;

		look_at_all();
		ASSERT_EQ(0, compare_run(&self->reader, sites, nr, &snapshot));
		compare_decode(&snapshot, sites, nr, &comparison);
		for (i = 0; i < nr; i += 2)
			wrong += compare_count_wrong(comparison.pages[i], comparison.pages[i + 1],
						     sites[i].bytes / PAGE, &same);
		retries += comparison.end.retries;
		compare_free(&comparison);
		snapshot_free(&snapshot);
	}
	EXPECT_EQ(0, wrong);
	EXPECT_LT(0, retries) TH_LOG("none was caught while it moved");
}

/* An entry is cleared for a moment; but what is there is never more than there is. */
TEST_F(migration, pages)
{
	struct ipcshow_snapshot arg = {
		.size = sizeof(arg), .what = IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_PAGES,
		.target = 1,
	};
	uint64_t most = 0, sum, bad = 0;
	int kind;

	while (time(NULL) < self->until || !most) {
		struct snapshot snapshot = {};

		ASSERT_EQ(0, reader_run(&self->reader, &arg, &snapshot));
		for (kind = 0; kind < NR_KINDS; kind++) {
			const uint64_t from = (uintptr_t)memory[kind].start;
			const uint64_t to = from + memory[kind].size;

			sum = kind == HUGETLB ? SUM_IN(&snapshot, from, to, shared_hugetlb) +
						SUM_IN(&snapshot, from, to, private_hugetlb) :
						SUM_IN(&snapshot, from, to, rss);
			bad += sum > memory[kind].size;
			most = sum > most ? sum : most;
		}
		snapshot_free(&snapshot);
	}
	EXPECT_EQ(0, bad);
	EXPECT_LE(PAGES * PAGE, most);
}

TEST_MAIN
