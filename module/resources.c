// SPDX-License-Identifier: GPL-2.0
/* The RESOURCES record: what a thread uses, alone or with others. */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/ipc_namespace.h>
#include <linux/ipcshow.h>
#include <linux/kdev_t.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sem.h>
#include <linux/time_namespace.h>
#include <linux/tty.h>
#include <linux/user_namespace.h>
#include <linux/utsname.h>
#include <net/net_namespace.h>

#include "access.h"
#include "compat.h"
#include "fd.h"
#include "identity.h"
#include "resources.h"
#include "ring.h"

/* A thread that changes its credentials at each try is one that plays with us. */
#define CHANGE_RETRIES	4

static void fill_ns(struct ipcshow_resources *rec, const struct ipcshow_salt *salt,
		    unsigned int nr, const void *ns, size_t common)
{
	rec->ns[nr] = ipcshow_identity(salt, ns);
	if (ns)
		rec->ns_ino[nr] = ((const struct ns_common *)(ns + common))->inum;
}

/* All but the user namespace, which hangs on the credentials. task_lock() held. */
static void fill_nsproxy(struct ipcshow_resources *rec, const struct ipcshow_salt *salt,
			 const struct nsproxy *p)
{
	const size_t time = offsetof(struct time_namespace, ns);
	const size_t pid = offsetof(struct pid_namespace, ns);

	fill_ns(rec, salt, IPCSHOW_NS_CGROUP, p->cgroup_ns,
		offsetof(struct cgroup_namespace, ns));
	fill_ns(rec, salt, IPCSHOW_NS_IPC, p->ipc_ns, offsetof(struct ipc_namespace, ns));
	fill_ns(rec, salt, IPCSHOW_NS_MNT, p->mnt_ns, COMPAT_MNT_NS_COMMON);
	fill_ns(rec, salt, IPCSHOW_NS_NET, p->net_ns, offsetof(struct net, ns));
	fill_ns(rec, salt, IPCSHOW_NS_PID_CHILDREN, p->pid_ns_for_children, pid);
	fill_ns(rec, salt, IPCSHOW_NS_TIME, p->time_ns, time);
	fill_ns(rec, salt, IPCSHOW_NS_TIME_CHILDREN, p->time_ns_for_children, time);
	fill_ns(rec, salt, IPCSHOW_NS_UTS, p->uts_ns, offsetof(struct uts_namespace, ns));
}

/*
 * What a thread has of its own or in common with others by clone(): the lock keeps it
 * from being let go of and exchanged.
 */
static void fill_shared(struct ipcshow_resources *rec, const struct ipcshow_salt *salt,
			struct task_struct *task)
{
	task_lock(task);
	rec->mm = ipcshow_identity(salt, task->mm);
	rec->files = ipcshow_identity(salt, task->files);
	rec->fs = ipcshow_identity(salt, task->fs);
#ifdef CONFIG_BLOCK
	rec->io_context = ipcshow_identity(salt, task->io_context);
#endif
#ifdef CONFIG_SYSVIPC
	/* Not under a lock of ours: made by the first semop() that needs it. */
	rec->sysv_undo = ipcshow_identity(salt, READ_ONCE(task->sysvsem.undo_list));
#endif
	if (task->nsproxy)
		fill_nsproxy(rec, salt, task->nsproxy);
	task_unlock(task);
}

static void fill_ids(struct ipcshow_resources *rec, const struct cred *cred)
{
	struct user_namespace *ns = current_user_ns();

	rec->uid = from_kuid_munged(ns, cred->uid);
	rec->euid = from_kuid_munged(ns, cred->euid);
	rec->suid = from_kuid_munged(ns, cred->suid);
	rec->fsuid = from_kuid_munged(ns, cred->fsuid);
	rec->gid = from_kgid_munged(ns, cred->gid);
	rec->egid = from_kgid_munged(ns, cred->egid);
	rec->sgid = from_kgid_munged(ns, cred->sgid);
	rec->fsgid = from_kgid_munged(ns, cred->fsgid);
}

static void fill_cred(struct ipcshow_resources *rec, const struct ipcshow_salt *salt,
		      struct task_struct *task)
{
	const struct cred *cred = get_task_cred(task);

	rec->cred = ipcshow_identity(salt, cred);
	rec->groups = ipcshow_identity(salt, cred->group_info);
	fill_ns(rec, salt, IPCSHOW_NS_USER, cred->user_ns,
		offsetof(struct user_namespace, ns));
	fill_ids(rec, cred);
	rec->cap_inheritable = compat_cap_bits(cred->cap_inheritable);
	rec->cap_permitted = compat_cap_bits(cred->cap_permitted);
	rec->cap_effective = compat_cap_bits(cred->cap_effective);
	rec->cap_bounding = compat_cap_bits(cred->cap_bset);
	rec->cap_ambient = compat_cap_bits(cred->cap_ambient);
	put_cred(cred);
	if (task_no_new_privs(task))
		rec->flags |= IPCSHOW_RESOURCES_F_NO_NEW_PRIVS;
}

/* Others, by their PIDs: under RCU they stay what they are. */
static void fill_relations(struct ipcshow_resources *rec, const struct ipcshow_salt *salt,
			   struct task_struct *task)
{
	struct pid_namespace *mine = task_active_pid_ns(current);
	struct task_struct *tracer;
	struct pid *pid;

