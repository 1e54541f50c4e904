// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "proc.h"

static void channel(int *read_end, int *write_end)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		err(1, "pipe");
	*read_end = fds[0];
	*write_end = fds[1];
}

/* EOF: the other side is gone. */
static bool take_word(int fd)
{
	ssize_t got;
	char byte;

	do
		got = read(fd, &byte, 1);
	while (got < 0 && errno == EINTR);
	return got == 1;
}

static void say_word(int fd)
{
	if (write(fd, "", 1) != 1)
		err(1, "pipe");
}

void child_start(struct child *child, child_function *function, void *argument)
{
	struct child self = {};

	channel(&child->from, &self.to);
	channel(&self.from, &child->to);
	fflush(NULL);
	child->pid = fork();
	if (child->pid < 0)
		err(1, "fork");
	if (!child->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(child->from);
		close(child->to);
		self.pid = getpid();
		_exit(function(&self, argument));
	}
	close(self.from);
	close(self.to);
	child_await(child);
}

void child_ready(struct child *self)
{
	say_word(self->to);
}

void child_wait(struct child *self)
{
	if (!take_word(self->from))
		_exit(1);
}

int child_stay(struct child *self, void *argument)
{
	(void)argument;
	child_ready(self);
	child_wait(self);
	return 0;
}

void child_await(struct child *child)
{
	if (!take_word(child->from))
		errx(1, "process %d ended too early", child->pid);
}

void child_go(struct child *child)
{
	say_word(child->to);
}

/* Does each of its threads stand (or not, for which one is enough)? */
static bool all_stand(pid_t pid, bool wanted)
{
	bool stand = true;
	struct dirent *entry;
	char path[32];
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	tasks = opendir(path);
	if (!tasks)
		err(1, "%s", path);
	while ((entry = readdir(tasks))) {
		pid_t tid = atoi(entry->d_name);

		stand = stand && (!tid || (strchr("TZX", proc_state(tid)) &&
					   (!wanted || proc_is_off_cpu(tid))));
	}
	closedir(tasks);
	return stand == wanted;
}

static void signal_and_wait(pid_t pid, int signal, bool stand)
{
	int i;

	if (kill(pid, signal))
		err(1, "process %d", pid);
	for (i = 0; i < 30000 && !all_stand(pid, stand); i++)
		usleep(1000);
	if (i == 30000)
		errx(1, "process %d does not %s", pid, stand ? "stop" : "go on");
}

void child_stop(pid_t pid)
{
	signal_and_wait(pid, SIGSTOP, true);
}

void child_continue(pid_t pid)
{
	signal_and_wait(pid, SIGCONT, false);
}

int child_join(struct child *child)
{
	int status;

	while (waitpid(child->pid, &status, 0) != child->pid) {
		if (errno != EINTR)
			err(1, "waitpid");
	}
	close(child->from);
	close(child->to);
	child->pid = 0;
	return status;
}

void child_kill(struct child *child)
{
	if (child->pid > 0) {
		kill(child->pid, SIGKILL);
		child_join(child);
	}
}

void become(uid_t uid)
{
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
		err(1, "cannot become user %d", uid);
	/* A change of IDs clears both. */
	if (prctl(PR_SET_DUMPABLE, 1) || prctl(PR_SET_PDEATHSIG, SIGKILL))
		err(1, "prctl");
}

int as_user(uid_t uid, int (*function)(void *), void *argument)
{
	int from, to, result = 0;
	ssize_t got;
	pid_t pid;

	channel(&from, &to);
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		if (uid != (uid_t)-1)
			become(uid);
		result = function(argument);
		_exit(write(to, &result, sizeof(result)) != sizeof(result));
	}
	close(to);
	got = read(from, &result, sizeof(result));
	close(from);
	if (waitpid(pid, NULL, 0) != pid || got != sizeof(result))
		errx(1, "the process of user %d ended too early", uid);
	return result;
}

