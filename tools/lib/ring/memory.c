// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The memory of a ring. A memfd cannot be writable for one process and
 * read-only for another, but one can be sealed against all writable mappings that are
 * still to come: so each end makes what it writes itself, maps it, seals it, and only
 * then hands it over.
 *
 * What the other end hands over is checked before it is mapped: it must be a
 * memfd that can neither shrink nor lose pages (no SIGBUS), and all of its memory must
 * be there already (or reading it would be charged to the reader).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"

#define SEALS		(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL)
#define HUGE_PAGE	(2UL << 20)

#define ALLOCATE_PART	(64ULL << 10)

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL	0x0008U
#endif

size_t ring_page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static void *map(int fd, size_t size, int prot, __u64 offset)
{
	void *p = mmap(NULL, size, prot, MAP_SHARED | MAP_POPULATE, fd, (off_t)offset);

	return p == MAP_FAILED ? NULL : p;
}

/* Map @size bytes of @fd twice in a row, aligned as huge pages need it. */
static int map_twice(int fd, __u64 size, int prot, __u8 **data)
{
	size_t span = 2 * size, room = span + HUGE_PAGE;
	__u8 *start = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			   -1, 0);
	__u8 *at;
	int i, err;

	if (start == MAP_FAILED)
		return -errno;
	at = start + (-(uintptr_t)start & (HUGE_PAGE - 1));
	for (i = 0; i < 2; i++)
		if (mmap(at + i * size, size, prot, MAP_SHARED | MAP_FIXED | MAP_POPULATE,
			 fd, 0) == MAP_FAILED) {
			err = -errno;
			munmap(start, room);
			return err;
		}
	if (at > start)
		munmap(start, (size_t)(at - start));
	if (at + span < start + room)
		munmap(at + span, (size_t)(start + room - (at + span)));
	*data = at;
	return 0;
}

/* In parts, since a signal undoes what was allocated by one call. */
static int allocate(int fd, __u64 size)
{
	__u64 at = 0, part;

	while (at < size) {
		part = size - at < ALLOCATE_PART ? size - at : ALLOCATE_PART;
		if (!fallocate(fd, 0, (off_t)at, (off_t)part))
			at += part;
		else if (errno != EINTR)
			return -1;
	}
	return 0;
}

/* Who made a file as large as that would be killed (SIGXFSZ). */
static bool is_larger_than_files_may_be(__u64 size)
{
	struct rlimit limit;

	return !getrlimit(RLIMIT_FSIZE, &limit) && size > limit.rlim_cur;
}

static int make_memfd(__u64 size, unsigned int flags)
{
	unsigned int all = flags | MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd, err;

	if (is_larger_than_files_may_be(size))
		return -EFBIG;
	fd = memfd_create("ipcshow ring", all | MFD_NOEXEC_SEAL);
	/* Kernels before 6.3 do not know of it. */
	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("ipcshow ring", all);
	if (fd < 0)
		return -errno;
	/* Now, and to us: who maps it can neither run out of memory nor be charged. */
	if (ftruncate(fd, (off_t)size) || allocate(fd, size)) {
		err = errno == ENOSPC ? -ENOMEM : -errno;
		close(fd);
		return err;
	}
	return fd;
}

/*
 * Pages that are allocated and were never written are holes to who checks, and MAP_POPULATE is a
 * wish, which emulators of user space do not pass on.
 */
static void touch(void *start, size_t size)
{
	volatile __u8 *at = start, *end = at + size;

	for (; at < end; at += ring_page_size())
		*at = 0;
}

static int seal(int fd)
{
	return fcntl(fd, F_ADD_SEALS, SEALS) ? -errno : 0;
}

/**
 * ring_memory_make_side() - a page that we write and the other end reads
 * @side: out: the page, mapped
 *
 * Return: a memfd to hand over, or a negative errno.
 */
int ring_memory_make_side(struct ipcshow_ring_side **side)
{
	size_t size = ring_page_size();
	int fd = make_memfd(size, 0);
	int err;

	if (fd < 0)
		return fd;
	*side = map(fd, size, PROT_READ | PROT_WRITE, 0);
	err = *side ? seal(fd) : -errno;
	if (!err) {
		touch(*side, size);
		return fd;
	}
	if (*side)
		munmap(*side, size);
	*side = NULL;
	close(fd);
	return err;
}

