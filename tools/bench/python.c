// SPDX-License-Identifier: GPL-2.0
/*
 * Python's own multiprocessing, run by the machine's python3: multiprocessing.py, which is within this program, does
 * trials as it is told.
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

#include "path.h"
#include "trace.h"
#include "trial.h"

/* Longer than any trial takes. */
#define STUCK_SECONDS	120

__asm__(".section .rodata\n"
	"python_script:\n"
	".incbin \"" PYTHON_SCRIPT "\"\n"
	".byte 0\n"
	".previous\n");

extern const char python_script[] __attribute__((visibility("hidden")));

/* struct interpreter - a python3 that waits for trials; @pid: 0: none */
struct interpreter {
	pid_t pid;
	FILE *to;
	FILE *from;
};

/* The one that stays; those whose calls are counted are started for that. */
static struct interpreter staying;

__attribute__((noreturn))
static void become(const int *to, const int *from)
{
	/* A group of its own: what it starts ends with it. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(to[0], STDIN_FILENO);
	dup2(from[1], STDOUT_FILENO);
	/* Nothing of the user's own is loaded, which takes longer than all the rest. */
	execlp("python3", "python3", "-I", "-S", "-c", python_script, NULL);
	_exit(127);
}

/* Return: the length of a line, or what is not positive: it has ended, or takes too long. */
static ssize_t read_line(struct interpreter *interpreter, char **line)
{
	size_t room = 0;
	ssize_t n;

	while ((n = getline(line, &room, interpreter->from)) < 0 && errno == EINTR &&
	       !clock_is_over())
		clearerr(interpreter->from);
	return n;
}

/* It has loaded all that it needs. */
static int await_ready(struct interpreter *interpreter)
{
	char *line = NULL;
	bool ready = read_line(interpreter, &line) > 0 && !strcmp(line, "ready\n");

	free(line);
	return ready ? 0 : -ENOEXEC;
}

static int start(struct interpreter *interpreter)
{
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC))
		return -errno;
	if (pipe2(from, O_CLOEXEC)) {
		close(to[0]);
		close(to[1]);
		return -errno;
	}
	interpreter->pid = fork();
	if (!interpreter->pid)
		become(to, from);
	close(to[0]);
	close(from[1]);
	interpreter->to = fdopen(to[1], "w");
	interpreter->from = fdopen(from[0], "r");
	if (interpreter->pid < 0 || !interpreter->to || !interpreter->from)
		return -errno;
	return await_ready(interpreter);
}

static void stop(struct interpreter *interpreter)
{
	if (interpreter->pid <= 0)
		return;
	kill(-interpreter->pid, SIGKILL);
	kill(interpreter->pid, SIGKILL);
	/* All that are traced are told of, too. */
	while (waitpid(interpreter->pid, NULL, __WALL) < 0 && errno == EINTR)
		;
	fclose(interpreter->to);
	fclose(interpreter->from);
	*interpreter = (struct interpreter){ 0 };
}

static void end_staying(void)
{
	stop(&staying);
}

static void fail(struct outcome *outcome, bool missing, const char *why)
{
	outcome->failed = true;
	outcome->missing = missing;
	snprintf(outcome->why, sizeof(outcome->why), "%s", why);
}

static void ask(struct interpreter *interpreter, const struct trial *trial)
{
	static const char *const kinds[] = {
		[TRIAL_STREAM] = "stream", [TRIAL_TRIPS] = "trips", [TRIAL_CALLS] = "calls",
	};

	fprintf(interpreter->to, "%s %s %zu %llu %llu %llu %d %d\n", kinds[trial->kind],
		(const char *)trial->mechanism->kind, trial->size,
		(unsigned long long)trial->budget_ns, (unsigned long long)trial->count,
		(unsigned long long)trial->count_max, side_cpu[SENDER], side_cpu[RECEIVER]);
	fflush(interpreter->to);
}

static void read_samples(char *text, uint64_t nr)
{
	uint64_t i;

	for (i = 0; i < nr && i < SAMPLES_MAX; i++)
		board->samples[i] = strtoull(text, &text, 10);
}

