/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/**
 * struct program - another program of ours, as it runs
 * @name: what it is called
 * @output: what it prints
 * @pid: its PID
 */
struct program {
	const char *name;
	FILE *output;
	pid_t pid;
};

/* Beside this one; false: it is not there. @command: words with a blank between. */
bool program_start(struct program *program, const char *command);
/* False: it has failed. */
bool program_end(struct program *program);

#endif
