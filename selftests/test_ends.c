// SPDX-License-Identifier: GPL-2.0
/* The ends of a shared ring: what each may map, write and ask for. */
#include <sys/wait.h>

#include "ends.h"

FIXTURE(each_end) {
	struct ends ends;
};

FIXTURE_VARIANT(each_end) {
	int role;
};

FIXTURE_VARIANT_ADD(each_end, producer) { PRODUCER };
FIXTURE_VARIANT_ADD(each_end, consumer) { CONSUMER };
FIXTURE_VARIANT_ADD(each_end, observer) { OBSERVER };

FIXTURE_SETUP(each_end)
{
	ASSERT_EQ(0, ends_make(&self->ends, RING_SMALL, IPCSHOW_SHARED_RING_F_OBSERVER));
}

FIXTURE_TEARDOWN(each_end)
{
	ends_close(&self->ends);
}

static int try_map(int fd, int prot, int flags, uint64_t offset, size_t size)
{
	void *start = mmap(NULL, size, prot, flags, fd, offset);

	if (start == MAP_FAILED)
		return -errno;
	munmap(start, size);
	return 0;
}

TEST(made)
{
	struct ends ends, plain;
	int role;

	ASSERT_EQ(0, ends_make(&plain, RING_SMALL, 0));
	EXPECT_EQ(-1, plain.ring.observer);
	ASSERT_EQ(0, ends_make(&ends, RING_SMALL, IPCSHOW_SHARED_RING_F_OBSERVER |
						  IPCSHOW_SHARED_RING_F_OVERWRITE));
	EXPECT_EQ(0, ends.ring.consumer_offset);
	EXPECT_EQ(PAGE, ends.ring.producer_offset);
	EXPECT_EQ(2 * PAGE, ends.ring.data_offset);
	for (role = 0; role < NR_ROLES; role++) {
		EXPECT_EQ(FD_CLOEXEC, fcntl(ends.fd[role], F_GETFD));
	}
	ends_close(&ends);
	ends_close(&plain);
}

TEST_F(each_end, info)
{
	const int fd = self->ends.fd[variant->role];
	struct ipcshow_end_info info, other;
	struct ends ends;

	ASSERT_EQ(0, end_info(fd, &info));
	EXPECT_EQ(variant->role, info.role);
	EXPECT_EQ(IPCSHOW_SHARED_RING_F_OBSERVER, info.flags);
	EXPECT_EQ(0, info.gone);
	EXPECT_EQ(RING_SMALL, info.ring_size);
	EXPECT_EQ(self->ends.ring.consumer_offset, info.consumer_offset);
	EXPECT_EQ(self->ends.ring.producer_offset, info.producer_offset);
	EXPECT_EQ(self->ends.ring.data_offset, info.data_offset);
	ASSERT_EQ(0, end_info(self->ends.fd[other_end(variant->role)], &other));
	EXPECT_EQ(other.id, info.id);
	ASSERT_EQ(0, ends_make(&ends, 2 * RING_SMALL, IPCSHOW_SHARED_RING_F_OVERWRITE));
	ASSERT_EQ(0, end_info(ends.fd[PRODUCER], &other));
	EXPECT_NE(other.id, info.id);
	EXPECT_EQ(2 * RING_SMALL, other.ring_size);
	EXPECT_EQ(IPCSHOW_SHARED_RING_F_OVERWRITE, other.flags);
	ends_close(&ends);

	end_close(&self->ends, other_end(variant->role));
	ASSERT_EQ(0, end_info(fd, &info));
	EXPECT_EQ(1U << other_end(variant->role), info.gone);
}

/* The line of fdinfo that begins with @name. */
static bool fdinfo_says(int fd, const char *name, const char *value)
{
	char path[64], line[256], wanted[256];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	snprintf(wanted, sizeof(wanted), "%s:\t%s\n", name, value);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		found = found || !strcmp(line, wanted);
	if (file)
		fclose(file);
	return found;
}