	rcu_read_lock();
	fill_ns(rec, salt, IPCSHOW_NS_PID, task_active_pid_ns(task),
		offsetof(struct pid_namespace, ns));
#ifdef CONFIG_CGROUPS
	rec->cgroups = ipcshow_identity(salt, rcu_access_pointer(task->cgroups));
#endif
	pid = task_session(task);
	rec->session = ipcshow_identity(salt, pid);
	rec->sid = pid_nr_ns(pid, mine);
	pid = task_pgrp(task);
	rec->pgrp = ipcshow_identity(salt, pid);
	rec->pgid = pid_nr_ns(pid, mine);
	tracer = ptrace_parent(task);
	if (tracer) {
		rec->tracer = task_tgid_nr_ns(tracer, mine);
		/* Lives as long as the task_struct, which is not freed before RCU lets it. */
		rec->tracer_group = ipcshow_identity(salt, tracer->signal);
	}
	rcu_read_unlock();
}

static void fill_handlers(struct ipcshow_resources *rec, const struct sighand_struct *sighand)
{
	unsigned int i;

	for (i = 0; i < _NSIG; i++) {
		__sighandler_t handler = sighand->action[i].sa.sa_handler;

		if (handler == SIG_IGN)
			rec->sig_ignored |= BIT_ULL(i);
		else if (handler != SIG_DFL)
			rec->sig_caught |= BIT_ULL(i);
	}
}

static void fill_tty(struct ipcshow_resources *rec, const struct ipcshow_salt *salt,
		     struct tty_struct *tty)
{
	dev_t dev = tty_devnum(tty);

	rec->tty = ipcshow_tty_identity(salt, tty);
	rec->tty_major = MAJOR(dev);
	rec->tty_minor = MINOR(dev);
}

/* With the lock of @sighand, which is the task's. */
static void fill_locked(struct ipcshow_resources *rec, const struct ipcshow_salt *salt,
			struct task_struct *task, const struct sighand_struct *sighand)
{
	BUILD_BUG_ON(_NSIG_WORDS != 1);
	rec->sighand = ipcshow_identity(salt, sighand);
	rec->signal = ipcshow_identity(salt, task->signal);
	rec->sig_blocked = task->blocked.sig[0];
	rec->sig_pending = task->pending.signal.sig[0];
	rec->sig_shared_pending = task->signal->shared_pending.signal.sig[0];
	fill_handlers(rec, sighand);
	if (task->signal->tty)
		fill_tty(rec, salt, task->signal->tty);
}

/*
 * As lock_task_sighand(), which modules cannot call. The memory of a table that was
 * let go of may be another one's at once, but is always one's (SLAB_TYPESAFE_BY_RCU):
 * lock what is there, then see whether it is the task's. An exited task has none.
 */
static void fill_signals(struct ipcshow_resources *rec, const struct ipcshow_salt *salt,
			 struct task_struct *task)
{
	struct sighand_struct *sighand;
	unsigned long flags;
	bool own = false;

	rcu_read_lock();
	while (!own) {
		sighand = rcu_dereference(task->sighand);
		if (!sighand)
			break;
		spin_lock_irqsave(&sighand->siglock, flags);
		own = sighand == rcu_access_pointer(task->sighand);
		if (own)
			fill_locked(rec, salt, task, sighand);
		spin_unlock_irqrestore(&sighand->siglock, flags);
	}
	rcu_read_unlock();
}

static void clear(struct ipcshow_resources *rec, u32 tid, u64 flags)
{
	*rec = (struct ipcshow_resources){ .tid = tid, .flags = flags };
}

/**
 * ipcshow_resources_read() - see what a thread uses
 * @rec: filled in but for the header; of the kernel's own memory, since the ring is
 *	seen by the caller before it is known that all of this may be
 * @salt: of its identities
 * @view: what the caller may see
 * @task: a thread of the target
 * @tid: its TID
 *
 * A task that exits lets go of its address space first: as long as it has that, it has
 * the rest.
 *
 * Return: 0, or an error of ipcshow_access_ask() that says nothing of the thread.
 */
int ipcshow_resources_read(struct ipcshow_resources *rec, const struct ipcshow_salt *salt,
			   struct ipcshow_access_view *view, struct task_struct *task,
			   u32 tid)
{
	unsigned int tries;
	int ret;

	for (tries = 0; tries < CHANGE_RETRIES; tries++) {
		if (READ_ONCE(task->mm) != view->mm)
			break;
		ret = ipcshow_access_ask(view, task, IPCSHOW_ACCESS_READ);
		if (ret == -ESRCH)
			continue;
		clear(rec, tid, IPCSHOW_RESOURCES_F_REFUSED);
		if (ret)
			return ret == -EACCES ? 0 : ret;
		clear(rec, tid, 0);
		fill_shared(rec, salt, task);
		fill_cred(rec, salt, task);
		fill_relations(rec, salt, task);
		fill_signals(rec, salt, task);
		if (ipcshow_access_stands(view, task, IPCSHOW_ACCESS_READ))
			return 0;
	}
	clear(rec, tid, IPCSHOW_RESOURCES_F_EXITING);
	return 0;
}
