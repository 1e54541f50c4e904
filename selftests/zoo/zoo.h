/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZOO_H
#define ZOO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "memory.h"

/*
 * What zoo prints, a line each, and ends with "ready":
 *
 *	name start end [key=value...]
 *	skip name reason
 */
void say(const char *name, const volatile void *start, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void skip(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

pid_t fork_child(void);
void at_end(void (*function)(void *), void *argument);

void zoo_image(void);
void zoo_fork(void);
void zoo_anon(void);
void zoo_ksm(void);
void zoo_files(void);
void zoo_devices(void);
void zoo_shared(void);
void zoo_huge(void);
void zoo_swap(void);
void zoo_stacks(void);
void zoo_spin(void);
void zoo_vfork(void);
void zoo_hostile(void);
void zoo_leader_exits(void);

#endif
