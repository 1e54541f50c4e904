/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PAGE_H
#define PAGE_H

#include <stdio.h>

#include "run.h"

void page_write(FILE *to, const struct run *run, const struct map *map, const char *svg);
void picture_put(FILE *to, const char *svg);

#endif
