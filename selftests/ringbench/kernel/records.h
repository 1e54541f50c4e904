/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORDS_H
#define RECORDS_H

/*
 * What a module, a BPF program and the program that asks them for records agree upon.
 */
#include <linux/ioctl.h>
#include <linux/types.h>

/* Sizes of records; that of their header comes on top. */
#define RECORDS_SMALL	8
#define RECORDS_MEDIUM	64
#define RECORDS_LARGE	1024

/**
 * struct records - what is asked for, in one call
 * @first: number of the first one
 * @count: how many
 * @bytes: of each, RECORDS_*; BPF has a program for each size
 * @made: out: how many there was room for
 */
struct records {
	__u64 first;
	__u64 count;
	__u64 bytes;
	__u64 made;
};

/* Takes a struct ipcshow_ring, as IPCSHOW_IOC_RING; and a struct records. */
#define RECORDS_IOC_RING	_IO('R', 0)
#define RECORDS_IOC_MAKE	_IO('R', 1)

/*
 * The same work for both, and what ringbench's message_fill() does: the number, and bytes that
 * follow from it. Both compilers are to make stores of it, one a word.
 */
static inline __attribute__((always_inline))
void record_fill(__u64 *word, __u32 bytes, __u64 number)
{
	__u64 rest = (number & 0xff) * 0x0101010101010101ULL;
	__u32 i;

	word[0] = number;
#ifdef __clang__
#pragma clang loop unroll(full)
#else
#pragma GCC unroll 128
#endif
	for (i = 1; i < bytes / sizeof(*word); i++)
		word[i] = rest;
}

#endif
