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

/* Does not return where it fails. */
struct ipcshow_device *open_device(void)
{
	struct ipcshow_device *device;
	int err = ipcshow_device_open(&device, 0);

	switch (err) {
	case 0:
		return device;
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		complain("/dev/ipcshow", N_("the module is not loaded; as root: "
			 "modprobe ipcshow, or insmod ipcshow.ko"));
		break;
	case -EDQUOT:
	case -ENOSPC:
		complain("/dev/ipcshow", N_("all memory for rings is in use; "
			 "see the module parameters ring_user_kib and ring_total_kib"));
		break;
	default:
		complain("/dev/ipcshow", strerror(-err));
	}
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
