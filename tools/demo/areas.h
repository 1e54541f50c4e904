/* SPDX-License-Identifier: GPL-2.0 */
#ifndef AREAS_H
#define AREAS_H

#include "variables.h"
#include "view.h"

/* Who is compared. */
enum pair {
	PAIR_PROGRAMS,	/* two processes that were started apart, of one program */
	PAIR_FORK,	/* parent and child, before and after both have written */
	PAIR_THREADS,	/* two threads of one process */
	NR_PAIRS
};

/* Rows: the variables of variables_find(), shared memory, and registers. */
#define ROW_SHARED	NR_VARIABLES
#define ROW_REGISTERS	(NR_VARIABLES + 1)
#define NR_AREA_ROWS	(NR_VARIABLES + 2)

/* What two tasks have of an address space. */
enum space {
	SPACE_UNKNOWN,
	SPACE_NONE,		/* it is in no address space */
	SPACE_SAME,
	SPACE_INDEPENDENT,
};

/* What two tasks have of the memory in it. */
enum memory {
	MEMORY_UNKNOWN,
	MEMORY_SAME,		/* one address space, one address */
	MEMORY_SHARED,		/* one physical page */
	MEMORY_COW,		/* one physical page, until one of them wrote */
	MEMORY_INDEPENDENT,	/* two physical pages */
	MEMORY_REACHABLE,	/* each its own, that the other has written to all the same */
	MEMORY_OWN,		/* each its own, that the other cannot reach */
};

/**
 * struct area_cell - what two tasks have of an area, as it was measured
 * @space: @memory: the verdicts
 * @pids: TIDs of the two
 * @addresses: where each has it; 0: nowhere
 * @same_before: of PAIR_FORK: it was one page before the two wrote
 */
struct area_cell {
	enum space space;
	enum memory memory;
	pid_t pids[2];
	__u64 addresses[2];
	bool same_before;
};

struct area_cells {
	struct area_cell cells[NR_PAIRS][NR_AREA_ROWS];
};

/* Those that are to be found are started, and stay. */
void areas_measure(struct area_cells *cells);

const char *area_row_name(size_t row);
const char *space_word(enum space space);
const char *memory_word(enum memory memory);
/* As the textbook has it. */
enum space space_expected(enum pair pair, size_t row);
enum memory memory_expected(enum pair pair, size_t row);

#endif
