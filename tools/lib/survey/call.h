/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_CALL_H
#define IPCSHOW_CALL_H

#include "internal.h"

/**
 * struct call - a system call that a thread is in
 * @number: its number
 * @args: what it was called with
 * @futex: the number of futex() there
 */
struct call {
	u64 number;
	u64 args[4];
	u64 futex;
};

bool call_read(struct call *call, const struct ipcshow_regs *regs, u32 machine, bool compat);

#endif
