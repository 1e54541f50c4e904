// SPDX-License-Identifier: GPL-2.0
/* ipcshow-dump: show the address space and the threads of processes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch.h"

const struct tool tool = {
	.name = PROGRAM,
	.arguments = N_("[options] PID..."),
};

static void note_failure(struct dump *dump, pid_t pid, int err)
{
	struct failure *failed = reallocarray(dump->failed, dump->nr_failed + 1, sizeof(*failed));
	const char *reason = reason_of(err);
	/* strerror() may use its buffer again. */
	char *copy = strdup(_(reason));

	complain_of(pid, reason);
	if (failed)
		dump->failed = failed;
	if (!failed || !copy) {
		free(copy);
		dump->out.err = -ENOMEM;
		return;
	}
	failed += dump->nr_failed++;
	failed->pid = pid;
	failed->reason = copy;
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
			complain_of(pids[i], N_("incomplete: it exited or called execve() meanwhile"));
		}
	}
	if (dump->format->end)
		dump->format->end(dump);
}

/* The page has the JSON of --json, and what draws it. */
static void open_page(struct dump *dump)
{
	int err = page_open(&dump->page, dump->html, &dump->out);

	if (err) {
		complain(dump->html, strerror(-err));
		exit(EXIT_FAILED);
	}
	page_begin(&dump->out, "dump");
}

/* A page of nothing but failures is none. */
__attribute__((noreturn))
static void close_page(struct dump *dump)
{
	int err = 0;

	page_end(&dump->out);
	if (dump->nr_processes > 0)
		err = page_close(&dump->page, &dump->out);
	else
		page_discard(&dump->page, &dump->out);
	if (err)
		complain(dump->html, strerror(-err));
	exit(err || dump->nr_failed || dump->nr_incomplete ? EXIT_FAILED : EXIT_OK);
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
	if (dump.watch_ns)
		watch_process(&dump, device, pids[0]);
	if (dump.html)
		open_page(&dump);
	dump_all(&dump, device, pids, nr);
	ipcshow_device_close(device);
	free(pids);
	if (dump.html)
		close_page(&dump);
	finish(&dump.out, dump.nr_failed || dump.nr_incomplete ? EXIT_FAILED : EXIT_OK);
}
