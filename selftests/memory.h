/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "sizes.h"

/*
 * Memory of any kind, for programs that are looked at. These end the program where
 * something cannot be made and should have been.
 */
void *map(size_t size, int prot, int flags, int fd);
/* NULL: this kind there is none of. */
void *map_at(size_t align, size_t size, int prot, int flags, int fd);
void touch(void *start, size_t size);
/* Touched: a transparent one, if one is to be had. NULL: this kernel has none. */
void *huge_page(void);
void look(const void *start, size_t size);
/* -1: as memfd_create(). */
int memory_file(const char *name, unsigned int flags, size_t size);

/* NULL: swap is on; else why not. */
const char *swap_on_zram(void);
/* All of it. */
void swap_out(void *start, size_t size);
/* Once, whatever comes of it. */
void page_out(void *start, size_t size);

/* Changes of the whole system are for a virtual machine only. */
bool may_change_system(void);
bool set(const char *path, const char *value);
/* What was split stays so: khugepaged would make one huge page of it. */
void keep_pages_apart(void);
bool pagemap(const void *address, unsigned long long *entry);

#endif
