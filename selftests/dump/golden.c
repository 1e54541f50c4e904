// SPDX-License-Identifier: GPL-2.0
/*
 * A program whose address space is the same on every machine: no C library, no
 * relocation, every mapping at a place of its own. The golden files show it.
 */
#include <asm/unistd.h>
#include <linux/mman.h>
#include <linux/sched.h>

#define PAGE		4096UL
#define ARCH_SET_FS	0x1002
#define PR_SET_NAME	15

#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)
#define SHARED	(MAP_SHARED | MAP_ANONYMOUS)
#define RW	(PROT_READ | PROT_WRITE)

static const volatile char rodata[100] = "rodata";
static volatile char data[PAGE + 100] = "data";
static volatile char bss[3 * PAGE];
static __thread volatile long tls[8];

long sys(long number, long a, long b, long c, long d, long e, long f);
long spawn(unsigned long flags, void *stack, int *parent, int *child, void *tp, void (*run)(void));

/* The stack that the kernel gives is aligned; a function expects a return address on it. */
asm(".global _start\n"
    "_start:	call begin\n"
    "	ud2\n"
    "sys:	mov %rdi, %rax\n"
    "	mov %rsi, %rdi\n"
    "	mov %rdx, %rsi\n"
    "	mov %rcx, %rdx\n"
    "	mov %r8, %r10\n"
    "	mov %r9, %r8\n"
    "	mov 8(%rsp), %r9\n"
    "	syscall\n"
    "	ret\n"
    "spawn:	mov %rcx, %r10\n"
    "	mov $56, %eax\n"	/* clone */
    "	syscall\n"
    "	test %eax, %eax\n"
    "	jnz 1f\n"
    "	call *%r9\n"
    "	ud2\n"
    "1:	ret\n");

static char *map(unsigned long at, unsigned long pages, int prot, int flags, int fd)
{
	sys(__NR_mmap, at, pages * PAGE, prot, flags | MAP_FIXED, fd, 0);
	return (char *)at;
}

static void touch(volatile char *start, unsigned long pages)
{
	while (pages--)
		start[pages * PAGE] = 1;
}

static void say(const char *word, unsigned long size)
{
	sys(__NR_write, 1, (long)word, size, 0, 0, 0);
}

static void wait_for_ever(void)
{
	for (;;)
		sys(__NR_pause, 0, 0, 0, 0, 0, 0);
}

static void second(void)
{
	sys(__NR_prctl, PR_SET_NAME, (long)"golden two", 0, 0, 0, 0);
	tls[0] = 2;
	say("ready\n", 6);
	wait_for_ever();
}

void __attribute__((used)) begin(void)
{
	unsigned long brk = sys(__NR_brk, 0, 0, 0, 0, 0, 0);
	int memfd = sys(__NR_memfd_create, (long)"golden memfd", 0, 0, 0, 0, 0);
	char *own, *stack;

	data[PAGE] = rodata[0];
	touch(bss, 3);
	sys(__NR_brk, brk + 8 * PAGE, 0, 0, 0, 0, 0);
	touch((char *)brk, 2);

	/* The main thread's TLS block and control block, as a loader makes them. */
	own = map(0x10000000, 1, RW, ANON, -1);
	*(void **)(own + 2048) = own + 2048;
	sys(__NR_arch_prctl, ARCH_SET_FS, (long)(own + 2048), 0, 0, 0, 0);
	tls[0] = 1;

	/* As wide as any number in its column, and never a huge page. */
	touch(map(0x20001000, 400, RW, ANON, -1), 250);
	map(0x28000000, 4, PROT_NONE, ANON, -1);
	touch(map(0x30000000, 4, RW, SHARED, -1), 2);
	sys(__NR_ftruncate, memfd, 8 * PAGE, 0, 0, 0, 0);
	touch(map(0x40000000, 8, RW, MAP_SHARED, memfd), 3);
	touch(map(0x48000000, 8, RW, MAP_PRIVATE, memfd), 1);

	map(0x60000000, 1, PROT_NONE, ANON, -1);
	stack = map(0x60001000, 16, RW, ANON, -1) + 16 * PAGE - 2048;
	*(void **)stack = stack;
	spawn(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
	      CLONE_SETTLS, stack - 1024, 0, 0, stack, second);
	wait_for_ever();
}
