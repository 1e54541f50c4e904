// SPDX-License-Identifier: GPL-2.0
/* A 32-bit program. It has no C library: Debian's gcc makes 32-bit code without one. */
static volatile char data[5000] = "data";
static volatile char bss[20000];

void _start(void)
{
	static const char ready[] = "ready\n";
	int result;

	data[4999] = 1;
	bss[19999] = 1;
	/* write, then pause for ever */
	asm volatile("int $0x80" : "=a"(result) : "a"(4), "b"(1), "c"(ready), "d"(6) : "memory");
	for (;;)
		asm volatile("int $0x80" : "=a"(result) : "a"(29) : "memory");
}