TEST_F(each_end, fdinfo)
{
	static const char *const names[] = { "producer", "consumer", "observer" };
	const int fd = self->ends.fd[variant->role];
	struct ipcshow_end_info info;
	char number[24];

	ASSERT_EQ(0, end_info(fd, &info));
	snprintf(number, sizeof(number), "%llu", info.id);
	EXPECT_TRUE(fdinfo_says(fd, "ipcshow-ring", number));
	EXPECT_TRUE(fdinfo_says(fd, "ipcshow-role", names[variant->role]));
	EXPECT_TRUE(fdinfo_says(fd, "ipcshow-size", "16384"));
	EXPECT_TRUE(fdinfo_says(fd, "ipcshow-flags", "0x2"));
	EXPECT_TRUE(fdinfo_says(fd, "ipcshow-producer", "open"));
	EXPECT_TRUE(fdinfo_says(fd, "ipcshow-consumer", "open"));
	end_close(&self->ends, other_end(variant->role));
	EXPECT_EQ(other_end(variant->role) == CONSUMER,
		  fdinfo_says(fd, "ipcshow-consumer", "gone"));
	EXPECT_EQ(other_end(variant->role) == PRODUCER,
		  fdinfo_says(fd, "ipcshow-producer", "gone"));
}

TEST_F(each_end, mappings)
{
	const int ro = PROT_READ, rw = PROT_READ | PROT_WRITE;
	const struct ipcshow_shared_ring *ring = &self->ends.ring;
	const uint64_t end = ring->data_offset + 2 * RING_SMALL;
	const int consumes = variant->role == CONSUMER ? 0 : -EPERM;
	const int produces = variant->role == PRODUCER ? 0 : -EPERM;
	const struct {
		int result;
		int prot;
		int flags;
		uint64_t offset;
		size_t size;
	} cases[] = {
		{ 0, ro, MAP_SHARED, ring->consumer_offset, PAGE },
		{ 0, ro, MAP_SHARED, ring->producer_offset, PAGE },
		{ 0, ro, MAP_SHARED, ring->data_offset, 2 * RING_SMALL },
		{ 0, ro, MAP_SHARED, ring->producer_offset, PAGE + 2 * RING_SMALL },
		{ 0, PROT_NONE, MAP_SHARED, ring->data_offset, 1 },
		{ consumes, rw, MAP_SHARED, ring->consumer_offset, PAGE },
		{ consumes, PROT_WRITE, MAP_SHARED, ring->consumer_offset, 1 },
		{ produces, rw, MAP_SHARED, ring->producer_offset, PAGE },
		{ produces, rw, MAP_SHARED, ring->data_offset, 2 * RING_SMALL },
		{ produces, rw, MAP_SHARED, ring->data_offset + RING_SMALL, PAGE },
		{ produces, PROT_WRITE, MAP_SHARED, ring->data_offset + RING_SMALL - PAGE,
		  2 * PAGE },
		{ produces, rw, MAP_SHARED, ring->producer_offset, PAGE + 2 * RING_SMALL },

		{ -EPERM, ro | PROT_EXEC, MAP_SHARED, ring->consumer_offset, PAGE },
		{ -EPERM, ro | PROT_EXEC, MAP_SHARED, ring->data_offset, PAGE },
		{ -EINVAL, ro, MAP_PRIVATE, ring->consumer_offset, PAGE },
		{ -EINVAL, rw, MAP_PRIVATE, ring->producer_offset, PAGE },
		{ -EINVAL, rw, MAP_PRIVATE, ring->data_offset, 2 * RING_SMALL },
		/* No end may write both. */
		{ -EINVAL, ro, MAP_SHARED, ring->consumer_offset, 2 * PAGE },
		{ -EINVAL, rw, MAP_SHARED, ring->consumer_offset, end },
		{ -EINVAL, ro, MAP_SHARED, ring->producer_offset, 2 * PAGE + 2 * RING_SMALL },
		{ -EINVAL, ro, MAP_SHARED, ring->data_offset, 2 * RING_SMALL + PAGE },
		{ -EINVAL, rw, MAP_SHARED, end, PAGE },
		{ -EINVAL, ro, MAP_SHARED, end - PAGE, 2 * PAGE },
		{ -EINVAL, rw, MAP_SHARED, 1ULL << 32, PAGE },
		{ -EINVAL, ro, MAP_SHARED, (1ULL << 44) + ring->data_offset, PAGE },
		{ -EINVAL, rw, MAP_SHARED, 1ULL << 62, 1UL << 30 },
	};
	const int fd = self->ends.fd[variant->role];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].result, try_map(fd, cases[i].prot, cases[i].flags,
						   cases[i].offset, cases[i].size))
			TH_LOG("case %zu: offset %#llx, size %#zx", i,
			       (unsigned long long)cases[i].offset, cases[i].size);
	}
	/* The kernel's own check may come first where the sum wraps. */
	EXPECT_NE(0, try_map(fd, ro, MAP_SHARED, -(uint64_t)PAGE, PAGE));
	EXPECT_NE(0, try_map(fd, ro, MAP_SHARED, -(uint64_t)PAGE, 4 * PAGE));
	EXPECT_NE(0, try_map(fd, ro, MAP_SHARED, (1ULL << 63) - PAGE, 4 * PAGE));
	EXPECT_NE(0, try_map(fd, ro, MAP_SHARED, ring->data_offset, TOO_LARGE));
}

