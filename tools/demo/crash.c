// SPDX-License-Identifier: GPL-2.0
/* A fault takes the whole process, and no other. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "excerpt.h"
#include "stage.h"
#include "tell.h"
#include "view.h"

/* An address that nothing is ever mapped at. */
static volatile int *volatile nowhere = (volatile int *)8;

static struct actor *myself;

static void *fault(void *arg)
{
	pid_t tid = gettid();

	(void)arg;
	actor_put(myself, &tid, sizeof(tid));
	actor_pause(myself);
	actor_say(myself, "My thread %d writes to address %#llx.", tid, as_number(nowhere));
	*nowhere = 1;
	return NULL;
}

static void play_threads(struct actor *me, void *arg)
{
	pthread_t thread;

	(void)arg;
	myself = me;
	actor_say(me, "I am the main thread, and do no wrong.");
	if ((errno = pthread_create(&thread, NULL, fault, NULL)))
		actor_failed(me, "pthread_create");
	actor_rest();
}

static void run_threads(void)
{
	struct actor *actor = stage_start("threads", play_threads, NULL);
	pid_t pid = actor->pid, tid;
	struct view view;
	int status;

	actor_get(actor, &tid, sizeof(tid));
	actor_ready(actor);
	if (view_open(&view, &pid, 1)) {
		proof(view_resource(&view, 0, pid, 0, tid, IPCSHOW_RESOURCE_MM) ==
		      IPCSHOW_FINDING_SAME && ipcshow_process_threads(view.processes[0]) == 2,
		      "Threads %d and %d have one address space.", pid, tid);
		view_close(&view);
	} else {
		missing("that both threads have one address space.");
	}
	actor_go(actor);
	status = stage_await(actor);
	proof(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV && kill(pid, 0) && errno == ESRCH,
	      "The whole process %d is gone, its main thread included: SIGSEGV ended it.", pid);
}

/* ---- processes ---- */

static int *common;

static void play_faulty(struct actor *me, void *arg)
{
	(void)arg;
	memcpy(common, numbers, sizeof(numbers));
	actor_say(me, "I write %s to the memory that we share.", NUMBERS_TEXT);
	actor_pause(me);
	actor_say(me, "I write to address %#llx.", as_number(nowhere));
	*nowhere = 1;
}

static void play_other(struct actor *me, void *arg)
{
	int found[NR_NUMBERS];

	(void)arg;
	actor_pause(me);
	memcpy(found, common, sizeof(found));
	actor_say(me, "I am still here, and read %d %d %d %d %d %d.", found[0], found[1], found[2],
		  found[3], found[4], found[5]);
	actor_put(me, found, sizeof(found));
	actor_rest();
}

static void look(const pid_t *pids)
{
	enum ipcshow_finding mm;
	struct page_counts pages;
	struct view view;

	if (!view_open(&view, pids, 2)) {
		missing("that the two have address spaces of their own.");
		return;
	}
	view_pages(&view, 0, 1, as_number(common), page_size(), &pages);
	mm = view_resource(&view, 0, 0, 1, 0, IPCSHOW_RESOURCE_MM);
	proof(mm == IPCSHOW_FINDING_INDEPENDENT &&
	      pages.bytes[IPCSHOW_RANGE_SAME] + pages.bytes[IPCSHOW_RANGE_ONLY_A] == page_size(),
	      "Processes %d and %d have two address spaces, and share the page at %llx.", pids[0],
	      pids[1], as_number(common));
	view_close(&view);
}

static void run_processes(void)
{
	struct actor *faulty, *other;
	int found[NR_NUMBERS], status;

	common = stage_share();
	faulty = stage_start("faulty", play_faulty, NULL);
	other = stage_start("other", play_other, NULL);
	actor_ready(faulty);
	actor_ready(other);
	look((pid_t[]){ faulty->pid, other->pid });
	actor_go(faulty);
	status = stage_await(faulty);
	proof(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV, "The faulty process is gone.");
	actor_go(other);
	actor_get(other, found, sizeof(found));
	proof(are_the_numbers(found), "The other process lives, and so does the memory that the "
	      "two shared.");
}

static void run(void)
{
	textbook("Threads live and die together: one that faults takes its whole process with it. "
		 "Processes are protected from one another: if one faults, the other goes on.");
	run_threads();
	run_processes();
}

const struct demo crash_demo = {
	.name = "crash",
	.title = N_("a thread that faults, and a process that faults"),
	.run = run,
};
