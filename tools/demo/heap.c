// SPDX-License-Identifier: GPL-2.0
/* What malloc() takes from brk() and from mmap(), fragmentation, and a leak. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "excerpt.h"
#include "stage.h"
#include "tell.h"
#include "view.h"

#define NR_BLOCKS	1024
#define BLOCK		2000
#define LARGE		(1 << 20)

/* What is in use of the heap, and what is free in it, as malloc() says. */
struct heap {
	__u64 small;
	__u64 large;
	__u64 used;
	__u64 free;
};

static void tell_heap(struct actor *me, const void *small, const void *large)
{
	struct mallinfo2 info = mallinfo2();
	struct heap heap = { as_number(small), as_number(large), info.uordblks, info.fordblks };

	actor_put(me, &heap, sizeof(heap));
	actor_pause(me);
}

static void play(struct actor *me, void *arg)
{
	static char *blocks[NR_BLOCKS];
	char *small = malloc(100), *large = malloc(LARGE), *last;
	size_t i;

	(void)arg;
	if (!small || !large)
		actor_failed(me, "malloc");
	memset(small, 1, 100);
	memset(large, 1, LARGE);
	actor_say(me, "malloc(100) gives me %p, and malloc(%d) gives me %p.", (void *)small, LARGE,
		  (void *)large);
	tell_heap(me, small, large);

	for (i = 0; i < NR_BLOCKS; i++) {
		blocks[i] = malloc(BLOCK);
		memset(blocks[i], 1, BLOCK);
	}
	last = malloc(100);
	actor_say(me, "I allocate %d blocks of %d bytes.", NR_BLOCKS, BLOCK);
	tell_heap(me, small, large);

	for (i = 0; i < NR_BLOCKS; i += 2)
		free(blocks[i]);
	actor_say(me, "I free every other of them.");
	tell_heap(me, small, large);

	for (i = 1; i < NR_BLOCKS; i += 2)
		blocks[i] = NULL;
	actor_say(me, "I forget the pointers to the rest: nobody can free those any more.");
	free(large);
	actor_say(me, "I free the large block.");
	tell_heap(me, small, last);
	actor_rest();
}

/* struct seen - where the blocks lie, and all of the heap, as ipcshow saw it */
struct seen {
	bool valid;
	struct place small;
	struct place heap;
	struct place large;
};

static void show(pid_t pid, __u64 large)
{
	char start[24];

	/* malloc() has its own words in front. */
	snprintf(start, sizeof(start), "^%llx", large & ~(__u64)(page_size() - 1));
	excerpt(ROWS(" heap", start), "ipcshow-dump -o START,END,SIZE,RSS,PERM,KIND %d", pid);
}

static void see(pid_t pid, const struct heap *heap, struct seen *seen)
{
	struct view view;

	memset(seen, 0, sizeof(*seen));
	if (!view_open(&view, &pid, 1))
		return;
	seen->valid = view_place(&view, 0, heap->small, &seen->small) &&
		      view_kind(&view, 0, IPCSHOW_KIND_HEAP, &seen->heap);
	if (!view_place(&view, 0, heap->large, &seen->large))
		seen->large.kind = IPCSHOW_NR_KINDS;
	view_close(&view);
}

static __u64 size_of(const struct place *place)
{
	return place->end - place->start;
}

static void prove_fragmentation(const struct heap *heaps, const struct seen *seen)
{
	__u64 freed = heaps[2].free - heaps[1].free;

	proof(freed >= NR_BLOCKS / 2 * BLOCK, "malloc() knows of %llu bytes more that are free.",
	      freed);
	proof(size_of(&seen[2].heap) == size_of(&seen[1].heap) &&
	      seen[2].heap.rss + page_size() >= seen[1].heap.rss,
	      "The heap area did not shrink, from %llu to %llu bytes, and %llu "
	      "of them are resident: free memory in small pieces stays with the process.",
	      size_of(&seen[1].heap), size_of(&seen[2].heap), seen[2].heap.rss);
}

static void prove(const struct heap *heaps, const struct seen *seen)
{
	proof(seen[0].small.kind == IPCSHOW_KIND_HEAP, "The small block, at %llx, lies in the "
	      "heap that brk() made, from %llx to %llx.", heaps[0].small, seen[0].heap.start,
	      seen[0].heap.end);
	proof(seen[0].large.kind == IPCSHOW_KIND_ANON && size_of(&seen[0].large) >= LARGE,
	      "The large one, at %llx, lies in memory of its own, by mmap(), of %llu bytes.",
	      heaps[0].large, size_of(&seen[0].large));
	proof(size_of(&seen[1].heap) >= size_of(&seen[0].heap) + NR_BLOCKS * BLOCK / 2 &&
	      seen[1].heap.rss > seen[0].heap.rss,
	      "With the %d blocks, the heap grew from %llu to %llu bytes.", NR_BLOCKS,
	      size_of(&seen[0].heap), size_of(&seen[1].heap));
	prove_fragmentation(heaps, seen);
}

static void prove_leak(const struct heap *heaps, const struct seen *seen, __u64 large)
{
	proof(heaps[3].used >= NR_BLOCKS / 2 * BLOCK && seen[3].heap.rss >= NR_BLOCKS / 2 * BLOCK,
	      "The leak shows: %llu bytes of the heap are resident, and malloc() takes %llu for "
	      "used, but the program can reach none of the lost blocks.", seen[3].heap.rss,
	      heaps[3].used);
	proof(seen[3].valid && large != IPCSHOW_KIND_ANON,
	      "The large block's memory went back to the system at once.");
}

static void run(void)
{
	struct heap heaps[4];
	struct seen seen[4];
	struct actor *actor;
	struct heap gone;
	struct seen after;
	size_t i;

	textbook("malloc() takes small blocks from the heap, which brk() enlarges, and large "
		 "ones from mmap(). Freed small blocks leave holes (fragmentation), and a block "
		 "whose pointer is lost stays for ever (a leak).");
	actor = stage_start("allocator", play, NULL);
	for (i = 0; i < ARRAY_SIZE(heaps); i++) {
		actor_get(actor, &heaps[i], sizeof(heaps[i]));
		actor_ready(actor);
		show(actor->pid, heaps[0].large);
		see(actor->pid, &heaps[i], &seen[i]);
		if (i + 1 < ARRAY_SIZE(heaps))
			actor_go(actor);
	}
	gone = heaps[3];
	gone.large = heaps[0].large;
	see(actor->pid, &gone, &after);
	if (!seen[3].valid) {
		missing("which areas these blocks lie in, and how large those are.");
		return;
	}
	prove(heaps, seen);
	prove_leak(heaps, seen, after.large.kind);
}

const struct demo heap_demo = {
	.name = "heap",
	.title = N_("what malloc() takes from brk() and mmap(), holes and a leak"),
	.run = run,
};
