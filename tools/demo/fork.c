// SPDX-License-Identifier: GPL-2.0
/* fork(): one memory, until somebody writes. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "excerpt.h"
#include "stage.h"
#include "tell.h"
#include "view.h"

#define NR_PAGES	64
#define NR_WRITTEN	10

static void child(struct actor *me, char *memory)
{
	*me = (struct actor){ .name = N_("child"), .pid = getpid(), .to = me->to, .from = me->from };
	actor_say(me, "I was made by fork(), and have what my parent has, at the same addresses.");
	actor_put(me, &(pid_t){ getpid() }, sizeof(pid_t));
	actor_pause(me);
	memset(memory, 0x55, NR_WRITTEN * page_size());
	actor_say(me, "I write to %d of the %d pages.", NR_WRITTEN, NR_PAGES);
	actor_pause(me);
	actor_rest();
}

static void play(struct actor *me, void *arg)
{
	char *memory = own_pages(NR_PAGES * page_size());
	__u64 address = as_number(memory);

	(void)arg;
	actor_say(me, "I write to %d pages, at %p, and call fork().", NR_PAGES, (void *)memory);
	actor_put(me, &address, sizeof(address));
	if (!actor_fork())
		child(me, memory);
	actor_rest();
}

/* So many pages are the same, so many were copied. */
static void look(const pid_t *pids, __u64 address, size_t same, size_t different)
{
	struct page_counts pages;
	struct pairing pairing;
	struct view view;

	if (!view_open(&view, pids, 2)) {
		missing("how many pages are still the same.");
		return;
	}
	view_pages(&view, 0, 1, address, NR_PAGES * page_size(), &pages);
	proof(pages.bytes[IPCSHOW_RANGE_SAME] == same * page_size() &&
	      pages.bytes[IPCSHOW_RANGE_DIFFERENT] == different * page_size(),
	      "Of %d pages, parent and child have %llu in common, and %llu were copied.", NR_PAGES,
	      pages.bytes[IPCSHOW_RANGE_SAME] / page_size(),
	      pages.bytes[IPCSHOW_RANGE_DIFFERENT] / page_size());
	proof(view_pairing(&view, 0, 1, address, &pairing) &&
	      pairing.verdict == IPCSHOW_VERDICT_COW &&
	      pairing.mechanisms == 1U << IPCSHOW_MECHANISM_FORK,
	      "ipcshow calls the area copy-on-write, by fork().");
	view_close(&view);
}

static void show(const pid_t *pids, __u64 address)
{
	char start[24];

	snprintf(start, sizeof(start), "%llx", address);
	excerpt(ROWS(start), "ipcshow-diff --areas -o KIND,START-A,SIZE-A,SAME,DIFFERENT,VERDICT,"
		"MECHANISM %d %d", pids[0], pids[1]);
}

static void run(void)
{
	struct actor *parent;
	pid_t pids[2];
	__u64 address;

	textbook("After fork(), parent and child have the same pages. A page is copied when one of "
		 "the two writes to it, and not before (copy-on-write).");
	parent = stage_start("parent", play, NULL);
	actor_get(parent, &address, sizeof(address));
	pids[0] = parent->pid;
	actor_get(parent, &pids[1], sizeof(pids[1]));
	actor_ready(parent);
	show(pids, address);
	look(pids, address, NR_PAGES, 0);
	actor_step(parent);
	show(pids, address);
	look(pids, address, NR_PAGES - NR_WRITTEN, NR_WRITTEN);
}

const struct demo fork_demo = {
	.name = "fork",
	.title = N_("parent and child, and the pages that they share until one writes"),
	.run = run,
};
