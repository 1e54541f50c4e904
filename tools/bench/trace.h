/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct run;

int trace_attach(pid_t pid);
int trace_begin(const struct run *run);
void trace_go_on(pid_t pid, int status);
bool trace_ended(pid_t pid);
uint64_t trace_end(void);

#endif
