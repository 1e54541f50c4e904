/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COLUMNS_H
#define COLUMNS_H

#include "map.h"

/**
 * struct row - what columns take their cells from
 * @map: the map
 * @tie: the tie
 * @bytes: sizes in texts as plain numbers
 */
struct row {
	const struct map *map;
	const struct tie *tie;
	bool bytes;
};

extern const struct sheet ties_sheet;

#endif
