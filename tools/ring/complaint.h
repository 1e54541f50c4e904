/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPLAINT_H
#define COMPLAINT_H

#include <stddef.h>

/* These translate what they are given, but for the path. */
void complain_of_path(const char *path, const char *reason);
void note(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *reason_of_broker(int err);
const char *reason_of_ring(int err);

#endif
