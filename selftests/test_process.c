// SPDX-License-Identifier: GPL-2.0
/* The process and its address space against status, stat and auxv. */
#include <elf.h>

#include "zoo_snapshot.h"

TEST_F(zoo, task_is_that_of_status)
{
	const struct ipcshow_task *task =
		snapshot_next_of(&self->snapshot, NULL, IPCSHOW_REC_TASK);

	ASSERT_NE(NULL, task);
	EXPECT_EQ(0, task->flags);
	EXPECT_EQ(zoo.pid, (pid_t)task->tgid);
	EXPECT_EQ(proc_status(zoo.pid, "PPid"), task->ppid);
	EXPECT_EQ(proc_status(zoo.pid, "Uid"), task->uid);
	EXPECT_EQ(geteuid(), task->euid);
	EXPECT_EQ(proc_status(zoo.pid, "Gid"), task->gid);
	EXPECT_EQ(getegid(), task->egid);
	EXPECT_EQ(proc_status(zoo.pid, "Threads"), task->nr_threads);
	EXPECT_EQ('T', task->state);
	EXPECT_EQ(0, memcmp("zoo\0\0\0\0\0\0\0\0\0\0\0\0", task->comm, sizeof(task->comm)));
	/* stat counts in ticks since boot. */
	EXPECT_EQ(proc_stat(zoo.pid, 22), task->start_time / (1000000000 / sysconf(_SC_CLK_TCK)));
}

static uint64_t status_bytes(const char *name)
{
	return (uint64_t)proc_status(zoo.pid, name) << 10;
}

/* Running counts: each CPU keeps up to some dozen pages for itself for a while. */
static bool nearly(uint64_t one, uint64_t other)
{
	return one < other + 256 * PAGE && other < one + 256 * PAGE;
}

TEST_F(zoo, mm_is_that_of_status)
{
	const struct ipcshow_mm *mm = snapshot_next_of(&self->snapshot, NULL, IPCSHOW_REC_MM);

	ASSERT_NE(NULL, mm);
	EXPECT_EQ(proc_stat(zoo.pid, 26), mm->start_code);
	EXPECT_EQ(proc_stat(zoo.pid, 27), mm->end_code);
	EXPECT_EQ(proc_stat(zoo.pid, 28), mm->start_stack);
	EXPECT_EQ(proc_stat(zoo.pid, 45), mm->start_data);
	EXPECT_EQ(proc_stat(zoo.pid, 46), mm->end_data);
	EXPECT_EQ(proc_stat(zoo.pid, 47), mm->start_brk);
	EXPECT_EQ(proc_stat(zoo.pid, 48), mm->arg_start);
	EXPECT_EQ(proc_stat(zoo.pid, 49), mm->arg_end);
	EXPECT_EQ(proc_stat(zoo.pid, 50), mm->env_start);
	EXPECT_EQ(proc_stat(zoo.pid, 51), mm->env_end);
	EXPECT_EQ(proc_auxv(zoo.pid, AT_SYSINFO_EHDR), mm->vdso);
	EXPECT_LE(zoo_find(&zoo, "heap", 0)->end, mm->brk);
	EXPECT_LT(mm->start_brk, mm->brk);
	EXPECT_LT(mm->env_end, mm->task_size);

	EXPECT_EQ(status_bytes("VmSize"), mm->total_vm);
	EXPECT_EQ(status_bytes("VmData"), mm->data_vm);
	EXPECT_EQ(status_bytes("VmStk"), mm->stack_vm);
	EXPECT_EQ(status_bytes("VmExe") + status_bytes("VmLib"), mm->exec_vm);
	EXPECT_EQ(status_bytes("VmLck"), mm->locked_vm);
	EXPECT_EQ(status_bytes("VmPin"), mm->pinned_vm);
	EXPECT_EQ(status_bytes("VmPeak"), mm->hiwater_vm);
	EXPECT_TRUE(nearly(status_bytes("VmHWM"), mm->hiwater_rss));
	EXPECT_TRUE(nearly(status_bytes("RssAnon"), mm->rss_anon));
	EXPECT_TRUE(nearly(status_bytes("RssFile"), mm->rss_file));
	EXPECT_TRUE(nearly(status_bytes("RssShmem"), mm->rss_shmem));
	EXPECT_TRUE(nearly(status_bytes("VmSwap"), mm->swap));
	EXPECT_EQ(status_bytes("VmPTE"), mm->page_tables);

	EXPECT_EQ(self->smaps.nr, mm->nr_vmas);
	EXPECT_LE(proc_status(zoo.pid, "Threads"), mm->users);
	EXPECT_NE(0, mm->id);
	EXPECT_EQ(snapshot_file(&self->snapshot, find(&self->snapshot, "code"))->inode,
		  mm->exe_inode);
}

/* RSS in parts is what PAGES found, as far as a running count can be exact. */
TEST_F(zoo, pages_are_those_of_mm)
{
	const struct ipcshow_mm *mm = snapshot_next_of(&self->snapshot, NULL, IPCSHOW_REC_MM);
	uint64_t rss = mm->rss_anon + mm->rss_file + mm->rss_shmem, found = 0;
	const struct ipcshow_pages *pages;

	for_each_of(pages, &self->snapshot, IPCSHOW_REC_PAGES)
		found += pages->rss;
	EXPECT_TRUE(nearly(rss, found));
}

ZOO_TEST_MAIN
