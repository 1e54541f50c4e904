// SPDX-License-Identifier: GPL-2.0
/*
 * May the caller look at this task? The kernel's policy (UIDs, capabilities,
 * dumpable, user namespaces, Yama and every other security module) is not
 * ours to repeat, and ptrace_may_access() is not exported. So procfs decides:
 * we open the task's file in a procfs mount of our own, as the caller.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "access.h"

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
 * Each call leaves one struct file to be freed when the caller returns to user
 * space: bound the number of calls.
 *
 * Return: 0; -ESRCH: it has gone; -EACCES, -EPERM or what else a security
 * module says; -ENOMEM and the like.
 */
int ipcshow_access_check(struct pid *pid, struct task_struct *task,
			 enum ipcshow_access access)
{
	const struct path root = { .mnt = proc_mnt, .dentry = proc_mnt->mnt_root };
	char name[sizeof("4294967295/maps")];
	struct file *file;
	bool same;

	snprintf(name, sizeof(name), "%d/%s", pid_nr(pid),
		 access == IPCSHOW_ACCESS_READ ? "maps" : "mem");
	file = file_open_root(&root, name, O_RDONLY, 0);
	if (IS_ERR(file))
		return PTR_ERR(file) == -ENOENT ? -ESRCH : PTR_ERR(file);
	fput(file);

	/*
	 * procfs went by the number. As long as @task still has it, nobody else
	 * had it meanwhile: a number is given to another only after it was taken away,
	 * and it never comes back to the same task.
	 */
	rcu_read_lock();
	same = pid_task(pid, PIDTYPE_PID) == task;
	rcu_read_unlock();
	return same ? 0 : -ESRCH;
}
