// SPDX-License-Identifier: GPL-2.0
/* ipcshow-dump: show the address space and the threads of processes. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dump.h"

void complain(const char *what, const char *reason)
{
	fflush(stdout);
	fprintf(stderr, PROGRAM ": %s: %s\n", what, reason);
}

/* Of an early exit, too, the output may fail. */
void finish(struct dump *dump, enum exit_status status)
{
	out_flush(&dump->out);
	if (!dump->out.err && close(STDOUT_FILENO) && errno != EINTR)
		dump->out.err = -errno;
	if (dump->out.err) {
		if (dump->out.err != -EPIPE)
			complain("write failed", strerror(-dump->out.err));
		status = EXIT_FAILED;
	}
	exit(status);
}

static struct ipcshow_device *open_device(void)
{
	struct ipcshow_device *device;
	int err = ipcshow_device_open(&device, 0);

	switch (err) {
	case 0:
		return device;
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		complain("/dev/ipcshow", "the module is not loaded; as root: "
			 "modprobe ipcshow, or insmod ipcshow.ko");
		break;
	case -EDQUOT:
	case -ENOSPC:
		complain("/dev/ipcshow", "all memory for rings is in use; "
			 "see the module parameters ring_user_kib and ring_total_kib");
		break;
	default:
		complain("/dev/ipcshow", strerror(-err));
	}
	exit(EXIT_FAILED);
}

static const char *reason_of(int err)
{
	switch (err) {
	case -ESRCH:
		return "no such process";
	case -EACCES:
	case -EPERM:
		return "not permitted";
	case -ENXIO:
		return "a kernel thread, which has no address space";
	case -ENODATA:
		return "a zombie: it has exited and its address space is gone";
	case -EAGAIN:
		return "it keeps calling execve()";
	default:
		return strerror(-err);
	}
}

static void note_failure(struct dump *dump, pid_t pid, int err)
{
	struct failure *failed = reallocarray(dump->failed, dump->nr_failed + 1, sizeof(*failed));
	const char *reason = reason_of(err);
	char text[32];

	snprintf(text, sizeof(text), "%d", pid);
	complain(text, reason);
	if (!failed) {
		dump->out.err = -ENOMEM;
		return;
	}
	dump->failed = failed;
	/* strerror() may use its buffer again. */
	failed[dump->nr_failed++] = (struct failure){ pid, strdup(reason) };
}

static void dump_all(struct dump *dump, struct ipcshow_device *device,
		     const pid_t *pids, int nr)
{
	int i, err;

	if (dump->format->begin)
		dump->format->begin(dump);
	for (i = 0; i < nr && !dump->out.err; i++) {
		size_t shown = dump->nr_processes, incomplete = dump->nr_incomplete;

		err = dump_process(dump, device, pids[i]);
		if (dump->out.err)
			break;
		if (err) {
			note_failure(dump, pids[i], err);
			dump->nr_processes = shown < dump->nr_processes ? shown + 1 : shown;
		} else if (dump->nr_incomplete > incomplete) {
			char text[32];

			out_flush(&dump->out);
			snprintf(text, sizeof(text), "%d", pids[i]);
			complain(text, "incomplete: it exited or called execve() meanwhile");
		}
	}
	if (dump->format->end)
		dump->format->end(dump);
}

/* A descriptor that is not open would be given to the device. */
static void check_descriptors(void)
{
	int fd;

	if (fcntl(STDOUT_FILENO, F_GETFD) < 0) {
		complain("standard output", strerror(errno));
		exit(EXIT_FAILED);
	}
	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

int main(int argc, char **argv)
{
	static struct dump dump = {
		.format = &table_format,
		.out = { .fd = STDOUT_FILENO },
		.pages = true,
		.headings = true,
	};
	static char stdout_buffer[1 << 16];
	struct ipcshow_device *device;
	pid_t *pids;
	int nr;

	setlocale(LC_ALL, "");
	/* A closed pipe is told by write(). */
	signal(SIGPIPE, SIG_IGN);
	check_descriptors();
	setvbuf(stdout, stdout_buffer, _IOFBF, sizeof(stdout_buffer));

	pids = options_parse(&dump, argc, argv, &nr);
	device = open_device();
	dump_all(&dump, device, pids, nr);
	ipcshow_device_close(device);
	free(pids);
	finish(&dump, dump.nr_failed || dump.nr_incomplete ? EXIT_FAILED : EXIT_OK);
}
