// SPDX-License-Identifier: GPL-2.0
/* One virtual address in two processes: two memories. */
#include <stdio.h>
#include <string.h>

#include "excerpt.h"
#include "stage.h"
#include "tell.h"
#include "view.h"

struct content {
	__u64 address;
	char text[16];
};

static char *page;

static void write_own(struct actor *me, void *arg)
{
	struct content content = { .address = as_number(page) };

	strcpy(page, arg);
	actor_say(me, "I write \"%s\" to address %p.", (const char *)arg, (void *)page);
	actor_pause(me);
	snprintf(content.text, sizeof(content.text), "%s", page);
	actor_say(me, "I read \"%s\" there.", content.text);
	actor_put(me, &content, sizeof(content));
	actor_rest();
}

static void look(const pid_t *pids, __u64 address)
{
	struct page_counts pages;
	struct pairing pairing;
	struct view view;

	if (!view_open(&view, pids, 2)) {
		missing("whether there are two physical pages behind that address.");
		return;
	}
	view_pages(&view, 0, 1, address, page_size(), &pages);
	proof(pages.bytes[IPCSHOW_RANGE_DIFFERENT] == page_size() &&
	      !view_same_page(&view, 0, address, 1, address),
	      "Behind %llx are two physical pages, one of %d and one of %d.", address, pids[0],
	      pids[1]);
	proof(view_pairing(&view, 0, 1, address, &pairing) && !pairing.one_space &&
	      pairing.verdict == IPCSHOW_VERDICT_INDEPENDENT,
	      "The address spaces are two, and ipcshow calls the area independent.");
	view_close(&view);
}

static void run(void)
{
	struct content a, b;
	struct actor *first, *second;
	char start[24];

	textbook("Each process has an address space of its own. The same address in two processes "
		 "leads to different memory, and neither can see the other's.");
	page = own_pages(page_size());
	first = stage_start("first", write_own, (char[]){ "I am the first" });
	actor_ready(first);
	second = stage_start("second", write_own, (char[]){ "I am the other" });
	actor_ready(second);
	actor_go(first);
	actor_get(first, &a, sizeof(a));
	actor_go(second);
	actor_get(second, &b, sizeof(b));

	proof(a.address == b.address && strcmp(a.text, b.text),
	      "At the same address, %llx, the two read different contents.", a.address);
	snprintf(start, sizeof(start), "%llx", a.address);
	excerpt(ROWS(start), "ipcshow-diff --areas -o KIND,START-A,START-B,SIZE-A,SAME,DIFFERENT,"
		"VERDICT %d %d", first->pid, second->pid);
	look((pid_t[]){ first->pid, second->pid }, a.address);
}

const struct demo isolation_demo = {
	.name = "isolation",
	.title = N_("one virtual address, two processes, two contents"),
	.run = run,
};
