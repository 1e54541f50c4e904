// SPDX-License-Identifier: GPL-2.0
/* Files that readers never find in part: written beside, and renamed. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "whole_file.h"

/* What a signal that ends the program is to remove. */
static const char *volatile unfinished;

static const int ending[] = { SIGHUP, SIGINT, SIGTERM };

static void on_signal(int number)
{
	if (unfinished)
		unlink(unfinished);
	/* Once handled, it does what it always does. */
	raise(number);
}

/* Those that the program does not see to itself. */
static void catch_signals(void)
{
	const struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND };
	struct sigaction before;
	size_t i;

	for (i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		if (!sigaction(ending[i], NULL, &before) && before.sa_handler == SIG_DFL)
			sigaction(ending[i], &action, NULL);
}

/**
 * whole_file_guard() - a signal that was caught is not, from now on
 *
 * For a handler that gives way to the usual effect: the next signal leaves nothing behind, either.
 */
void whole_file_guard(void)
{
	if (unfinished)
		catch_signals();
}

/* A link stays: it is what it leads to that is replaced. Hidden, and with an ending of no meaning. */
static int choose_names(struct whole_file *file, const char *path)
{
	const char *slash;
	int dir_size;

	file->path = realpath(path, NULL);
	if (!file->path)
		file->path = strdup(path);
	if (!file->path)
		return -ENOMEM;
	slash = strrchr(file->path, '/');
	dir_size = slash ? (int)(slash - file->path) + 1 : 0;
	if (asprintf(&file->temporary, "%.*s.%s.XXXXXX", dir_size, file->path,
		     file->path + dir_size) < 0) {
		file->temporary = NULL;
		return -ENOMEM;
	}
	return 0;
}

/* No signal comes between the file and the note that it is to be removed. */
static int create_noted(struct whole_file *file)
{
	sigset_t block, before;
	size_t i;
	int fd;

	sigemptyset(&block);
	for (i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		sigaddset(&block, ending[i]);
	pthread_sigmask(SIG_BLOCK, &block, &before);
	fd = mkostemp(file->temporary, O_CLOEXEC);
	if (fd >= 0) {
		unfinished = file->temporary;
		catch_signals();
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return fd;
}

static int create(struct whole_file *file, const char *path)
{
	mode_t mask = umask(0);
	int fd, err;

	umask(mask);
	err = choose_names(file, path);
	if (err)
		return err;
	fd = create_noted(file);
	if (fd < 0) {
		err = -errno;
		free(file->temporary);
		file->temporary = NULL;
		return err;
	}
	/* As open() would have made it. */
	if (!fchmod(fd, 0666 & ~mask))
		file->stream = fdopen(fd, "w");
	if (!file->stream) {
		err = -errno;
		close(fd);
	}
	return err;
}

/* What is no file (a pipe, a terminal) is written as it comes. */
static bool is_stream(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISREG(st.st_mode);
}

static void forget(struct whole_file *file, bool remove_it)
{
	if (file->temporary && remove_it)
		unlink(file->temporary);
	unfinished = NULL;
	free(file->temporary);
	free(file->path);
	*file = (struct whole_file){ 0 };
}

/**
 * whole_file_begin() - begin to write a file
 * @file: out; whole_file_end() or whole_file_drop() is due if this succeeds
 * @path: its name
 *
 * A signal that ends the program leaves nothing behind. One file at a time.
 *
 * Return: 0 or a negative errno.
 */
int whole_file_begin(struct whole_file *file, const char *path)
{
	int err;

	*file = (struct whole_file){ 0 };
	if (is_stream(path)) {
		file->stream = fopen(path, "we");
		return file->stream ? 0 : -errno;
	}
	err = create(file, path);
	if (err)
		whole_file_drop(file);
	return err;
}

/**
 * whole_file_end() - it is complete
 * @file: of whole_file_begin(); it is closed in any case
 *
 * Return: 0 or a negative errno: then it is not there, or as it was.
 */
int whole_file_end(struct whole_file *file)
{
	int err = ferror(file->stream) || fflush(file->stream) ? -errno : 0;

	if (!err && file->temporary && fsync(fileno(file->stream)))
		err = -errno;
	if (fclose(file->stream) && !err)
		err = -errno;
	file->stream = NULL;
	if (!err && file->temporary && rename(file->temporary, file->path))
		err = -errno;
	forget(file, err);
	return err;
}

/* It is not wanted. */
void whole_file_drop(struct whole_file *file)
{
	if (file->stream)
		fclose(file->stream);
	forget(file, true);
}
