// SPDX-License-Identifier: GPL-2.0
/*
 * What leaves the kernel in place of a pointer: a keyed hash that is equal for
 * equal objects and tells nothing else. The top bit is clear, so that no
 * identity can be mistaken for a kernel address, by a person or by a test.
 */
#include <linux/cache.h>
#include <linux/init.h>
#include <linux/random.h>
#include <linux/siphash.h>

#include "identity.h"

static siphash_key_t key __ro_after_init;

void __init ipcshow_identity_init(void)
{
	get_random_bytes(&key, sizeof(key));
}

/**
 * ipcshow_identity_pair() - identity of two objects together
 * @a: address of the one
 * @b: address of the other, or NULL
 *
 * Return: the identity, which is never 0; 0 where @a is NULL.
 */
u64 ipcshow_identity_pair(const void *a, const void *b)
{
	u64 hash;

	if (!a)
		return 0;
	hash = siphash_2u64((unsigned long)a, (unsigned long)b, &key);
	return (hash & ~BIT_ULL(63)) ?: 1;
}

/**
 * ipcshow_identity() - identity of an object
 * @object: its address, or NULL
 *
 * Return: the identity, which is never 0; 0 for NULL.
 */
u64 ipcshow_identity(const void *object)
{
	return ipcshow_identity_pair(object, NULL);
}
