// SPDX-License-Identifier: GPL-2.0
/* Other programs of ours, beside this one. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"
#include "stage.h"
#include "tell.h"

#define WORDS_MAX	64
#define PATH_ROOM	(PATH_MAX + 64)

static bool find(const char *name, char path[PATH_ROOM])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX);
	char *slash;

	if (n <= 0 || n == PATH_MAX)
		return false;
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return false;
	snprintf(slash + 1, PATH_ROOM - (size_t)(slash + 1 - path), "%s", name);
	return !access(path, X_OK);
}

__attribute__((noreturn))
static void become(const char *path, char **argv, int output)
{
	dup2(output, STDOUT_FILENO);
	execv(path, argv);
	_exit(127);
}

static void start(struct program *program, const char *path, char **argv)
{
	int output[2];

	if (pipe2(output, O_CLOEXEC))
		failed("A pipe could not be made: %s.", strerror(errno));
	fflush(stdout);
	program->pid = actor_fork();
	if (!program->pid)
		become(path, argv, output[1]);
	close(output[1]);
	program->output = fdopen(output[0], "r");
	if (program->pid < 0 || !program->output)
		failed("A process could not be started: %s.", strerror(errno));
}

bool program_start(struct program *program, const char *command)
{
	char path[PATH_ROOM], words[2048], *argv[WORDS_MAX] = { NULL }, *word, *rest;
	size_t nr = 0;

	snprintf(words, sizeof(words), "%s", command);
	for (word = strtok_r(words, " ", &rest); word && nr + 1 < WORDS_MAX;
	     word = strtok_r(NULL, " ", &rest))
		argv[nr++] = word;
	program->name = strndup(command, strcspn(command, " "));
	if (!program->name || !find(program->name, path))
		return false;
	start(program, path, argv);
	return true;
}

bool program_end(struct program *program)
{
	int status = 0;

	fclose(program->output);
	while (waitpid(program->pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && !WEXITSTATUS(status);
}
