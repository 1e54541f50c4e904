/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_CALL_H
#define IPCSHOW_CALL_H

#include "internal.h"

/**
 * struct call - a system call that a thread is in
 * @number: its number
 * @args: what it was called with
 * @futex: @clone: @vfork: numbers that these have there
 */
struct call {
	u64 number;
	u64 args[4];
	u64 futex;
	u64 clone;
	u64 vfork;
};

bool call_read(struct call *call, const struct ipcshow_regs *regs, u32 machine, bool compat);
bool call_is_vfork(const struct call *call, pid_t tid);
bool memory_read(pid_t tid, u64 address, void *to, size_t size);

#endif
