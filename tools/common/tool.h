/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TOOL_H
#define TOOL_H

#include <stdbool.h>

#include "ipcshow.h"

#include "language.h"
#include "out.h"

enum exit_status {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
};

/**
 * struct tool - the program that this is
 * @name: its name
 * @arguments: what it takes, for the usage line
 */
struct tool {
	const char *name;
	const char *arguments;
};

extern const struct tool tool;

void tool_begin(void);
void complain(const char *what, const char *reason);
void complain_of(pid_t pid, const char *reason);
__attribute__((noreturn))
void finish(struct out *out, enum exit_status status);
struct ipcshow_device *open_device(void);
bool module_is_loaded(void);
const char *reason_of_device(int err);
const char *reason_of(int err);

#endif
