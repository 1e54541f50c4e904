/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_INTERNAL_H
#define IPCSHOW_INTERNAL_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ipcshow.h"

typedef __u64 u64;
typedef __u32 u32;
typedef __u8 u8;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static inline u64 min_u64(u64 a, u64 b)
{
	return a < b ? a : b;
}

static inline u64 max_u64(u64 a, u64 b)
{
	return a > b ? a : b;
}

/* @unit is a power of two. */
static inline u64 round_down(u64 value, u64 unit)
{
	return value & ~(unit - 1);
}

/* Saturates: what a target's file says may be anything. */
static inline u64 round_up(u64 value, u64 unit)
{
	return value > UINT64_MAX - (unit - 1) ? UINT64_MAX & ~(unit - 1) :
						 round_down(value + unit - 1, unit);
}

static inline u64 add_u64(u64 a, u64 b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static inline u64 sub_u64(u64 a, u64 b)
{
	return a > b ? a - b : 0;
}

/**
 * array_grow() - make room for one more element
 * @array: array of @size elements from malloc(), or NULL
 * @nr: elements in use
 * @room: elements there is room for; updated
 * @size: bytes of an element
 *
 * Return: the array, which may have moved, or NULL (and @array as it was).
 */
static inline void *array_grow(void *array, size_t nr, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 16;

	if (nr < *room)
		return array;
	array = reallocarray(array, more, size);
	if (array)
		*room = more;
	return array;
}

#endif
