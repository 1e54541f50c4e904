/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LISTENER_H
#define LISTENER_H

#include <sys/stat.h>

/**
 * struct listener - a socket at a path
 * @fd: the socket
 * @path: where
 * @stat: of what is there
 */
struct listener {
	int fd;
	const char *path;
	struct stat stat;
};

int listener_open(struct listener *listener, const char *path, int mode);
void listener_close(struct listener *listener);

#endif
