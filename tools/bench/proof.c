// SPDX-License-Identifier: GPL-2.0
/* Whether the sender's message and the receiver's lie in one physical page: ipcshow is asked. */
#include <errno.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"
#include "ipcshow.h"
#include "tool.h"

#define PROOF_PAYLOAD	(16U << 10)
#define PROOF_SECONDS	60

/* struct question - whether a page of one is a page of the other */
struct question {
	const struct ipcshow_comparison *comparison;
	uint64_t a;
	uint64_t b;
	bool same;
	bool other;
};

static bool contains(const struct ipcshow_side *side, uint64_t address)
{
	return side && side->page_start <= address && address < side->page_end;
}

static int see_match(const struct ipcshow_match *match, void *arg)
{
	struct question *question = arg;
	struct ipcshow_range *ranges;
	size_t nr, i;

	if (!contains(match->a, question->a))
		return 0;
	ranges = ipcshow_comparison_ranges(question->comparison, match, &nr);
	for (i = 0; i < nr; i++) {
		const struct ipcshow_range *range = &ranges[i];

		if (!range->a || question->a < range->a || question->a - range->a >= range->bytes)
			continue;
		if (range->what == IPCSHOW_RANGE_SAME && range->b &&
		    range->b + (question->a - range->a) == question->b)
			question->same = true;
		else if (range->what == IPCSHOW_RANGE_ONLY_A ||
			 range->what == IPCSHOW_RANGE_DIFFERENT ||
			 range->what == IPCSHOW_RANGE_SAME)
			question->other = true;
	}
	free(ranges);
	return 0;
}

static const char *judge(struct subject *subject, const struct question *question)
{
	if (question->same)
		return "same-page";
	if (question->other)
		return "different-pages";
	snprintf(subject->unproven, sizeof(subject->unproven), "%s",
		 _("the pages did not hold still"));
	return NULL;
}

static void ask(struct subject *subject, struct ipcshow_process *const *processes)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct question question = {
		/* Behind the first page of the message, which it may have with something else. */
		.a = (board->reports[SENDER].buffer + page) & ~(page - 1),
		.b = (board->reports[RECEIVER].buffer + page) & ~(page - 1),
	};
	struct ipcshow_comparison *comparison;
	struct ipcshow_shared shared;
	size_t failed;
	int err = ipcshow_comparison_run(processes, 2,
					 IPCSHOW_COMPARISON_F_AREAS | IPCSHOW_COMPARISON_F_RANGES,
					 &comparison, &failed);

	if (!err) {
		ipcshow_comparison_shared(comparison, 0, 1, &shared);
		question.comparison = comparison;
		if (shared.one_space)
			subject->proof = "one-space";
		else if (!(err = ipcshow_comparison_rows(comparison, 0, 1, see_match, &question)))
			subject->proof = judge(subject, &question);
		ipcshow_comparison_free(comparison);
	}
	if (err)
		snprintf(subject->unproven, sizeof(subject->unproven), "ipcshow: %s",
			 strerror(-err));
}

static void open_and_ask(struct subject *subject, struct ipcshow_device *device)
{
	struct ipcshow_process *processes[2] = { NULL };
	int err = ipcshow_process_open(device, board->reports[SENDER].tid,
				       IPCSHOW_PROCESS_F_ADD | IPCSHOW_PROCESS_F_FAMILY,
				       &processes[0]);

	if (!err)
		err = ipcshow_process_open(device, board->reports[RECEIVER].tid,
					   IPCSHOW_PROCESS_F_ADD | IPCSHOW_PROCESS_F_FAMILY,
				       &processes[1]);
	if (!err)
		ask(subject, processes);
	else
		snprintf(subject->unproven, sizeof(subject->unproven), "ipcshow: %s",
			 strerror(-err));
	if (processes[1])
		ipcshow_process_close(processes[1]);
	if (processes[0])
		ipcshow_process_close(processes[0]);
}

/* Both have said where the message is, and stay there. */
static bool await_both(void)
{
	while (__atomic_load_n(&board->arrived, __ATOMIC_ACQUIRE) < 2) {
		struct timespec look = { .tv_nsec = 100000000 };
		uint32_t seen = __atomic_load_n(&board->arrived, __ATOMIC_ACQUIRE);

		if (clock_is_over() || board->reports[SENDER].err || board->reports[RECEIVER].err)
			return false;
		if (seen < 2)
			syscall(SYS_futex, &board->arrived, FUTEX_WAIT, seen, &look, NULL, 0);
	}
	return true;
}

static void prove(struct subject *subject, struct ipcshow_device *device)
{
	const struct mechanism *mechanism = subject->mechanism;
	size_t max = mechanism->max ? mechanism->max() : SIZE_MAX;
	struct trial trial = {
		.mechanism = mechanism, .kind = TRIAL_BUFFERS,
		.threads = mechanism->flags & MECHANISM_THREADS_ONLY,
		.size = max < PROOF_PAYLOAD ? max & ~(MESSAGE_MIN - 1) : PROOF_PAYLOAD,
	};
	struct outcome outcome = { 0 };
	struct run run;
	int err;

	if (run_make(&run, &trial, &outcome)) {
		snprintf(subject->unproven, sizeof(subject->unproven), "%s", outcome.why);
		return;
	}
	clock_begin(PROOF_SECONDS);
	err = run_fork(&run, SENDER);
	if (!err && !trial.threads)
		err = run_fork(&run, RECEIVER);
	link_drop(&run.link[0]);
	run_start();
	if (!err && await_both())
		open_and_ask(subject, device);
	else
		snprintf(subject->unproven, sizeof(subject->unproven), "%s",
			 _("the message did not come"));
	run_kill(&run, SENDER);
	run_kill(&run, RECEIVER);
	clock_end();
	run_unmake(&run);
}

/**
 * proof_find() - see what of a mechanism's copies can be proven
 * @subject: the mechanism; @proof or @unproven
 */
void proof_find(struct subject *subject)
{
	struct ipcshow_device *device;
	int err = ipcshow_device_open(&device, 0);

	if (err) {
		if ((err == -ENOENT || err == -ENODEV || err == -ENXIO) && !module_is_loaded())
			snprintf(subject->unproven, sizeof(subject->unproven), "%s",
				 _("the module is not loaded"));
		else
			snprintf(subject->unproven, sizeof(subject->unproven), "/dev/ipcshow: %s",
				 strerror(-err));
		return;
	}
	prove(subject, device);
	ipcshow_device_close(device);
}
