// SPDX-License-Identifier: GPL-2.0
/* The same processes, as they see themselves. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "message.h"
#include "roles.h"
#include "stage.h"

static void put(struct actor *me, int type, const void *data, size_t size)
{
	char whole[MESSAGE_MAX];
	struct message message = { .pid = me->pid, .type = type, .size = (unsigned int)size };
	ssize_t n;

	if (size > sizeof(whole) - sizeof(message))
		_exit(EXIT_FAILURE);
	memcpy(message.name, me->name, sizeof(message.name));
	memcpy(whole, &message, sizeof(message));
	if (size)
		memcpy(whole + sizeof(message), data, size);
	do {
		n = write(me->from, whole, sizeof(message) + size);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		_exit(EXIT_FAILURE);
}

void actor_say(struct actor *me, const char *format, ...)
{
	char text[MESSAGE_MAX / 2];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), _(format), args);
	va_end(args);
	put(me, MESSAGE_SAYS, text, strlen(text));
}

void actor_put(struct actor *me, const void *data, size_t size)
{
	put(me, MESSAGE_GIVES, data, size);
}

void actor_pause(struct actor *me)
{
	put(me, MESSAGE_GIVES, NULL, 0);
	actor_wait(me);
}

void actor_wait(struct actor *me)
{
	ssize_t n;
	char c;

	do {
		n = read(me->to, &c, 1);
	} while (n < 0 && errno == EINTR);
	if (n != 1)
		_exit(EXIT_FAILURE);
}

void actor_rest(void)
{
	for (;;)
		pause();
}

static bool is_lack(int error)
{
	return error == ENOSYS || error == EOPNOTSUPP || error == EAFNOSUPPORT ||
	       error == EPROTONOSUPPORT || error == EADDRNOTAVAIL || error == ENETDOWN;
}

void actor_failed(struct actor *me, const char *call)
{
	int error = errno;
	char text[256];

	snprintf(text, sizeof(text), "%s(): %s", call, strerror(error));
	put(me, is_lack(error) ? MESSAGE_LACKS : MESSAGE_FAILED, text, strlen(text));
	_exit(EXIT_FAILURE);
}

void *actor_map_segment(struct actor *me, const char *name, int flags)
{
	int fd = shm_open(name, flags, 0600);
	void *p;

	if (fd < 0)
		actor_failed(me, "shm_open");
	if (flags & O_CREAT && ftruncate(fd, (off_t)page_size()))
		actor_failed(me, "ftruncate");
	p = mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		actor_failed(me, "mmap");
	close(fd);
	return p;
}

/* Between two pages without access, so that it is a mapping of its own. */
void *own_pages(size_t bytes)
{
	size_t page = page_size();
	char *p = mmap(NULL, bytes + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p + page, bytes, PROT_READ | PROT_WRITE))
		_exit(EXIT_FAILURE);
	madvise(p + page, bytes, MADV_NOHUGEPAGE);
	memset(p + page, 0x2a, bytes);
	return p + page;
}

void actor_main(int argc, char **argv)
{
	struct actor me = { .pid = getpid() };
	size_t i;

	if (argc != 7)
		_exit(EXIT_FAILURE);
	snprintf(me.name, sizeof(me.name), "%s", argv[3]);
	me.to = atoi(argv[4]);
	me.from = atoi(argv[5]);
	for (i = 0; i < nr_roles; i++)
		if (!strcmp(roles[i].name, argv[2]))
			roles[i].play(&me, argv[6]);
	_exit(EXIT_FAILURE);
}
