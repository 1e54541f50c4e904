/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_TABLE_H
#define IPCSHOW_TABLE_H

#include "internal.h"

/**
 * struct table - pointers by a key that is not 0 (an identity)
 * @slots: open addressing, linear probing; @mask + 1 of them, or NULL
 * @mask: number of slots less one
 * @nr: slots in use
 */
struct table {
	struct table_slot {
		u64 key;
		void *value;
	} *slots;
	size_t mask;
	size_t nr;
};

void *table_find(const struct table *table, u64 key);
int table_put(struct table *table, u64 key, void *value);
void table_clear(struct table *table, void (*drop)(void *value));

#endif
