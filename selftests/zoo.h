/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZOO_H
#define ZOO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PAGE	4096UL
#define HUGE	(2UL << 20)

/*
 * What zoo prints, a line each, and ends with "ready":
 *
 *	name start end [key=value...]
 *	skip name reason
 */
void say(const char *name, const volatile void *start, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void skip(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* These end the program where a shape cannot be made and should have been. */
void *map(size_t size, int prot, int flags, int fd);
void *map_at(size_t align, size_t size, int prot, int flags, int fd);
void touch(void *start, size_t size);
void look(const void *start, size_t size);
int memory_file(const char *name, unsigned int flags, size_t size);
pid_t fork_child(void);
void at_end(void (*function)(void *), void *argument);

/* Changes of the whole system are for a virtual machine only. */
bool may_change_system(void);
bool set(const char *path, const char *value);
bool pagemap(const void *address, unsigned long long *entry);

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
