/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_POINTS_H
#define FUZZ_POINTS_H

#include "coverage.h"

/**
 * struct point - a place in the module that tells when it is reached: a basic block
 * @section: of the module; as a number, from 0
 * @offset: in it, of what follows the call that tells
 * @address: the lower half of where that is now
 */
struct point {
	uint32_t section;
	uint32_t address;
	uint64_t offset;
};

#define SECTIONS_MAX	8

/**
 * struct points - all of them
 * @point: by address
 * @nr: of them
 * @section: names of sections
 * @nr_sections: of them
 */
struct points {
	struct point *point;
	size_t nr;
	char section[SECTIONS_MAX][32];
	uint32_t nr_sections;
};

/* Of the module at @path, which must be loaded; what only runs then, or at unload, is left out. */
void points_read(struct points *points, const char *path);
/* How many of them edges lead to. */
size_t points_reached(const struct points *points, const struct coverage *coverage);
/* Writes those that none leads to: "SECTION OFFSET" each, for addr2line. */
void points_write_unreached(const struct points *points, const struct coverage *coverage,
			    const char *path);

#endif