/**
 * ring_memory_make_data() - data that we write and the other end reads
 * @data: out: mapped twice in a row
 * @size: bytes
 * @huge: in huge pages
 *
 * Return: a memfd to hand over, or a negative errno.
 */
int ring_memory_make_data(__u8 **data, __u64 size, bool huge)
{
	int fd = make_memfd(size, huge ? MFD_HUGETLB | MFD_HUGE_2MB : 0);
	int err;

	if (fd < 0)
		return fd;
	err = map_twice(fd, size, PROT_READ | PROT_WRITE, data);
	if (!err) {
		err = seal(fd);
		if (err)
			munmap(*data, 2 * size);
	}
	if (!err) {
		touch(*data, size);
		return fd;
	}
	*data = NULL;
	close(fd);
	return err;
}

/* Is it a memfd of that size which stays as it is, and costs us nothing? */
static int check_offered(int fd, __u64 size)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;

	if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &st))
		return -EPROTO;
	/* Blocks may lie beyond the end. Files of hugetlbfs do not tell of holes; see populate(). */
	if ((__u64)st.st_size != size || (__u64)st.st_blocks * 512 < size ||
	    lseek(fd, 0, SEEK_HOLE) != (off_t)size)
		return -EPROTO;
	return 0;
}

/* Is all of it there indeed? A huge page that cannot be had would be a SIGBUS. */
static int populate(void *start, size_t size)
{
	/* EINVAL: a kernel before 5.14. */
	return madvise(start, size, MADV_POPULATE_READ) && errno != EINVAL ? -EPROTO : 0;
}

int ring_memory_take_side(int fd, struct ipcshow_ring_side **side)
{
	int err = check_offered(fd, ring_page_size());

	if (err)
		return err;
	*side = map(fd, ring_page_size(), PROT_READ, 0);
	return *side ? 0 : -errno;
}

int ring_memory_take_data(int fd, __u64 size, __u8 **data)
{
	int err = check_offered(fd, size);

	if (!err)
		err = map_twice(fd, size, PROT_READ, data);
	if (err)
		return err;
	err = populate(*data, 2 * size);
	if (err) {
		munmap(*data, 2 * size);
		*data = NULL;
	}
	return err;
}

/* Only what the module made does as the module does: another's file could shrink under us. */
static bool is_module_end(int fd)
{
	static const char name[] = "anon_inode:[ipcshow";
	char path[32], target[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, target, sizeof(target));
	return n >= (ssize_t)strlen(name) && !memcmp(target, name, strlen(name));
}

/**
 * ring_memory_map_module() - map an end of a ring that the module keeps
 * @memory: @size is that of the ring; what is mapped of it when this fails is for
 *	ring_memory_unmap() as well
 * @fd: the end
 * @role: IPCSHOW_ROLE_* that it must have
 *
 * Return: 0; -EPROTO: it is no such end of such a ring; as mmap().
 */
int ring_memory_map_module(struct ring_memory *memory, int fd, __u32 role)
{
	bool produces = role == IPCSHOW_ROLE_PRODUCER;
	int rw = PROT_READ | PROT_WRITE, ro = PROT_READ;
	struct ipcshow_end_info info = { .size = sizeof(info) };
	size_t page = memory->page_size;

	if (!is_module_end(fd) || ioctl(fd, IPCSHOW_IOC_END_INFO, &info) ||
	    info.role != role || info.ring_size != memory->size)
		return -EPROTO;
	memory->producer = map(fd, page, produces ? rw : ro, info.producer_offset);
	if (memory->producer)
		memory->consumer = map(fd, page, produces ? ro : rw, info.consumer_offset);
	if (memory->consumer)
		memory->data = map(fd, 2 * memory->size, produces ? rw : ro, info.data_offset);
	return memory->data ? 0 : -errno;
}

void ring_memory_unmap(struct ring_memory *memory)
{
	if (memory->data)
		munmap(memory->data, 2 * memory->size);
	if (memory->producer)
		munmap(memory->producer, memory->page_size);
	if (memory->consumer)
		munmap(memory->consumer, memory->page_size);
	*memory = (struct ring_memory){ 0 };
}
