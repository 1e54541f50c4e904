// SPDX-License-Identifier: GPL-2.0
/*
 * Bounds on the memory that callers can make the module hold: a share for each
 * user, and a limit for all together. (It is charged to the caller's memory
 * cgroup as well, by the allocator.)
 */
#include <linux/cred.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "quota.h"

static unsigned int ring_user_kib = 16 << 10;
module_param(ring_user_kib, uint, 0644);
MODULE_PARM_DESC(ring_user_kib, "memory that one user may hold, KiB (default 16384)");

static unsigned int ring_total_kib;
module_param(ring_total_kib, uint, 0644);
MODULE_PARM_DESC(ring_total_kib, "memory that all users may hold together, KiB (default 0: 1/16 of the machine's)");

struct ipcshow_user {
	struct list_head node;
	kuid_t uid;
	u64 bytes;
};

/* Protects @users, each user in it, and @total. Nests in no lock of ours. */
static DEFINE_MUTEX(quota_lock);
static LIST_HEAD(users);
static u64 total;

/*
 * A user of a user namespace is charged to the owner of the outermost one, or
 * whoever may map a range of UIDs would have as many shares.
 */
static kuid_t accountable_uid(void)
{
	struct user_namespace *ns = current_user_ns();
	kuid_t uid = current_uid();

	while (ns != &init_user_ns) {
		uid = ns->owner;
		ns = ns->parent;
	}
	return uid;
}

/* Gives @fresh a place in the list if it is the first of that UID. */
static struct ipcshow_user *user_find_or_add(struct ipcshow_user *fresh)
{
	struct ipcshow_user *user;

	list_for_each_entry(user, &users, node)
		if (uid_eq(user->uid, fresh->uid))
			return user;

	list_add(&fresh->node, &users);
	return fresh;
}

static void user_drop_if_unused(struct ipcshow_user *user)
{
	if (user->bytes)
		return;
	list_del(&user->node);
	kfree(user);
}

static u64 total_limit(void)
{
	u64 kib = READ_ONCE(ring_total_kib);

	return kib ? kib << 10 : ((u64)totalram_pages() << PAGE_SHIFT) / 16;
}

/**
 * ipcshow_quota_user_limit() - share of one user, bytes
 */
u64 ipcshow_quota_user_limit(void)
{
	return min((u64)READ_ONCE(ring_user_kib) << 10, total_limit());
}

/**
 * ipcshow_quota_charge() - charge the current user
 * @charge: filled in; to be given to ipcshow_quota_uncharge()
 * @bytes: how much
 *
 * Return: 0; -EDQUOT: over the share of the user; -ENOSPC: over what
 * all may have; -ENOMEM.
 */
int ipcshow_quota_charge(struct ipcshow_charge *charge, u64 bytes)
{
	u64 user_limit = ipcshow_quota_user_limit();
	u64 all_limit = total_limit();
	struct ipcshow_user *fresh, *user;
	int ret = 0;

	/* Not under the lock: it may wait long for a cgroup that has no memory left. */
	fresh = kzalloc(sizeof(*fresh), IPCSHOW_GFP);
	if (!fresh)
		return -ENOMEM;
	fresh->uid = accountable_uid();

	mutex_lock(&quota_lock);
	user = user_find_or_add(fresh);
	if (bytes > user_limit || user->bytes > user_limit - bytes)
		ret = -EDQUOT;
	else if (bytes > all_limit || total > all_limit - bytes)
		ret = -ENOSPC;
	if (!ret) {
		user->bytes += bytes;
		total += bytes;
		charge->user = user;
		charge->bytes = bytes;
	}
	if (user != fresh)
		kfree(fresh);
	else
		user_drop_if_unused(user);
	mutex_unlock(&quota_lock);
	return ret;
}

/**
 * ipcshow_quota_uncharge() - give back what was charged
 * @charge: of ipcshow_quota_charge(), or zeroed; it is zeroed
 */
void ipcshow_quota_uncharge(struct ipcshow_charge *charge)
{
	if (!charge->user)
		return;
	mutex_lock(&quota_lock);
	total -= charge->bytes;
	charge->user->bytes -= charge->bytes;
	user_drop_if_unused(charge->user);
	mutex_unlock(&quota_lock);
	*charge = (struct ipcshow_charge){};
}
