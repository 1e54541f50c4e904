// SPDX-License-Identifier: GPL-2.0
/* The TASK and MM records: facts of the thread group and of its address space. */
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/user_namespace.h>

#include "arch.h"
#include "compat.h"
#include "file.h"
#include "identity.h"
#include "lockhold.h"
#include "ring.h"
#include "snapshot.h"
#include "target.h"
#include "task.h"

/**
 * ipcshow_task_comm() - copy the name of a task
 * @to: IPCSHOW_COMM_LEN bytes, padded with NUL
 * @task: the task; a change of its name at this moment may tear the copy, as
 *	everywhere in the kernel, but not run past the end
 */
void ipcshow_task_comm(u8 *to, const struct task_struct *task)
{
	BUILD_BUG_ON(IPCSHOW_COMM_LEN < TASK_COMM_LEN);
	memset(to, 0, IPCSHOW_COMM_LEN);
	strscpy(to, task->comm, IPCSHOW_COMM_LEN);
}

static void fill_credentials(struct ipcshow_task *rec, struct task_struct *task)
{
	const struct cred *cred = get_task_cred(task);
	struct user_namespace *ns = current_user_ns();

	rec->uid = from_kuid_munged(ns, cred->uid);
	rec->euid = from_kuid_munged(ns, cred->euid);
	rec->gid = from_kgid_munged(ns, cred->gid);
	rec->egid = from_kgid_munged(ns, cred->egid);
	put_cred(cred);
}

/*
 * @leader is the group's; @task, which has the address space, stands in for
 * its credentials where it has exited.
 */
static void fill_task(struct ipcshow_task *rec, struct task_struct *leader,
		      struct task_struct *task)
{
	struct pid_namespace *ns = task_active_pid_ns(current);
	bool exited = READ_ONCE(leader->exit_state);

	rec->flags = 0;
	if (exited)
		rec->flags |= IPCSHOW_TASK_F_LEADER_EXITED;
	if (arch_task_is_compat(task))
		rec->flags |= IPCSHOW_TASK_F_COMPAT;
	if (READ_ONCE(leader->signal->flags) & SIGNAL_GROUP_EXIT)
		rec->flags |= IPCSHOW_TASK_F_EXITING;
	if (READ_ONCE(leader->vfork_done))
		rec->flags |= IPCSHOW_TASK_F_VFORK;

	rec->tgid = task_tgid_nr_ns(leader, ns);
	rec->ppid = task_ppid_nr_ns(leader, ns);
	fill_credentials(rec, exited ? task : leader);
	rec->nr_threads = get_nr_threads(leader);
	rec->state = task_state_to_char(leader);
	rec->start_time = leader->start_boottime;
	ipcshow_task_comm(rec->comm, leader);
}

/**
 * ipcshow_task_emit() - write the TASK record
 * @pin: the target
 * @ring: where to
 *
 * Return: an enum ipcshow_step.
 */
int ipcshow_task_emit(const struct ipcshow_pin *pin, struct ipcshow_ringbuf *ring)
{
	struct task_struct *leader;
	struct ipcshow_task task;

	leader = get_pid_task(pin->tgid, PIDTYPE_TGID);
	if (!leader)
		return IPCSHOW_STEP_GONE;
	fill_task(&task, leader, pin->task);
	put_task_struct(leader);
	if (!ipcshow_pin_holds(pin))
		return IPCSHOW_STEP_GONE;
	return ipcshow_ring_put(ring, IPCSHOW_REC_TASK, &task, sizeof(task)) ?
	       IPCSHOW_STEP_DONE : IPCSHOW_STEP_FULL;
}

static u64 pages_to_bytes(u64 pages)
{
	return pages << PAGE_SHIFT;
}

static u64 exe_inode(struct mm_struct *mm, const struct ipcshow_salt *salt)
{
	struct file *file = compat_get_exe_file(mm);
	u64 id = 0;

	if (file) {
		id = ipcshow_file_inode(file, salt);
		fput(file);
	}
	return id;
}

static void fill_layout(struct ipcshow_mm *rec, struct mm_struct *mm)
{
	/* Protects these against prctl(PR_SET_MM) and brk(). */
	spin_lock(&mm->arg_lock);
	rec->start_code = mm->start_code;
	rec->end_code = mm->end_code;
	rec->start_data = mm->start_data;
	rec->end_data = mm->end_data;
	rec->start_brk = mm->start_brk;
	rec->brk = mm->brk;
	rec->start_stack = mm->start_stack;
	rec->arg_start = mm->arg_start;
	rec->arg_end = mm->arg_end;
	rec->env_start = mm->env_start;
	rec->env_end = mm->env_end;
	spin_unlock(&mm->arg_lock);
	rec->vdso = arch_vdso(mm);
	rec->task_size = mm->task_size;
}

static void fill_sizes(struct ipcshow_mm *rec, struct mm_struct *mm)
{
	rec->total_vm = pages_to_bytes(mm->total_vm);
	rec->data_vm = pages_to_bytes(mm->data_vm);
	rec->exec_vm = pages_to_bytes(mm->exec_vm);
	rec->stack_vm = pages_to_bytes(mm->stack_vm);
	rec->locked_vm = pages_to_bytes(mm->locked_vm);
	rec->pinned_vm = pages_to_bytes(atomic64_read(&mm->pinned_vm));
	rec->hiwater_vm = pages_to_bytes(get_mm_hiwater_vm(mm));
	rec->hiwater_rss = pages_to_bytes(get_mm_hiwater_rss(mm));
	rec->rss_anon = pages_to_bytes(get_mm_counter(mm, MM_ANONPAGES));
	rec->rss_file = pages_to_bytes(get_mm_counter(mm, MM_FILEPAGES));
	rec->rss_shmem = pages_to_bytes(get_mm_counter(mm, MM_SHMEMPAGES));
	rec->swap = pages_to_bytes(get_mm_counter(mm, MM_SWAPENTS));
	rec->page_tables = mm_pgtables_bytes(mm);
}

/**
 * ipcshow_mm_emit() - write the MM record
 * @mm: the address space; the caller holds a reference (mmget)
 * @salt: of its identities
 * @ring: where to
 * @end: the lock hold is noted there
 *
 * Return: an enum ipcshow_step, or -EINTR.
 */
int ipcshow_mm_emit(struct mm_struct *mm, const struct ipcshow_salt *salt,
		    struct ipcshow_ringbuf *ring, struct ipcshow_end *end)
{
	u64 exe = exe_inode(mm, salt);
	struct ipcshow_lockhold hold;
	struct ipcshow_mm *rec;

	if (ipcshow_lockhold_begin(&hold, mm))
		return -EINTR;
	rec = ipcshow_ring_reserve(ring, IPCSHOW_REC_MM, sizeof(*rec));
	if (rec) {
		rec->id = ipcshow_identity(salt, mm);
		rec->exe_inode = exe;
		/* Less the one that we hold. */
		rec->users = atomic_read(&mm->mm_users) - 1;
		rec->nr_vmas = mm->map_count;
		fill_layout(rec, mm);
		fill_sizes(rec, mm);
		ipcshow_ring_commit(ring);
	}
	ipcshow_lockhold_end(&hold, end);
	return rec ? IPCSHOW_STEP_DONE : IPCSHOW_STEP_FULL;
}
