// SPDX-License-Identifier: GPL-2.0
/* The command: its process, and its input and output over the wire. */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The command's ends and ours of what connects us; -1: closed. */
struct command {
	pid_t pid;
	int status;		/* as a shell's $?, -1: it runs */
	int in, out, err;	/* ours; with a terminal, in == out and err is -1 */
	int children;		/* signalfd of SIGCHLD */
	struct frame pending;	/* stdin that its pipe had no room for */
};

static void child_setup(const struct config *config, const int fds[3])
{
	sigset_t none;
	int i;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	for (i = 0; i < 3; i++)
		dup2(fds[i], i);
	if (config->tty)
		ioctl(0, TIOCSCTTY, 0);
	if (config->user && (setgroups(0, NULL) || setgid(config->user) || setuid(config->user))) {
		fprintf(stderr, "vm: cannot become user %u: %s\n", config->user, strerror(errno));
		_exit(126);
	}
	if (chdir(config->cwd)) {
		fprintf(stderr, "vm: cannot enter %s: %s\n", config->cwd, strerror(errno));
		_exit(126);
	}
}

/* 126 and 127 mean what they mean in a shell. */
static void child_exec(const struct config *config)
{
	environ = config->env;
	execvp(config->argv[0], config->argv);
	fprintf(stderr, "vm: %s: %s\n", config->argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static void pipe_or_die(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC))
		die("cannot make a pipe: %s", strerror(errno));
}

static void command_start(struct command *command, const struct config *config)
{
	int in[2], out[2], err[2], fds[3];

	if (config->tty) {
		if (openpty(&command->in, &fds[0], NULL, NULL, NULL))
			die("cannot make a terminal: %s", strerror(errno));
		fds[1] = fds[0];
		fds[2] = fds[0];
		if (fchown(fds[0], config->user, 5))	/* tty, as in Debian */
			die("cannot hand over the terminal: %s", strerror(errno));
		command->out = command->in;
		command->err = -1;
		fcntl(command->in, F_SETFD, FD_CLOEXEC);
	} else {
		pipe_or_die(in);
		pipe_or_die(out);
		pipe_or_die(err);
		command->in = in[1];
		command->out = out[0];
		command->err = err[0];
		fds[0] = in[0];
		fds[1] = out[1];
		fds[2] = err[1];
		/* The pipes belong to the user as theirs do: /dev/stdout can be opened. */
		if (fchown(fds[0], config->user, config->user) ||
		    fchown(fds[1], config->user, config->user) ||
		    fchown(fds[2], config->user, config->user))
			die("cannot hand over the pipes: %s", strerror(errno));
		fcntl(command->err, F_SETFL, O_NONBLOCK);
	}
	fcntl(command->in, F_SETFL, O_NONBLOCK);
	fcntl(command->out, F_SETFL, O_NONBLOCK);

	command->pid = fork();
	if (command->pid < 0)
		die("cannot fork: %s", strerror(errno));
	if (!command->pid) {
		child_setup(config, fds);
		child_exec(config);
	}
	close(fds[0]);
	if (!config->tty) {
		close(fds[1]);
		close(fds[2]);
	}
}

static void close_once(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Send what a pipe holds; says whether it held any. A terminal's end reads as an error. */
static bool output_forward(int *fd, enum channel channel)
{
	static char data[65536];
	ssize_t size;

	if (*fd < 0)
		return false;
	size = read(*fd, data, sizeof(data));
	if (size > 0)
		wire_send(channel, data, size);
	else if (!size || errno != EAGAIN)
		*fd = -1;	/* not closed: a terminal's is its input too */
	return size > 0;
}

/* A background process may write for ever, but a pipe holds 1 MiB at most. */
static void output_drain(int *fd, enum channel channel)
{
	int chunks;

	for (chunks = 0; chunks < 16 && output_forward(fd, channel); chunks++)
		;
}

/* Give the command its input, as much as it takes by now. */
static void input_deliver(struct command *command)
{
	struct frame *pending = &command->pending;
	ssize_t size;

	while (pending->size) {
		size = command->in < 0 ? -1 : write(command->in, pending->data, pending->size);
		if (size < 0 && errno == EAGAIN && command->in >= 0)
			return;
		if (size < 0)
			size = pending->size;	/* nobody reads: it is lost, as in any pipe */
		pending->data += size;
		pending->size -= size;
	}
}

static void input_receive(struct command *command, const struct config *config)
{
	uint16_t sizes[2];

	while (!command->pending.size && wire_receive(&command->pending)) {
		struct frame *frame = &command->pending;

		if (frame->channel == CHANNEL_WINSIZE && frame->size == sizeof(sizes)) {
			memcpy(sizes, frame->data, sizeof(sizes));
			if (config->tty)
				ioctl(command->in, TIOCSWINSZ,
				      &(struct winsize){ .ws_row = sizes[0], .ws_col = sizes[1] });
			frame->size = 0;
		} else if (frame->channel != CHANNEL_STDIN) {
			die("the host sent a frame of an unknown kind: %u", frame->channel);
		} else if (!frame->size && !config->tty) {
			close_once(&command->in);
		}
		input_deliver(command);
	}
}

static void children_reap(struct command *command)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	if (read(command->children, &info, sizeof(info)) < 0 && errno != EAGAIN)
		die("cannot read the signals: %s", strerror(errno));
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == command->pid)
			command->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
							      : WEXITSTATUS(status);
	}
}

static time_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

/* What is blocked and what runs goes to the kernel's log, for who looks into it. */
static void give_up(const struct config *config)
{
	FILE *file = fopen("/proc/sysrq-trigger", "w");

	if (file) {
		fputs("w", file);
		fflush(file);
		fputs("l", file);
		fclose(file);
	}
	die("the command did not end within %u s (timeout)", config->timeout);
}

enum { WATCH_CHILDREN, WATCH_WIRE, WATCH_OUT, WATCH_ERR, WATCH_IN, WATCH_COUNT };

static void command_poll(struct command *command, int milliseconds)
{
	bool waiting = command->pending.size > 0;
	struct pollfd polls[WATCH_COUNT] = {
		[WATCH_CHILDREN] = { .fd = command->children, .events = POLLIN },
		[WATCH_WIRE] = { .fd = wire_fd(), .events = waiting ? 0 : POLLIN },
		[WATCH_OUT] = { .fd = command->out, .events = POLLIN },
		[WATCH_ERR] = { .fd = command->err, .events = POLLIN },
		[WATCH_IN] = { .fd = waiting ? command->in : -1, .events = POLLOUT },
	};

	if (poll(polls, WATCH_COUNT, milliseconds) < 0 && errno != EINTR)
		die("cannot poll: %s", strerror(errno));
	if (polls[WATCH_WIRE].revents & POLLHUP)
		vm_end();	/* the host is gone */
}

/**
 * command_run() - run the command to its end and tell the host its status
 *
 * What it wrote before it ended arrives; a background process that keeps its
 * pipes open is not waited for.
 */
void command_run(const struct config *config)
{
	struct command command = { .status = -1 };
	time_t end = now() + config->timeout;
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	command.children = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);

	command_start(&command, config);
	while (command.status < 0) {
		command_poll(&command, 1000);
		children_reap(&command);
		input_deliver(&command);
		input_receive(&command, config);
		output_forward(&command.out, CHANNEL_STDOUT);
		output_forward(&command.err, CHANNEL_STDERR);
		if (config->timeout && now() >= end)
			give_up(config);
	}
	output_drain(&command.out, CHANNEL_STDOUT);
	output_drain(&command.err, CHANNEL_STDERR);
	wire_say("status %d", command.status);
}
