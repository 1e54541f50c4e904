// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine.h"
#include "run.h"

/* A process is made anew at times, so that what it has gathered is let go of. */
#define RUNS_MAX	64

/* No program takes so long, but for one that waits for what does not come. */
#define TIME_MS		20000
/* And nothing that was killed; then the kernel is at fault. */
#define DEATH_MS	120000

void runner_init(struct runner *runner, struct kcov *kcov, const char *directory,
		 unsigned int number, struct counters *counters)
{
	*runner = (struct runner){ .kcov = kcov, .counters = counters };
	record_open(&runner->record, directory, number);
	runner->program = mmap(NULL, sizeof(*runner->program), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (runner->program == MAP_FAILED)
		err(2, "mmap");
	/* What programs leave behind comes to us. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static void count(uint64_t *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

/* Where in the kernel it is. */
static void show_stack(pid_t pid)
{
	char path[40], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stack", (int)pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		fputs(line, stderr);
	if (file)
		fclose(file);
}

/* Runs what it is told to, and says how it went: 1, it goes on; 0, it is spoilt. */
static void obey(struct runner *runner, int to, int from)
{
	static struct machine machine;
	char byte;

	machine_init(&machine, runner->kcov);
	while (read(to, &byte, 1) == 1) {
		byte = machine_run(&machine, runner->program);
		if (write(from, &byte, 1) != 1)
			break;
	}
	_exit(0);
}

static void start(struct runner *runner)
{
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		err(2, "pipe");
	runner->pid = fork();
	if (runner->pid < 0)
		err(2, "fork");
	if (!runner->pid) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(to[1]);
		close(from[0]);
		obey(runner, to[0], from[1]);
	}
	/* Here as well: it may be looked for before it has done so. */
	setpgid(runner->pid, runner->pid);
	close(to[0]);
	close(from[1]);
	runner->to = to[1];
	runner->from = from[0];
	runner->runs = 0;
}

static bool is_readable(int fd, int timeout_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	int nr;

	do {
		nr = poll(&pollfd, 1, timeout_ms);
	} while (nr < 0);
	return nr;
}

/* All that was made of it as well: when there is no child any more. */
static void end(struct runner *runner)
{
	kill(-runner->pid, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	close(runner->to);
	close(runner->from);
	runner->pid = 0;
}

/* Its end is the end of the pipe, unless it has children who have that: they are killed with it. */
static void kill_or_complain(struct runner *runner)
{
	int i;

	count(&runner->counters->killed);
	kill(-runner->pid, SIGKILL);
	for (i = 0; i < DEATH_MS; i += 100) {
		if (waitpid(runner->pid, NULL, WNOHANG))
			return;
		usleep(100000);
	}
	show_stack(runner->pid);
	errx(1, "a program does not die: execution %llu",
	     (unsigned long long)runner->record.executions);
}

void run(struct runner *runner, const struct program *program, struct trail *trail)
{
	char well = 0;

	record_put(&runner->record, program);
	if (!runner->pid)
		start(runner);
	*runner->program = *program;
	if (write(runner->to, "", 1) != 1)
		err(2, "a process to run programs in");
	if (!is_readable(runner->from, TIME_MS))
		kill_or_complain(runner);
	else if (read(runner->from, &well, 1) != 1)
		count(&runner->counters->broken_off);
	count(&runner->counters->executions);
	if (runner->kcov) {
		trail_clear(trail);
		kcov_collect(runner->kcov, trail);
	}
	if (!well || ++runner->runs == RUNS_MAX)
		end(runner);
}
