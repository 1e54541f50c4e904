// SPDX-License-Identifier: GPL-2.0
/* A trial: its processes, from before the fork to after their end. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool.h"
#include "trace.h"
#include "trial.h"

/* Longer than any takes, on a slow machine with other work. */
#define STUCK_SECONDS	120

struct board *board;
int side_cpu[2] = { -1, -1 };
volatile sig_atomic_t interrupted;

static volatile sig_atomic_t seconds_left;

/* ---- time that is up, and users who are tired of it ---- */

static void on_alarm(int number)
{
	(void)number;
	if (seconds_left > 0)
		seconds_left--;
}

static void on_interrupt(int number)
{
	interrupted = number;
}

/* It comes again: whoever was about to wait is woken the next time. */
void clock_begin(unsigned int seconds)
{
	struct itimerval each = { .it_interval.tv_sec = 1, .it_value.tv_sec = 1 };

	seconds_left = (sig_atomic_t)seconds;
	setitimer(ITIMER_REAL, &each, NULL);
}

void clock_end(void)
{
	struct itimerval none = { 0 };

	setitimer(ITIMER_REAL, &none, NULL);
}

bool clock_is_over(void)
{
	return !seconds_left || interrupted;
}

static void choose_cpus(void)
{
	cpu_set_t set;
	int i, nr = 0;

	if (sched_getaffinity(0, sizeof(set), &set))
		return;
	if (CPU_COUNT(&set) < 2)
		return;
	for (i = 0; i < CPU_SETSIZE && nr < 2; i++)
		if (CPU_ISSET(i, &set))
			side_cpu[nr++] = i;
}

/* Once, before all trials. */
void trials_prepare(void)
{
	struct sigaction alarms = { .sa_handler = on_alarm };
	struct sigaction ends = { .sa_handler = on_interrupt };

	sigaction(SIGALRM, &alarms, NULL);
	sigaction(SIGINT, &ends, NULL);
	sigaction(SIGTERM, &ends, NULL);
	choose_cpus();
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (board == MAP_FAILED) {
		complain(P_("memory"), strerror(errno));
		exit(EXIT_FAILED);
	}
}

/* ---- pieces ---- */

static void link_begin(struct link *link, const struct trial *trial, unsigned int index)
{
	*link = (struct link){
		.mechanism = trial->mechanism, .size = trial->size, .threads = trial->threads,
		.traced = trial->kind == TRIAL_CALLS, .index = index, .id = { -1, -1 }, .fd = { -1, -1, -1, -1 },
	};
}

/* Return: 0, or a negative errno, and @outcome says it. */
int run_make(struct run *run, const struct trial *trial, struct outcome *outcome)
{
	const struct mechanism_ops *ops = trial->mechanism->ops;
	unsigned int i;
	int err = 0;

	*run = (struct run){ .trial = trial, .nr_links = trial->kind == TRIAL_TRIPS ? 2 : 1 };
	memset(board, 0, offsetof(struct board, samples));
	for (i = 0; i < 2; i++)
		link_begin(&run->link[i], trial, i);
	for (i = 0; i < run->nr_links && ops && ops->make && !err; i++)
		err = ops->make(&run->link[i]);
	if (err) {
		outcome->failed = outcome->missing = true;
		snprintf(outcome->why, sizeof(outcome->why), _("it cannot be made: %s"),
			 strerror(-err));
		run_unmake(run);
	}
	return err;
}

void run_unmake(struct run *run)
{
	unsigned int i;

	for (i = 0; i < run->nr_links; i++)
		if (run->trial->mechanism->ops)
			link_unmake(&run->link[i]);
}

/* One side, or the process of both threads; who replaces a dead sender comes after it. */
int run_fork(struct run *run, enum side side)
{
	bool replaces = run->pid[side] != 0;

	run->pid[side] = fork();
	if (run->pid[side] < 0)
		return -errno;
	if (run->pid[side])
		return 0;
	if (run->trial->threads)
		sides_main_threads(run);
	side_main(run, side, replaces);
}

void run_start(void)
{
	gate_open(&board->start);
}

/* Some child of ours, or false: it takes too long, or the user is tired of it. */
bool run_wait_one(pid_t *pid, int *status)
{
	for (;;) {
		*pid = waitpid(-1, status, __WALL);
		if (*pid > 0)
			return true;
		if (errno != EINTR || clock_is_over())
			return false;
	}
}

