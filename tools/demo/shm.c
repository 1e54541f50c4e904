// SPDX-License-Identifier: GPL-2.0
/* Named shared memory: one writes, the other reads the same page. */
#include <fcntl.h>
#include <string.h>

#include "excerpt.h"
#include "results.h"
#include "stage.h"
#include "tell.h"
#include "view.h"

/* struct segment - where a process has mapped it, and what it found there */
struct segment {
	__u64 address;
	int found[NR_NUMBERS];
};

static void produce(struct actor *me, void *arg)
{
	int *p = actor_map_segment(me, arg, O_CREAT | O_EXCL | O_RDWR);
	struct segment segment = { .address = as_number(p) };

	memcpy(p, numbers, sizeof(numbers));
	actor_say(me, "I make the segment %s of %zu bytes, map it at %p and write %s to it.",
		  (const char *)arg, page_size(), (void *)p, NUMBERS_TEXT);
	memcpy(segment.found, p, sizeof(numbers));
	actor_put(me, &segment, sizeof(segment));
	actor_rest();
}

static void consume(struct actor *me, void *arg)
{
	int *p = actor_map_segment(me, arg, O_RDWR);
	struct segment segment = { .address = as_number(p) };

	memcpy(segment.found, p, sizeof(segment.found));
	actor_say(me, "I map %s at %p and read %d %d %d %d %d %d.", (const char *)arg, (void *)p,
		  p[0], p[1], p[2], p[3], p[4], p[5]);
	actor_put(me, &segment, sizeof(segment));
	actor_rest();
}

static void look(const pid_t *pids, const struct segment *written, const struct segment *read)
{
	struct page_counts pages;
	struct pairing pairing;
	struct link link = { 0 };
	struct view view;
	bool same, found;

	if (!view_open(&view, pids, 2)) {
		missing("whether both mappings lie on one physical page.");
		return;
	}
	view_pages(&view, 0, 1, written->address, page_size(), &pages);
	same = view_same_page(&view, 0, written->address, 1, read->address);
	proof(same, "Page %llx of %d and page %llx of %d are physically one: %llu bytes are the "
	      "same, so that nothing was copied.", written->address, pids[0], read->address,
	      pids[1], pages.bytes[IPCSHOW_RANGE_SAME]);
	proof(view_pairing(&view, 0, 1, written->address, &pairing) &&
	      pairing.verdict == IPCSHOW_VERDICT_SHARED &&
	      pairing.mechanisms == 1U << IPCSHOW_MECHANISM_POSIX_SHM,
	      "ipcshow calls the area shared, by POSIX shared memory.");
	found = view_link(&view, 0, 1, IPCSHOW_CHANNEL_POSIX_SHM, PROGRAM, -1, &link) > 0;
	results_add_channel(&(struct channel_facts){
		.kind = IPCSHOW_CHANNEL_POSIX_SHM,
		.both_ends = found,
		.flow = link.flow,
		.same_page = same,
	});
	proof(found, "It is a channel between them, with both ends found, and data can go both "
	      "ways.");
	view_close(&view);
}

static void run(void)
{
	const char *name = name_make(NAME_SHM, "numbers");
	struct segment written, read;
	struct actor *producer, *consumer;

	textbook("Processes that map one segment of shared memory see the same memory: what one "
		 "writes, the other reads. Nothing is copied, but the size must be given "
		 "beforehand.");
	producer = stage_start("producer", produce, (void *)(unsigned long)name);
	actor_get(producer, &written, sizeof(written));
	consumer = stage_start("consumer", consume, (void *)(unsigned long)name);
	actor_get(consumer, &read, sizeof(read));

	excerpt(ROWS("posix-shm"), "ipcshow-diff --areas -o KIND,START-A,START-B,SIZE-A,SAME,"
		"VERDICT,MECHANISM,NAME %d %d", producer->pid, consumer->pid);
	proof(are_the_numbers(read.found), "The consumer read what the producer wrote: %s.",
	      NUMBERS_TEXT);
	look((pid_t[]){ producer->pid, consumer->pid }, &written, &read);
}

const struct demo shm_demo = {
	.name = "shm",
	.title = N_("two processes and a named segment of shared memory"),
	.channel = true,
	.run = run,
};
