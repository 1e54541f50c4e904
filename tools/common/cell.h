/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CELL_H
#define CELL_H

#include "column.h"

#define CELL_MAX	(SCRATCH_MAX * 4 + 1)

const char *cell_text(const struct value *value, bool bytes, char *to, size_t room);
void raw_heading(struct out *out, const struct selection *selection);
void raw_line(struct out *out, const struct selection *selection, struct row *row, bool bytes);

#endif
