// SPDX-License-Identifier: GPL-2.0
/* What mechanisms have in common. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mechanism.h"

const char *link_directory = "/var/tmp";

/* Before the fork: zeroed, at one address in both, or else in one process with both. NULL: errno. */
void *link_map(struct link *link, size_t size, bool shared)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
			(shared ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	link->shared = at;
	link->shared_size = size;
	return at;
}

/* A path that nobody else has; the file is the mechanism's to make. */
int link_name(struct link *link, const char *what)
{
	static unsigned int number;
	int size = snprintf(link->path, sizeof(link->path), "%s/ipcshow-bench-%d-%u.%s",
			    link_directory, getpid(), number++, what);

	if (size >= (int)sizeof(link->path))
		return -ENAMETOOLONG;
	link->named = true;
	return 0;
}

/* After the fork, the sides only should have it: else neither would hear of the other's end. */
void link_drop(struct link *link)
{
	size_t i;

	for (i = 0; i < LINK_FDS; i++) {
		if (link->fd[i] >= 0)
			close(link->fd[i]);
		link->fd[i] = -1;
	}
}

void link_unmake(struct link *link)
{
	if (link->mechanism->ops->unmake)
		link->mechanism->ops->unmake(link);
	link_drop(link);
	if (link->named)
		unlink(link->path);
	if (link->shared)
		munmap(link->shared, link->shared_size);
	link->named = false;
	link->shared = NULL;
}

/* Of descriptors that both sides have, one is this side's; threads have them together. */
void end_keep(struct end *end, int keep, int drop)
{
	end->fd = keep;
	if (!end->link->threads && drop >= 0)
		close(drop);
}

int end_failed(struct end *end, const char *what)
{
	end->what = what;
	return errno ? -errno : -EIO;
}

void *end_failed_at(struct end *end, const char *what)
{
	end->what = what;
	return NULL;
}

int write_all(struct end *end, const void *from, size_t size)
{
	const char *p = from;
	ssize_t n;

	while (size) {
		n = write(end->fd, p, size);
		if (n < 0)
			return end_failed(end, "write");
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

int read_all(struct end *end, void *to, size_t size)
{
	char *p = to;
	ssize_t n;

	while (size) {
		n = read(end->fd, p, size);
		if (!n)
			errno = EPIPE;
		if (n <= 0)
			return end_failed(end, "read");
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

/* The number in a file of /proc/sys; 0: it cannot be read. */
size_t read_limit(const char *path)
{
	FILE *file = fopen(path, "re");
	size_t limit = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%zu", &limit) != 1)
		limit = 0;
	fclose(file);
	return limit;
}
