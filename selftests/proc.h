/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PROC_H
#define PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What /proc says of a process: the second method. What cannot be read ends
 * the program.
 */

/* Counters of smaps, in kB; SMAPS_COUNT - 1 is the last. */
enum smaps_field {
	SMAPS_RSS, SMAPS_PSS, SMAPS_PSS_DIRTY, SMAPS_SHARED_CLEAN, SMAPS_SHARED_DIRTY,
	SMAPS_PRIVATE_CLEAN, SMAPS_PRIVATE_DIRTY, SMAPS_REFERENCED, SMAPS_ANONYMOUS, SMAPS_KSM,
	SMAPS_LAZYFREE, SMAPS_ANON_HUGE, SMAPS_SHMEM_HUGE, SMAPS_FILE_HUGE, SMAPS_SHARED_HUGETLB,
	SMAPS_PRIVATE_HUGETLB, SMAPS_SWAP, SMAPS_LOCKED, SMAPS_PAGE_SIZE, SMAPS_PKEY,
	SMAPS_COUNT
};

extern const char *const smaps_names[SMAPS_COUNT];

struct vma {
	uint64_t start;
	uint64_t end;
	char access[5];
	uint64_t offset;
	unsigned int major;
	unsigned int minor;
	uint64_t ino;
	/* As printed: a newline is \012, and " (deleted)" may follow. */
	char *path;
	/* Which of the counters this kernel has, a bit each. */
	uint32_t has;
	uint64_t kb[SMAPS_COUNT];
	/* Two letters and a space each. */
	char flags[128];
};

struct maps {
	struct vma *vma;
	size_t nr;
};

/* Without [vsyscall], which is no part of the address space. */
void proc_maps(pid_t pid, struct maps *maps);
void proc_smaps(pid_t pid, struct maps *maps);
void proc_free(struct maps *maps);
bool proc_same(const struct maps *one, const struct maps *other);
const struct vma *proc_vma(const struct maps *maps, uint64_t address);

/* An entry for each page; see Documentation/admin-guide/mm/pagemap.rst. */
uint64_t *proc_pagemap(pid_t pid, uint64_t start, uint64_t end);
/* Of one page frame; 0 when the kernel does not say. */
uint64_t proc_kpageflags(uint64_t frame);

#define PAGEMAP_FRAME		((1ULL << 55) - 1)
#define PAGEMAP_EXCLUSIVE	(1ULL << 56)
#define PAGEMAP_FILE		(1ULL << 61)
#define PAGEMAP_SWAP		(1ULL << 62)
#define PAGEMAP_PRESENT		(1ULL << 63)

#define KPAGE_KSM		(1ULL << 21)
#define KPAGE_ZERO		(1ULL << 24)

/* A number of /proc/PID/status or of /proc/PID/task/TID/status; -1: no such line. */
long long proc_status(pid_t tid, const char *name);
/* As it is numbered in proc(5), from 1; not the 2nd and 3rd. */
unsigned long long proc_stat(pid_t tid, int field);
char proc_state(pid_t tid);
/* One that sleeps or stands is said to do so a little before it has left its CPU. */
bool proc_is_off_cpu(pid_t tid);
/* Until it is in one of @states, and off its CPU unless it runs; for 30 s at most. */
bool proc_wait_state(pid_t tid, const char *states);
uint64_t proc_auxv(pid_t pid, uint64_t type);
/* A number in a file of one number; -1: there is none. */
long long proc_number(const char *path);
bool proc_write(const char *path, const char *value);

#endif
