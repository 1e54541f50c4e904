/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_THREAD_H
#define IPCSHOW_THREAD_H

#include "internal.h"
#include "span.h"

/**
 * struct thread - a thread, and what the VMAs told of its memory
 * @rec: as the module reported it; first, so that pointers to it serve as both
 * @regs: its registers, or NULL
 * @tls_vma_start: @tls_vma_end: the VMA that the TLS base lies in; 0 for none
 * @floor: lowest address that its stack may have, if that VMA holds it
 * @run: which run of VMAs that VMA is in (see struct thread_scan)
 * @guarded: right below @floor lies an inaccessible mapping
 * @sp_vma_start: the VMA that the stack pointer lies in; 0 for none
 * @sp_run: which run it is in
 * @altstack_known: the alternate stack has pages of its own in a VMA
 * @stack_start: @stack_end: @tls_start: @tls_end: the outcome; 0 where unknown
 * @is_part: the stack may begin lower than @stack_start
 * @is_most: it may begin higher
 */
struct thread {
	struct ipcshow_thread rec;
	struct ipcshow_regs *regs;
	u64 tls_vma_start;
	u64 tls_vma_end;
	u64 floor;
	u64 run;
	bool guarded;
	u64 sp_vma_start;
	u64 sp_run;
	bool altstack_known;
	u64 stack_start;
	u64 stack_end;
	u64 tls_start;
	u64 tls_end;
	bool is_part;
	bool is_most;
};

/**
 * struct thread_scan - the walk along the VMAs, beside which the threads go
 * @next_sp: @next_tls: @next_altstack: first of each order not yet passed
 * @end: end of the VMA before
 * @was_barrier: that one was inaccessible
 * @run: number of the present run: accessible private anonymous VMAs without a
 *	gap, as a stack is when parts of it differ in some flag
 * @run_start: where it starts
 * @run_guarded: right below it lies an inaccessible mapping
 */
struct thread_scan {
	size_t next_sp;
	size_t next_tls;
	size_t next_altstack;
	u64 end;
	bool was_barrier;
	u64 run;
	u64 run_start;
	bool run_guarded;
};

/**
 * struct threads - the threads of a process
 * @all: by ascending TID, once threads_sort() was called
 * @nr: @room: of @all
 * @refused: how many may not be attached to
 * @by_sp: those whose stack pointer is known, by ascending stack pointer
 * @by_tls: those with a TLS base, ascending; one for each base
 * @by_altstack: those with an alternate signal stack, ascending
 * @nr_sp: @nr_tls: @nr_altstack: entries of these
 * @main: the leader, or NULL
 */
struct threads {
	struct thread *all;
	size_t nr;
	size_t room;
	size_t refused;
	struct thread **by_sp;
	struct thread **by_tls;
	struct thread **by_altstack;
	size_t nr_sp;
	size_t nr_tls;
	size_t nr_altstack;
	struct thread *main;
	struct thread_scan scan;
};

/**
 * struct tls_shape - how static TLS lies
 * @size: bytes of it
 * @below: below the TLS base
 * @of_libc: a C library made it, which puts it on top of a thread's stack
 */
struct tls_shape {
	u64 size;
	bool below;
	bool of_libc;
};

unsigned int thread_stack_flags(const struct thread *thread);
int threads_add(struct threads *threads, const struct ipcshow_thread *rec);
int threads_add_regs(struct threads *threads, const struct ipcshow_regs *regs);
int threads_sort(struct threads *threads);
void threads_see(struct threads *threads, const struct ipcshow_region *region,
		 bool anon, u64 page_size);
void threads_place(struct threads *threads, const struct tls_shape *shape, u64 page_size);
int threads_add_spans(const struct threads *threads, struct spans *spans, u64 page_size);
size_t threads_sp_between(const struct threads *threads, u64 start, u64 end, size_t *first);
void threads_free(struct threads *threads);

#endif
