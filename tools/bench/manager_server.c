// SPDX-License-Identifier: GPL-2.0
/*
 * A process that owns a dictionary and a list, and does with them what its clients ask for over a unix socket. Who
 * asks for what is not there, or adds what there is no room for, is answered when that has changed.
 */
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "manager.h"

#define CLIENTS_MAX	4
#define BUCKETS		64

/* struct object - what a client gave */
struct object {
	struct object *next;
	uint64_t key;
	uint64_t size;
	char content[];
};

/**
 * struct client - a connection
 * @fd: its socket; -1: none
 * @waits: it has asked and not been answered
 * @request: what it asked for
 * @object: what it gave with it
 */
struct client {
	int fd;
	bool waits;
	struct manager_request request;
	struct object *object;
};

static struct client clients[CLIENTS_MAX];
static struct object *buckets[BUCKETS], *list_head, **list_tail = &list_head;
static size_t nr_objects, objects_max;

static bool receive(int fd, void *to, size_t size)
{
	char *p = to;
	ssize_t n;

	for (; size; size -= (size_t)n, p += n) {
		n = recv(fd, p, size, 0);
		if (n <= 0)
			return false;
	}
	return true;
}

static bool answer(int fd, const void *from, size_t size)
{
	const char *p = from;
	ssize_t n;

	for (; size; size -= (size_t)n, p += n) {
		n = send(fd, p, size, MSG_NOSIGNAL);
		if (n < 0)
			return false;
	}
	return true;
}

static void hang_up(struct client *client)
{
	close(client->fd);
	free(client->object);
	*client = (struct client){ .fd = -1 };
}

/* ---- the two containers ---- */

static void append(struct object *object)
{
	object->next = NULL;
	*list_tail = object;
	list_tail = &object->next;
}

static struct object *pop(void)
{
	struct object *object = list_head;

	if (object && !(list_head = object->next))
		list_tail = &list_head;
	return object;
}

static void set(struct object *object)
{
	struct object **bucket = &buckets[object->key % BUCKETS];

	object->next = *bucket;
	*bucket = object;
}

static struct object *take(uint64_t key)
{
	struct object **at = &buckets[key % BUCKETS], *object;

	while (*at && (*at)->key != key)
		at = &(*at)->next;
	object = *at;
	if (object)
		*at = object->next;
	return object;
}

/* ---- requests ---- */

static bool adds(const struct manager_request *request)
{
	return request->call == MANAGER_APPEND || request->call == MANAGER_SET;
}

static void finish_adding(struct client *client)
{
	struct manager_request done = { .call = client->request.call };

	client->object->key = client->request.key;
	if (client->request.call == MANAGER_APPEND)
		append(client->object);
	else
		set(client->object);
	client->object = NULL;
	client->waits = false;
	nr_objects++;
	if (!answer(client->fd, &done, sizeof(done)))
		hang_up(client);
}

static void finish_taking(struct client *client, struct object *object)
{
	struct manager_request head = { .key = object->key, .size = object->size };

	client->waits = false;
	nr_objects--;
	if (!answer(client->fd, &head, sizeof(head)) ||
	    !answer(client->fd, object->content, object->size))
		hang_up(client);
	free(object);
}

/* Whether it could be done. */
static bool try_one(struct client *client)
{
	struct object *object;

	if (adds(&client->request)) {
		if (nr_objects >= objects_max)
			return false;
		finish_adding(client);
		return true;
	}
	object = client->request.call == MANAGER_POP ? pop() : take(client->request.key);
	if (object)
		finish_taking(client, object);
	return object;
}

/* What one gets done may be what another waits for. */
static void try_all(void)
{
	bool again;
	int i;

	do {
		again = false;
		for (i = 0; i < CLIENTS_MAX; i++)
			if (clients[i].waits)
				again |= try_one(&clients[i]);
	} while (again);
}

static void read_request(struct client *client)
{
	struct manager_request *request = &client->request;

	if (!receive(client->fd, request, sizeof(*request))) {
		hang_up(client);
		return;
	}
	if (adds(request)) {
		client->object = malloc(sizeof(*client->object) + request->size);
		if (!client->object ||
		    !receive(client->fd, client->object->content, request->size)) {
			hang_up(client);
			return;
		}
		client->object->size = request->size;
	}
	client->waits = true;
}

static void accept_client(int listener)
{
	int fd = accept(listener, NULL, NULL), i;

	for (i = 0; i < CLIENTS_MAX && fd >= 0; i++) {
		if (clients[i].fd < 0) {
			clients[i].fd = fd;
			return;
		}
	}
	if (fd >= 0)
		close(fd);
}

void manager_serve(int listener, size_t most)
{
	struct pollfd polled[CLIENTS_MAX + 1];
	int i;

	objects_max = most;
	for (i = 0; i < CLIENTS_MAX; i++)
		clients[i].fd = -1;
	for (;;) {
		for (i = 0; i < CLIENTS_MAX; i++)
			polled[i] = (struct pollfd){ .fd = clients[i].fd, .events = POLLIN };
		polled[i] = (struct pollfd){ .fd = listener, .events = POLLIN };
		if (poll(polled, CLIENTS_MAX + 1, -1) < 0)
			continue;
		if (polled[CLIENTS_MAX].revents)
			accept_client(listener);
		for (i = 0; i < CLIENTS_MAX; i++)
			if (polled[i].fd >= 0 && polled[i].revents)
				read_request(&clients[i]);
		try_all();
	}
}
