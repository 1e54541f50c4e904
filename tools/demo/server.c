// SPDX-License-Identifier: GPL-2.0
/* A small web server: a thread for each request, then a process for each. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel.h"
#include "excerpt.h"
#include "loopback.h"
#include "tell.h"
#include "view.h"

#define NR_REQUESTS	2

/* struct server - what it needs to know, and counts */
struct server {
	bool threads;
	int listener;
	unsigned short port;
	pthread_mutex_t mutex;
	int requests;
};

/* struct job - a connection, for a worker */
struct job {
	struct server *server;
	int fd;
};

static int count_request(struct server *server)
{
	int n;

	pthread_mutex_lock(&server->mutex);
	n = ++server->requests;
	pthread_mutex_unlock(&server->mutex);
	return n;
}

/* What was asked for is of no interest; the connection stays until the client ends it. */
static void handle(struct server *server, int fd)
{
	char request[1024], body[128], response[256];
	size_t used = 0;
	ssize_t n;

	while (used + 1 < sizeof(request)) {
		n = read(fd, request + used, sizeof(request) - 1 - used);
		if (n <= 0)
			return;
		used += (size_t)n;
		request[used] = '\0';
		if (strstr(request, "\r\n\r\n"))
			break;
	}
	snprintf(body, sizeof(body), "pid=%d tid=%d requests=%d counter=%llx\n", getpid(), gettid(),
		 count_request(server), as_number(&server->requests));
	snprintf(response, sizeof(response), "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
		 "Content-Length: %zu\r\nConnection: close\r\n\r\n%s", strlen(body), body);
	if (write(fd, response, strlen(response)) < 0)
		return;
	while (read(fd, request, sizeof(request)) > 0)
		;
}

static void *work(void *arg)
{
	struct job *job = arg;

	handle(job->server, job->fd);
	close(job->fd);
	return NULL;
}

static void serve_by_thread(struct actor *me, struct job *job)
{
	pthread_t thread;

	if ((errno = pthread_create(&thread, NULL, work, job)))
		actor_failed(me, "pthread_create");
	pthread_detach(thread);
}

static void serve_by_process(struct actor *me, struct job *job)
{
	pid_t pid = actor_fork();

	if (pid < 0)
		actor_failed(me, "fork");
	if (!pid) {
		work(job);
		_exit(EXIT_SUCCESS);
	}
	close(job->fd);
}

static void play(struct actor *me, void *arg)
{
	static struct job jobs[NR_REQUESTS];
	struct server *server = arg;
	size_t i;

	actor_say(me, "I serve http://127.0.0.1:%d/.", server->port);
	actor_put(me, NULL, 0);
	for (i = 0; i < NR_REQUESTS; i++) {
		jobs[i] = (struct job){ server, accept(server->listener, NULL, NULL) };
		if (jobs[i].fd < 0)
			actor_failed(me, "accept");
		if (server->threads)
			serve_by_thread(me, &jobs[i]);
		else
			serve_by_process(me, &jobs[i]);
	}
	actor_pause(me);
	actor_put(me, &server->requests, sizeof(server->requests));
	actor_rest();
}

/* ---- the client ---- */

/* struct worker - who answered, as the answer says */
struct worker {
	int fd;
	int pid;
	int tid;
	int requests;
	unsigned long long counter;
};

static void get(unsigned short port, struct worker *worker)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
	char response[512];
	size_t used = 0;
	const char *body;
	ssize_t n;

	worker->fd = loopback_connect(port);
	if (write(worker->fd, request, strlen(request)) < 0)
		failed("The request could not be sent: %s.", strerror(errno));
	do {
		n = read(worker->fd, response + used, sizeof(response) - 1 - used);
		if (n <= 0)
			failed("The server does not answer.");
		used += (size_t)n;
		response[used] = '\0';
		body = strstr(response, "\r\n\r\n");
	} while (!body || response[used - 1] != '\n' || !body[4]);
	if (sscanf(body, " pid=%d tid=%d requests=%d counter=%llx", &worker->pid, &worker->tid,
		   &worker->requests, &worker->counter) != 4)
		failed("The server answers otherwise than was agreed.");
	say("GET / is answered by thread %d of process %d: this is request number %d.", worker->tid,
	    worker->pid, worker->requests);
}

