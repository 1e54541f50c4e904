/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ENDS_H
#define ENDS_H

#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "limits.h"
#include "test.h"

/* Shared rings, and their ends. Functions that give an int give 0 or a negative errno. */

#define PRODUCER	IPCSHOW_ROLE_PRODUCER
#define CONSUMER	IPCSHOW_ROLE_CONSUMER
#define OBSERVER	IPCSHOW_ROLE_OBSERVER
#define NR_ROLES	IPCSHOW_NR_ROLES

#define MS		1000000ULL
#define FOR_EVER	UINT64_MAX

struct ends {
	struct ipcshow_shared_ring ring;
	/* By role; -1: none, or closed. */
	int fd[NR_ROLES];
};

struct map {
	struct ipcshow_ring_side *consumer;
	struct ipcshow_ring_side *producer;
	unsigned char *data;
	size_t size;
};

static inline int ends_make(struct ends *ends, uint64_t size, uint32_t flags)
{
	struct reader reader;
	int error = reader_open(&reader, 0);

	*ends = (struct ends){
		.ring = { .size = sizeof(ends->ring), .flags = flags, .ring_size = size },
		.fd = { -1, -1, -1 },
	};
	if (error)
		return error;
	if (ioctl(reader.fd, IPCSHOW_IOC_SHARED_RING, &ends->ring)) {
		error = -errno;
	} else {
		ends->fd[PRODUCER] = ends->ring.producer;
		ends->fd[CONSUMER] = ends->ring.consumer;
		ends->fd[OBSERVER] = ends->ring.observer;
	}
	/* Which the ends do without. */
	reader_close(&reader);
	return error;
}

static inline void end_close(struct ends *ends, int role)
{
	close(ends->fd[role]);
	ends->fd[role] = -1;
}

static inline void ends_close(struct ends *ends)
{
	int role;

	for (role = 0; role < NR_ROLES; role++) {
		if (ends->fd[role] >= 0)
			end_close(ends, role);
	}
}

static inline int other_end(int role)
{
	return role == PRODUCER ? CONSUMER : PRODUCER;
}

static inline int may_write(int writes)
{
	return writes ? PROT_READ | PROT_WRITE : PROT_READ;
}

/* All that this end may do. */
static inline int end_map(const struct ends *ends, int role, struct map *map)
{
	const int fd = ends->fd[role];

	map->size = 2 * ends->ring.ring_size;
	map->consumer = mmap(NULL, PAGE, may_write(role == CONSUMER), MAP_SHARED, fd,
			     ends->ring.consumer_offset);
	map->producer = mmap(NULL, PAGE, may_write(role == PRODUCER), MAP_SHARED, fd,
			     ends->ring.producer_offset);
	map->data = mmap(NULL, map->size, may_write(role == PRODUCER), MAP_SHARED, fd,
			 ends->ring.data_offset);
	return map->consumer == MAP_FAILED || map->producer == MAP_FAILED ||
	       map->data == MAP_FAILED ? -errno : 0;
}

static inline void end_unmap(struct map *map)
{
	munmap(map->consumer, PAGE);
	munmap(map->producer, PAGE);
	munmap(map->data, map->size);
}

static inline int end_wait(int fd, uint64_t timeout_ns)
{
	struct ipcshow_wait arg = { .size = sizeof(arg), .timeout_ns = timeout_ns };

	return ioctl(fd, IPCSHOW_IOC_WAIT, &arg) ? -errno : 0;
}

static inline int end_wake(int fd)
{
	return ioctl(fd, IPCSHOW_IOC_WAKE, 0) ? -errno : 0;
}

static inline int end_info(int fd, struct ipcshow_end_info *info)
{
	*info = (struct ipcshow_end_info){ .size = sizeof(*info) };
	return ioctl(fd, IPCSHOW_IOC_END_INFO, info) ? -errno : 0;
}

/* What poll() says within @ms. */
static inline int end_poll(int fd, int ms)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN | POLLOUT };

	return poll(&pollfd, 1, ms) < 0 ? -errno : pollfd.revents;
}

static inline uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 * MS + now.tv_nsec;
}

/* What a ring of @size does; it is given back. */
static inline int try_shared(uint64_t size)
{
	struct ends ends;
	int error = ends_make(&ends, size, 0);

	ends_close(&ends);
	return error;
}

/* The share of the user: one ring, and the pages of positions. Not put back; tests run apart. */
static inline bool room_for(uint64_t ring_size)
{
	return write_number(USER_KIB, ring_size ? (ring_size + POSITIONS) / KIB : 16ULL << 10);
}

#endif
