// SPDX-License-Identifier: GPL-2.0
/*
 * How long a look holds the target's mmap lock, as the kernel's own trace
 * points see it: the same measure for the module and for its peers. What END
 * says of the module's holds is measured apart.
 */
#include <string.h>

#include "bench.h"
#include "lock_trace.h"

static void look(const struct cell *cell, const struct target *target)
{
	struct result *result = &results[cell->shape][cell->method];
	struct facts facts;
	struct lock_trace seen;
	int ret, traced;
	u64 ns;

	lock_trace_begin();
	ret = method_run(cell->method, target, false, &facts, &ns);
	traced = lock_trace_end(&seen);
	if (!ret)
		ret = traced;
	if (ret) {
		disagree(cell->shape, cell->method, "failed: %s", strerror(-ret));
		return;
	}
	if (seen.longest_ns > 0)
		series_add(&result->series[QUANTITY_HOLD_SEEN], seen.longest_ns);
}

void hold_run(const struct experiment *experiment)
{
	int ret = lock_trace_open("ipcshow-bench");

	for (size_t i = 0; i < CELLS_MAX && experiment->cell[i].method; i++) {
		const struct cell *cell = &experiment->cell[i];
		static struct target target;

		if (ret) {
			results[cell->shape][cell->method].missing =
				"the hold of the lock: no trace points";
			continue;
		}
		if (!target.pid)
			target_start(&target, cell->shape);
		for (unsigned int round = 0; round < experiment->rounds; round++)
			look(cell, &target);
		if (i + 1 == CELLS_MAX || experiment->cell[i + 1].shape != cell->shape)
			target_stop(&target);
	}
	if (!ret)
		lock_trace_close();
}
