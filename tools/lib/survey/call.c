// SPDX-License-Identifier: LGPL-2.1-or-later
/* The system call that a thread sleeps in, by the registers that it entered the kernel with. */
#include <elf.h>

#include "call.h"

/* Where they stand in &ipcshow_regs.reg. */
enum {
	X86_RBP = 4, X86_RBX = 5, X86_R10 = 7, X86_RCX = 11, X86_RDX = 12, X86_RSI = 13,
	X86_RDI = 14, X86_ORIG_RAX = 15, X86_NR = 16,
	ARM64_X8 = 8, ARM64_NR = 9,
};

static void read_x86(struct call *call, const u64 *r)
{
	*call = (struct call){
		.number = r[X86_ORIG_RAX],
		.args = { r[X86_RDI], r[X86_RSI], r[X86_RDX], r[X86_R10] },
		.futex = 202,
	};
}

static void read_i386(struct call *call, const u64 *r)
{
	*call = (struct call){
		.number = r[X86_ORIG_RAX],
		.args = { (u32)r[X86_RBX], (u32)r[X86_RCX] },
		.futex = 240,
	};
	/* futex_time64 (422) on a par with futex. */
	if (call->number == 422)
		call->number = call->futex;
}

static void read_arm64(struct call *call, const u64 *r)
{
	*call = (struct call){
		.number = r[ARM64_X8],
		.args = { r[0], r[1], r[2], r[3] },
		.futex = 98,
	};
}

/**
 * call_read() - in which system call a thread is
 * @call: out
 * @regs: its registers; it must sleep
 * @machine: ELF machine of @regs
 * @compat: it is a 32-bit one
 *
 * Return: false: not known.
 */
bool call_read(struct call *call, const struct ipcshow_regs *regs, u32 machine, bool compat)
{
	if (machine == EM_AARCH64 && !compat && regs->nr >= ARM64_NR)
		read_arm64(call, regs->reg);
	else if (machine == EM_X86_64 && compat && regs->nr >= X86_NR)
		read_i386(call, regs->reg);
	else if (machine == EM_X86_64 && regs->nr >= X86_NR)
		read_x86(call, regs->reg);
	else
		return false;
	return true;
}
