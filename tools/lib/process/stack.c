// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Where the threads have their stacks and TLS.
 *
 * What is known of a thread is two addresses: its stack pointer and its TLS
 * base. C libraries (glibc allocate_stack(), musl __pthread_create) put the
 * static TLS block and the thread's control block at the top of the mapping
 * that is the stack, with an inaccessible guard below. So a TLS base near the
 * top of a mapping, and the stack pointer below it or a guard under the
 * mapping, make a stack of all that lies between. A guard and the stack pointer
 * do so wherever the top is: other memory may have merged above. In a larger
 * mapping without a guard (a stack of the program's own making inside an arena)
 * what lies between a stack pointer and a TLS base not far above is stack, and
 * where it begins is not known. Else a stack pointer only says that some stack
 * is near (a goroutine's): no bounds are claimed.
 *
 * Several stacks may have merged into one VMA: each ends where the TLS of the
 * next lower one does.
 */
#include "thread.h"

/* TLS, control block and what musl keeps above: no further from the top than this. */
#define NEAR_TOP	(64ULL << 10)

/* What a function may use below the stack pointer (x86-64 psABI). */
#define RED_ZONE	128

/*
 * sizeof(struct pthread) of glibc on 64-bit machines (0x900 in 2.36), which
 * begins at the TLS base where TLS lies below it (x86), else ends there.
 */
#define CONTROL_BLOCK	0x900

/* Guards are small; more than this is a reserve that something else made. */
#define GUARD_MAX	(1ULL << 20)

static bool is_barrier(const struct ipcshow_region *region)
{
	return !(region->vma_flags & (IPCSHOW_VMA_READ | IPCSHOW_VMA_WRITE | IPCSHOW_VMA_EXEC));
}

static void scan_see(struct thread_scan *scan, const struct ipcshow_region *region, bool anon)
{
	bool adjacent = region->start == scan->end;
	bool barrier = anon && is_barrier(region);

	if (anon && !barrier && (!scan->run_start || !adjacent || scan->was_barrier)) {
		scan->run++;
		scan->run_start = region->start;
		scan->run_guarded = adjacent && scan->was_barrier;
	} else if (!anon || barrier) {
		scan->run_start = 0;
	}
	scan->was_barrier = barrier && region->end - region->start <= GUARD_MAX;
	scan->end = region->end;
}

static void see_sp(struct thread *thread, const struct ipcshow_region *region,
		   const struct thread_scan *scan)
{
	thread->sp_vma_start = region->start;
	thread->sp_run = scan->run_start ? scan->run : 0;
}

static void see_tls(struct thread *thread, const struct ipcshow_region *region,
		    const struct thread_scan *scan)
{
	if (!scan->run_start)
		return;
	thread->tls_vma_start = region->start;
	thread->tls_vma_end = region->end;
	thread->run = scan->run;
	thread->guarded = scan->run_guarded;
	if (thread->guarded)
		thread->floor = scan->run_start;
	else if (thread->sp_run == scan->run)
		thread->floor = min_u64(thread->sp_vma_start, region->start);
	else
		thread->floor = region->start;
}

static void see_altstack(struct thread *thread, const struct ipcshow_region *region,
			 bool anon, u64 page_size)
{
	u64 size = min_u64(thread->rec.altstack_size, region->end - thread->rec.altstack);

	thread->altstack_known = anon && !is_barrier(region) && size >= page_size &&
				 !(thread->rec.altstack & (page_size - 1));
}

/**
 * threads_see() - let the threads look at the next VMA
 * @threads: sorted
 * @region: the VMA; they come in ascending order
 * @anon: it is private anonymous memory
 * @page_size: bytes
 */
void threads_see(struct threads *threads, const struct ipcshow_region *region,
		 bool anon, u64 page_size)
{
	struct thread_scan *scan = &threads->scan;

	scan_see(scan, region, anon);
	for (; scan->next_sp < threads->nr_sp; scan->next_sp++) {
		struct thread *t = threads->by_sp[scan->next_sp];

		if (t->rec.sp >= region->end)
			break;
		if (t->rec.sp >= region->start)
			see_sp(t, region, scan);
	}
	for (; scan->next_tls < threads->nr_tls; scan->next_tls++) {
		struct thread *t = threads->by_tls[scan->next_tls];

		if (t->rec.tls >= region->end)
			break;
		if (t->rec.tls >= region->start)
			see_tls(t, region, scan);
	}
	for (; scan->next_altstack < threads->nr_altstack; scan->next_altstack++) {
		struct thread *t = threads->by_altstack[scan->next_altstack];

		if (t->rec.altstack >= region->end)
			break;
		if (t->rec.altstack >= region->start)
			see_altstack(t, region, anon, page_size);
	}
}

/*
 * The static TLS block and the control block, clipped to the VMA. Where less
 * than a page is left of the VMA, it is theirs too: the loader's reserve.
 */
static void place_tls(struct thread *t, const struct tls_shape *shape, u64 page_size)
{
	u64 below = shape->below ? shape->size : CONTROL_BLOCK;
	u64 above = shape->below ? CONTROL_BLOCK : add_u64(shape->size, 16);

	t->tls_start = t->tls_vma_start;
	if (t->rec.tls - t->tls_vma_start > add_u64(below, page_size))
		t->tls_start = round_down(t->rec.tls - below, 64);
	t->tls_end = t->tls_vma_end;
	if (t->tls_vma_end - t->rec.tls > add_u64(above, page_size))
		t->tls_end = round_up(t->rec.tls + above, 64);
	/* What the stack pointer says is certain, the size is not. */
	if (t->rec.sp >= t->tls_start && t->rec.sp < t->rec.tls)
		t->tls_start = min_u64(round_up(t->rec.sp + 1, 64), t->rec.tls);
}

static bool is_near_top(const struct thread *t, u64 top)
{
	return top > t->rec.tls && top - t->rec.tls <= NEAR_TOP;
}

/* @t->guarded: and no other thread's TLS lies between the guard and this one's. */
static bool is_stack(const struct thread *t, const struct thread *next,
		     const struct tls_shape *shape, bool is_main)
{
	bool merged = next && next->tls_vma_start == t->tls_vma_start;
	bool has_sp = t->rec.sp >= t->floor && t->rec.sp < t->tls_start;

	if (t->floor >= t->tls_start)
		return false;
	if (t->guarded && has_sp && shape->of_libc)
		return true;
	if (merged ? next->stack_start != t->tls_end : !is_near_top(t, t->tls_vma_end))
		return false;
	return has_sp || (t->guarded && !is_main);
}

static bool is_stack_part(const struct thread *t, const struct tls_shape *shape)
{
	return shape->of_libc && t->rec.sp >= t->tls_vma_start + RED_ZONE &&
	       t->rec.sp >= t->floor && t->rec.sp < t->tls_start &&
	       t->tls_start - t->rec.sp <= NEAR_TOP;
}

/* A stack that lies right above another one's TLS begins at a page. */
static void place_floor(struct thread *t, struct thread *prev, u64 page_size)
{
	if (!prev || prev->run != t->run)
		return;
	prev->tls_end = min_u64(round_up(prev->tls_end, page_size), prev->tls_vma_end);
	if (prev->tls_end > t->tls_start)
		prev->tls_end = t->tls_start;
	if (prev->tls_end > t->floor) {
		t->floor = prev->tls_end;
		t->guarded = false;
	}
}

/**
 * threads_place() - decide where stacks and TLS lie
 * @threads: having seen all VMAs
 * @shape: the layout of static TLS
 * @page_size: bytes
 */
void threads_place(struct threads *threads, const struct tls_shape *shape, u64 page_size)
{
	struct thread *prev = NULL, *next = NULL;
	size_t i;

	for (i = 0; i < threads->nr_tls; i++) {
		struct thread *t = threads->by_tls[i];

		if (!t->tls_vma_end)
			continue;
		place_tls(t, shape, page_size);
		place_floor(t, prev, page_size);
		prev = t;
	}
	for (i = threads->nr_tls; i-- > 0;) {
		struct thread *t = threads->by_tls[i];

		if (!t->tls_vma_end)
			continue;
		if (is_stack(t, next, shape, t == threads->main)) {
			t->stack_start = t->floor;
			t->stack_end = t->tls_start;
			/* Who made it in other memory set no guard, or there is more of that below. */
			t->is_most = !t->guarded;
			/* The top of the mapping; other memory may have merged there. */
			t->tls_end = min_u64(round_up(t->tls_end, page_size), t->tls_vma_end);
		} else if (is_stack_part(t, shape)) {
			t->stack_start = max_u64(round_down(t->rec.sp - RED_ZONE, page_size),
						 t->floor);
			t->stack_end = t->tls_start;
			t->is_part = true;
		}
		next = t;
	}
}

/*
 * The stack that the kernel made may grow: it is told from its VMA, not by a
 * span. Others end where TLS begins.
 */
static int add_stack_spans(const struct thread *t, struct spans *spans)
{
	const struct span stack = {
		.start = t->stack_start,
		.end = t->stack_end,
		.kind = IPCSHOW_KIND_STACK,
		.guarded = t->guarded && !t->is_part,
		.thread = t,
	};
	const struct span tls = {
		.start = t->tls_start,
		.end = t->tls_end,
		.kind = IPCSHOW_KIND_TLS,
		.thread = t,
	};
	int err = t->stack_end == t->tls_start ? spans_add(spans, &stack) : 0;

	return err ? err : spans_add(spans, &tls);
}

static int add_altstack_span(const struct thread *t, struct spans *spans, u64 page_size)
{
	const struct span altstack = {
		.start = t->rec.altstack,
		.end = round_up(add_u64(t->rec.altstack, t->rec.altstack_size), page_size),
		.kind = IPCSHOW_KIND_ALTSTACK,
		.guarded = true,
		.thread = t,
	};

	return spans_add(spans, &altstack);
}

int threads_add_spans(const struct threads *threads, struct spans *spans, u64 page_size)
{
	size_t i;
	int err = 0;

	for (i = 0; i < threads->nr_tls && !err; i++)
		err = add_stack_spans(threads->by_tls[i], spans);
	for (i = 0; i < threads->nr_altstack && !err; i++)
		if (threads->by_altstack[i]->altstack_known)
			err = add_altstack_span(threads->by_altstack[i], spans, page_size);
	return err;
}