TEST_F(each_end, stays_as_it_was_mapped)
{
	const struct ipcshow_shared_ring *ring = &self->ends.ring;
	const uint64_t offsets[] = {
		ring->consumer_offset, ring->producer_offset, ring->data_offset,
		ring->data_offset + RING_SMALL,
	};
	int mem = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	size_t i;

	ASSERT_LE(0, mem);
	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		const bool writes = variant->role == (i ? PRODUCER : CONSUMER);
		char *page = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, self->ends.fd[variant->role],
				  offsets[i]);

		ASSERT_NE(MAP_FAILED, page);
		EXPECT_EQ(-1, mprotect(page, PAGE, PROT_READ | PROT_EXEC));
		if (!writes) {
			EXPECT_EQ(-1, mprotect(page, PAGE, PROT_READ | PROT_WRITE));
			EXPECT_EQ(EACCES, errno);
			/* A debugger's way in. */
			EXPECT_EQ(-1, pwrite(mem, "\1", 1, (uintptr_t)page));
			EXPECT_EQ(0, page[0]);
		}
		EXPECT_EQ(writes ? 0 : -1, mprotect(page, PAGE, PROT_WRITE));
		EXPECT_EQ(MAP_FAILED, mremap(page, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
		EXPECT_EQ(MAP_FAILED, mremap(page, 0, PAGE, MREMAP_MAYMOVE));
		munmap(page, PAGE);
	}
	close(mem);
}

/* What one side writes, all see, in both places where it is mapped. */
TEST_F(each_end, is_the_same_memory)
{
	struct map producer, consumer, map;
	size_t i;

	ASSERT_EQ(0, end_map(&self->ends, PRODUCER, &producer));
	ASSERT_EQ(0, end_map(&self->ends, CONSUMER, &consumer));
	ASSERT_EQ(0, end_map(&self->ends, variant->role, &map));
	for (i = 0; i < PAGE / 8; i++) {
		((volatile uint64_t *)producer.producer)[i] = i;
		((volatile uint64_t *)consumer.consumer)[i] = ~(uint64_t)i;
	}
	for (i = 0; i < 2 * RING_SMALL; i += 128)
		producer.data[i] = i / 128;
	EXPECT_EQ(0, memcmp(map.producer, producer.producer, PAGE));
	EXPECT_EQ(0, memcmp(map.consumer, consumer.consumer, PAGE));
	EXPECT_EQ(0, memcmp(map.data, map.data + RING_SMALL, RING_SMALL));
	EXPECT_EQ(3, ((uint64_t *)map.producer)[3]);
	EXPECT_EQ(~4ULL, ((uint64_t *)map.consumer)[4]);
	EXPECT_EQ(129, map.data[128]) TH_LOG("the second half is written last");
	end_unmap(&map);
	end_unmap(&consumer);
	end_unmap(&producer);
}

static int touch(void *page)
{
	return *(volatile char *)page;
}

