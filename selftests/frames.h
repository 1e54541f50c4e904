/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FRAMES_H
#define FRAMES_H

#include <stdlib.h>
#include <sys/mman.h>

#include "test.h"

/* Numbers of page frames, as pagemap tells them, to be looked for where they must not be. */

#define FRAMES		1024
#define FRAMES_MAX	4096

/* Those that can be told from other numbers; ascending, once they are sorted. */
struct frames {
	/* Of the process that is looked at. */
	pid_t pid;
	size_t nr;
	uint64_t frame[FRAMES_MAX];
};

/* Memory of which each page is told apart, and such as may be mapped anywhere. */
struct frames_memory {
	char *own;
	const unsigned char *ring;
};

/* What is looked at: FRAMES pages of each kind. @argument is shared with it. */
static inline int frames_touch(struct child *self, void *argument)
{
	struct frames_memory *memory = argument;
	struct reader reader;
	size_t i;

	memory->own = mmap(NULL, FRAMES * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(memory->own, FRAMES * PAGE, MADV_NOHUGEPAGE);
	for (i = 0; i < FRAMES; i++)
		memory->own[i * PAGE] = 1;
	if (reader_open(&reader, FRAMES * PAGE / 2))
		return 1;
	memory->ring = reader.data;
	return child_stay(self, NULL);
}

/* Its decimal digits, read as hexadecimal ones. */
static inline uint64_t misread(uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	return strtoull(text, NULL, 16);
}

/* PIDs that are told: a frame may have such a number as well. */
static inline bool is_pid(const struct frames *frames, uint64_t number)
{
	const pid_t pids[] = { getpid(), getpgrp(), getsid(0), frames->pid };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		if (number == (uint64_t)pids[i] || number == misread(pids[i]))
			return true;
	}
	return false;
}

/* Small numbers may be counts, and round ones sizes as well. */
static inline bool is_telling(const struct frames *frames, uint64_t frame)
{
	return frame >= 1 << 14 && frame % 16 && !is_pid(frames, frame);
}

/* How many of the frames that @pid has at @start can be told from other numbers. */
static inline size_t frames_add(struct frames *frames, pid_t pid, const void *start, size_t nr)
{
	const uintptr_t first = (uintptr_t)start;
	uint64_t *entries = proc_pagemap(pid, first, first + nr * PAGE);
	const size_t before = frames->nr;
	size_t i;

	for (i = 0; i < nr; i++) {
		const uint64_t frame = entries[i] & PAGEMAP_FRAME;

		if (!is_telling(frames, frame))
			continue;
		if (frames->nr == FRAMES_MAX)
			abort();
		frames->frame[frames->nr++] = frame;
	}
	free(entries);
	return frames->nr - before;
}

static inline int by_number(const void *a, const void *b)
{
	const uint64_t *const one = a, *const other = b;

	return *one < *other ? -1 : *one > *other;
}

static inline void frames_sort(struct frames *frames)
{
	qsort(frames->frame, frames->nr, sizeof(frames->frame[0]), by_number);
}

static inline bool is_number(const struct frames *frames, uint64_t number)
{
	return bsearch(&number, frames->frame, frames->nr, sizeof(number), by_number);
}

/*
 * By its number or by its physical address; but where user space has no more than 32 bits of
 * addresses, its own are as low.
 */
static inline bool is_frame(const struct frames *frames, uint64_t word)
{
	return is_number(frames, word) ||
	       (sizeof(void *) > 4 && word % PAGE == 0 && is_number(frames, word / PAGE));
}

/* A text that begins with one, whether it is decimal or hexadecimal. */
static inline bool is_frame_text(const struct frames *frames, const char *text)
{
	return is_frame(frames, strtoull(text, NULL, 10)) ||
	       is_frame(frames, strtoull(text, NULL, 16));
}

#endif
