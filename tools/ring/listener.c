// SPDX-License-Identifier: GPL-2.0
/* A socket at a path, which is there from when it listens until the broker ends. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listener.h"
#include "rendezvous.h"

#define BACKLOG	128

/* 0: a socket that a broker left behind which could not tidy up; else what it is. */
static int look_at(const char *path)
{
	int sock = rendezvous_connect(path);

	if (sock >= 0)
		close(sock);
	if (sock == -ECONNREFUSED)
		return 0;
	return rendezvous_is_socket(path) ? -EADDRINUSE : -EEXIST;
}

static int rename_by(const char *from, const char *path, unsigned int flags)
{
	return renameat2(AT_FDCWD, from, AT_FDCWD, path, flags) ? -errno : 0;
}

/*
 * What is at @path is of no use to anybody, unless another broker has seen that, too, and been faster: then
 * it is given back what we get in exchange.
 */
static int replace(const char *from, const char *path)
{
	int err = rename_by(from, path, RENAME_EXCHANGE);

	if (err == -ENOENT)
		return rename_by(from, path, RENAME_NOREPLACE);
	if (err)
		return err;
	err = look_at(from);
	if (err)
		rename_by(from, path, RENAME_EXCHANGE);
	else if (unlink(from))
		err = -errno;
	return err;
}

/* Whatever is at @path stays, unless it is of no use to anybody. */
static int put_in_place(const char *from, const char *path)
{
	int err = rename_by(from, path, RENAME_NOREPLACE);

	if (err != -EEXIST)
		return err;
	err = look_at(path);
	return err ? err : replace(from, path);
}

/* It appears at its path when it is complete: neither refuses nor admits the wrong ones before. */
static int listen_at(struct listener *listener, const char *temporary, int mode)
{
	struct sockaddr_un address;
	int err = rendezvous_address(temporary, &address);

	if (err)
		return err;
	if (bind(listener->fd, (struct sockaddr *)&address, sizeof(address)))
		return errno == EADDRINUSE ? -EEXIST : -errno;
	if ((mode >= 0 && chmod(temporary, (mode_t)mode)) || listen(listener->fd, BACKLOG) ||
	    stat(temporary, &listener->stat))
		err = -errno;
	else
		err = put_in_place(temporary, listener->path);
	if (err)
		unlink(temporary);
	return err;
}

/**
 * listener_open() - listen at a path
 * @listener: out
 * @path: where; stays the caller's
 * @mode: permissions, or -1: as umask has it
 *
 * Return: 0; -EADDRINUSE: somebody listens there; -EEXIST: there is another file; another negative errno.
 */
int listener_open(struct listener *listener, const char *path, int mode)
{
	char temporary[sizeof(((struct sockaddr_un *)0)->sun_path)];
	int err;

	/* Room for the suffix, too. */
	if (snprintf(temporary, sizeof(temporary), "%s.%d~", path, getpid()) >=
	    (int)sizeof(temporary))
		return -ENAMETOOLONG;
	if (!*path)
		return -ENOENT;
	listener->path = path;
	listener->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener->fd < 0)
		return -errno;
	err = listen_at(listener, temporary, mode);
	if (err)
		close(listener->fd);
	return err;
}

/* The path is removed if it is still ours. */
void listener_close(struct listener *listener)
{
	struct stat now;

	if (!lstat(listener->path, &now) && now.st_dev == listener->stat.st_dev &&
	    now.st_ino == listener->stat.st_ino)
		unlink(listener->path);
	close(listener->fd);
}
