// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded into a program that is tested: before its call number INTERFERE_AT of the
 * module, the process INTERFERE_PID is killed or, where INTERFERE_BY is "exec", told by its
 * standard input to call execve(); where it is "thread", who made the process is to make a thread
 * of its number. The call goes on when this is done. A number is an error that the call itself
 * fails with. Where it is "disk", no file is ever written to the disk.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/ipcshow.h>

typedef int ioctl_fn(int fd, unsigned long command, void *arg);

static void path_of(char *path, size_t size, const char *name)
{
	snprintf(path, size, "/proc/%s/%s", getenv("INTERFERE_PID"), name);
}

static size_t read_file(const char *name, char *to, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	path_of(path, sizeof(path), name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? 0 : read(fd, to, size - 1);
	if (fd >= 0)
		close(fd);
	to[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

static void kill_it(void)
{
	char stat[512];

	kill(atoi(getenv("INTERFERE_PID")), SIGKILL);
	while (read_file("stat", stat, sizeof(stat)) && !strstr(stat, ") Z"))
		usleep(1000);
}

static void have_it_replaced(void)
{
	char status[512], line[64];

	snprintf(line, sizeof(line), "\nTgid:\t%s\n", getenv("INTERFERE_PID"));
	kill(atoi(getenv("INTERFERE_PID")), SIGKILL);
	while (!read_file("status", status, sizeof(status)) || strstr(status, line))
		usleep(1000);
}

static void have_it_exec(void)
{
	char before[64], now[64], path[64];
	int fd;

	read_file("comm", before, sizeof(before));
	path_of(path, sizeof(path), "fd/0");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "\n", 1) != 1)
		_exit(99);
	close(fd);
	while (read_file("comm", now, sizeof(now)) && !strcmp(before, now))
		usleep(1000);
}

int fsync(int fd)
{
	const char *by = getenv("INTERFERE_BY");

	while (by && !strcmp(by, "disk"))
		pause();
	return (int)syscall(SYS_fsync, fd);
}

int ioctl(int fd, unsigned long command, ...)
{
	static atomic_int calls;
	const char *by = getenv("INTERFERE_BY");
	ioctl_fn *real;
	va_list args;
	void *arg;

	va_start(args, command);
	arg = va_arg(args, void *);
	va_end(args);
	if ((command >> 8 & 0xff) == IPCSHOW_IOC_TYPE &&
	    ++calls == atoi(getenv("INTERFERE_AT"))) {
		if (by && atoi(by)) {
			errno = atoi(by);
			return -1;
		}
		if (by && !strcmp(by, "exec"))
			have_it_exec();
		else if (by && !strcmp(by, "thread"))
			have_it_replaced();
		else
			kill_it();
	}
	*(void **)&real = dlsym(RTLD_NEXT, "ioctl");
	return real(fd, command, arg);
}
