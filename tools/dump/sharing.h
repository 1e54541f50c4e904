/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHARING_H
#define SHARING_H

#include "dump.h"

/* Threads that get a row of their own where a table is to fit a screen. */
#define FEW_THREADS	4

/**
 * struct own_area - memory that is one thread's by convention
 * @kind: stack, tls, or altstack
 * @thread: whose
 * @start: @end: where it lies, of all its parts
 * @size: bytes of its parts
 * @nr_others: threads that have their stack pointer here besides
 * @flags: IPCSHOW_AREA_F_*
 */
struct own_area {
	enum ipcshow_kind kind;
	const struct ipcshow_thread *thread;
	__u64 start;
	__u64 end;
	__u64 size;
	size_t nr_others;
	unsigned int flags;
};

/**
 * struct sharing - who of a process's threads has what
 * @kinds: areas that are of no thread, by kind
 * @own: areas that are of one, as they come
 * @nr_own: @own_room: of @own
 */
struct sharing {
	struct kind_areas {
		__u64 nr;
		__u64 start;
		__u64 end;
		__u64 size;
	} kinds[IPCSHOW_NR_KINDS];
	struct own_area *own;
	size_t nr_own;
	size_t own_room;
};

/**
 * struct sharing_row - a row
 * @what: a kind of area, "registers", or a resource
 * @who: "all", "each", or NULL: @tids have it
 * @tids: ascending; NULL with @who
 * @nr_tids: how many have it
 * @left_out: of these, left out of @tids
 * @comm: name of the thread, where there is one
 * @how: "shared", "private-by-convention" and so on
 * @size: bytes; 0: no memory
 * @nr: areas; 0: no memory
 * @proof: what it rests on
 * @proof_size: bytes
 */
struct sharing_row {
	const char *what;
	const char *who;
	const __u32 *tids;
	size_t nr_tids;
	size_t left_out;
	const __u8 *comm;
	const char *how;
	__u64 size;
	__u64 nr;
	const char *proof;
	size_t proof_size;
};

/**
 * struct sharer - the table at hand
 * @dump: how it is shown
 * @sharing: the areas
 * @process: @survey: whose they are
 * @nr_threads: threads that live
 * @nr_exited: threads that do not, and are still in @survey: the leader
 * @few: it is to fit a screen
 */
struct sharer {
	struct dump *dump;
	const struct sharing *sharing;
	const struct ipcshow_process *process;
	const struct ipcshow_survey *survey;
	size_t nr_threads;
	size_t nr_exited;
	bool few;
};

int sharing_add(struct sharing *sharing, const struct ipcshow_area *area);
void sharing_free(struct sharing *sharing);
int sharing_show(struct dump *dump, struct ipcshow_device *device,
		 const struct ipcshow_process *process, struct sharing *sharing);
int sharing_row(const struct sharer *sharer, const struct sharing_row *row);
int sharing_resources(const struct sharer *sharer);
void sharing_list_resources(struct out *out);

#endif
