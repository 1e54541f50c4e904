/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_FUTEX_H
#define IPCSHOW_FUTEX_H

#include "internal.h"
#include "peek.h"

/**
 * struct futex_word - a word that a thread waits on
 * @address: in its address space
 * @is_private: the caller said that only threads of this address space use it
 */
struct futex_word {
	u64 address;
	bool is_private;
};

/**
 * struct futex_wait - what a thread waits for in futex() or futex_waitv()
 * @words: from malloc(), or NULL
 * @nr: how many
 * @is_lock: a lock with priority inheritance, whose word names its owner
 * @owner: TID of this, in the PID namespace of the one that waits; 0: not known
 */
struct futex_wait {
	struct futex_word *words;
	size_t nr;
	bool is_lock;
	u32 owner;
};

/**
 * struct futex_caller - a thread that sleeps, perhaps in futex() or futex_waitv()
 * @regs: its registers
 * @machine: ELF machine of @regs
 * @compat: it is a 32-bit one
 * @tgid: its process
 */
struct futex_caller {
	const struct ipcshow_regs *regs;
	u32 machine;
	bool compat;
	u32 tgid;
};

int futex_wait_read(struct futex_wait *wait, const struct futex_caller *caller, struct peek *peek);
void futex_wait_settle(struct futex_wait *first, const struct futex_wait *second);
void futex_wait_free(struct futex_wait *wait);

#endif
