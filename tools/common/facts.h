/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FACTS_H
#define FACTS_H

#include "ipcshow.h"

/* Kept of a command line; what is longer is cut. */
#define COMMAND_MAX	65536

/**
 * struct facts - what is said of a process beside its tables
 * @process: the process
 * @task: @mm: of it
 * @machine: ELF machine of its registers
 * @command: its arguments, each with a NUL behind it
 * @command_size: bytes; 0 where they could not be read
 * @command_cut: there are more
 * @user: name of its effective user, or NULL
 * @counted: @total has counters
 * @nr_areas: areas so far
 * @total_size: bytes of address space so far
 * @total: counters so far
 * @flags: IPCSHOW_AREA_F_* that some area had
 */
struct facts {
	const struct ipcshow_process *process;
	const struct ipcshow_task *task;
	const struct ipcshow_mm *mm;
	unsigned int machine;
	char *command;
	size_t command_size;
	bool command_cut;
	const char *user;
	bool counted;
	__u64 nr_areas;
	__u64 total_size;
	struct ipcshow_pages total;
	unsigned int flags;
};

void facts_read(struct facts *facts, const struct ipcshow_process *process,
		unsigned int machine);
void facts_free(struct facts *facts);
bool facts_complete(const struct facts *facts);
const char *state_word(__u32 state);
const char *user_name(uid_t uid);

#endif
