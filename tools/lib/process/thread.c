// SPDX-License-Identifier: LGPL-2.1-or-later
/* The threads of a process, in the orders in which they are looked for. */
#include <errno.h>

#include "thread.h"

/* IPCSHOW_AREA_F_* of the area that is its stack. */
unsigned int thread_stack_flags(const struct thread *thread)
{
	if (thread->is_part)
		return IPCSHOW_AREA_F_STACK_PART;
	return thread->is_most ? IPCSHOW_AREA_F_STACK_MOST : 0;
}

int threads_add(struct threads *threads, const struct ipcshow_thread *rec)
{
	struct thread *grown = array_grow(threads->all, threads->nr, &threads->room,
					  sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	threads->all = grown;
	grown[threads->nr++] = (struct thread){ .rec = *rec };
	return 0;
}

/* REGS follow their THREAD. */
int threads_add_regs(struct threads *threads, const struct ipcshow_regs *regs)
{
	struct thread *last = threads->nr ? &threads->all[threads->nr - 1] : NULL;

	if (!last || last->rec.tid != regs->tid || last->regs)
		return 0;
	last->regs = malloc(regs->rec.size);
	if (!last->regs)
		return -ENOMEM;
	memcpy(last->regs, regs, regs->rec.size);
	return 0;
}

static int compare(u64 a, u64 b)
{
	return a < b ? -1 : a > b;
}

static int by_tid(const void *a, const void *b)
{
	const struct thread *x = a, *y = b;

	return compare(x->rec.tid, y->rec.tid);
}

static int by_sp(const void *a, const void *b)
{
	const struct thread *const *x = a, *const *y = b;

	return compare((*x)->rec.sp, (*y)->rec.sp);
}

static int by_altstack(const void *a, const void *b)
{
	const struct thread *const *x = a, *const *y = b;

	return compare((*x)->rec.altstack, (*y)->rec.altstack);
}

static bool is_in_own_tls_vma(const struct thread *thread)
{
	return thread->rec.sp < thread->rec.tls;
}

/* Of threads with one TLS base, the one that it most likely is of comes first. */
static int by_tls(const void *a, const void *b)
{
	const struct thread *const *x = a, *const *y = b;
	int order = compare((*x)->rec.tls, (*y)->rec.tls);

	if (!order)
		order = compare(is_in_own_tls_vma(*y), is_in_own_tls_vma(*x));
	return order ? order : compare((*x)->rec.tid, (*y)->rec.tid);
}

/* A list that lost its place may name a thread twice; the newer one is as good. */
static void drop_twins(struct threads *threads)
{
	size_t i, kept = 0;

	for (i = 0; i < threads->nr; i++) {
		if (kept && threads->all[kept - 1].rec.tid == threads->all[i].rec.tid)
			free(threads->all[i].regs);
		else
			threads->all[kept++] = threads->all[i];
	}
	threads->nr = kept;
}

static bool has_registers(const struct thread *thread)
{
	return !(thread->rec.flags & (IPCSHOW_THREAD_F_REFUSED | IPCSHOW_THREAD_F_NO_REGS |
				      IPCSHOW_THREAD_F_KERNEL_WORKER));
}

static void index_thread(struct threads *threads, struct thread *thread)
{
	if (thread->rec.flags & IPCSHOW_THREAD_F_REFUSED)
		threads->refused++;
	if (thread->rec.flags & IPCSHOW_THREAD_F_LEADER)
		threads->main = thread;
	if (!has_registers(thread))
		return;
	if (thread->rec.sp)
		threads->by_sp[threads->nr_sp++] = thread;
	if (thread->rec.tls)
		threads->by_tls[threads->nr_tls++] = thread;
	if (thread->rec.altstack && thread->rec.altstack_size)
		threads->by_altstack[threads->nr_altstack++] = thread;
}

static void keep_one_for_each_base(struct threads *threads)
{
	size_t i, kept = 0;

	for (i = 0; i < threads->nr_tls; i++)
		if (!kept || threads->by_tls[kept - 1]->rec.tls != threads->by_tls[i]->rec.tls)
			threads->by_tls[kept++] = threads->by_tls[i];
	threads->nr_tls = kept;
}

static void sort(struct thread **order, size_t nr, int (*cmp)(const void *, const void *))
{
	if (nr)
		qsort(order, nr, sizeof(*order), cmp);
}

/* After the last thread was added, and before the first VMA is seen. */
int threads_sort(struct threads *threads)
{
	size_t i;

	if (!threads->nr)
		return 0;
	qsort(threads->all, threads->nr, sizeof(*threads->all), by_tid);
	drop_twins(threads);
	threads->by_sp = calloc(threads->nr, sizeof(*threads->by_sp));
	threads->by_tls = calloc(threads->nr, sizeof(*threads->by_tls));
	threads->by_altstack = calloc(threads->nr, sizeof(*threads->by_altstack));
	if (!threads->by_sp || !threads->by_tls || !threads->by_altstack)
		return -ENOMEM;
	for (i = 0; i < threads->nr; i++)
		index_thread(threads, &threads->all[i]);
	sort(threads->by_sp, threads->nr_sp, by_sp);
	sort(threads->by_tls, threads->nr_tls, by_tls);
	sort(threads->by_altstack, threads->nr_altstack, by_altstack);
	keep_one_for_each_base(threads);
	return 0;
}

static size_t first_sp_from(const struct threads *threads, u64 address)
{
	size_t low = 0, high = threads->nr_sp;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (threads->by_sp[mid]->rec.sp < address)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* How many threads have their stack pointer in [start, end); @first of by_sp. */
size_t threads_sp_between(const struct threads *threads, u64 start, u64 end, size_t *first)
{
	size_t last;

	*first = first_sp_from(threads, start);
	for (last = *first; last < threads->nr_sp && threads->by_sp[last]->rec.sp < end;)
		last++;
	return last - *first;
}

void threads_free(struct threads *threads)
{
	size_t i;

	for (i = 0; i < threads->nr; i++)
		free(threads->all[i].regs);
	free(threads->all);
	free(threads->by_sp);
	free(threads->by_tls);
	free(threads->by_altstack);
	*threads = (struct threads){ 0 };
}
