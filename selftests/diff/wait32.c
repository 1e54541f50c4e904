// SPDX-License-Identifier: GPL-2.0
/*
 * A 32-bit program that waits on a futex word in the file that is its standard input. It has no C
 * library: Debian's gcc makes 32-bit code without one.
 */
#define NR_WRITE	4
#define NR_MMAP2	192
#define NR_FUTEX	240
#define PAGE		4096

/* The sixth argument comes in %ebp. */
static long call(long number, long a, long b, long c, long d, long e, long f)
{
	const long arguments[] = { number, f };
	long result = (long)arguments;

	asm volatile("push %%ebp\n\t"
		     "mov 4(%%eax), %%ebp\n\t"
		     "mov (%%eax), %%eax\n\t"
		     "int $0x80\n\t"
		     "pop %%ebp"
		     : "+a"(result) : "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
	return result;
}

void _start(void)
{
	/* Readable and writable, shared, of descriptor 0; the word is in the second page. */
	long at = call(NR_MMAP2, 0, 2 * PAGE, 3, 1, 0, 0);
	static const char ready[] = "ready\n";

	call(NR_WRITE, 1, (long)ready, sizeof(ready) - 1, 0, 0, 0);
	for (;;)
		call(NR_FUTEX, at + PAGE, 0, 0, 0, 0, 0);
}
