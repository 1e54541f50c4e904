// SPDX-License-Identifier: GPL-2.0
/* Pipes, events, files: what joins two tasks by a descriptor in each, and what does not. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/io_uring.h>

#include "pair.h"

static void keep(const char *name, int mine, int other)
{
	if (other >= 0)
		close(other);
	end_of(name, mine);
}

/* ---- pipes ---- */

static void pipe_between(enum phase phase)
{
	static int fds[2];

	if (phase == BEFORE) {
		if (pipe2(fds, O_CLOEXEC))
			err(1, "pipe");
		return;
	}
	/* A reads. */
	keep("pipe", fds[phase == IN_B], fds[phase == IN_A]);
	if (phase == IN_A)
		joined("pipe", "pipe");
}

static void two_pipes(enum phase phase)
{
	static int fds[2][2];
	int *mine = fds[phase == IN_B], *other = fds[phase == IN_A];

	if (phase == BEFORE) {
		if (pipe2(fds[0], O_CLOEXEC) || pipe2(fds[1], O_CLOEXEC))
			err(1, "pipe");
		return;
	}
	keep("two-pipes", mine[0], other[0]);
	keep("two-pipes", mine[1], other[1]);
	if (phase == IN_A)
		apart("two-pipes");
}

static void fifo(enum phase phase)
{
	static int fd;

	switch (phase) {
	case BEFORE:
		if (mkfifo(scratch("fifo"), 0600))
			err(1, "mkfifo");
		fd = open(scratch("fifo"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		break;
	case IN_B:
		keep("fifo", open(scratch("fifo"), O_WRONLY | O_CLOEXEC), fd);
		break;
	case IN_A:
		end_of("fifo", fd);
		joined("fifo", "fifo");
	}
}

/* The second has the name that the first had. */
static void two_fifos(enum phase phase)
{
	int fd;

	if (phase == BEFORE)
		return;
	unlink(scratch("fifo-anew"));
	if (mkfifo(scratch("fifo-anew"), 0600))
		err(1, "mkfifo");
	fd = open(scratch("fifo-anew"), O_RDWR | O_CLOEXEC);
	if (fd < 0)
		err(1, "open of a FIFO");
	end_of("two-fifos", fd);
	if (phase == IN_A)
		apart("two-fifos");
}

void pair_pipes(enum phase phase)
{
	pipe_between(phase);
	two_pipes(phase);
	fifo(phase);
	two_fifos(phase);
}

/* ---- what both got from one call: the same open file ---- */

static int open_io_uring(void)
{
	struct io_uring_params params = {};

	return syscall(SYS_io_uring_setup, 4, &params);
}

static int open_epoll(void)
{
	return epoll_create1(EPOLL_CLOEXEC);
}

static int open_eventfd(void)
{
	return eventfd(0, EFD_CLOEXEC);
}

/* The name is the kind as well. */
static void inherited(const char *name, enum phase phase, int *fd, int (*open_one)(void))
{
	if (phase == BEFORE) {
		*fd = open_one();
		if (*fd < 0)
			skip(name, "%s", strerror(errno));
	}
	if (phase == BEFORE || *fd < 0)
		return;
	end_of(name, *fd);
	if (phase == IN_A)
		joined(name, name);
}

/* All of these have one inode. */
static void each_its_own(const char *name, enum phase phase, int (*open_one)(void))
{
	int fd;

	if (phase == BEFORE)
		return;
	fd = open_one();
	if (fd < 0)
		return;
	end_of(name, fd);
	if (phase == IN_A)
		apart(name);
}

static void pty(enum phase phase)
{
	static int master;
	char name[64];
	int slave;

	switch (phase) {
	case BEFORE:
		master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
		if (master < 0 || grantpt(master) || unlockpt(master))
			skip("pty", "posix_openpt: %s", strerror(errno));
		break;
	case IN_B:
		if (master < 0 || ptsname_r(master, name, sizeof(name)))
			return;
		slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
		if (slave < 0)
			err(1, "%s", name);
		keep("pty", slave, master);
		break;
	case IN_A:
		if (master < 0)
			return;
		end_of("pty", master);
		joined("pty", "pty");
	}
}

/* Both ends of one in each. */
static void two_ptys(enum phase phase)
{
	char name[64];
	int master, slave;

	if (phase == BEFORE)
		return;
	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || grantpt(master) || unlockpt(master) ||
	    ptsname_r(master, name, sizeof(name)))
		return;
	slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	end_of("two-ptys", master);
	end_of("two-ptys", slave);
	if (phase == IN_A)
		apart("two-ptys");
}

void pair_events(enum phase phase)
{
	static int fds[3];

	inherited("eventfd", phase, &fds[0], open_eventfd);
	inherited("epoll", phase, &fds[1], open_epoll);
	inherited("io-uring", phase, &fds[2], open_io_uring);
	each_its_own("two-eventfds", phase, open_eventfd);
	each_its_own("two-epolls", phase, open_epoll);
	each_its_own("two-io-urings", phase, open_io_uring);
	pty(phase);
	two_ptys(phase);
}

/* ---- files that both have open ---- */

static int open_file(const char *name)
{
	int fd = open(scratch(name), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		err(1, "%s", scratch(name));
	return fd;
}

static void lock(int fd, int how, short type, off_t start)
{
	struct flock range = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = 8 };

	if (fcntl(fd, how, &range))
		err(1, "fcntl");
}

/* Locks of each kind, by one or by both. */
static void locked(enum phase phase)
{
	int flocked, posix, ofd;

	if (phase == BEFORE)
		return;
	flocked = open_file("flock");
	posix = open_file("posix-lock");
	ofd = open_file("ofd-lock");
	if (phase == IN_B && flock(flocked, LOCK_EX))
		err(1, "flock");
	lock(posix, F_SETLK, F_WRLCK, phase == IN_A ? 0 : 8);
	lock(ofd, F_OFD_SETLK, F_RDLCK, 0);
	end_of("file-flock", flocked);
	end_of("file-posix-lock", posix);
	end_of("file-ofd-lock", ofd);
	if (phase == IN_A) {
		joined("file-flock", "file");
		joined("file-posix-lock", "file");
		joined("file-ofd-lock", "file");
	}
}

/* One open file, one position. */
static void same_description(enum phase phase)
{
	static int fd;

	if (phase == BEFORE) {
		fd = open_file("same-description");
		return;
	}
	end_of("file-same-description", fd);
	if (phase == IN_A)
		joined("file-same-description", "file");
}

static void of_one_name(enum phase phase)
{
	if (phase == BEFORE)
		return;
	unlink(scratch("of-one-name"));
	end_of("two-files", open_file("of-one-name"));
	if (phase == IN_A)
		apart("two-files");
}

void pair_files(enum phase phase)
{
	locked(phase);
	same_description(phase);
	of_one_name(phase);
}
