/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIMITS_H
#define LIMITS_H

#include <sys/mman.h>

#include "test.h"

/* What callers may make the module hold, and who takes all of it. */

#define KIB		1024ULL
#define PARAMETERS	"/sys/module/ipcshow/parameters/"
#define USER_KIB	PARAMETERS "ring_user_kib"
#define TOTAL_KIB	PARAMETERS "ring_total_kib"
/* A ring costs its data and the two pages of positions. */
#define POSITIONS	(2 * PAGE)

static inline bool write_number(const char *path, long long number)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", number);
	return proc_write(path, text);
}

static inline bool set_limits(long long user_kib, long long total_kib)
{
	return write_number(USER_KIB, user_kib) && write_number(TOTAL_KIB, total_kib);
}

/* As they were, to be restored. */
struct limits {
	long long user_kib;
	long long total_kib;
};

static inline bool save_limits(struct limits *limits)
{
	limits->user_kib = proc_number(USER_KIB);
	limits->total_kib = proc_number(TOTAL_KIB);
	return limits->user_kib >= 0 && limits->total_kib >= 0;
}

static inline void restore_limits(const struct limits *limits)
{
	set_limits(limits->user_kib, limits->total_kib);
}

/* A file with a ring that nobody has mapped, or a negative errno. */
static inline int ring_of(uint64_t size)
{
	struct reader reader;
	int error = reader_open(&reader, 0);

	if (!error)
		error = reader_make_ring(&reader, size);
	if (!error)
		return reader.fd;
	reader_close(&reader);
	return error;
}

/* What ring_of() gives, the ring being given back. */
static inline int try_ring(uint64_t size)
{
	int fd = ring_of(size);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* Rings, large ones first, until nothing more is to be had. */
struct greed {
	uid_t uid;
	uint64_t taken;
	int error;
};

/* Of several children, a page. */
static inline struct greed *greed_shared(void)
{
	struct greed *greed = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
				   -1, 0);

	return greed == MAP_FAILED ? NULL : greed;
}

static inline void take_all(struct greed *greed)
{
	uint64_t size;

	for (size = 1ULL << 20; size >= RING_SMALL; size /= 2) {
		while ((greed->error = ring_of(size)) >= 0)
			greed->taken += size + POSITIONS;
	}
}

static inline int be_greedy(struct child *self, void *argument)
{
	struct greed *greed = argument;

	become(greed->uid);
	take_all(greed);
	return child_stay(self, NULL);
}

#endif
