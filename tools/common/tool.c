// SPDX-License-Identifier: GPL-2.0
/* What each program does first and last, and how it complains. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

/* Translates @reason, if it is of the catalogue; @what may be a name of somebody else's. */
void complain(const char *what, const char *reason)
{
	fflush(stdout);
	fprintf(stderr, "%s: %s: %s\n", tool.name, what, P_(reason));
}

void complain_of(pid_t pid, const char *reason)
{
	char text[32];

	snprintf(text, sizeof(text), "%d", pid);
	complain(text, reason);
}

/* Of an early exit, too, the output may fail. */
void finish(struct out *out, enum exit_status status)
{
	out_flush(out);
	if (!out->err && close(STDOUT_FILENO) && errno != EINTR)
		out->err = -errno;
	if (out->err) {
		if (out->err != -EPIPE)
			complain(P_("write failed"), strerror(-out->err));
		status = EXIT_FAILED;
	}
	exit(status);
}

/* The number of its device, as the kernel has it; negative: there is none. */
static int find_minor(void)
{
	FILE *devices = fopen("/proc/misc", "re");
	int minor, found = -1;
	char name[64];

	if (!devices)
		return -1;
	while (found < 0 && fscanf(devices, "%d %63s", &minor, name) == 2)
		if (!strcmp(name, "ipcshow"))
			found = minor;
	fclose(devices);
	return found;
}

/* Whether or not it can be reached by /dev/ipcshow. */
bool module_is_loaded(void)
{
	return find_minor() >= 0;
}

/**
 * reason_of_device() - why /dev/ipcshow cannot be used
 * @err: what came of opening it, or of the first call, a negative errno
 *
 * The file can be missing, or be another, though the module is loaded: then loading it once more is
 * no help.
 *
 * Return: a text, which the next call changes, translated for people, or to be.
 */
const char *reason_of_device(int err)
{
	static char text[256];
	const int minor = find_minor();

	switch (err) {
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
	case -ENOTTY:
		if (minor >= 0)
			snprintf(text, sizeof(text), err == -ENOENT ?
				 P_("the module is loaded, but this file, its device, is missing; as root: "
				    "mknod -m 666 /dev/ipcshow c 10 %d") :
				 P_("the module is loaded, but this file is not its device; as root: "
				    "rm /dev/ipcshow; mknod -m 666 /dev/ipcshow c 10 %d"), minor);
		if (minor >= 0)
			return text;
		if (err == -ENOTTY)
			return N_("this file is not the module's device, and the module is not loaded; "
				  "as root: rm /dev/ipcshow, then modprobe ipcshow, or insmod ipcshow.ko");
		return N_("the module is not loaded; as root: "
			  "modprobe ipcshow, or insmod ipcshow.ko");
	case -EDQUOT:
	case -ENOSPC:
		return N_("all memory for rings is in use; "
			  "see the module parameters ring_user_kib and ring_total_kib");
	default:
		return strerror(-err);
	}
}

/* Does not return where it fails. */
struct ipcshow_device *open_device(void)
{
	struct ipcshow_device *device;
	int err = ipcshow_device_open(&device, 0);

	if (!err)
		return device;
	complain("/dev/ipcshow", reason_of_device(err));
	exit(EXIT_FAILED);
}

/* Why a task cannot be looked at: in English, but for reasons of the system's. */
const char *reason_of(int err)
{
	switch (err) {
	case -ESRCH:
		return N_("no such process");
	case -EACCES:
	case -EPERM:
		return N_("not permitted");
	case -ENXIO:
		return N_("a kernel thread, which has no address space");
	case -ENODATA:
		return N_("a zombie: it has exited and its address space is gone");
	case -EAGAIN:
		return N_("it keeps calling execve()");
	default:
		return strerror(-err);
	}
}

/* A descriptor that is not open would be given to the device. */
static void check_descriptors(void)
{
	int fd;

	if (fcntl(STDOUT_FILENO, F_GETFD) < 0) {
		complain(P_("standard output"), strerror(errno));
		exit(EXIT_FAILED);
	}
	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

/* Once, before all else. */
void tool_begin(void)
{
	static char stdout_buffer[1 << 16];

	language_begin();
	/* A closed pipe is told by write(). */
	signal(SIGPIPE, SIG_IGN);
	check_descriptors();
	setvbuf(stdout, stdout_buffer, _IOFBF, sizeof(stdout_buffer));
}
