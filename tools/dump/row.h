/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ROW_H
#define ROW_H

#include "column.h"
#include "ipcshow.h"

struct sharing_row;
struct watched;

/**
 * struct row - what columns take their cells from; each uses what it knows
 * @process: the process
 * @pid: its PID
 * @machine: ELF machine of its registers
 * @people: they read it, no program
 * @kind: name of the kind of an area or of a line of the summary
 * @size: bytes of address space
 * @count: areas in a line of the summary
 * @pages: counters, or NULL
 * @area: for areas
 * @thread: for threads
 * @stack_flags: whether it is a guess where its stack begins, see ipcshow_process_stack_flags()
 * @sharing: for what threads share
 * @watched: for what changes
 * @scratch: for text that is put together
 */
struct row {
	const struct ipcshow_process *process;
	pid_t pid;
	unsigned int machine;
	bool people;
	const char *kind;
	uint64_t size;
	uint64_t count;
	const struct ipcshow_pages *pages;
	const struct ipcshow_area *area;
	const struct ipcshow_thread_view *thread;
	unsigned int stack_flags;
	const struct sharing_row *sharing;
	const struct watched *watched;
	char scratch[SCRATCH_MAX];
};

extern const struct sheet area_sheet;
extern const struct sheet thread_sheet;
extern const struct sheet summary_sheet;
extern const struct sheet sharing_sheet;
extern const struct sheet watch_sheet;

void sheets_list(struct out *out);
void sharing_list(struct out *out);

/* Counters, for areas and for the summary. */
void get_pid(struct row *row, struct value *value);
void get_kind(struct row *row, struct value *value);
void get_size(struct row *row, struct value *value);
void get_count(struct row *row, struct value *value);

#endif
