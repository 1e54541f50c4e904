// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a sleeping thread waits for, by the registers that it entered the kernel
 * with. System call numbers and operations are those of <linux/futex.h>.
 */
#include <elf.h>
#include <errno.h>
#include <linux/futex.h>
#include <sys/uio.h>

#include "futex.h"

/* Where they stand in &ipcshow_regs.reg. */
enum {
	X86_RBP = 4, X86_RBX = 5, X86_R10 = 7, X86_RCX = 11, X86_RDX = 12, X86_RSI = 13,
	X86_RDI = 14, X86_ORIG_RAX = 15, X86_NR = 16,
	ARM64_X8 = 8, ARM64_NR = 9,
};

/* futex2 has one number on all machines. */
#define CALL_WAITV	449
#define CALL_WAIT2	455
#define FUTEX2_IS_PRIVATE	128U

#define WAITV_MAX	128

/* struct futex_waitv of <linux/futex.h>, which is younger than the oldest libc we build on. */
struct waiter {
	u64 value;
	u64 address;
	u32 flags;
	u32 reserved;
};

/* struct call - a system call that a thread is in */
struct call {
	u64 number;
	u64 futex;
	u64 args[4];
};

static bool read_call(struct call *call, const struct ipcshow_regs *regs, u32 machine,
		      bool compat)
{
	const u64 *r = regs->reg;

	if (machine == EM_AARCH64 && !compat && regs->nr >= ARM64_NR) {
		*call = (struct call){ r[ARM64_X8], 98, { r[0], r[1], r[2], r[3] } };
		return true;
	}
	if (machine != EM_X86_64 || regs->nr < X86_NR)
		return false;
	*call = (struct call){ r[X86_ORIG_RAX], 202,
			       { r[X86_RDI], r[X86_RSI], r[X86_RDX], r[X86_R10] } };
	if (compat) {
		/* futex_time64 (422) on a par with futex (240). */
		*call = (struct call){ r[X86_ORIG_RAX], 240,
				       { (u32)r[X86_RBX], (u32)r[X86_RCX], 0, 0 } };
		if (call->number == 422)
			call->number = 240;
	}
	return true;
}

static int wait_add(struct futex_wait *wait, u64 address, bool is_private)
{
	if (!wait->words) {
		wait->words = calloc(WAITV_MAX, sizeof(*wait->words));
		if (!wait->words)
			return -ENOMEM;
	}
	if (wait->nr < WAITV_MAX)
		wait->words[wait->nr++] = (struct futex_word){ address, is_private };
	return 0;
}

static bool is_wait(u32 op)
{
	switch (op & (u32)FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAIT_REQUEUE_PI:
	case FUTEX_LOCK_PI:
	case 13: /* FUTEX_LOCK_PI2 */
		return true;
	}
	return false;
}

static bool is_lock(u32 op)
{
	return (op & (u32)FUTEX_CMD_MASK) == FUTEX_LOCK_PI || (op & (u32)FUTEX_CMD_MASK) == 13;
}

/* The list is the target's memory: what cannot be read is not known. */
static int read_waitv(struct futex_wait *wait, pid_t tid, u64 list, u64 nr)
{
	struct waiter waiters[WAITV_MAX];
	const size_t size = (size_t)min_u64(nr, WAITV_MAX) * sizeof(*waiters);
	const struct iovec from = { (void *)(uintptr_t)list, size };
	const struct iovec to = { waiters, size };
	size_t i;
	int err = 0;

	if (process_vm_readv(tid, &to, 1, &from, 1, 0) != (ssize_t)size)
		return 0;
	for (i = 0; !err && i < size / sizeof(*waiters); i++)
		err = wait_add(wait, waiters[i].address, waiters[i].flags & FUTEX2_IS_PRIVATE);
	return err;
}

/**
 * futex_wait_read() - see what a thread waits for
 * @wait: out
 * @regs: its registers; it must sleep
 * @machine: ELF machine of @regs
 * @compat: it is a 32-bit one
 *
 * Return: 0, also where it waits for nothing, or -ENOMEM.
 */
int futex_wait_read(struct futex_wait *wait, const struct ipcshow_regs *regs, u32 machine,
		    bool compat)
{
	struct call call;

	if (!read_call(&call, regs, machine, compat))
		return 0;
	if (call.number == call.futex && is_wait((u32)call.args[1])) {
		wait->is_lock = is_lock((u32)call.args[1]);
		return wait_add(wait, call.args[0], call.args[1] & FUTEX_PRIVATE_FLAG);
	}
	if (call.number == CALL_WAIT2 && !compat)
		return wait_add(wait, call.args[0], call.args[3] & FUTEX2_IS_PRIVATE);
	if (call.number == CALL_WAITV && !compat)
		return read_waitv(wait, (pid_t)regs->tid, call.args[0], call.args[1]);
	return 0;
}

bool futex_wait_is_same(const struct futex_wait *a, const struct futex_wait *b)
{
	size_t i;

	if (a->nr != b->nr || a->is_lock != b->is_lock)
		return false;
	for (i = 0; i < a->nr; i++)
		if (a->words[i].address != b->words[i].address ||
		    a->words[i].is_private != b->words[i].is_private)
			return false;
	return true;
}

void futex_wait_free(struct futex_wait *wait)
{
	free(wait->words);
	*wait = (struct futex_wait){ 0 };
}
