/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PAIR_TASK_H
#define PAIR_TASK_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Situations that are in how the tasks came to be: which resources they share, with
 * clone() flags for words. False: there is none of that name.
 */
bool pair_task(int argc, char **argv);

void say_task(char task, pid_t pid);

/* Until the thread of that number, once it is there, sleeps in that system call; -1: in any. */
void await_call(const pid_t *tid, long number);

#endif
