/* SPDX-License-Identifier: GPL-2.0 */
#ifndef REGISTERS_H
#define REGISTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "child.h"

/*
 * What ptrace says of the registers of a thread: the second method. They stand in the order of
 * struct ipcshow_regs, and some may follow. What cannot be traced ends the program.
 */

#define REGISTERS_MAX	40

struct registers {
	uint64_t reg[REGISTERS_MAX];
};

/*
 * The thread stands meanwhile, and what waits for its child in vfork() goes on, since that child is
 * killed. What may have changed is what the call that it is in gives back. False: it has gone.
 */
bool registers_read(struct registers *registers, pid_t tid);

#define CALLS_MAX	64

/* With what a process called ioctl(), in memory that it shares with who traces it. */
struct calls {
	size_t nr;
	struct registers at[CALLS_MAX];
};

/* In a child that is traced: each ioctl() from now on is noted. */
void calls_begin(void);
/* In its parent: tell it to go on, and note its calls until it has ended. */
void calls_trace(struct calls *calls, struct child *child);

#endif
