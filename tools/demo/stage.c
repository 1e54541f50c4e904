// SPDX-License-Identifier: GPL-2.0
/* The processes that a demo starts, as it sees them. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "message.h"
#include "results.h"
#include "stage.h"
#include "tell.h"

#define ACTORS_MAX	16

static struct actor actors[ACTORS_MAX];
static size_t nr_actors;
static bool pauses;

void stage_setup(bool pause)
{
	pauses = pause;
}

/* What the other actors and the demo talk through is none of this one's. */
static void leave_the_others(void)
{
	size_t i;

	for (i = 0; i < nr_actors; i++) {
		close(actors[i].to);
		close(actors[i].from);
	}
}

/*
 * One that faults on purpose leaves no core file. A limit of 1 is the one that handlers of
 * core dumps respect, too.
 */
static void live_no_longer_than(pid_t parent)
{
	const struct rlimit no_core = { .rlim_cur = 1, .rlim_max = 1 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	setrlimit(RLIMIT_CORE, &no_core);
	signal(SIGTERM, SIG_DFL);
	/* Who interrupts the demo means all of it, and nobody has a last word. */
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_DFL);
}

pid_t actor_fork(void)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (!pid)
		live_no_longer_than(parent);
	return pid;
}

void *stage_share(void)
{
	void *p = mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		       0);

	if (p == MAP_FAILED)
		failed("Shared memory could not be mapped: %s.", strerror(errno));
	return p;
}

/* In the child: @me, with its own ends. Else NULL. */
static struct actor *split(const char *name, struct actor *me)
{
	struct actor *actor = &actors[nr_actors];
	int cues[2], says[2];
	pid_t pid;

	if (nr_actors == ACTORS_MAX)
		failed("There are too many actors.");
	if (pipe2(cues, O_CLOEXEC) || pipe2(says, O_CLOEXEC))
		failed("A pipe could not be made: %s.", strerror(errno));
	snprintf(actor->name, sizeof(actor->name), "%s", name);
	fflush(stdout);
	pid = actor_fork();
	if (pid < 0)
		failed("A process could not be started: %s.", strerror(errno));
	actor->pid = pid ? pid : getpid();
	actor->to = cues[pid ? 1 : 0];
	actor->from = says[pid ? 0 : 1];
	close(cues[pid ? 0 : 1]);
	close(says[pid ? 1 : 0]);
	if (pid) {
		nr_actors++;
		return NULL;
	}
	*me = *actor;
	prctl(PR_SET_NAME, me->name);
	leave_the_others();
	return me;
}

static struct actor *newest(void)
{
	return &actors[nr_actors - 1];
}

struct actor *stage_start(const char *name, play_fn *play, void *arg)
{
	struct actor me;

	if (split(name, &me)) {
		play(&me, arg);
		_exit(EXIT_SUCCESS);
	}
	return newest();
}

struct actor *stage_start_anew(const char *name, const char *role, const char *argument)
{
	char to[16], from[16];
	struct actor me;

	if (split(name, &me)) {
		char *const argv[] = { (char[]){ PROGRAM }, (char[]){ ACTOR_OPTION },
				       strdup(role), me.name, to, from, strdup(argument), NULL };

		snprintf(to, sizeof(to), "%d", dup(me.to));
		snprintf(from, sizeof(from), "%d", dup(me.from));
		execv("/proc/self/exe", argv);
		actor_failed(&me, "execv");
	}
	return newest();
}

struct actor *stage_start_program(const char *name, char *const *argv)
{
	struct actor me;

	if (split(name, &me)) {
		dup2(me.to, STDIN_FILENO);
		dup2(me.from, STDOUT_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	return newest();
}

static bool read_all(int fd, void *to, size_t size)
{
	char *p = to;

	while (size) {
		ssize_t n = read(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		size -= (size_t)n;
	}
	return true;
}

__attribute__((noreturn))
static void ended_too_early(struct actor *actor)
{
	failed("The process %s (%d) has ended too early.", _(actor->name), actor->pid);
}

/* The next message is of no use to who waits for another. */
static void take_words(struct actor *actor, const struct message *message)
{
	char *text = calloc(message->size + 1, 1);

	if (!text || !read_all(actor->from, text, message->size))
		ended_too_early(actor);
	switch (message->type) {
	case MESSAGE_SAYS:
		quote(message->name, message->pid, text);
		break;
	case MESSAGE_LACKS:
		lacking("This system does not provide it: %s.", text);
	default:
		failed("In the process %s (%d): %s.", _(message->name), message->pid, text);
	}
	free(text);
}

void actor_get(struct actor *actor, void *data, size_t size)
{
	struct message message;

	for (;;) {
		if (!read_all(actor->from, &message, sizeof(message)))
			ended_too_early(actor);
		if (message.type == MESSAGE_GIVES)
			break;
		take_words(actor, &message);
	}
	if (message.size != size || !read_all(actor->from, data, size))
		ended_too_early(actor);
}

/* Byte by byte: there are few, and none behind the newline is taken. */
static bool take_line(struct actor *actor, char *line, size_t room)
{
	size_t used = 0;
	char c;

	while (read_all(actor->from, &c, 1)) {
		if (c == '\n') {
			line[used] = '\0';
			return true;
		}
		if (used + 1 < room)
			line[used++] = c;
	}
	return false;
}

bool actor_read_line(struct actor *actor, char *line, size_t room)
{
	char text[512];

	while (take_line(actor, text, sizeof(text))) {
		if (*text == '!') {
			snprintf(line, room, "%s", text + 1);
			return true;
		}
		quote(actor->name, actor->pid, text);
	}
	return false;
}

void actor_ready(struct actor *actor)
{
	actor_get(actor, NULL, 0);
}

void actor_go(struct actor *actor)
{
	ssize_t n;

	do {
		n = write(actor->to, "\n", 1);
	} while (n < 0 && errno == EINTR);
	if (n != 1)
		ended_too_early(actor);
}

void actor_step(struct actor *actor)
{
	actor_go(actor);
	actor_ready(actor);
}

/* What it says last is heard, too. */
int stage_await(struct actor *actor)
{
	struct message message;
	int status = 0;

	while (read_all(actor->from, &message, sizeof(message)))
		take_words(actor, &message);
	while (waitpid(actor->pid, &status, 0) < 0 && errno == EINTR)
		;
	actor->pid = 0;
	return status;
}

void stage_kill(struct actor *actor)
{
	if (!actor->pid)
		return;
	kill(actor->pid, SIGKILL);
	while (waitpid(actor->pid, NULL, 0) < 0 && errno == EINTR)
		;
	actor->pid = 0;
}

void stage_pause(void)
{
	char c;

	if (!pauses)
		return;
	if (tell_aloud())
		say("Its processes wait for you to look at them; press Enter to go on.");
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
		;
}

static bool somebody_is_there(void)
{
	size_t i;

	for (i = 0; i < nr_actors; i++)
		if (actors[i].pid)
			return true;
	return false;
}

void stage_clear(void)
{
	size_t i;

	if (somebody_is_there())
		stage_pause();
	for (i = 0; i < nr_actors; i++) {
		stage_kill(&actors[i]);
		close(actors[i].to);
		close(actors[i].from);
	}
	nr_actors = 0;
}

void stage_leave(void)
{
	stage_clear();
	if (fflush(stdout))
		results_output_failed(errno);
	exit(EXIT_SUCCESS);
}
