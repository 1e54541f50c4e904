// SPDX-License-Identifier: GPL-2.0
/* What is inserted into the kernel, and whether the kernel bore it well. */
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int insert(const char *path, const char *arguments)
{
	int error, fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	error = syscall(SYS_finit_module, fd, arguments, 0) ? errno : 0;
	close(fd);
	return error;
}

/*
 * The drivers that lead to the host. The names of the files order them; a kernel
 * that has all of them built in comes with none.
 */
void drivers_insert(void)
{
	struct dirent **entries;
	char path[300];
	int count, error, i;

	mkdir("/dev", 0755);
	mkdir("/sys", 0755);
	if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) && errno != EBUSY)
		die("cannot mount /dev: %s", strerror(errno));
	if (mount("sysfs", "/sys", "sysfs", 0, NULL))
		die("cannot mount /sys: %s", strerror(errno));

	count = scandir("/drivers", &entries, NULL, alphasort);
	for (i = 0; i < count; i++) {
		if (entries[i]->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/drivers/%s", entries[i]->d_name);
		error = insert(path, "");
		if (error && error != EEXIST)
			die("cannot insert %s: %s", path, strerror(error));
	}
}

void module_insert(const struct config *config)
{
	int error;

	if (!config->module)
		return;
	error = insert(config->module, config->module_args);
	if (error)
		die("cannot insert %s%s%s: %s", config->module, *config->module_args ? " " : "",
		    config->module_args, strerror(error));
}

/* The name that the kernel has for a module: its file's, with - for _. */
static void module_name(const char *path, char *name, size_t size)
{
	const char *slash = strrchr(path, '/');

	snprintf(name, size, "%s", slash ? slash + 1 : path);
	name[strcspn(name, ".")] = '\0';
	for (; *name; name++) {
		if (*name == '-')
			*name = '_';
	}
}

/*
 * What a process held is put some time after its end (delayed fput, RCU), so a
 * module may stay busy for a moment. A command that has removed it itself is fine.
 */
void module_remove(const struct config *config)
{
	char name[64];
	int tries;

	if (!config->module)
		return;
	module_name(config->module, name, sizeof(name));
	for (tries = 0; tries < 200; tries++) {
		if (!syscall(SYS_delete_module, name, O_NONBLOCK) || errno == ENOENT)
			return;
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	wire_say("failed the module %s cannot be removed at the end: %s", name,
		 strerror(errno));
}

/* Reads a file as far as it fits, and ends it with a NUL. */
static ssize_t slurp(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return -1;
	length = read(fd, text, size - 1);
	close(fd);
	if (length >= 0)
		text[length] = '\0';
	return length;
}

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

#define KMEMLEAK	"/sys/kernel/debug/kmemleak"

/* Bits of /proc/sys/kernel/tainted that tell of a fault (admin-guide/tainted-kernels). */
#define TAINT_FAULTS	((1UL << 4) |	/* machine check */	\
			 (1UL << 5) |	/* bad page, KASAN */	\
			 (1UL << 7) |	/* oops or BUG */	\
			 (1UL << 9) |	/* WARN */		\
			 (1UL << 14))	/* soft lockup */

static unsigned long faults(void)
{
	char text[32];

	if (slurp("/proc/sys/kernel/tainted", text, sizeof(text)) < 0)
		die("cannot read /proc/sys/kernel/tainted: %s", strerror(errno));
	return strtoul(text, NULL, 10) & TAINT_FAULTS;
}

/* Leaks of the boot are not ours. */
void kernel_check_begin(void)
{
	put(KMEMLEAK, "clear");
}

/*
 * kmemleak looks only at what is older than five seconds, and takes for leaked
 * what two scans in a row found no pointer to.
 */
static void kmemleak_check(void)
{
	char text[512];

	/* Not built in. */
	if (access(KMEMLEAK, F_OK))
		return;
	sleep(6);
	if (!put(KMEMLEAK, "scan") || !put(KMEMLEAK, "scan")) {
		wire_say("failed kmemleak has turned itself off: %s", strerror(errno));
		return;
	}
	if (slurp(KMEMLEAK, text, sizeof(text)) > 0)
		wire_say("failed kmemleak found a leak:\n%s", text);
}

/*
 * The host reads the kernel's log as well; this finds what a lowered log level or a
 * burst of messages kept from it.
 */
void kernel_check_end(void)
{
	unsigned long bits;

	kmemleak_check();
	bits = faults();
	if (bits)
		wire_say("failed the kernel is tainted by a fault: %#lx", bits);
}
