// SPDX-License-Identifier: GPL-2.0
/*
 * May the caller look at this task? The kernel's policy (UIDs, capabilities,
 * dumpable, user namespaces, Yama and every other security module) is not
 * ours to repeat, and ptrace_may_access() is not exported. So procfs decides:
 * we open the task's file in a procfs mount of our own, as the caller.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/task.h>
#include <linux/workqueue.h>

#include "access.h"
#include "compat.h"

/* Each check leaves a struct file to be freed on the way to user space. */
#define CHECKS_A_CALL	64

static struct vfsmount *proc_mnt;

/*
 * A procfs mount shows the PID namespace of the task that mounts it. A
 * worker's is the initial one, whichever container insmod ran in.
 */
static void mount_proc(struct work_struct *work)
{
	struct file_system_type *type = get_fs_type("proc");

	proc_mnt = type ? kern_mount(type) : ERR_PTR(-ENODEV);
}

int __init ipcshow_access_init(void)
{
	struct work_struct work;

	INIT_WORK_ONSTACK(&work, mount_proc);
	schedule_work(&work);
	flush_work(&work);
	destroy_work_on_stack(&work);

	return PTR_ERR_OR_ZERO(proc_mnt);
}

void ipcshow_access_exit(void)
{
	kern_unmount(proc_mnt);
}

/* Open a file of the task with this PID, as the caller. */
static int try_open(struct pid *pid, const char *what)
{
	const struct path root = { .mnt = proc_mnt, .dentry = proc_mnt->mnt_root };
	char name[sizeof("4294967295/ns/mnt")];
	struct file *file;

	snprintf(name, sizeof(name), "%d/%s", pid_nr(pid), what);
	file = file_open_root(&root, name, O_RDONLY, 0);
	if (IS_ERR(file))
		return PTR_ERR(file) == -ENOENT ? -ESRCH : PTR_ERR(file);
	fput(file);
	return 0;
}

/**
 * ipcshow_access_check() - may the caller look at a task?
 * @pid: PID of @task, the caller holds a reference
 * @task: the task, the caller holds a reference
 * @access: what for
 *
 * May sleep. The answer is about the task as it is during the call: whoever
 * goes on to read something must see to it that this has not been replaced since
 * (by execve()).
 *
 * A task without an address space is never refused by procfs: the caller
 * must know that it has one, or read nothing that needs the permission.
 *
 * Each call leaves a struct file or two to be freed when the caller returns to user
 * space: bound the number of calls.
 *
 * Return: 0; -ESRCH: it has gone; -EACCES, -EPERM or what else a security
 * module says; -ENOMEM and the like.
 */
int ipcshow_access_check(struct pid *pid, struct task_struct *task,
			 enum ipcshow_access access)
{
	bool same;
	int ret;

	ret = try_open(pid, access == IPCSHOW_ACCESS_READ ? "maps" : "mem");
	/* What we show is more than maps: only ptrace's own question opens that link. */
	if (!ret && access == IPCSHOW_ACCESS_READ && compat_maps_is_open())
		ret = try_open(pid, "ns/mnt");

	/*
	 * procfs went by the number. As long as @task still has it, nobody else
	 * had it meanwhile: a number is given to another only after it was taken away,
	 * and it never comes back to the same task.
	 */
	rcu_read_lock();
	same = pid_task(pid, PIDTYPE_PID) == task;
	rcu_read_unlock();
	return same ? ret : -ESRCH;
}

/* Is this an answer about the permission, or did the question fail? */
static bool is_verdict(int ret)
{
	switch (ret) {
	case -ESRCH:	/* the task has gone */
	case -EINTR:	/* the caller is being killed */
	case -ENOMEM:
	case -ENFILE:
		return false;
	}
	return true;
}

/*
 * Is @task what a question with @cred was about: in the target's address space, with
 * these credentials? execve() changes the first before it changes the second.
 */
static bool same_subject(const struct ipcshow_access_view *view,
			 struct task_struct *task, const struct cred *cred)
{
	return task->mm == view->mm && rcu_access_pointer(task->real_cred) == cred;
}

/*
 * procfs lets in, or refuses, whom it likes when a task has lost its address space, so
 * an answer counts only if the task is afterwards what it was before.
 */
static int ask_procfs(const struct ipcshow_access_view *view, struct task_struct *task,
		      const struct cred *cred, enum ipcshow_access access)
{
	struct pid *pid;
	bool same;
	int ret;

	pid = get_task_pid(task, PIDTYPE_PID);
	if (!pid)
		return -ESRCH;
	ret = ipcshow_access_check(pid, task, access);
	put_pid(pid);
	task_lock(task);
	same = same_subject(view, task, cred);
	task_unlock(task);
	return same ? ret : -ESRCH;
}

static void set_verdict(struct ipcshow_verdict *verdict, const struct cred *cred, int ret)
{
	if (verdict->cred)
		put_cred(verdict->cred);
	verdict->cred = get_cred(cred);
	verdict->ret = ret;
}

/**
 * ipcshow_access_ask() - may the caller look at a thread of the target?
 * @view: what is known from asking about others
 * @task: the thread
 * @access: what for
 *
 * Threads of a group share one struct cred until one of them changes its own,
 * and all else that the kernel's check looks at (the caller, the address space,
 * the group) is the same for them: the answer for one holds for all with
 * the same credentials. Those are held, so that the pointer cannot come to mean
 * others.
 *
 * Return: 0; -EACCES: refused; -ESRCH: it has gone, or changed meanwhile; -EAGAIN:
 * enough checks for this call; another error, if the question failed.
 */
int ipcshow_access_ask(struct ipcshow_access_view *view, struct task_struct *task,
		       enum ipcshow_access access)
{
	struct ipcshow_verdict *verdict = &view->verdicts[access];
	const struct cred *cred = get_task_cred(task);
	int ret = verdict->ret;

	if (cred != verdict->cred) {
		if (view->checks == CHECKS_A_CALL) {
			ret = -EAGAIN;
			goto put_cred;
		}
		view->checks++;
		ret = ask_procfs(view, task, cred, access);
		if (!is_verdict(ret))
			goto put_cred;
		if (ret)
			ret = -EACCES;
		set_verdict(verdict, cred, ret);
	}
put_cred:
	put_cred(cred);
	return ret;
}

/**
 * ipcshow_access_stands_locked() - is the last answer still about this thread?
 * @view: after ipcshow_access_ask() about @task
 * @task: the thread, with task_lock() held: it stays in the address space until that is dropped
 * @access: what was asked
 */
bool ipcshow_access_stands_locked(const struct ipcshow_access_view *view,
				  struct task_struct *task, enum ipcshow_access access)
{
	return same_subject(view, task, view->verdicts[access].cred);
}

/**
 * ipcshow_access_stands() - was what has been read that of whom the answer is about?
 * @view: after ipcshow_access_ask() about @task
 * @task: the thread
 * @access: what was asked
 */
bool ipcshow_access_stands(const struct ipcshow_access_view *view,
			   struct task_struct *task, enum ipcshow_access access)
{
	bool stands;

	task_lock(task);
	stands = ipcshow_access_stands_locked(view, task, access);
	task_unlock(task);
	return stands;
}

/**
 * ipcshow_access_view_end() - let go of what a view holds
 * @view: the view
 */
void ipcshow_access_view_end(struct ipcshow_access_view *view)
{
	unsigned int i;

	for (i = 0; i < IPCSHOW_NR_ACCESS; i++) {
		if (view->verdicts[i].cred)
			put_cred(view->verdicts[i].cred);
		view->verdicts[i].cred = NULL;
	}
}
