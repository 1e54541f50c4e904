// SPDX-License-Identifier: GPL-2.0
/* A value in a register of a thread that sleeps, and the same seen from outside. */
#include <sys/syscall.h>

#include "kept.h"

/* The register, and its place in &struct ipcshow_regs. */
#if defined(__x86_64__)
#define KEPT_NAME	"r12"
#define KEPT_INDEX	3
#elif defined(__aarch64__)
#define KEPT_NAME	"x19"
#define KEPT_INDEX	19
#else
#error "which register do calls keep here, and how is a system call made?"
#endif

const char *kept_name(void)
{
	return KEPT_NAME;
}

unsigned long kept_sleep(unsigned long value, int fd)
{
	register unsigned long kept asm(KEPT_NAME) = value;
	char c;
#if defined(__x86_64__)
	long ret = SYS_read;

	asm volatile("syscall" : "+a"(ret), "+r"(kept)
		     : "D"((long)fd), "S"(&c), "d"(1L) : "rcx", "r11", "memory");
#else
	register long number asm("x8") = SYS_read;
	register long ret asm("x0") = fd;
	register char *to asm("x1") = &c;
	register long size asm("x2") = 1;

	asm volatile("svc 0" : "+r"(ret), "+r"(kept)
		     : "r"(number), "r"(to), "r"(size) : "memory");
#endif
	return kept;
}

/* Whoever is said to sleep may still be on its way there: its registers are not saved yet. */
bool kept_see(const struct ipcshow_thread_view *thread, __u64 *value)
{
	if (thread->thread->state != 'S' || !thread->regs || thread->regs->nr <= KEPT_INDEX ||
	    thread->thread->flags & IPCSHOW_THREAD_F_STALE)
		return false;
	*value = thread->regs->reg[KEPT_INDEX];
	return true;
}
