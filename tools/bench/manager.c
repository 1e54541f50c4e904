// SPDX-License-Identifier: GPL-2.0
/* A manager: a process that owns a list and a dictionary; both sides call it over a unix socket. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "manager.h"
#include "mechanism.h"

#define OBJECTS_BYTES	(1UL << 20)
#define OBJECTS_MAX	64

/* struct methods - by which a message goes in, and out */
struct methods {
	enum manager_call in;
	enum manager_call out;
};

static const struct methods list_methods = { MANAGER_APPEND, MANAGER_POP };
static const struct methods dict_methods = { MANAGER_SET, MANAGER_TAKE };

static struct sockaddr_un address_of(const struct link *link)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memcpy(address.sun_path, link->path, sizeof(address.sun_path));
	return address;
}

static size_t most_for(size_t size)
{
	size_t most = OBJECTS_BYTES / size;

	return most < 2 ? 2 : most > OBJECTS_MAX ? OBJECTS_MAX : most;
}

static int start(struct link *link, int listener)
{
	link->helper = fork();
	if (link->helper < 0)
		return -errno;
	if (!link->helper) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGINT, SIG_IGN);
		manager_serve(listener, most_for(link->size));
	}
	return 0;
}

static int make(struct link *link)
{
	int err = link_name(link, "sock"), listener;
	struct sockaddr_un address;

	if (err)
		return err;
	address = address_of(link);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0)
		return -errno;
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 4))
		err = -errno;
	if (!err)
		err = start(link, listener);
	close(listener);
	return err;
}

static void unmake(struct link *link)
{
	if (link->helper <= 0)
		return;
	kill(link->helper, SIGKILL);
	while (waitpid(link->helper, NULL, __WALL) < 0 && errno == EINTR)
		;
}

static int open_end(struct end *end)
{
	struct sockaddr_un address = address_of(end->link);

	end->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (end->fd < 0 || connect(end->fd, (struct sockaddr *)&address, sizeof(address)))
		return end_failed(end, "connect");
	return 0;
}

static int ask(struct end *end, enum manager_call call, size_t size)
{
	struct manager_request request = { .call = call, .key = end->number, .size = size };

	return write_all(end, &request, sizeof(request));
}

static const struct methods *methods_of(const struct end *end)
{
	return end->link->mechanism->kind;
}

static int commit(struct end *end)
{
	struct manager_request done;
	int err = ask(end, methods_of(end)->in, end->link->size);

	if (!err)
		err = write_all(end, end->buffer, end->link->size);
	return err ? err : read_all(end, &done, sizeof(done));
}

static int break_off(struct end *end)
{
	int err = ask(end, methods_of(end)->in, end->link->size);

	return err ? err : write_all(end, end->buffer, end->link->size / 2);
}

static const void *peek(struct end *end)
{
	struct manager_request head;
	int err = ask(end, methods_of(end)->out, 0);

	if (!err)
		err = read_all(end, &head, sizeof(head));
	if (!err && head.size != end->link->size)
		err = -EBADMSG;
	if (!err)
		err = read_all(end, end->buffer, end->link->size);
	errno = -err;
	return err ? NULL : end->buffer;
}

static const struct mechanism_ops ops = {
	.make = make, .unmake = unmake, .open = open_end, .commit = commit, .peek = peek,
	.break_off = break_off,
};

#define MANAGER(name_, methods_, help_)						\
	{ .name = name_, .group = "server", .help = help_, .copies = 4,		\
	  .copies_reason = N_("into a socket, into the server's object, into a socket, and out of it"), \
	  .directions = ANY_WAY, .ops = &ops, .kind = &(methods_) }

const struct mechanism manager_mechanisms[] = {
	MANAGER("manager-list", list_methods, N_("a server's list: append() and pop(), over a unix socket")),
	MANAGER("manager-dict", dict_methods, N_("a server's dictionary: set and take by key, likewise")),
	{ 0 }
};
