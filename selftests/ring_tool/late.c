// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded: who has found that what is at a path is in its way, and goes on to change that, makes the file
 * LATE first, and waits until somebody has removed it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void wait_once(void)
{
	static int waited;
	const char *path = getenv("LATE");

	if (!path || waited++)
		return;
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	while (!access(path, F_OK))
		usleep(1000);
}

int unlink(const char *path)
{
	wait_once();
	return unlinkat(AT_FDCWD, path, 0);
}

int renameat2(int old_dir, const char *old, int new_dir, const char *new, unsigned int flags)
{
	static int renamed;

	if (renamed++)
		wait_once();
	return (int)syscall(SYS_renameat2, old_dir, old, new_dir, new, flags);
}
