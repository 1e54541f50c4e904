// SPDX-License-Identifier: LGPL-2.1-or-later
/* A small hash table. Its keys are hashes already (see ipcshow.h, Records). */
#include <errno.h>

#include "table.h"

static struct table_slot *slot_of(const struct table *table, u64 key)
{
	size_t i = (size_t)(key ^ key >> 32) & table->mask;

	while (table->slots[i].key && table->slots[i].key != key)
		i = (i + 1) & table->mask;
	return &table->slots[i];
}

void *table_find(const struct table *table, u64 key)
{
	return table->slots && key ? slot_of(table, key)->value : NULL;
}

static int table_resize(struct table *table)
{
	struct table new = { .mask = table->slots ? table->mask * 2 + 1 : 63 };
	size_t i;

	new.slots = calloc(new.mask + 1, sizeof(*new.slots));
	if (!new.slots)
		return -ENOMEM;
	for (i = 0; table->slots && i <= table->mask; i++)
		if (table->slots[i].key)
			*slot_of(&new, table->slots[i].key) = table->slots[i];
	new.nr = table->nr;
	free(table->slots);
	*table = new;
	return 0;
}

/* Replaces the value that @key has. */
int table_put(struct table *table, u64 key, void *value)
{
	struct table_slot *slot;
	int err;

	if (!table->slots || table->nr >= table->mask / 2) {
		err = table_resize(table);
		if (err)
			return err;
	}
	slot = slot_of(table, key);
	if (!slot->key)
		table->nr++;
	*slot = (struct table_slot){ key, value };
	return 0;
}

void table_clear(struct table *table, void (*drop)(void *value))
{
	size_t i;

	for (i = 0; table->slots && i <= table->mask; i++)
		if (table->slots[i].key && drop)
			drop(table->slots[i].value);
	free(table->slots);
	*table = (struct table){ 0 };
}
