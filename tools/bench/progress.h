/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

void progress_begin(size_t steps, bool quiet);
void progress_step(const char *what);
void progress_clear(void);

#endif
