// SPDX-License-Identifier: GPL-2.0
/* ipcshow-dump: show the address space and the threads of processes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dump.h"

const struct tool tool = {
	.name = PROGRAM,
	.arguments = "[options] PID...",
};

static void note_failure(struct dump *dump, pid_t pid, int err)
{
	struct failure *failed = reallocarray(dump->failed, dump->nr_failed + 1, sizeof(*failed));
	const char *reason = reason_of(err);

	complain_of(pid, reason);
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
			out_flush(&dump->out);
			complain_of(pids[i], "incomplete: it exited or called execve() meanwhile");
		}
	}
	if (dump->format->end)
		dump->format->end(dump);
}

int main(int argc, char **argv)
{
	static struct dump dump = {
		.format = &table_format,
		.out = { .fd = STDOUT_FILENO },
		.pages = true,
		.headings = true,
	};
	struct ipcshow_device *device;
	pid_t *pids;
	int nr;

	tool_begin();
	pids = options_parse(&dump, argc, argv, &nr);
	device = open_device();
	dump_all(&dump, device, pids, nr);
	ipcshow_device_close(device);
	free(pids);
	finish(&dump.out, dump.nr_failed || dump.nr_incomplete ? EXIT_FAILED : EXIT_OK);
}