static void take_answer(struct outcome *outcome, const struct trial *trial, char *line)
{
	unsigned long long messages, elapsed, cpu, sent, received, torn;
	int used = 0;

	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "ok %llu %llu %llu %llu %llu %llu%n", &messages, &elapsed, &cpu, &sent,
		   &received, &torn, &used) != 6) {
		fail(outcome, true, strncmp(line, "error ", 6) ? line : line + 6);
		return;
	}
	outcome->messages = messages;
	outcome->elapsed_ns = (double)elapsed;
	outcome->cpu_ns = (double)cpu;
	outcome->sent = sent;
	outcome->tally.received = received;
	outcome->tally.torn = torn;
	if (trial->kind == TRIAL_TRIPS)
		read_samples(line + used, messages);
}

/* Return: whether there was an answer. */
static bool hear(struct interpreter *interpreter, const struct trial *trial,
		 struct outcome *outcome)
{
	char *line = NULL;
	ssize_t n = read_line(interpreter, &line);

	if (n > 0)
		take_answer(outcome, trial, line);
	else
		fail(outcome, false, interrupted ? _("interrupted") : clock_is_over() ?
		     _("no end of it") : _("python3 ended too early"));
	free(line);
	return n > 0;
}

/* Its answer fits into the pipe, and it ends when there are no more trials. */
static bool trace_all(struct interpreter *interpreter, struct outcome *outcome)
{
	int status;
	pid_t pid;

	fclose(interpreter->to);
	interpreter->to = fopen("/dev/null", "we");
	while (run_wait_one(&pid, &status)) {
		if (!WIFEXITED(status) && !WIFSIGNALED(status))
			trace_go_on(pid, status);
		else if (pid == interpreter->pid)
			return true;
	}
	fail(outcome, false, interrupted ? _("interrupted") : _("no end of it"));
	return false;
}

static void run_traced(const struct trial *trial, struct outcome *outcome)
{
	static const struct run nobody;
	struct interpreter interpreter = { 0 };
	int err = start(&interpreter);

	if (!err) {
		trace_begin(&nobody);
		err = trace_attach(interpreter.pid);
	}
	if (err) {
		fail(outcome, false, strerror(-err));
	} else {
		ask(&interpreter, trial);
		if (trace_all(&interpreter, outcome)) {
			kill(-interpreter.pid, SIGKILL);
			interpreter.pid = 0;
			hear(&interpreter, trial, outcome);
		}
	}
	outcome->syscalls = trace_end();
	stop(&interpreter);
}

static void run(const struct trial *trial, struct outcome *outcome)
{
	int err = 0;

	clock_begin(STUCK_SECONDS);
	if (trial->kind == TRIAL_CALLS) {
		run_traced(trial, outcome);
		clock_end();
		return;
	}
	if (!staying.pid) {
		atexit(end_staying);
		err = start(&staying);
	}
	if (err) {
		fail(outcome, false, strerror(-err));
		stop(&staying);
	} else {
		ask(&staying, trial);
		if (!hear(&staying, trial, outcome))
			stop(&staying);
	}
	clock_end();
}

static const char *probe(void)
{
	return program_is_there("python3") ? NULL : N_("there is no python3 on PATH");
}

#define PYTHON(name_, kind_, copies_, reason_, flags_, help_)			\
	{ .name = name_, .group = "python", .help = help_,			\
	  .flags = MECHANISM_PROCESSES_ONLY | (flags_), .copies = copies_,	\
	  .copies_reason = reason_, .directions = ANY_WAY, .probe = probe, .run = run,	\
	  .kind = kind_ }

const struct mechanism python_mechanisms[] = {
	PYTHON("python-shm", "shm", 0, N_("made and read in place, in memory that both map"),
	       MECHANISM_NEEDS_SIZE, N_("multiprocessing: shared_memory, and two semaphores")),
	PYTHON("python-queue", "queue", 4,
	       N_("into a pickle, into pages of a pipe, out of them, and into an object"), 0,
	       N_("multiprocessing: Queue")),
	PYTHON("python-pipe", "pipe", 4,
	       N_("into a pickle, into pages of a pipe, out of them, and into an object"), 0,
	       N_("multiprocessing: Pipe")),
	PYTHON("python-manager", "manager", 8,
	       N_("into a pickle, a socket, the server's pickle and object, and all of it back"), 0,
	       N_("multiprocessing: a Manager's Queue")),
	{ 0 }
};
