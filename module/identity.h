/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_IDENTITY_H
#define IPCSHOW_IDENTITY_H

#include <linux/siphash.h>
#include <linux/types.h>

/**
 * struct ipcshow_salt - what the identities of one open file are made with
 * @key: of the hash
 *
 * Those of all targets of the file can be compared with each other, and with none of
 * another file's: with one salt for all, equal identities over time would tell that
 * an object lies where another was before.
 */
struct ipcshow_salt {
	siphash_key_t key;
};

void ipcshow_salt_init(struct ipcshow_salt *salt);
u64 ipcshow_identity(const struct ipcshow_salt *salt, const void *object);
u64 ipcshow_identity_pair(const struct ipcshow_salt *salt, const void *a, const void *b);

#endif