/* "name start end rest", or "skip name reason". */
static void take_line(struct zoo *zoo, char *line)
{
	struct animal *animal;
	int used = 0;

	zoo->animals = realloc(zoo->animals, (zoo->nr + 1) * sizeof(*animal));
	if (!zoo->animals)
		err(1, "memory for the zoo");
	animal = &zoo->animals[zoo->nr++];
	memset(animal, 0, sizeof(*animal));
	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "skip %31s %n", animal->name, &used) != 1 &&
	    sscanf(line, "%31s %" SCNx64 " %" SCNx64 " %n", animal->name, &animal->start, &animal->end,
		   &used) != 3)
		errx(1, "the zoo says '%s'", line);
	animal->rest = strdup(line + used);
}

static void start_program(struct zoo *zoo, const char *program, const char *shapes)
{
	char *words = strdup(shapes), *word, *line = NULL;
	char *arguments[32] = { (char *)program };
	int count = 1, input, output;
	size_t size = 0;

	for (word = strtok(words, " "); word && count < 31; word = strtok(NULL, " "))
		arguments[count++] = word;
	memset(zoo, 0, sizeof(*zoo));
	channel(&input, &zoo->to);
	channel(&count, &output);
	zoo->from = fdopen(count, "r");
	fflush(NULL);
	zoo->pid = fork();
	if (zoo->pid < 0)
		err(1, "fork");
	if (!zoo->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(input, STDIN_FILENO);
		dup2(output, STDOUT_FILENO);
		execv(beside(program), arguments);
		err(1, "%s", beside(program));
	}
	close(input);
	close(output);
	while (getline(&line, &size, zoo->from) > 0 && strcmp(line, "ready\n"))
		take_line(zoo, line);
	if (!line || strcmp(line, "ready\n"))
		errx(1, "the %s '%s' ended too early", program, shapes);
	free(line);
	free(words);
}

void zoo_start(struct zoo *zoo, const char *shapes)
{
	start_program(zoo, "zoo", shapes);
}

/* A 64-bit kernel may have been built without the rest. */
bool zoo32_start(struct zoo *zoo)
{
	if (access("/proc/sys/abi/vsyscall32", F_OK) || access(beside("zoo32"), X_OK))
		return false;
	start_program(zoo, "zoo32", "");
	return true;
}

static const struct animal *find(const struct zoo *zoo, const char *name, unsigned int nth,
				 bool skipped)
{
	size_t i;

	for (i = 0; i < zoo->nr; i++) {
		const struct animal *animal = &zoo->animals[i];

		if (!strcmp(animal->name, name) && !nth--) {
			if (skipped == (!animal->start && !strchr(animal->rest, '=')))
				return animal;
			return NULL;
		}
	}
	return NULL;
}

const struct animal *zoo_find(const struct zoo *zoo, const char *name, unsigned int nth)
{
	return find(zoo, name, nth, false);
}

const char *zoo_skipped(const struct zoo *zoo, const char *name)
{
	const struct animal *animal = find(zoo, name, 0, true);

	return animal ? animal->rest : NULL;
}

uint64_t zoo_number(const struct animal *animal, const char *key, int base)
{
	const char *at = animal->rest;
	size_t size = strlen(key);

	while (*at) {
		if (!strncmp(at, key, size) && at[size] == '=')
			return strtoull(at + size + 1, NULL, base);
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	errx(1, "the zoo announced no %s of %s", key, animal->name);
}

void zoo_end(struct zoo *zoo)
{
	kill(zoo->pid, SIGCONT);
	close(zoo->to);
	waitpid(zoo->pid, NULL, 0);
	fclose(zoo->from);
	while (zoo->nr)
		free(zoo->animals[--zoo->nr].rest);
	free(zoo->animals);
}

const char *beside(const char *name)
{
	static char path[4096];
	ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (size < 0)
		err(1, "/proc/self/exe");
	path[size] = '\0';
	snprintf(strrchr(path, '/') + 1, 256, "%s", name);
	return path;
}

unsigned int scale(void)
{
	const char *text = getenv("IPCSHOW_TEST_SCALE");
	int number = text ? atoi(text) : 1;

	return number > 1 ? number : 1;
}
