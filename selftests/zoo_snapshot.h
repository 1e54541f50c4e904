/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZOO_SNAPSHOT_H
#define ZOO_SNAPSHOT_H

#include "zoo_test.h"

/* All that there is of the zoo: what the module says, and what the kernel does. */
FIXTURE(zoo) {
	struct snapshot snapshot;
	struct maps smaps;
};

FIXTURE_SETUP(zoo)
{
	ASSERT_EQ(0, snapshot_of(zoo.pid, WHAT_ALL, &self->snapshot));
	proc_smaps(zoo.pid, &self->smaps);
}

FIXTURE_TEARDOWN(zoo)
{
	snapshot_free(&self->snapshot);
	proc_free(&self->smaps);
}

static const struct ipcshow_region *find(const struct snapshot *snapshot, const char *name)
{
	const struct animal *animal = zoo_find(&zoo, name, 0);

	return animal ? snapshot_region(snapshot, animal->start) : NULL;
}

#endif
