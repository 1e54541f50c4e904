/* SPDX-License-Identifier: GPL-2.0 */
#ifndef USAGE_H
#define USAGE_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifndef IPCSHOW_VERSION
#define IPCSHOW_VERSION	"unreleased"
#endif

__attribute__((noreturn))
void usage(void);
/* These translate what is wrong. */
__attribute__((noreturn))
void bad_usage(const char *problem);
__attribute__((noreturn))
void bad_argument(const char *what, const char *text, size_t size);
__attribute__((noreturn))
void bad_option(const struct option *options, int problem, const char *given);
bool parse_pid(const char *text, pid_t *pid);
int64_t parse_seconds(const char *what, const char *text);
int64_t parse_period(const char *text);
bool wants_colors(const char *when);

#endif