/* How a process ends that does this, a signal, or 0. */
static int dies_of(int (*function)(void *), void *argument)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		signal(SIGBUS, SIG_DFL);
		signal(SIGSEGV, SIG_DFL);
		function(argument);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static int touch_what_was_zapped(void *argument)
{
	const struct ends *ends = argument;
	char *data = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, ends->fd[CONSUMER],
			  ends->ring.data_offset);

	touch(data);
	if (madvise(data + PAGE, PAGE, MADV_DONTNEED))
		_exit(0);
	touch(data);
	touch(data + 2 * PAGE);
	return touch(data + PAGE);
}

TEST_F(each_end, cut_up)
{
	const int fd = self->ends.fd[variant->role];
	unsigned char *data = mmap(NULL, 2 * RING_SMALL, PROT_READ, MAP_SHARED, fd,
				   self->ends.ring.data_offset);
	unsigned char *away = mmap(NULL, 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int error;

	ASSERT_NE(MAP_FAILED, data);
	EXPECT_EQ(SIGBUS, dies_of(touch_what_was_zapped, &self->ends));
	/* A child has no mapping, unless it is asked for, which not all kernels allow. */
	EXPECT_EQ(SIGSEGV, dies_of(touch, data));
	error = madvise(data, PAGE, MADV_DOFORK) ? errno : 0;
	EXPECT_TRUE(!error || error == EINVAL);
	EXPECT_EQ(error ? SIGSEGV : 0, dies_of(touch, data));
	/* Split, moved and cut short. */
	EXPECT_EQ(0, munmap(data + 2 * PAGE, PAGE));
	EXPECT_EQ(away, mremap(data + 4 * PAGE, 2 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
			       away));
	EXPECT_EQ(0, away[0]);
	munmap(away, 2 * PAGE);
	EXPECT_EQ(0, munmap(data, 2 * RING_SMALL));
}

/* The descriptor and the mappings are told from all other anonymous files', and go together. */
TEST_F(each_end, in_a_snapshot)
{
	static const uint64_t flags[] = {
		IPCSHOW_FD_F_RING_PRODUCER, IPCSHOW_FD_F_RING_CONSUMER, IPCSHOW_FD_F_RING_OBSERVER,
	};
	const uint64_t what = IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_FDS | IPCSHOW_WHAT_REGIONS;
	const struct ipcshow_region *region;
	struct snapshot snapshot = {};
	const struct ipcshow_fd *fd;
	struct ends others;
	uint64_t ring = 0, other = 0;
	struct map map;

	ASSERT_EQ(0, ends_make(&others, RING_SMALL, 0));
	ASSERT_EQ(0, end_map(&self->ends, variant->role, &map));
	ASSERT_EQ(0, snapshot_of(getpid(), what, &snapshot));
	for_each_of(fd, &snapshot, IPCSHOW_REC_FD) {
		const uint64_t found = fd->flags & (flags[0] | flags[1] | flags[2]);

		if ((int)fd->fd == self->ends.fd[variant->role]) {
			EXPECT_EQ(flags[variant->role], found);
			ring = fd->peer;
		} else if ((int)fd->fd == others.fd[CONSUMER]) {
			EXPECT_EQ(flags[CONSUMER], found);
			other = fd->peer;
		} else if (fd->fd < 3) {
			EXPECT_EQ(0, found);
		}
	}
	EXPECT_NE(0, ring);
	EXPECT_NE(0, other);
	EXPECT_NE(other, ring);
	for_each_of(fd, &snapshot, IPCSHOW_REC_FD) {
		if ((int)fd->fd == self->ends.fd[other_end(variant->role)])
			EXPECT_EQ(ring, fd->peer);
	}
	region = snapshot_region(&snapshot, (uintptr_t)map.data);
	ASSERT_NE(NULL, region);
	EXPECT_EQ(ring, region->object);
	region = snapshot_region(&snapshot, (uintptr_t)map.consumer);
	ASSERT_NE(NULL, region);
	EXPECT_EQ(ring, region->object);
	snapshot_free(&snapshot);
	end_unmap(&map);
	ends_close(&others);
}

TEST_MAIN
