/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TELL_H
#define TELL_H

#include "demo.h"

/*
 * What a demo says: sentences, each whole in its format, which is translated here.
 * They are kept as results, and printed unless that is not wanted.
 */

/* Once, before any demo. */
void tell_setup(bool aloud, bool colors);
bool tell_aloud(void);

void tell_title(const struct demo *demo);
void tell_heading(const char *text);

__attribute__((format(printf, 1, 2)))
void textbook(const char *format, ...);
__attribute__((format(printf, 1, 2)))
void say(const char *format, ...);
/* What somebody else says of himself. */
void quote(const char *who, pid_t pid, const char *text);
/* What was found; where it does not hold, the textbook is contradicted. */
__attribute__((format(printf, 2, 3)))
bool proof(bool holds, const char *format, ...);
__attribute__((format(printf, 1, 2)))
void missing(const char *format, ...);
/* The system lacks what the demo is about: it ends here, and is not to blame. */
__attribute__((format(printf, 1, 2), noreturn))
void lacking(const char *format, ...);
/* The demo could not be carried out. */
__attribute__((format(printf, 1, 2), noreturn))
void failed(const char *format, ...);

/* Lines that are printed as they are: commands and their output. */
void print_command(const char *command);
void print_line(const char *line);
void print_gap(void);

#endif
