/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VIEW_H
#define VIEW_H

#include "demo.h"

#define VIEW_MAX	8

/**
 * struct view - what ipcshow says of some processes, by libipcshow
 * @device: the module
 * @processes: @nr of them, in the order in which they were given
 * @comparison: of their memory, once it was asked for
 * @survey: @channels: of what else they use, likewise
 *
 * Open no longer than it is looked through: a child would inherit the device.
 */
struct view {
	struct ipcshow_device *device;
	struct ipcshow_process *processes[VIEW_MAX];
	size_t nr;
	struct ipcshow_comparison *comparison;
	struct ipcshow_survey *survey;
	struct ipcshow_channels *channels;
};

/* False, and why was said once for each demo: they cannot be looked at. */
bool view_open(struct view *view, const pid_t *pids, size_t nr);
void view_close(struct view *view);
/* The module can be used; nothing is said. */
bool view_possible(void);

/**
 * struct place - the area that an address is in
 * @kind: @start: @end: as in &struct ipcshow_area
 * @tid: the thread that it belongs to, or 0
 * @rss: bytes that are resident; of the whole area
 */
struct place {
	enum ipcshow_kind kind;
	__u64 start;
	__u64 end;
	__u32 tid;
	__u64 rss;
};

bool view_place(struct view *view, size_t index, __u64 address, struct place *place);
/* All areas of a kind, as if they were one. */
bool view_kind(struct view *view, size_t index, enum ipcshow_kind kind, struct place *place);

/* What the pages are, in bytes, by enum ipcshow_range_what. */
struct page_counts {
	__u64 bytes[IPCSHOW_NR_RANGES];
};

/* Of @bytes of @a's memory, from @address, as it stands to memory of @b. */
void view_pages(struct view *view, size_t a, size_t b, __u64 address, __u64 bytes,
		struct page_counts *counts);
/* The page of @address_a in @a and that of @address_b in @b are physically one. */
bool view_same_page(struct view *view, size_t a, __u64 address_a, size_t b, __u64 address_b);

/**
 * struct pairing - two areas side by side
 * @verdict: @mechanisms: @one_space: @same: as in &struct ipcshow_match
 */
struct pairing {
	enum ipcshow_verdict verdict;
	unsigned int mechanisms;
	bool one_space;
	__u64 same;
};

/* Of @a's area that @address is in. If it has several partners, of the one with most in common. */
bool view_pairing(struct view *view, size_t a, size_t b, __u64 address, struct pairing *pairing);

/* The thread @tid of process @index, as long as @view is open. */
bool view_thread(struct view *view, size_t index, pid_t tid, struct ipcshow_thread_view *thread);

/* ---- what they use, and talk through ---- */

/**
 * struct link - a channel between two processes
 * @kind: how
 * @flow: IPCSHOW_FLOW_*
 * @a_fds: @b_fds: how many descriptors each has of it
 * @a_waits: @b_waits: one of its threads waits there
 */
struct link {
	enum ipcshow_channel_kind kind;
	unsigned int flow;
	size_t a_fds;
	size_t b_fds;
	bool a_waits;
	bool b_waits;
};

/*
 * A channel of that kind with ends of both; where @name is not NULL, its name has that in it;
 * where @fd is not negative, @a has it as that descriptor; of signals, those to @b. How many there
 * are; the first.
 */
size_t view_link(struct view *view, size_t a, size_t b, enum ipcshow_channel_kind kind,
		 const char *name, int fd, struct link *link);

/* "A->B" and so on. */
const char *flow_word(unsigned int flow);

/*
 * Whether the first (0) or second (1) of two processes sleeps on a futex that both map; it may
 * be on its way there. -1: they cannot be looked at.
 */
int view_await_futex(const pid_t *pids, size_t who);

/* What two threads of process 0, or processes where @tid_a and @tid_b are 0, have of it. */
enum ipcshow_finding view_resource(struct view *view, size_t a, pid_t tid_a, size_t b,
				   pid_t tid_b, enum ipcshow_resource resource);

#endif
