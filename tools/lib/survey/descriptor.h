/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_DESCRIPTOR_H
#define IPCSHOW_DESCRIPTOR_H

#include "internal.h"

/* struct descriptors - FD records, by table and number once they were settled */
struct descriptors {
	struct ipcshow_fd **all;
	size_t nr;
	size_t room;
};

int descriptors_add(struct descriptors *descriptors, const struct ipcshow_fd *rec);
void descriptors_sort(struct descriptors *descriptors);
size_t descriptors_settle(struct descriptors *first, const struct descriptors *second);
size_t descriptors_of_table(const struct descriptors *descriptors, u64 files);
void descriptors_free(struct descriptors *descriptors);

#endif
