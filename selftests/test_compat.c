// SPDX-License-Identifier: GPL-2.0
/* A 32-bit target on a 64-bit kernel. */
#include <linux/elf-em.h>

#include "shape.h"
#include "test.h"

FIXTURE(compat) {
	struct zoo zoo;
};

FIXTURE_SETUP(compat)
{
	if (!zoo32_start(&self->zoo))
		SKIP_FIXTURE("this machine runs no 32-bit programs");
	child_stop(self->zoo.pid);
}

FIXTURE_TEARDOWN(compat)
{
	zoo_end(&self->zoo);
}

TEST_F(compat, regions)
{
	const struct animal *mappings = zoo_find(&self->zoo, "mappings", 0);
	struct snapshot snapshot;
	const struct ipcshow_task *task;
	const struct ipcshow_mm *mm;
	struct maps maps;
	const size_t *size;
	uint64_t touched;
	double seconds;

	ASSERT_NE(NULL, mappings);
	touched = (mappings->end - mappings->start) / 2;
	proc_maps(self->zoo.pid, &maps);
	for_each_ring(size) {
		ASSERT_EQ(0, shape_snapshot(self->zoo.pid, *size, WHAT_ALL, &snapshot, &seconds));
		EXPECT_EQ(-1, shape_unlike_maps(&snapshot, &maps));
		EXPECT_EQ(0, shape_without_pages(&snapshot));
		EXPECT_EQ(touched, SUM_IN(&snapshot, mappings->start, mappings->end, rss));
		task = snapshot_next_of(&snapshot, NULL, IPCSHOW_REC_TASK);
		mm = snapshot_next_of(&snapshot, NULL, IPCSHOW_REC_MM);
		ASSERT_NE(NULL, task);
		ASSERT_NE(NULL, mm);
		EXPECT_TRUE(task->flags & IPCSHOW_TASK_F_COMPAT);
		EXPECT_GE(1ULL << 32, mm->task_size);
		EXPECT_LE(maps.vma[maps.nr - 1].end, mm->task_size);
		EXPECT_EQ(maps.nr, mm->nr_vmas);
		snapshot_free(&snapshot);
	}
	proc_free(&maps);
}

TEST_F(compat, threads)
{
	const struct animal *const tls = zoo_find(&self->zoo, "tls", 0);
	const struct animal *const altstack = zoo_find(&self->zoo, "altstack", 0);
	const struct animal *const stack = zoo_find(&self->zoo, "stack", 0);
	const struct ipcshow_thread *thread;
	const struct ipcshow_region *region;
	const struct ipcshow_regs *regs;
	struct ipcshow_info info = { .size = sizeof(info) };
	struct snapshot snapshot = {};
	struct reader reader;
	size_t i;

	ASSERT_READER(&reader, 0);
	ASSERT_EQ(0, ioctl(reader.fd, IPCSHOW_IOC_INFO, &info));
	reader_close(&reader);
	ASSERT_EQ(0, snapshot_of(self->zoo.pid, WHAT_ALL, &snapshot));
	EXPECT_EQ(2, snapshot_end(&snapshot)->threads);
	for_each_of(thread, &snapshot, IPCSHOW_REC_THREAD) {
		EXPECT_FALSE(thread->flags & (IPCSHOW_THREAD_F_NO_REGS | IPCSHOW_THREAD_F_STALE));
		region = snapshot_region(&snapshot, thread->ip);
		ASSERT_NE(NULL, region);
		EXPECT_TRUE(region->vma_flags & IPCSHOW_VMA_EXEC);
		EXPECT_NE(NULL, snapshot_region(&snapshot, thread->sp));
		EXPECT_EQ(tls->start, thread->tls);
		regs = snapshot_regs(&snapshot, thread->tid);
		ASSERT_NE(NULL, regs);
		/* As large as those of 64 bits, the upper halves being nothing. */
		EXPECT_EQ(info.machine == EM_X86_64 ? 23 : 34, regs->nr);
		for (i = 0; i < regs->nr; i++) {
			/* rax and orig_rax are signed; the rest is cut off. */
			if (info.machine == EM_X86_64 && (i == 10 || i == 15))
				continue;
			EXPECT_EQ(0, regs->reg[i] >> 32)
				TH_LOG("register %zu is %#llx", i,
				       (unsigned long long)regs->reg[i]);
		}
		if ((pid_t)thread->tid == self->zoo.pid) {
			EXPECT_EQ(altstack->start, thread->altstack);
			EXPECT_EQ(altstack->end - altstack->start, thread->altstack_size);
		} else {
			EXPECT_LT(stack->start, thread->sp);
			EXPECT_GE(stack->end, thread->sp);
		}
	}
	snapshot_free(&snapshot);
}

TEST_MAIN
