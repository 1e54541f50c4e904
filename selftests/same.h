/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAME_H
#define SAME_H

#include "reader.h"

/*
 * Two snapshots of one target that stands still must say the same, however they came
 * about. NULL: they do; else the first record that differs, or that only one has.
 */
const struct ipcshow_record *snapshot_difference(const struct snapshot *a,
						 const struct snapshot *b);

#endif
