// SPDX-License-Identifier: GPL-2.0
/*
 * What leaves the kernel in place of a pointer: a keyed hash that is equal for
 * equal objects and tells nothing else. The top bit is clear, so that no
 * identity can be mistaken for a kernel address, by a person or by a test.
 */
#include <linux/bits.h>
#include <linux/random.h>
#include <linux/siphash.h>

#include "identity.h"

/**
 * ipcshow_salt_init() - choose a salt at random
 * @salt: it
 */
void ipcshow_salt_init(struct ipcshow_salt *salt)
{
	get_random_bytes(&salt->key, sizeof(salt->key));
}

/**
 * ipcshow_identity_pair() - identity of two objects together
 * @salt: of the open file that it is for
 * @a: address of the one
 * @b: address of the other, or NULL
 *
 * Return: the identity, which is never 0; 0 where @a is NULL.
 */
u64 ipcshow_identity_pair(const struct ipcshow_salt *salt, const void *a, const void *b)
{
	u64 hash;

	if (!a)
		return 0;
	hash = siphash_2u64((unsigned long)a, (unsigned long)b, &salt->key);
	return (hash & ~BIT_ULL(63)) ?: 1;
}

/**
 * ipcshow_identity() - identity of an object
 * @salt: of the open file that it is for
 * @object: its address, or NULL
 *
 * Return: the identity, which is never 0; 0 for NULL.
 */
u64 ipcshow_identity(const struct ipcshow_salt *salt, const void *object)
{
	return ipcshow_identity_pair(salt, object, NULL);
}
