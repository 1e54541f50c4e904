// SPDX-License-Identifier: GPL-2.0
/* Preloaded: the fifth read() of a whole message, in each process, gives one byte that was not sent. */
#include <sys/syscall.h>
#include <unistd.h>

#define MESSAGE	4096
#define WHICH	5

ssize_t read(int fd, void *to, size_t size)
{
	static int reads;
	ssize_t n = syscall(SYS_read, fd, to, size);

	if (size == MESSAGE && n == MESSAGE && ++reads == WHICH)
		((char *)to)[MESSAGE / 2] ^= 1;
	return n;
}
