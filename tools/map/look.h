/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LOOK_H
#define LOOK_H

#include "map.h"
#include "surveyor.h"

/**
 * struct look - a look that is being taken
 * @map: what it makes
 * @device: the module
 * @any_open: some process is open, so that others are opened beside it
 * @limit: so many can be open; 0: all
 * @surveyor: is at work while all are open
 */
struct look {
	struct map *map;
	struct ipcshow_device *device;
	bool any_open;
	size_t limit;
	struct surveyor surveyor;
};

int look_find_channels(struct look *look);

#endif
