// SPDX-License-Identifier: GPL-2.0
/*
 * A 32-bit program to look at, without a C library, which few machines have in
 * 32 bits. It prints what zoo.h describes: its code, its TLS, its alternate
 * signal stack, a second thread's stack, and many mappings.
 */
#include <stddef.h>
#include <stdint.h>

#define PAGE		4096U
#define MAPPINGS	2000U
#define STACK_SIZE	(16U << 10)

/* Numbers and flags of i386, whichever headers this machine has. */
#define SYS_READ	3
#define SYS_WRITE	4
#define SYS_PAUSE	29
#define SYS_CLONE	120
#define SYS_MPROTECT	125
#define SYS_SIGALTSTACK	186
#define SYS_MMAP2	192
#define SYS_MADVISE	219
#define SYS_SET_THREAD_AREA	243
#define SYS_EXIT_GROUP	252

#define PROT_READ	1
#define PROT_WRITE	2
#define MAP_PRIVATE_ANONYMOUS	0x22
#define MADV_NOHUGEPAGE	15
/* VM, FS, FILES, SIGHAND, THREAD, SYSVSEM */
#define THREAD_FLAGS	0x50f00

static long call6(long number, long a, long b, long c, long d, long e)
{
	long result;

	__asm__ volatile ("int $0x80"
			  : "=a" (result)
			  : "a" (number), "b" (a), "c" (b), "d" (c), "S" (d), "D" (e)
			  : "memory");
	return result;
}

/* A sixth argument would be in ebp; the offset of mmap2() alone is one, and here of no effect. */
#define call(number, a, b, c)	call6(number, (long)(a), (long)(b), (long)(c), 0, 0)

static void die(void)
{
	call(SYS_EXIT_GROUP, 1, 0, 0);
}

static char *map(size_t size, int prot)
{
	long start = call6(SYS_MMAP2, 0, size, prot, MAP_PRIVATE_ANONYMOUS, -1);

	if (start < 0 && start > -(long)PAGE)
		die();
	return (char *)start;
}

static void put(const char *text, size_t size)
{
	if (call(SYS_WRITE, 1, text, size) != (long)size)
		die();
}

static void put_text(const char *text)
{
	size_t size = 0;

	while (text[size])
		size++;
	put(text, size);
}

static void put_hex(uint32_t number)
{
	char digits[9] = " ";
	int i;

	for (i = 8; i; i--, number >>= 4)
		digits[i] = "0123456789abcdef"[number & 15];
	put(digits, sizeof(digits));
}

static void say(const char *name, const void *start, size_t size)
{
	put_text(name);
	put_hex((uint32_t)start);
	put_hex((uint32_t)start + size);
	put_text("\n");
}

static void make_tls(void)
{
	/* struct user_desc: a new entry, 32-bit, its limit in pages, usable. */
	struct {
		uint32_t entry;
		uint32_t base;
		uint32_t limit;
		uint32_t flags;
	} area = { -1U, 0, 0xfffff, 0x51 };
	char *start = map(PAGE, PROT_READ | PROT_WRITE);

	area.base = (uint32_t)start + 64;
	if (call(SYS_SET_THREAD_AREA, &area, 0, 0))
		die();
	__asm__ volatile ("movw %w0, %%gs" : : "q" (area.entry << 3 | 3));
	say("tls", (char *)area.base, 1);
}

static void make_signal_stack(void)
{
	struct {
		char *start;
		int flags;
		size_t size;
	} stack = { map(STACK_SIZE, PROT_READ | PROT_WRITE), 0, STACK_SIZE };

	if (call(SYS_SIGALTSTACK, &stack, 0, 0))
		die();
	say("altstack", stack.start, STACK_SIZE);
}

static void make_thread(void)
{
	char *stack = map(STACK_SIZE, PROT_READ | PROT_WRITE);
	long result;

	/* The new thread has an empty stack, so it never returns from here. */
	__asm__ volatile ("int $0x80\n\t"
			  "test %%eax, %%eax\n\t"
			  "jnz 1f\n"
			  "0:\tmovl %[pause], %%eax\n\t"
			  "int $0x80\n\t"
			  "jmp 0b\n"
			  "1:"
			  : "=a" (result)
			  : "a" (SYS_CLONE), "b" (THREAD_FLAGS), "c" (stack + STACK_SIZE - 64),
			    "d" (0), "S" (0), "D" (0), [pause] "i" (SYS_PAUSE)
			  : "memory");
	if (result < 0)
		die();
	say("stack", stack, STACK_SIZE);
}

/* Neighbours of unlike access are VMAs of their own. */
static void make_mappings(void)
{
	char *start = map(MAPPINGS * PAGE, PROT_READ | PROT_WRITE);
	size_t i;

	/* Not all kernels know it. */
	call(SYS_MADVISE, start, MAPPINGS * PAGE, MADV_NOHUGEPAGE);
	for (i = 0; i < MAPPINGS; i += 2) {
		start[i * PAGE] = 1;
		if (call(SYS_MPROTECT, start + (i + 1) * PAGE, PAGE, PROT_READ))
			die();
	}
	say("mappings", start, MAPPINGS * PAGE);
}

/* The kernel does not begin a program as functions are called. */
void _start(void);
__attribute__((force_align_arg_pointer)) void _start(void)
{
	char byte;

	say("code", (void *)_start, 1);
	make_tls();
	make_signal_stack();
	make_thread();
	make_mappings();
	put_text("ready\n");
	while (call(SYS_READ, 0, &byte, 1) > 0)
		;
	call(SYS_EXIT_GROUP, 0, 0, 0);
}