void run_kill(struct run *run, enum side side)
{
	if (run->pid[side] <= 0)
		return;
	kill(run->pid[side], SIGKILL);
	while (waitpid(run->pid[side], NULL, __WALL) < 0 && errno == EINTR)
		;
	run->pid[side] = 0;
}

/* ---- the whole ---- */

static void describe_failure(struct run *run, struct outcome *outcome, int status)
{
	const char *const names[] = { N_("sender"), N_("receiver") };
	unsigned int i;

	outcome->failed = true;
	for (i = 0; i < 2; i++) {
		const struct report *report = &board->reports[i];

		if (!report->err)
			continue;
		outcome->missing = !report->begun;
		snprintf(outcome->why, sizeof(outcome->why), "%s: %s: %s", _(names[i]),
			 report->what, strerror(-report->err));
		return;
	}
	if (WIFSIGNALED(status))
		snprintf(outcome->why, sizeof(outcome->why), _("killed by %s"),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(outcome->why, sizeof(outcome->why), _("%s, and nothing came of it"),
			 run->trial->mechanism->name);
}

static bool is_mine(struct run *run, pid_t pid)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (run->pid[i] == pid) {
			run->pid[i] = 0;
			return true;
		}
	}
	return false;
}

/* Both have ended well, or one has not. */
static void wait_all(struct run *run, struct outcome *outcome)
{
	int status;
	pid_t pid;

	while (run->pid[SENDER] > 0 || run->pid[RECEIVER] > 0) {
		if (!run_wait_one(&pid, &status)) {
			outcome->failed = true;
			snprintf(outcome->why, sizeof(outcome->why), interrupted ? _("interrupted") :
				 _("no end of it after %d s"), STUCK_SECONDS);
			return;
		}
		if (!WIFEXITED(status) && !WIFSIGNALED(status)) {
			trace_go_on(pid, status);
			continue;
		}
		if (!is_mine(run, pid) && !trace_ended(pid)) {
			outcome->failed = true;
			snprintf(outcome->why, sizeof(outcome->why), "%s",
				 _("a process that helps has died"));
			return;
		}
		if (status && !trace_ended(pid)) {
			describe_failure(run, outcome, status);
			return;
		}
	}
}

static void sum_up(struct outcome *outcome)
{
	const struct report *sender = &board->reports[SENDER];
	const struct report *receiver = &board->reports[RECEIVER];

	outcome->messages = board->messages;
	outcome->elapsed_ns = sender->elapsed_ns;
	outcome->cpu_ns = sender->cpu_ns + receiver->cpu_ns;
	outcome->sent = sender->sent + receiver->sent;
	outcome->tally.received = sender->tally.received + receiver->tally.received;
	outcome->tally.lost = sender->tally.lost + receiver->tally.lost;
	outcome->tally.torn = sender->tally.torn + receiver->tally.torn;
}

static int fork_all(struct run *run)
{
	int err = run_fork(run, SENDER);

	if (!err && !run->trial->threads)
		err = run_fork(run, RECEIVER);
	return err;
}

/**
 * trial_run() - measure
 * @trial: what
 * @outcome: out
 */
void trial_run(const struct trial *trial, struct outcome *outcome)
{
	bool counts = trial->kind == TRIAL_CALLS;
	struct run run;
	int err;

	*outcome = (struct outcome){ 0 };
	if (trial->mechanism->run) {
		trial->mechanism->run(trial, outcome);
		return;
	}
	if (run_make(&run, trial, outcome))
		return;
	clock_begin(STUCK_SECONDS);
	err = fork_all(&run);
	link_drop(&run.link[0]);
	link_drop(&run.link[1]);
	if (!err && counts)
		err = trace_begin(&run);
	if (err) {
		outcome->failed = true;
		snprintf(outcome->why, sizeof(outcome->why), "%s: %s", counts ? "ptrace" : "fork",
			 strerror(-err));
	} else {
		run_start();
		wait_all(&run, outcome);
	}
	if (counts)
		outcome->syscalls = trace_end();
	run_kill(&run, SENDER);
	run_kill(&run, RECEIVER);
	clock_end();
	run_unmake(&run);
	if (!outcome->failed)
		sum_up(outcome);
}
