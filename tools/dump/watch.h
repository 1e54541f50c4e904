/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WATCH_H
#define WATCH_H

#include "dump.h"

/**
 * struct spot - an area, as a look found it
 * @start: @end: addresses
 * @kind: what it is for
 * @rss: resident bytes
 * @name: what the column NAME says, from malloc(), or NULL
 * @name_size: bytes in @name
 */
struct spot {
	__u64 start;
	__u64 end;
	enum ipcshow_kind kind;
	__u64 rss;
	char *name;
	size_t name_size;
};

/**
 * struct look - a process at one time
 * @spots: its areas, ascending; @nr of them, room for @room
 * @start_ns: when the process was started: another one has another
 * @complete: it did not end meanwhile
 * @size: @rss: @swap: of all areas
 */
struct look {
	struct spot *spots;
	size_t nr;
	size_t room;
	__u64 start_ns;
	bool complete;
	__u64 size;
	__u64 rss;
	__u64 swap;
};

/**
 * struct watched - a row: an area, and what it was
 * @now: as it is, or NULL: it has gone
 * @last: as the look before found it, or NULL: it is new
 * @first: as the first look found it, or NULL
 */
struct watched {
	const struct spot *now;
	const struct spot *last;
	const struct spot *first;
};

int look_take(struct look *look, struct row *row, struct ipcshow_device *device, pid_t pid);
void look_free(struct look *look);
const struct spot *look_find(const struct look *look, const struct spot *spot);

__attribute__((noreturn))
void watch_process(struct dump *dump, struct ipcshow_device *device, pid_t pid);

#endif
