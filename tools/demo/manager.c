// SPDX-License-Identifier: GPL-2.0
/* A manager: a process that owns a dictionary, which others use by asking it. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "channel.h"
#include "excerpt.h"
#include "results.h"
#include "tell.h"

#define NR_CLIENTS	2
#define NR_KEYS		16

/* struct request - set a key, or get it */
struct request {
	bool set;
	char key[16];
	int value;
};

/* struct dictionary - what only the manager has */
struct dictionary {
	struct {
		char key[16];
		int value;
	} entries[NR_KEYS];
	size_t nr;
};

static int *value_of(struct dictionary *dictionary, const char *key)
{
	size_t i;

	for (i = 0; i < dictionary->nr; i++)
		if (!strcmp(dictionary->entries[i].key, key))
			return &dictionary->entries[i].value;
	if (dictionary->nr == NR_KEYS)
		_exit(EXIT_FAILURE);
	strcpy(dictionary->entries[dictionary->nr].key, key);
	return &dictionary->entries[dictionary->nr++].value;
}

static void answer(struct actor *me, struct dictionary *dictionary, int fd)
{
	struct request request;
	int *value;

	read_whole(me, fd, &request, sizeof(request));
	value = value_of(dictionary, request.key);
	if (request.set)
		*value = request.value;
	write_whole(me, fd, value, sizeof(*value));
}

static void serve(struct actor *me, struct dictionary *dictionary, int listener)
{
	struct pollfd fds[NR_CLIENTS];
	size_t i;

	for (i = 0; i < NR_CLIENTS; i++) {
		fds[i].fd = accept(listener, NULL, NULL);
		fds[i].events = POLLIN;
		if (fds[i].fd < 0)
			actor_failed(me, "accept");
	}
	while (poll(fds, NR_CLIENTS, -1) > 0)
		for (i = 0; i < NR_CLIENTS; i++)
			if (fds[i].revents)
				answer(me, dictionary, fds[i].fd);
}

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

static void play_manager(struct actor *me, void *arg)
{
	struct sockaddr_un address = address_of(arg);
	struct dictionary *dictionary = own_pages(page_size());
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	memset(dictionary, 0, sizeof(*dictionary));
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(listener, NR_CLIENTS))
		actor_failed(me, "listen");
	actor_say(me, "I own a dictionary, at %p, and listen at %s.", (void *)dictionary,
		  (const char *)arg);
	actor_put(me, &(__u64){ as_number(dictionary) }, sizeof(__u64));
	serve(me, dictionary, listener);
}

/* ---- clients ---- */

static int call(struct actor *me, int fd, const struct request *request)
{
	int value;

	write_whole(me, fd, request, sizeof(*request));
	read_whole(me, fd, &value, sizeof(value));
	return value;
}

static int connect_to(struct actor *me, const char *path)
{
	struct sockaddr_un address = address_of(path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		actor_failed(me, "connect");
	return fd;
}

static void play_writer(struct actor *me, void *arg)
{
	struct request request = { .set = true, .key = "answer", .value = 42 };
	int fd = connect_to(me, arg);

	actor_pause(me);
	call(me, fd, &request);
	actor_say(me, "I ask the manager to set \"answer\" to %d.", request.value);
	actor_put(me, NULL, 0);
	actor_rest();
}

static void play_reader(struct actor *me, void *arg)
{
	struct request request = { .key = "answer" };
	int fd = connect_to(me, arg), value;

	actor_pause(me);
	value = call(me, fd, &request);
	actor_say(me, "I ask for \"answer\", and am told %d.", value);
	actor_put(me, &value, sizeof(value));
	actor_rest();
}

/* ---- seen from outside ---- */

static void look(const pid_t *pids, __u64 dictionary)
{
	struct page_counts pages;
	struct link a = { 0 }, b = { 0 };
	struct view view;
	size_t direct;

	if (!view_open(&view, pids, 3)) {
		missing("that the clients are joined to the manager only.");
		return;
	}
	proof(view_link(&view, 1, 0, IPCSHOW_CHANNEL_UNIX_STREAM, NULL, -1, &a) == 1 &&
	      view_link(&view, 2, 0, IPCSHOW_CHANNEL_UNIX_STREAM, NULL, -1, &b) == 1,
	      "ipcshow finds a unix socket between each client and the manager, with both ends.");
	direct = view_link(&view, 1, 2, IPCSHOW_CHANNEL_UNIX_STREAM, NULL, -1, &b);
	proof(!direct, "Between the two clients there is none: all goes through the manager.");
	view_pages(&view, 0, 1, dictionary, page_size(), &pages);
	proof(pages.bytes[IPCSHOW_RANGE_ONLY_A] == page_size(),
	      "The dictionary, at %llx, is in the manager's memory only; clients get copies.",
	      dictionary);
	results_add_channel(&(struct channel_facts){
		.kind = IPCSHOW_CHANNEL_UNIX_STREAM,
		.both_ends = a.a_fds && a.b_fds,
		.flow = a.flow,
	});
	view_close(&view);
}

static void run(void)
{
	const char *path = name_make(NAME_FILE, "manager");
	struct actor *manager, *writer, *reader;
	__u64 dictionary;
	int value;

	textbook("A manager is a process that owns data, and that others call to use it. It is the "
		 "most flexible way, and a slow one: each use is a message there and one back.");
	manager = stage_start("manager", play_manager, (void *)(unsigned long)path);
	actor_get(manager, &dictionary, sizeof(dictionary));
	writer = stage_start("writer", play_writer, (void *)(unsigned long)path);
	actor_ready(writer);
	reader = stage_start("reader", play_reader, (void *)(unsigned long)path);
	actor_ready(reader);
	actor_step(writer);
	actor_go(reader);
	actor_get(reader, &value, sizeof(value));
	proof(value == 42, "What one client set, the other got: %d.", value);
	excerpt(ROWS("unix-stream"), "ipcshow-diff --channels -o KIND,FLOW,NAME,A,B %d %d",
		writer->pid, manager->pid);
	look((pid_t[]){ manager->pid, writer->pid, reader->pid }, dictionary);
}

const struct demo manager_demo = {
	.name = "manager",
	.title = N_("a process that owns a dictionary, and two that use it"),
	.channel = true,
	.run = run,
};