static void look_at_threads(pid_t pid, const struct worker *workers)
{
	struct view view;

	if (!view_open(&view, &pid, 1)) {
		missing("what the two threads share.");
		return;
	}
	proof(view_resource(&view, 0, workers[0].tid, 0, workers[1].tid, IPCSHOW_RESOURCE_MM) ==
	      IPCSHOW_FINDING_SAME &&
	      view_resource(&view, 0, workers[0].tid, 0, workers[1].tid, IPCSHOW_RESOURCE_FILES) ==
	      IPCSHOW_FINDING_SAME,
	      "Threads %d and %d have one address space and one table of open files.",
	      workers[0].tid, workers[1].tid);
	view_close(&view);
}

static void look_at_processes(const struct worker *workers)
{
	const pid_t pids[] = { workers[0].pid, workers[1].pid };
	enum ipcshow_finding mm, files;
	struct page_counts pages;
	struct view view;

	if (!view_open(&view, pids, 2)) {
		missing("what the two processes share.");
		return;
	}
	mm = view_resource(&view, 0, 0, 1, 0, IPCSHOW_RESOURCE_MM);
	files = view_resource(&view, 0, 0, 1, 0, IPCSHOW_RESOURCE_FILES);
	proof(mm == IPCSHOW_FINDING_INDEPENDENT && files == IPCSHOW_FINDING_INDEPENDENT,
	      "Processes %d and %d have address spaces and tables "
	      "of open files of their own.", pids[0], pids[1]);
	view_pages(&view, 0, 1, workers[0].counter & ~(__u64)(page_size() - 1), page_size(),
		   &pages);
	proof(pages.bytes[IPCSHOW_RANGE_DIFFERENT] == page_size(), "The page of the counter, at "
	      "%llx, was copied when each wrote to it.", workers[0].counter);
	view_close(&view);
}

static void run_server(bool threads)
{
	struct server server = { .threads = threads, .mutex = PTHREAD_MUTEX_INITIALIZER };
	struct worker workers[NR_REQUESTS];
	struct actor *actor;
	int counted;
	size_t i;

	server.listener = loopback_listen(&server.port);
	actor = stage_start("server", play, &server);
	close(server.listener);
	actor_ready(actor);
	for (i = 0; i < NR_REQUESTS; i++)
		get(server.port, &workers[i]);
	actor_ready(actor);
	excerpt(ROWS("^mm ", "^files "), "ipcshow-diff --resources -o RESOURCE,VERDICT,PROOF %d %d",
		workers[0].tid, workers[1].tid);
	if (threads)
		look_at_threads(actor->pid, workers);
	else
		look_at_processes(workers);
	actor_go(actor);
	actor_get(actor, &counted, sizeof(counted));
	if (threads)
		proof(counted == NR_REQUESTS && workers[1].requests == NR_REQUESTS,
		      "The threads counted together: %d requests.", counted);
	else
		proof(!counted && workers[0].requests == 1 && workers[1].requests == 1, "Each "
		      "process counted for itself, up to %d, and the server's own counter is %d.",
		      workers[1].requests, counted);
	stage_clear();
	for (i = 0; i < NR_REQUESTS; i++)
		close(workers[i].fd);
}

static void run(void)
{
	textbook("A server can handle each request in a thread or in a process of its own. Threads "
		 "share all that the server has; processes are kept apart, and each has a copy.");
	say("First, a thread for each request.");
	run_server(true);
	say("Now, a process for each request.");
	run_server(false);
}

const struct demo server_demo = {
	.name = "server",
	.title = N_("a small web server, with a thread or a process for each request"),
	.run = run,
};
