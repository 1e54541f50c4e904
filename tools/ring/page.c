// SPDX-License-Identifier: GPL-2.0
/*
 * Statistics of a stream. Each of its ends has a page of memory, which the broker made: the end
 * stores a few numbers in it now and then, the broker looks when somebody asks. So nobody has
 * to wait for an end that is busy, blocked or stopped.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "now.h"
#include "page.h"

#define PAGE_BYTES	4096
#define SEALS		(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
#define WORDS		(sizeof(struct report) / sizeof(__u64))

struct page {
	__u64 words[WORDS];
};

union words {
	struct report report;
	__u64 words[WORDS];
};

static int map(int fd, struct page **page)
{
	void *p = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	*page = p == MAP_FAILED ? NULL : p;
	return *page ? 0 : -errno;
}

/**
 * page_make() - make one
 * @page: out
 *
 * Return: a descriptor to hand over, or a negative errno.
 */
int page_make(struct page **page)
{
	int fd = memfd_create("ipcshow-ring report", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int err;

	if (fd < 0)
		return -errno;
	/* There from now on, so that nobody is killed for want of memory. */
	if (fallocate(fd, 0, 0, PAGE_BYTES) || fcntl(fd, F_ADD_SEALS, SEALS))
		err = -errno;
	else
		err = map(fd, page);
	if (!err)
		return fd;
	close(fd);
	return err;
}

/* @fd is somebody else's: only what cannot shrink is mapped. */
int page_take(int fd, struct page **page)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;

	if (seals < 0 || !(seals & F_SEAL_SHRINK) || fstat(fd, &st) || st.st_size < PAGE_BYTES)
		return -EPROTO;
	return map(fd, page);
}

void page_write(struct page *page, const struct ipcshow_ring_stats *stats)
{
	union words copy = { .report = { .time_ns = now_ns(), .stats = *stats } };
	size_t i;

	for (i = 0; page && i < WORDS; i++)
		__atomic_store_n(&page->words[i], copy.words[i], __ATOMIC_RELAXED);
}

void page_read(const struct page *page, struct report *report)
{
	union words copy = { .report = { 0 } };
	size_t i;

	for (i = 0; page && i < WORDS; i++)
		copy.words[i] = __atomic_load_n(&page->words[i], __ATOMIC_RELAXED);
	*report = copy.report;
}

void page_unmap(struct page *page)
{
	if (page)
		munmap(page, PAGE_BYTES);
}
