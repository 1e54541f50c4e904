/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_QUOTA_H
#define IPCSHOW_QUOTA_H

#include <linux/gfp.h>
#include <linux/types.h>

/*
 * How memory is allocated that a caller pays for: who asks for more than there is,
 * in the machine or in its cgroup, is told ENOMEM, and nobody is killed for it.
 */
#define IPCSHOW_GFP	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

struct ipcshow_user;

/**
 * struct ipcshow_charge - memory that a user was charged with
 * @user: who pays; NULL: nothing is charged
 * @bytes: how much
 */
struct ipcshow_charge {
	struct ipcshow_user *user;
	u64 bytes;
};

int ipcshow_quota_charge(struct ipcshow_charge *charge, u64 bytes);
void ipcshow_quota_uncharge(struct ipcshow_charge *charge);
u64 ipcshow_quota_user_limit(void);

#endif
