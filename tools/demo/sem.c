// SPDX-License-Identifier: GPL-2.0
/* Semaphores as a channel: named POSIX ones, and those of System V. */
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <time.h>
#include <unistd.h>

#include "excerpt.h"
#include "results.h"
#include "stage.h"
#include "tell.h"
#include "view.h"

#define TIMES	3

/* ---- POSIX ---- */

static void post(struct actor *me, void *arg)
{
	sem_t *sem = sem_open(arg, O_CREAT | O_EXCL, 0600, 0);
	int i;

	if (sem == SEM_FAILED)
		actor_failed(me, "sem_open");
	for (i = 0; i < TIMES; i++)
		sem_post(sem);
	actor_say(me, "I post to the semaphore %s, %d times.", (const char *)arg, TIMES);
	actor_put(me, &(__u64){ as_number(sem) }, sizeof(__u64));
	actor_rest();
}

static void wait_for_posts(struct actor *me, void *arg)
{
	sem_t *sem = sem_open(arg, 0);
	struct timespec soon;
	int passed = 0;

	if (sem == SEM_FAILED)
		actor_failed(me, "sem_open");
	clock_gettime(CLOCK_REALTIME, &soon);
	while (!sem_timedwait(sem, &soon))
		passed++;
	actor_say(me, "I open %s, and pass it %d times before I would have to wait.",
		  (const char *)arg, passed);
	actor_put(me, &(__u64){ as_number(sem) }, sizeof(__u64));
	actor_put(me, &passed, sizeof(passed));
	actor_rest();
}

static void look_posix(const pid_t *pids, __u64 address_a, __u64 address_b)
{
	struct link link = { 0 };
	struct view view;
	bool found, same;

	if (!view_open(&view, pids, 2)) {
		missing("whether ipcshow finds the semaphore in both.");
		return;
	}
	found = view_link(&view, 0, 1, IPCSHOW_CHANNEL_POSIX_SEM, PROGRAM, -1, &link) > 0;
	proof(found, "ipcshow finds the POSIX semaphore in both.");
	same = view_same_page(&view, 0, address_a, 1, address_b);
	proof(same, "It is memory that both map: page %llx of %d and page %llx of %d are one.",
	      address_a & ~(__u64)(page_size() - 1), pids[0],
	      address_b & ~(__u64)(page_size() - 1), pids[1]);
	results_add_channel(&(struct channel_facts){
		.kind = IPCSHOW_CHANNEL_POSIX_SEM,
		.both_ends = found,
		.flow = link.flow,
		.same_page = same,
	});
	view_close(&view);
}

static void run_posix(void)
{
	const char *name = name_make(NAME_SEM, "posts");
	struct actor *poster, *waiter;
	__u64 address_a, address_b;
	int passed;

	poster = stage_start("poster", post, (void *)(unsigned long)name);
	actor_get(poster, &address_a, sizeof(address_a));
	waiter = stage_start("waiter", wait_for_posts, (void *)(unsigned long)name);
	actor_get(waiter, &address_b, sizeof(address_b));
	actor_get(waiter, &passed, sizeof(passed));
	proof(passed == TIMES, "The waiter passed as often as there were posts: %d times.", passed);
	excerpt(ROWS("posix-sem"), "ipcshow-diff --channels -o KIND,FLOW,NAME,A,B %d %d",
		poster->pid, waiter->pid);
	look_posix((pid_t[]){ poster->pid, waiter->pid }, address_a, address_b);
	stage_clear();
}

/* ---- System V ---- */

static int id;

static void change(struct actor *me, short by)
{
	struct sembuf operation = { .sem_op = by };

	if (semop(id, &operation, 1))
		actor_failed(me, "semop");
}

static void raise_value(struct actor *me, void *arg)
{
	(void)arg;
	change(me, TIMES);
	actor_say(me, "I raise the System V semaphore %d by %d.", id, TIMES);
	actor_put(me, NULL, 0);
	actor_rest();
}

static void lower_value(struct actor *me, void *arg)
{
	(void)arg;
	change(me, -TIMES);
	actor_say(me, "I lower it by %d.", TIMES);
	actor_put(me, NULL, 0);
	actor_rest();
}

static void look_sysv(const pid_t *pids)
{
	struct link link = { 0 };
	struct view view;

	if (!view_open(&view, pids, 2)) {
		missing("what ipcshow knows of the System V semaphore.");
		return;
	}
	proof(view_link(&view, 0, 1, IPCSHOW_CHANNEL_SYSV_SEM, NULL, -1, &link) > 0 ||
	      view_link(&view, 1, 1, IPCSHOW_CHANNEL_SYSV_SEM, NULL, -1, &link) > 0,
	      "ipcshow finds it by who used it last: the kernel keeps no more of a System V "
	      "semaphore, so that others may use it as well.");
	view_close(&view);
}

static void run_sysv(void)
{
	struct actor *first, *second;

	id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
	if (id < 0)
		lacking("There are no System V semaphores to be had: %s.", strerror(errno));
	name_keep_id(NAME_SYSV_SEM, id);
	first = stage_start("first", raise_value, NULL);
	actor_ready(first);
	second = stage_start("second", lower_value, NULL);
	actor_ready(second);
	proof(semctl(id, 0, GETVAL) == 0, "Raised by one and lowered by the other, it is 0 again.");
	excerpt(ROWS("sysv-sem"), "ipcshow-diff --channels -o KIND,FLOW,NAME,NOTES,A,B %d %d",
		first->pid, second->pid);
	look_sysv((pid_t[]){ first->pid, second->pid });
}

static void run(void)
{
	textbook("A semaphore carries no data, but tells another process that it may go on. A "
		 "named one serves processes that have nothing else in common.");
	run_posix();
	run_sysv();
}

const struct demo sem_demo = {
	.name = "sem",
	.title = N_("a named POSIX semaphore, and one of System V"),
	.channel = true,
	.run = run,
};
