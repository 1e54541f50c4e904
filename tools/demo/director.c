// SPDX-License-Identifier: GPL-2.0
/*
 * Each demo runs in a process of its own, which starts others. However it ends, this one clears
 * away: processes, by their parents' deaths and as their reaper; names, by the list of them.
 * If this one is killed, the demo's process removes the names.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "director.h"
#include "results.h"
#include "stage.h"
#include "tell.h"
#include "tool.h"

static volatile sig_atomic_t told_to_end;
static volatile pid_t running;

static void end(int number)
{
	told_to_end = number;
	if (running > 0)
		kill(running, SIGKILL);
}

/* In the process of a demo: the director was killed. */
static void end_alone(int number)
{
	names_remove();
	signal(number, SIG_DFL);
	raise(number);
}

void director_begin(void)
{
	static const int numbers_of[] = { SIGINT, SIGTERM, SIGHUP };
	const struct sigaction action = { .sa_handler = end };
	size_t i;

	results_make();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (i = 0; i < ARRAY_SIZE(numbers_of); i++)
		sigaction(numbers_of[i], &action, NULL);
}

/* What is left are orphans: those that did not end with their parents. */
static void kill_orphans(void)
{
	FILE *children = fopen("/proc/thread-self/children", "re");
	int pid;

	if (!children)
		return;
	while (fscanf(children, "%d", &pid) == 1)
		kill(pid, SIGKILL);
	fclose(children);
}

static void reap_all(void)
{
	do {
		kill_orphans();
	} while (waitpid(-1, NULL, 0) > 0 || errno == EINTR);
}

static void stop_if_told(void)
{
	int number = told_to_end;

	if (!number)
		return;
	signal(number, SIG_DFL);
	raise(number);
}

static void signals_change(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(how, &set, NULL);
}

__attribute__((noreturn))
static void perform(size_t index, void (*play)(void), pid_t director)
{
	const struct sigaction action = { .sa_handler = end_alone };

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGINT, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	sigaction(SIGTERM, &action, NULL);
	signals_change(SIG_UNBLOCK);
	if (getppid() != director)
		exit(EXIT_FAILURE);
	results_enter(index);
	play();
	stage_leave();
}

bool director_run_play(size_t index, const char *name, void (*play)(void))
{
	pid_t director = getpid();
	int status = 0;

	fflush(stdout);
	/* None may come before it is known who is running. */
	signals_change(SIG_BLOCK);
	running = fork();
	if (!running)
		perform(index, play, director);
	signals_change(SIG_UNBLOCK);
	if (running < 0) {
		complain("fork", strerror(errno));
		return false;
	}
	while (waitpid(running, &status, 0) < 0 && errno == EINTR)
		;
	running = 0;
	reap_all();
	names_remove();
	stop_if_told();
	if (WIFSIGNALED(status)) {
		complain(name, strsignal(WTERMSIG(status)));
		results->demos[index].counts[ENTRY_FAILURE]++;
	}
	return WIFSIGNALED(status) || !WEXITSTATUS(status);
}

static const struct demo *current;

static void play_current(void)
{
	tell_title(current);
	current->run();
}

bool director_run(size_t index)
{
	current = demos[index];
	return director_run_play(index, current->name, play_current);
}
